"""Compare two rankings: overlap, rank-biased overlap, Kendall's tau, and what has moved."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

PERSISTENCE = 0.9
"""Of rank-biased overlap: the first ten ranks have 86 % of the weight."""


@dataclass(frozen=True, slots=True)
class Move[T: Hashable]:
    """An element of two rankings, with its ranks from 1; ``None`` where it is missing."""

    element: T
    first: int | None
    second: int | None

    @property
    def by(self) -> int | None:
        """Places it has risen by from the first to the second; ``None`` if it is missing in one."""
        return self.first - self.second if self.first is not None and self.second is not None else None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How much two rankings agree."""

    depth: int
    """Number of ranks compared: the length of the shorter one."""
    overlap: float
    """Share of the elements of the first ``depth`` ranks that are in both."""
    rbo: float
    """Rank-biased overlap, extrapolated, from 0 to 1."""
    tau: float | None
    """Kendall's tau of the elements in both, from -1 to 1; ``None`` for less than two."""


def agreement[T: Hashable](first: Sequence[T], second: Sequence[T]) -> Agreement:
    """Return how much two rankings of distinct elements agree."""
    depth = min(len(first), len(second))
    common = len(set(first[:depth]) & set(second[:depth]))
    return Agreement(
        depth, common / depth if depth else 0.0, rank_biased_overlap(first, second), tau(first, second)
    )


def rank_biased_overlap[T: Hashable](
    first: Sequence[T], second: Sequence[T], persistence: float = PERSISTENCE
) -> float:
    """Return the extrapolated rank-biased overlap of two rankings.

    Equation 32 of Webber, Moffat and Zobel (ACM Transactions on Information Systems 28, 2010).
    """
    short, long = sorted((list(first), list(second)), key=len)
    if not short:
        return 1.0 if not long else 0.0
    seen_short: set[T] = set()
    seen_long: set[T] = set()
    overlaps = [0]
    for depth in range(1, len(long) + 1):
        seen_long.add(long[depth - 1])
        if depth <= len(short):
            seen_short.add(short[depth - 1])
        overlaps.append(len(seen_short & seen_long))
    # s and e are the lengths of the shorter and the longer ranking; the paper calls the latter l.
    s, e, p = len(short), len(long), persistence
    total = sum(overlaps[d] / d * p**d for d in range(1, e + 1))
    total += sum(overlaps[s] * (d - s) / (s * d) * p**d for d in range(s + 1, e + 1))
    rest = ((overlaps[e] - overlaps[s]) / e + overlaps[s] / s) * p**e
    return (1 - p) / p * total + rest


def tau[T: Hashable](first: Sequence[T], second: Sequence[T]) -> float | None:
    """Return Kendall's tau of the elements that are in both rankings; ``None`` for less than two."""
    places = {element: place for place, element in enumerate(second)}
    order = [places[element] for element in first if element in places]
    number = len(order)
    if number < 2:
        return None
    discordant = sum(order[i] > order[j] for i in range(number) for j in range(i + 1, number))
    return 1 - 4 * discordant / (number * (number - 1))


def moves[T: Hashable](first: Sequence[T], second: Sequence[T]) -> list[Move[T]]:
    """Return the elements of both rankings: those of the second in its order, then those that have left."""
    before = {element: rank for rank, element in enumerate(first, 1)}
    after = {element: rank for rank, element in enumerate(second, 1)}
    entered = [Move(element, before.get(element), rank) for element, rank in after.items()]
    return [*entered, *(Move(element, rank, None) for element, rank in before.items() if element not in after)]
