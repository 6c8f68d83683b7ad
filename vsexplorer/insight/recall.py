"""Measure recall: which share of the exact results (TRUTH) the approximate search finds."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from random import Random

from vsexplorer.core.values import SearchOptions, SetInfo
from vsexplorer.insight.intervals import wilson
from vsexplorer.vectorset.store import VectorSetStore

THRESHOLDS = (0.8, 0.9, 0.95, 0.99)
"""Recall below which queries are counted."""
_RESAMPLES = 1_000
_NEGLIGIBLE = 0.01
"""Loss of recall of which nothing is said."""
_TIE = 1e-6
"""Difference of scores that is rounding: an element as similar as the last exact result counts as found."""


@dataclass(frozen=True, slots=True)
class RecallQuery:
    """A query to measure: an element, or a vector."""

    label: str
    """What it is, such as the name of an element. Not sanitized."""
    like: bytes | None = None
    vector: bytes | None = None
    """float32, little-endian."""
    line: str = ""
    """The query line that asks it."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The recall of one query."""

    query: RecallQuery
    recall: dict[int, float]
    """Share of the first k exact results that were found, by k; empty if there is no exact result."""
    seconds: float
    """Of the approximate search."""
    exact_seconds: float
    unfiltered: float | None = None
    """Recall at the number of results asked for, of the same search without its filter."""


@dataclass(frozen=True, slots=True)
class RecallSummary:
    """Recall at k over some queries."""

    k: int
    queries: int
    mean: float
    low: float
    high: float
    """The 95 % confidence interval of the mean."""
    median: float
    deviation: float
    minimum: float
    under: dict[float, float]
    """Share of the queries with a recall under each threshold."""


@dataclass(frozen=True, slots=True)
class RecallEstimate:
    """Mean recall at the number of results asked for, with its 95 % confidence interval."""

    mean: float
    low: float
    high: float
    queries: int


async def measure(
    store: VectorSetStore,
    info: SetInfo,
    queries: Sequence[RecallQuery],
    filter: str,
    options: SearchOptions,
    budget: float,
    unfiltered: bool = True,
) -> AsyncGenerator[Measured]:
    """Measure queries one at a time; with a filter, also the same queries without it.

    Args:
        store: The vector sets.
        info: The set.
        queries: What to search for.
        filter: A filter that the server accepts; blank for none.
        options: The options of the approximate search.
        budget: Share of the time for which the server may be kept busy, above 0 and at most 1.
        unfiltered: Whether to measure the queries without their filter, too.

    Raises:
        VsexplorerError: the server or the connection failed.
    """
    exact_options = replace(options, exact=True, no_thread=False)
    for place, query in enumerate(queries):
        started = time.perf_counter()
        found = await store.ranking(info, filter, options, query.like, query.vector)
        between = time.perf_counter()
        exact = await store.ranking(info, filter, exact_options, query.like, query.vector)
        ended = time.perf_counter()
        recall = {k: share for k in depths(options.count) if (share := recall_at(k, found, exact)) is not None}
        without = None
        if filter.strip() and unfiltered:
            found = await store.ranking(info, "", options, query.like, query.vector)
            exact = await store.ranking(info, "", exact_options, query.like, query.vector)
            without = recall_at(options.count, found, exact)
        busy = time.perf_counter() - started
        yield Measured(query, recall, between - started, ended - between, without)
        if place + 1 < len(queries):
            await asyncio.sleep(busy * (1 / budget - 1))


def depths(count: int) -> list[int]:
    """Return the numbers of results at which recall is measured: 10, 100 and all that are asked for."""
    return sorted({k for k in (10, 100) if k < count} | {count})


def recall_at(k: int, found: Sequence[tuple[bytes, float]], exact: Sequence[tuple[bytes, float]]) -> float | None:
    """Return the share of the first ``k`` exact results that were found; ``None`` if there is none.

    Elements that tie with the last of them count, as in ANN-Benchmarks (Aumüller et al. 2018,
    https://arxiv.org/abs/1807.05614).
    """
    wanted = exact[:k]
    if not wanted:
        return None
    names = {name for name, _ in wanted}
    least = wanted[-1][1] - _TIE
    hits = sum(1 for name, score in found[:k] if name in names or score >= least)
    return min(1.0, hits / len(wanted))


def summarize(k: int, measured: Sequence[Measured], random: Random) -> RecallSummary | None:
    """Sum up the recall at ``k``; ``None`` without a query that has exact results."""
    values = [one.recall[k] for one in measured if k in one.recall]
    if not values:
        return None
    low, high = mean_interval(values, random)
    return RecallSummary(
        k,
        len(values),
        statistics.fmean(values),
        low,
        high,
        statistics.median(values),
        statistics.pstdev(values),
        min(values),
        {limit: sum(value < limit for value in values) / len(values) for limit in THRESHOLDS},
    )


def lowest(measured: Sequence[Measured], k: int) -> list[Measured]:
    """Return the queries with a recall at ``k`` below 1, the lowest first."""
    missing = [one for one in measured if one.recall.get(k, 1.0) < 1]
    return sorted(missing, key=lambda one: one.recall[k])


def unfiltered_mean(measured: Sequence[Measured]) -> float | None:
    """Return the mean recall of the queries without their filter; ``None`` if they have none."""
    values = [one.unfiltered for one in measured if one.unfiltered is not None]
    return statistics.fmean(values) if values else None


def explain_loss(mean: float, unfiltered: float | None, quantization: str) -> str:
    """Say in a sentence where results are lost, and what finds them.

    Args:
        mean: Mean recall of the searches as they are.
        unfiltered: Mean recall of the same queries without their filter; ``None`` if they have none.
        quantization: ``int8``, ``f32`` or ``bin``.
    """
    graph_alone = mean if unfiltered is None else unfiltered
    lost, graph = 1 - mean, 1 - graph_alone
    if lost < _NEGLIGIBLE:
        sentence = f"Recall is {mean:.3f}: the searches find what exact ones find."
    elif unfiltered is not None and lost - graph > graph:
        sentence = (
            f"The filter loses most: recall is {mean:.3f} with it and {unfiltered:.3f} without. "
            "Raise FILTER-EF, or search exactly (TRUTH)."
        )
    else:
        without = "" if unfiltered is None else " without the filter"
        sentence = f"The graph search loses most: recall is {graph_alone:.3f}{without}. "
        sentence += "Raise EF, or build the set with a larger M."
    if quantization == "f32":
        return sentence
    lost_before = f"Losses from {quantization} quantization are not counted"
    return f"{sentence} {lost_before}, because TRUTH compares quantized vectors, too."


def mean_interval(values: Sequence[float], random: Random) -> tuple[float, float]:
    """Return the 95 % confidence interval of the mean of shares.

    It is the percentile bootstrap (Efron 1979), widened to the Wilson score interval of as many trials where the
    values hardly differ: equal values in a small sample do not mean that all others are equal to them.
    """
    number, mean = len(values), statistics.fmean(values)
    means = sorted(statistics.fmean(random.choices(values, k=number)) for _ in range(_RESAMPLES))
    low, high = means[round(0.025 * (_RESAMPLES - 1))], means[round(0.975 * (_RESAMPLES - 1))]
    if len(set(values)) == 1:
        least, most = wilson(mean * number, number)
        low, high = min(low, least), max(high, most)
    return max(0.0, low), min(1.0, high)
