"""Compare the results of a search with those of an earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vsexplorer.insight.comparison import moves

type Ranking = Sequence[tuple[str, float]]
"""Elements and their scores, the most similar first."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How the results of a search have changed."""

    before: int
    after: int
    """Number of results."""
    lost: tuple[str, ...]
    """Elements that are no longer among the results."""
    new: tuple[str, ...]
    moved: tuple[tuple[str, int, int], ...]
    """Elements in another place, with the place before and after, from 1."""
    score: float
    """The largest change of the score of an element that is in both."""

    def beyond(self, lost: int, shift: int, score: float) -> bool:
        """Whether more elements were lost, or one has moved by more places or its score by more, than allowed."""
        furthest = max((abs(before - after) for _, before, after in self.moved), default=0)
        return len(self.lost) > lost or furthest > shift or self.score > score


def drift(before: Ranking, after: Ranking) -> Drift:
    """Compare two rankings of the same search."""
    found = moves([name for name, _ in before], [name for name, _ in after])
    moved = [
        (one.element, one.first, one.second)
        for one in found
        if one.first is not None and one.second is not None and one.by
    ]
    scores = dict(before)
    return Drift(
        len(before),
        len(after),
        tuple(one.element for one in found if one.second is None),
        tuple(one.element for one in found if one.first is None),
        tuple(sorted(moved, key=lambda one: one[1])),
        max((abs(score - scores[name]) for name, score in after if name in scores), default=0.0),
    )
