"""How many elements pass a filter: counted where that is cheap, estimated from a sample elsewhere."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from vsexplorer.core.values import SetInfo
from vsexplorer.language.dialect import Dialect
from vsexplorer.language.evaluator import compiled
from vsexplorer.vectorset.store import VectorSetStore

_BUDGET = 25.0
"""Milliseconds a count may take: as long as it runs, a write to the set holds up the whole server."""
_FIRST_GUESS = 1.3e-6
"""Milliseconds an element and dimension take where nothing was counted yet: 10 ms for 20,000 of 384."""
_LEAST_GUESS = 2e-4
"""Milliseconds an element takes at least, whatever its dimension."""
_MOST_COUNTED = 200_000
"""Elements beyond which nothing is counted: the names of all that match come back."""
_QUANTILE = 1.96
"""Of the normal distribution, for an interval that holds 95 times in 100."""


@dataclass(frozen=True, slots=True)
class Matches:
    """How many elements pass a filter."""

    number: int
    low: int
    high: int
    """The 95 % confidence interval; both equal to ``number`` where it was counted."""
    sampled: int
    """Elements the estimate rests on; 0 where all were counted."""

    @property
    def exact(self) -> bool:
        """Counted, not estimated."""
        return self.sampled == 0


def estimate(sample: Sequence[bytes | None], expression: str, dialect: Dialect, size: int) -> Matches | None:
    """The number of matches in a set of ``size``, from a random sample of its attributes.

    The interval is Wilson's score interval (E. B. Wilson, JASA 22, 1927), which stays sensible near none and all.

    Raises:
        Refusal: the server would not accept the expression.
    """
    if not sample:
        return None
    filter_ = compiled(expression, dialect)
    passing = sum(filter_.matches(attributes) for attributes in sample)
    number = len(sample)
    share, square = passing / number, _QUANTILE**2
    middle = (share + square / (2 * number)) / (1 + square / number)
    spread = math.sqrt(share * (1 - share) / number + square / (4 * number**2)) * _QUANTILE / (1 + square / number)
    low = max(passing, math.floor((middle - spread) * size))
    high = min(size - (number - passing), math.ceil((middle + spread) * size))
    return Matches(round(share * size), min(low, high), high, number)


class MatchCounting:
    """Counts as long as the last count shows that it does not hold up the server."""

    def __init__(self, store: VectorSetStore) -> None:
        self._store = store
        self._rates: dict[bytes, float] = {}

    def allows(self, info: SetInfo) -> bool:
        """Whether counting is expected to stay within the budget."""
        guess = max(_LEAST_GUESS, _FIRST_GUESS * info.dimension)
        rate = self._rates.get(info.key, guess)
        return 0 < info.size <= _MOST_COUNTED and info.size * rate <= _BUDGET

    async def count(self, info: SetInfo, expression: str) -> Matches:
        """Look at every element.

        Raises:
            FilterRefused: the server cannot parse the filter.
        """
        started = time.perf_counter()
        number = await self._store.count(info, expression)
        took = (time.perf_counter() - started) * 1000
        # One slow count may be slow for other reasons: half of what is beyond the last one is forgiven.
        rate = took / max(1, info.size)
        self._rates[info.key] = min(rate, (rate + self._rates.get(info.key, 0.0)) / 2)
        return Matches(number, number, number, 0)
