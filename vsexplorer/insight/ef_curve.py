"""Measure recall and latency against the exploration factor, or against FILTER-EF under a filter."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from random import Random

from vsexplorer.core.values import DEFAULT_EF, LARGEST_EF, SearchOptions, SetInfo
from vsexplorer.insight.recall import RecallQuery, mean_interval, recall_at
from vsexplorer.vectorset.store import VectorSetStore

TARGETS = (0.95, 0.99)
"""Recalls for which a value is recommended."""
_STEPS = (1, 2, 5)
_MOST_VALUES = 9


@dataclass(frozen=True, slots=True)
class CurveSample:
    """One search of a query with one value of the option."""

    value: int
    recall: float
    seconds: float


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Recall and latency at one value of EF or FILTER-EF."""

    value: int
    queries: int
    recall: float
    low: float
    high: float
    """The 95 % confidence interval of the mean recall."""
    p50: float
    p95: float
    """Latency in milliseconds, including the way to the server and back."""


def curve_values(info: SetInfo, filter: str, count: int) -> list[int]:
    """Return the values to measure, ascending: of FILTER-EF if there is a filter, else of EF.

    An EF below ``count`` acts as ``count``. The largest value is the size of the set, which it can hardly exceed.
    """
    most = max(1, min(info.size, LARGEST_EF))
    least = count if not filter.strip() else DEFAULT_EF
    found = [step * 10**power for power in range(1, 7) for step in _STEPS]
    values = [one for one in found if least <= one < most]
    if not filter.strip() and least < most:
        values = sorted({least, *values})
    return [*values[: _MOST_VALUES - 1], most] if len(values) < _MOST_VALUES else values[:_MOST_VALUES]


def with_value(options: SearchOptions, filter: str, value: int) -> SearchOptions:
    """Return options with that value of FILTER-EF if there is a filter, else of EF."""
    if filter.strip():
        return replace(options, filter_ef=value, exact=False)
    return replace(options, ef=value, exact=False)


async def measure_curve(
    store: VectorSetStore,
    info: SetInfo,
    queries: Sequence[RecallQuery],
    filter: str,
    options: SearchOptions,
    values: Sequence[int],
    budget: float,
) -> AsyncGenerator[list[CurveSample]]:
    """Search for each query exactly and then with each value; yield its samples.

    Args:
        store: The vector sets.
        info: The set.
        queries: What to search for.
        filter: A filter that the server accepts; blank for none.
        options: The other options of the searches.
        values: Values of EF, or of FILTER-EF if there is a filter.
        budget: Share of the time for which the server may be kept busy, above 0 and at most 1.

    Raises:
        VsexplorerError: the server or the connection failed.
    """
    exact_options = replace(options, exact=True, no_thread=False)
    for query in queries:
        started = time.perf_counter()
        exact = await store.ranking(info, filter, exact_options, query.like, query.vector)
        busy = time.perf_counter() - started
        samples = []
        for value in values:
            between = time.perf_counter()
            found = await store.ranking(info, filter, with_value(options, filter, value), query.like, query.vector)
            seconds = time.perf_counter() - between
            busy += seconds
            share = recall_at(options.count, found, exact)
            if share is not None:
                samples.append(CurveSample(value, share, seconds))
        yield samples
        await asyncio.sleep(busy * (1 / budget - 1))


def curve(samples: Sequence[CurveSample], random: Random) -> list[CurvePoint]:
    """Sum up samples by value, in ascending order."""
    points = []
    for value in sorted({one.value for one in samples}):
        of_value = [one for one in samples if one.value == value]
        recalls = [one.recall for one in of_value]
        times = sorted(1000 * one.seconds for one in of_value)
        low, high = mean_interval(recalls, random)
        points.append(
            CurvePoint(
                value,
                len(recalls),
                statistics.fmean(recalls),
                low,
                high,
                statistics.median(times),
                times[min(len(times) - 1, round(0.95 * (len(times) - 1)))],
            )
        )
    return points


def recommended(points: Sequence[CurvePoint], target: float) -> int | None:
    """Return the smallest value from which on the mean recall reaches a target; ``None`` if none does."""
    found = None
    for point in reversed(points):
        if point.recall < target:
            break
        found = point.value
    return found
