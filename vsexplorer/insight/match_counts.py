"""Count the elements that pass a filter if that is cheap, else estimate the number from a sample."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vsexplorer.core.values import EXACT_COST, SetInfo
from vsexplorer.insight.intervals import wilson
from vsexplorer.language.dialect import Dialect
from vsexplorer.language.evaluator import compiled
from vsexplorer.vectorset.store import VectorSetStore

_BUDGET = 25.0
"""Maximum time of a count in milliseconds: while it runs, a write to the set blocks the whole server."""
_LEAST_GUESS = 2e-4
"""Assumed minimum of milliseconds per element, for any dimension."""
_MOST_COUNTED = 200_000
"""Largest set that is counted, because the reply contains the names of all matches."""
_TRUSTED = 60.0
"""Seconds for which the time of a count predicts the time of the next one."""


@dataclass(frozen=True, slots=True)
class Matches:
    """How many elements pass a filter."""

    number: int
    low: int
    high: int
    """The 95 % confidence interval; both equal to ``number`` if it was counted."""
    sampled: int
    """Elements the estimate rests on; 0 where all were counted."""
    uniform: bool = True
    """The sample was uniform; without that there is no interval, and both ends are ``number``."""

    @property
    def exact(self) -> bool:
        """Counted, not estimated."""
        return self.sampled == 0


def passing(attributes: Sequence[bytes | None], expression: str, dialect: Dialect) -> int:
    """Count attributes that pass a filter.

    Raises:
        Refusal: the server would not accept the expression.
    """
    filter_ = compiled(expression, dialect)
    return sum(filter_.matches(one) for one in attributes)


def estimate(
    sample: Sequence[bytes | None], expression: str, dialect: Dialect, size: int, uniform: bool = True
) -> Matches | None:
    """Estimate the number of matches in a set of ``size`` from a random sample of its attributes.

    A sample that is not uniform has no interval.

    Raises:
        Refusal: the server would not accept the expression.
    """
    if not sample:
        return None
    number, found = len(sample), passing(sample, expression, dialect)
    if not uniform:
        about = round(found / number * size)
        return Matches(about, about, about, number, uniform=False)
    least, most = wilson(found, number)
    low = max(found, math.floor(least * size))
    high = min(size - (number - found), math.ceil(most * size))
    return Matches(round(found / number * size), min(low, high), high, number)


class MatchCounting:
    """Counts matches, unless the last count shows that it would block the server for too long.

    Args:
        store: The vector sets.
        clock: A monotonic clock, in seconds.
    """

    def __init__(self, store: VectorSetStore, clock: Callable[[], float] = time.perf_counter) -> None:
        self._store = store
        self._clock = clock
        self._rates: dict[bytes, tuple[float, float]] = {}
        """Milliseconds an element took in the last count, and when that was."""

    def allows(self, info: SetInfo) -> bool:
        """Whether counting is expected to stay within the budget."""
        rate, counted = self._rates.get(info.key, (math.inf, -math.inf))
        if self._clock() - counted > _TRUSTED:
            rate = max(_LEAST_GUESS, EXACT_COST * info.dimension)
        return 0 < info.size <= _MOST_COUNTED and info.size * rate <= _BUDGET

    async def count(self, info: SetInfo, expression: str) -> Matches:
        """Count matches by checking every element.

        Raises:
            FilterRefused: the server cannot parse the filter.
        """
        # Measure a round trip, which is then subtracted from the time of the count.
        asked = self._clock()
        await self._store.connection.call(b"VCARD", info.key)
        started = self._clock()
        number = await self._store.count(info, expression)
        took = max(0.0, (self._clock() - started) - (started - asked)) * 1000
        # A single slow count may have other causes, so an increase over the last one counts by half.
        rate = took / max(1, info.size)
        self._rates[info.key] = min(rate, (rate + self._rates.get(info.key, (0.0, 0.0))[0]) / 2), self._clock()
        return Matches(number, number, number, 0)
