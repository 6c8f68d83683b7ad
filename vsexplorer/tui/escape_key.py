"""Distinguish the escape key from alt+key: ``esc`` followed quickly by a key is not alt+key.

A terminal sends an ESC byte for the escape key, before the character of alt+key, and at the start of each control
sequence. Textual waits briefly for more input and reads ESC and a character as alt+key; in a burst it loses the
escape key. This application binds no alt+character key, so ESC begins a sequence only before a character that
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
"""The unambiguous code of the escape key in the kitty keyboard protocol."""
_LONE = re.compile("\x1b(?![\\[O\\]P_^X\x1b])")
"""An ESC before a character that introduces no sequence (ECMA-48 5.3 to 5.6, and SS3)."""


class EscapeParser(XTermParser):
    """Parses terminal input with every lone ESC read as the escape key."""

    _since: float | None = None
    """Time at which a trailing ESC was read; ``None`` if none is pending."""

    def feed(self, data: str) -> Iterable[Message]:
        """Parse input; hold back an ESC at its end until more input or a timeout arrives."""
        if self._since is not None and data:
            data, self._since = f"\x1b{data}", None
        if data.endswith("\x1b"):
            data, self._since = data[:-1], monotonic()
            if not data:
                return []
        return super().feed(_LONE.sub(_ESCAPE_KEY, data))

    def tick(self) -> Iterable[Message]:
        """Emit a pending ESC as the escape key once the delay has passed."""
        if self._since is not None and monotonic() - self._since >= constants.ESCAPE_DELAY:
            self._since = None
            yield from super().feed(_ESCAPE_KEY)
        yield from super().tick()


def install() -> None:
    """Have Textual's driver use the parser; the driver offers no other way to choose one."""
    setattr(linux_driver, "XTermParser", EscapeParser)  # noqa: B010
