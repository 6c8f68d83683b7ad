"""An input line without a blinking cursor that draws control characters as visible signs."""

from __future__ import annotations

from typing import Any

from rich.highlighter import Highlighter
from rich.text import Text
from textual import events
from textual.widgets import Input

from vsexplorer.core.text import sanitize_keeping_length


class LineInput(Input):
    """An input that draws a visible sign instead of every character that could control the terminal.

    Its value keeps the characters. A highlighter gets the signs, one per character at the same position.
    """

    def __init__(self, value: str = "", *, highlighter: Highlighter | None = None, **options: Any) -> None:
        super().__init__(value, compact=True, highlighter=_SanitizingHighlighter(highlighter), **options)
        # No blinking: an idle application must not redraw.
        self.cursor_blink = False

    def _on_paste(self, event: events.Paste) -> None:
        """Insert pasted text, joining several lines into one."""
        event.stop()
        event.prevent_default()
        line = " ".join(filter(None, (part.strip() for part in event.text.splitlines())))
        if "\n" not in event.text.strip() and "\r" not in event.text.strip():
            line = event.text.rstrip("\r\n")
        if line:
            self.replace(line, *self.selection)


class _SanitizingHighlighter(Highlighter):
    def __init__(self, inner: Highlighter | None) -> None:
        self._inner = inner

    def __call__(self, text: str | Text) -> Text:
        plain = sanitize_keeping_length(text.plain if isinstance(text, Text) else text)
        shown = Text(plain, no_wrap=True, overflow="ignore", end="")
        return self._inner(shown) if self._inner is not None else shown

    def highlight(self, text: Text) -> None:
        """Do nothing: ``__call__`` builds a new text instead."""
