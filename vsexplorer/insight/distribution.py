"""Where the scores of results lie among the scores of all elements of a set."""

from __future__ import annotations

import statistics
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vsexplorer.insight.intervals import wilson

if TYPE_CHECKING:
    from vsexplorer.core.matrix import Floats, Row32

_LEAST_RESULTS = 4
_VISIBLE = 4.0
"""How many times larger than the median gap between results a visible gap is."""
_LEAST_GAP = 0.01


@dataclass(frozen=True, slots=True)
class Gap:
    """A visible gap between two successive results."""

    kept: int
    """Results above it."""
    above: float
    below: float
    """The scores at its ends."""

    @property
    def epsilon(self) -> float:
        """The EPSILON that keeps only the results above it: in the middle of the gap, with few digits."""
        middle = 1 - (self.above + self.below) / 2
        for digits in range(2, 6):
            rounded = round(middle, digits)
            if 1 - self.above < rounded < 1 - self.below:
                return rounded
        return middle


@dataclass(frozen=True, slots=True)
class ScoreDistribution:
    """The scores of a query with a sample of a set's elements, and with its results."""

    scores: tuple[float, ...]
    """Of the sampled elements, the lowest first."""
    results: tuple[float, ...]
    """Of the results, the best first."""
    size: int
    """Elements of the set."""
    uniform: bool
    """The sample is uniform, or all elements."""

    @property
    def whole(self) -> bool:
        """Whether the scores are those of all elements."""
        return len(self.scores) >= self.size

    @property
    def median(self) -> float:
        """The median score of the elements."""
        return statistics.median(self.scores)

    def above(self, score: float) -> tuple[float, float, float]:
        """Return the share of elements with at least a score, and its 95 % confidence interval.

        The interval has no width if the scores are those of all elements.
        """
        number = len(self.scores)
        found = number - bisect_left(self.scores, score)
        share = found / number
        return (share, share, share) if self.whole else (share, *wilson(found, number))

    def gap(self) -> Gap | None:
        """Return the widest gap between successive results, if it stands out from the others.

        It must be four times as wide as the median gap between results and at least 0.01 wide.
        """
        gaps = [high - low for high, low in zip(self.results, self.results[1:], strict=False)]
        if len(self.results) < _LEAST_RESULTS:
            return None
        widest = max(range(len(gaps)), key=lambda place: gaps[place])
        if gaps[widest] < max(_LEAST_GAP, _VISIBLE * statistics.median(gaps)):
            return None
        return Gap(widest + 1, self.results[widest], self.results[widest + 1])

    def histogram(self, ranges: int) -> list[tuple[float, float, int, int]]:
        """Count elements and results by ranges of equal width, the highest first.

        Returns:
            For each range its lower and upper end, and how many sampled elements and results are in it.
        """
        every = [*self.scores, *self.results]
        low, high = min(every), max(every)
        width = (high - low) / ranges or 1e-6
        counted = [[0, 0] for _ in range(ranges)]
        for kind, scores in enumerate((self.scores, self.results)):
            for score in scores:
                counted[min(ranges - 1, int((score - low) / width))][kind] += 1
        found = [
            (low + place * width, low + (place + 1) * width, elements, results)
            for place, (elements, results) in enumerate(counted)
        ]
        return found[::-1]

    def sentences(self) -> list[str]:
        """Describe in words where the results lie, and the gap between them."""
        basis = f"all {self.size:,} elements" if self.whole else f"{len(self.scores):,} of {self.size:,} elements"
        if not self.uniform:
            basis += ", not a uniform sample"
        found = [f"The median score is {self.median:.3f}, by {basis}."]
        if self.results:
            share, low, high = self.above(self.results[-1])
            interval = "" if self.whole else f" ({low:.2%} to {high:.2%})"
            found.append(
                f"The {len(self.results):,} results score {self.results[-1]:.3f} to {self.results[0]:.3f}; "
                f"{share:.2%}{interval} of the elements score as high as the last of them."
            )
        if (gap := self.gap()) is not None:
            found.append(
                f"A gap follows result {gap.kept:,} ({gap.above:.3f}, then {gap.below:.3f}): "
                f"EPSILON {gap.epsilon:g} keeps what is above it."
            )
        return found


def scores_of(rows: Floats, query: Row32) -> tuple[float, ...]:
    """Score elements for a query as VSIM does, from 0 to 1; the lowest first.

    Args:
        rows: The elements as the server compares them.
        query: The query as the server compares it.
    """
    import numpy as np

    found: list[float] = np.sort((1 + np.clip(rows @ query, -1, 1)) / 2).astype(float).tolist()
    return tuple(found)
