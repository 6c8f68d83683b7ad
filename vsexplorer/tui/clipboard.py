"""To the clipboard: by the terminal itself (OSC 52), which also works over ssh, and beside it by the desktop."""

from __future__ import annotations

import os
from typing import Any

from textual.app import App

MOST = 1 << 20
"""Characters that are sent: many terminals drop more, and a slow line would be busy with them for long."""


def send(app: App[Any], text: str) -> bool:
    """Send a text, already sanitized; returns whether it was sent, which no terminal confirms."""
    if len(text) > MOST:
        return False
    app.copy_to_clipboard(text)
    if _desktop_is_here():
        import pyperclip

        try:
            pyperclip.copy(text)
        except pyperclip.PyperclipException:
            # The terminal has it.
            return True
    return True


def _desktop_is_here() -> bool:
    """Whether the program runs where its user sits: Apple's terminal knows no OSC 52, others may forbid it."""
    if "SSH_CONNECTION" in os.environ:
        return False
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "__CFBundleIdentifier"))
