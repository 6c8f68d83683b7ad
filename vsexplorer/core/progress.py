"""The progress of a long operation, as a value and as text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vsexplorer.core.text import byte_size, count, duration


@dataclass(frozen=True, slots=True)
class Progress:
    """A running operation and, as far as known, how much of it is done."""

    what: str
    """Such as ``loading people``."""
    done: float = 0.0
    total: float | None = None
    unit: str = ""
    """``bytes``, ``rows`` ...; empty if nothing is counted."""
    rate: float | None = None
    """Units per second."""
    seconds_left: float | None = None
    """An estimate; ``None`` if there is none."""
    bytes_read: int = 0
    skipped: int = 0
    rejected: int = 0
    slowest: str = ""
    """The step that limits the rate; empty if that is not known."""
    stoppable: bool = False
    """The user may stop it."""

    @property
    def fraction(self) -> float | None:
        """Share done, 0 to 1; ``None`` while the total is unknown."""
        return min(1.0, self.done / self.total) if self.total else None

    @property
    def amount(self) -> str:
        """The progress as text: ``128 of 358 rows · 146 rows/s · 2 s left``."""
        if not self.unit:
            return ""
        text = self._counted(self.done)
        if self.total:
            text = f"{text} of {self._counted(self.total)}"
        parts = [text + self._suffix]
        if self.rate:
            parts.append(f"{self._counted(self.rate)}{self._suffix}/s")
        if self.seconds_left is not None:
            parts.append(f"{duration(self.seconds_left)} left")
        if self.bytes_read:
            parts.append(f"{byte_size(self.bytes_read)} read")
        parts += [f"{number:,} {word}" for number, word in self._outcomes if number]
        if self.slowest:
            parts.append(f"limited by {self.slowest}")
        return " · ".join(parts)

    @property
    def _outcomes(self) -> tuple[tuple[int, str], ...]:
        return (self.skipped, "skipped"), (self.rejected, "rejected")

    @property
    def _suffix(self) -> str:
        return "" if self.unit == "bytes" else f" {self.unit}"

    def _counted(self, number: float) -> str:
        return byte_size(number) if self.unit == "bytes" else count(int(number))


type ProgressCallback = Callable[[Progress], None]


def ignore_progress(progress: Progress) -> None:
    """Discard the progress; the default callback."""
