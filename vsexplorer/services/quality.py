"""How good the answers are: recall of the approximate search."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from random import Random

from vsexplorer.core.errors import NotFound
from vsexplorer.core.text import decode, display
from vsexplorer.core.values import EXACT_COST, ByText, SearchOptions, SetInfo
from vsexplorer.core.vectors import packed, weighted_sum
from vsexplorer.insight.drawing import draw
from vsexplorer.insight.ef_curve import CurveSample, curve_values, measure_curve
from vsexplorer.insight.recall import Measured, RecallEstimate, RecallQuery, measure, summarize
from vsexplorer.language.check import require_valid
from vsexplorer.language.query_line import written
from vsexplorer.language.query_source import line_of
from vsexplorer.services.models import ModelService
from vsexplorer.services.samples import SampleService
from vsexplorer.services.sets import SetService
from vsexplorer.vectorset.store import VectorSetStore

_MOST_EXACT = 40.0
"""Milliseconds that an exact search may take while the user does something else."""
_ESTIMATED = 20
_STEP = 5
_IDLE_BUDGET = 0.1


class QualityService:
    """Measures the searches in the sets of one database."""

    def __init__(
        self, store: VectorSetStore, models: ModelService, sets: SetService, samples: SampleService
    ) -> None:
        self._store = store
        self._models = models
        self._sets = sets
        self._samples = samples

    async def element_queries(self, key: bytes, number: int, random: Random) -> tuple[list[RecallQuery], bool]:
        """Draw elements of a set to search for; also tell whether the draw is uniform.

        Raises:
            NotFound: there is no such set, or it is empty.
        """
        info = await self._filled(key)
        drawn = await draw(self._store, info, number, random)
        names = drawn.names[:number]
        return [RecallQuery(decode(name), like=name, line=written(name)) for name in names], drawn.uniform

    async def mixed_queries(
        self, key: bytes, number: int, mixed: int, random: Random
    ) -> tuple[list[RecallQuery], bool]:
        """Make queries from the mean of several elements each, which lie between what is stored; also tell whether
        the elements are drawn uniformly.

        Raises:
            NotFound: there is no such set, or it is empty.
        """
        info = await self._filled(key)
        drawn = await draw(self._store, info, number * mixed, random)
        stored = dict(zip(drawn.names, await self._store.vectors(info, drawn.names), strict=True))
        names = [name for name in drawn.names if stored[name] is not None]
        queries = []
        for _ in range(number if names else 0):
            chosen = random.sample(names, min(mixed, len(names)))
            terms = [(1.0, vector.normalized()) for name in chosen if (vector := stored[name]) is not None]
            label = " + ".join(decode(name) for name in chosen)
            line = "= " + " + ".join(written(name, in_sum=True) for name in chosen)
            queries.append(RecallQuery(label, vector=packed(weighted_sum(terms)), line=line))
        return queries, drawn.uniform

    async def text_queries(self, key: bytes, texts: Sequence[str]) -> list[RecallQuery]:
        """Embed texts to search for.

        Raises:
            DimensionMismatch: the model does not fit the set.
            ModelUnavailable: the model cannot be opened.
        """
        info = await self._filled(key)
        embedder = self._models.embedder
        await embedder.open()
        self._models.check(info)
        return [
            RecallQuery(text, vector=(await embedder.embed(text)).vector, line=line_of(ByText(text)))
            for text in texts
        ]

    async def recall(
        self, key: bytes, queries: Sequence[RecallQuery], filter: str, options: SearchOptions, budget: float
    ) -> AsyncGenerator[Measured]:
        """Compare searches with exact ones, one query at a time.

        Raises:
            FilterRefused: the server would not accept the filter.
            VsexplorerError: the server or the connection failed.
        """
        info = await self._filled(key)
        require_valid(filter, self._store.dialect_of(key))
        async for measured in measure(self._store, info, queries, filter, options, budget):
            yield measured

    async def curve(
        self,
        key: bytes,
        queries: Sequence[RecallQuery],
        filter: str,
        options: SearchOptions,
        budget: float,
    ) -> AsyncGenerator[list[CurveSample]]:
        """Compare searches with several values of EF, or of FILTER-EF under a filter, with exact ones.

        Raises:
            FilterRefused: the server would not accept the filter.
            VsexplorerError: the server or the connection failed.
        """
        info = await self._filled(key)
        require_valid(filter, self._store.dialect_of(key))
        values = curve_values(info, filter, options.count)
        async for samples in measure_curve(self._store, info, queries, filter, options, values, budget):
            yield samples

    async def estimates(self, info: SetInfo, filter: str, options: SearchOptions) -> AsyncGenerator[RecallEstimate]:
        """Estimate the recall of searches like one, within a small budget; the queries are elements of the set.

        Yields:
            The estimate after every few queries; nothing if exact searches would take too long, or if no uniform
            sample of the elements is at hand.

        Raises:
            VsexplorerError: the server or the connection failed.
        """
        names = self._samples.names(info)
        if names is None or info.size * info.dimension * EXACT_COST > _MOST_EXACT:
            return
        chosen = Random(info.uid).sample(names, min(_ESTIMATED, len(names)))  # noqa: S311
        queries = [RecallQuery(decode(name), like=name) for name in chosen]
        measured: list[Measured] = []
        async for one in measure(self._store, info, queries, filter, options, _IDLE_BUDGET, unfiltered=False):
            measured.append(one)
            if len(measured) % _STEP == 0 or len(measured) == len(queries):
                summary = summarize(options.count, measured, Random(0))  # noqa: S311
                if summary is not None:
                    yield RecallEstimate(summary.mean, summary.low, summary.high, summary.queries)

    async def _filled(self, key: bytes) -> SetInfo:
        info = await self._sets.known(key)
        if not info.size:
            raise NotFound(f"{display(key)} is empty.")
        return info
