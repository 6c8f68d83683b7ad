"""Messages that more than one pane posts."""

from __future__ import annotations

from textual.message import Message


class Said(Message):
    """A pane has something to say in the status line; the words are sanitized already."""

    def __init__(self, words: str, error: bool = False) -> None:
        super().__init__()
        self.words = words
        self.error = error
