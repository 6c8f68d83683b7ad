"""How far something long has come, as a value and in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vsexplorer.core.text import byte_size, count


@dataclass(frozen=True, slots=True)
class Progress:
    """Something long is under way: what, and how far where that is known."""

    what: str
    done: float = 0.0
    total: float | None = None
    unit: str = ""
    """``bytes``, ``rows`` ...; empty where nothing is counted."""
    rate: float | None = None
    """Units per second."""
    detail: str = ""
    """What else is known, in words."""

    @property
    def fraction(self) -> float | None:
        """Share done, 0 to 1; ``None`` while the total is unknown."""
        return min(1.0, self.done / self.total) if self.total else None

    @property
    def amount(self) -> str:
        """How far, in words: ``128 of 358 rows · 146 rows/s``."""
        if not self.unit:
            return ""
        text = self._counted(self.done)
        if self.total:
            text = f"{text} of {self._counted(self.total)}"
        parts = [text + self._suffix]
        if self.rate:
            parts.append(f"{self._counted(self.rate)}{self._suffix}/s")
        return " · ".join(filter(None, (*parts, self.detail)))

    @property
    def _suffix(self) -> str:
        return "" if self.unit == "bytes" else f" {self.unit}"

    def _counted(self, number: float) -> str:
        return byte_size(number) if self.unit == "bytes" else count(int(number))


type ProgressCallback = Callable[[Progress], None]


def ignore_progress(progress: Progress) -> None:
    """A progress callback for callers who do not watch."""
