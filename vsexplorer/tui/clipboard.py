"""Copy text to the clipboard: by the terminal (OSC 52), which also works over ssh, and by the local desktop."""

from __future__ import annotations

import os
from typing import Any

from textual.app import App

MOST = 1 << 20
"""Maximum number of characters sent: many terminals drop more, and a slow connection would be blocked."""


def send(app: App[Any], text: str) -> bool:
    """Send a sanitized text; returns whether it was sent, as terminals do not confirm receipt."""
    if len(text) > MOST:
        return False
    app.copy_to_clipboard(text)
    if _desktop_is_here():
        import pyperclip

        try:
            pyperclip.copy(text)
        except pyperclip.PyperclipException:
            # The text was already sent by the terminal.
            return True
    return True


def _desktop_is_here() -> bool:
    """Whether the user's desktop is local: macOS Terminal lacks OSC 52, and other terminals may disable it."""
    if "SSH_CONNECTION" in os.environ:
        return False
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "__CFBundleIdentifier"))
