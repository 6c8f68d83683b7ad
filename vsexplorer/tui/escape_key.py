"""The escape key, told apart from alt+key: ``esc`` followed quickly by a key is not alt with that key.

A terminal sends an ESC byte for the escape key, before the key for alt+key, and at the start of each control
sequence. Textual waits a moment for what follows and takes ESC and a character for alt+key; in a burst it loses the
escape key. No key of the screen is alt with a character, so ESC begins a sequence only before a character that
introduces one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from time import monotonic

from textual import constants
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.message import Message

_ESCAPE_KEY = "\x1b[27u"
"""The escape key without ambiguity, as the kitty keyboard protocol encodes it."""
_LONE = re.compile("\x1b(?![\\[O\\]P_^X\x1b])")
"""An ESC before a character that introduces no sequence (ECMA-48 5.3 to 5.6, and SS3)."""


class EscapeParser(XTermParser):
    """Parses terminal input with every lone ESC read as the escape key."""

    _since: float | None = None
    """When an ESC came that nothing has followed yet."""

    def feed(self, data: str) -> Iterable[Message]:
        """Parse input; an ESC at its end waits for what follows it."""
        if self._since is not None and data:
            data, self._since = f"\x1b{data}", None
        if data.endswith("\x1b"):
            data, self._since = data[:-1], monotonic()
            if not data:
                return []
        return super().feed(_LONE.sub(_ESCAPE_KEY, data))

    def tick(self) -> Iterable[Message]:
        """Pass on an escape key that nothing has followed in time."""
        if self._since is not None and monotonic() - self._since >= constants.ESCAPE_DELAY:
            self._since = None
            yield from super().feed(_ESCAPE_KEY)
        yield from super().tick()


def install() -> None:
    """Have Textual's driver use the parser; the driver offers no other way to choose one."""
    setattr(linux_driver, "XTermParser", EscapeParser)  # noqa: B010
