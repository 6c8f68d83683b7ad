"""The marked elements of a set, to compare with, copy or delete together."""

from __future__ import annotations


class Selection:
    """Marked names, in the order they were marked."""

    def __init__(self) -> None:
        self._names: dict[bytes, None] = {}

    def __contains__(self, name: bytes) -> bool:
        return name in self._names

    def __len__(self) -> int:
        return len(self._names)

    @property
    def names(self) -> list[bytes]:
        """The marked elements."""
        return list(self._names)

    def toggle(self, name: bytes) -> bool:
        """Mark or unmark an element; returns whether it is marked now."""
        if name in self._names:
            del self._names[name]
            return False
        self._names[name] = None
        return True

    def clear(self) -> None:
        """Unmark all elements."""
        self._names.clear()
