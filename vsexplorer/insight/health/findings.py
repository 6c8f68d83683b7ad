"""What a check of a vector set has found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

EXAMPLES = 5
"""Examples that a finding names."""


class Severity(StrEnum):
    """How much a finding matters."""

    SERIOUS = "serious"
    """Answers are wrong, or data can be lost."""
    WARNING = "warning"
    """Answers may surprise."""
    NOTE = "note"
    """Worth knowing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was found."""

    check: str
    """The check's name."""
    severity: Severity
    sentence: str
    advice: str = ""
    count: int | None = None
    """How many of the elements looked at have it; ``None`` where that means nothing."""
    of: int | None = None
    """How many elements were looked at."""
    examples: tuple[bytes, ...] = ()
    """Some of those elements."""


def by_severity(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings with the most severe first, in their order otherwise."""
    order = list(Severity)
    return sorted(findings, key=lambda one: order.index(one.severity))
