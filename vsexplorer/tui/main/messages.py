"""Messages that more than one pane posts."""

from __future__ import annotations

from textual.message import Message


class StatusMessage(Message):
    """A message for the status line; the text is sanitized."""

    def __init__(self, words: str, error: bool = False) -> None:
        super().__init__()
        self.words = words
        self.error = error
