"""Messages that more than one pane posts."""

from __future__ import annotations

from textual.message import Message


class StatusMessage(Message):
    """A message for the status line."""

    def __init__(self, words: str, error: bool = False) -> None:
        super().__init__()
        self.words = words
        self.error = error


class SetChosen(Message):
    """A vector set shall be opened."""

    def __init__(self, key: bytes) -> None:
        super().__init__()
        self.key = key


class SimilarWanted(Message):
    """Elements similar to one shall be searched for."""

    def __init__(self, element: bytes) -> None:
        super().__init__()
        self.element = element
