"""A line to type in: still while nothing happens, and harmless whatever is pasted into it."""

from __future__ import annotations

from typing import Any

from rich.highlighter import Highlighter
from rich.text import Text
from textual.widgets import Input

from vsexplorer.core.text import one_for_one


class LineInput(Input):
    """An input that draws a sign in the place of every character that could drive a terminal.

    Its value keeps the characters. A highlighter sees the signs; they stand where the characters do.
    """

    def __init__(self, value: str = "", *, highlighter: Highlighter | None = None, **options: Any) -> None:
        super().__init__(value, compact=True, highlighter=_Harmless(highlighter), **options)
        # An idle terminal shall stay idle: no blinking.
        self.cursor_blink = False


class _Harmless(Highlighter):
    def __init__(self, inner: Highlighter | None) -> None:
        self._inner = inner

    def __call__(self, text: str | Text) -> Text:
        plain = one_for_one(text.plain if isinstance(text, Text) else text)
        shown = Text(plain, no_wrap=True, overflow="ignore", end="")
        return self._inner(shown) if self._inner is not None else shown

    def highlight(self, text: Text) -> None:
        """The text is made anew instead."""
