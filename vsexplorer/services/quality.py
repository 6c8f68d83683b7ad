"""How good the answers are: recall of the approximate search."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from random import Random

from vsexplorer.core.errors import NotFound
from vsexplorer.core.text import decode, display
from vsexplorer.core.values import SearchOptions, SetInfo
from vsexplorer.core.vectors import packed, weighted_sum
from vsexplorer.insight.drawing import draw
from vsexplorer.insight.ef_curve import CurveSample, curve_values, measure_curve
from vsexplorer.insight.recall import Measured, RecallQuery, measure
from vsexplorer.language.check import require_valid
from vsexplorer.services.models import ModelService
from vsexplorer.services.sets import SetService
from vsexplorer.vectorset.store import VectorSetStore


class QualityService:
    """Measures the searches in the sets of one database."""

    def __init__(self, store: VectorSetStore, models: ModelService, sets: SetService) -> None:
        self._store = store
        self._models = models
        self._sets = sets

    async def element_queries(self, key: bytes, number: int, random: Random) -> tuple[list[RecallQuery], bool]:
        """Draw elements of a set to search for; also tell whether the draw is uniform.

        Raises:
            NotFound: there is no such set, or it is empty.
        """
        info = await self._filled(key)
        drawn = await draw(self._store, info, number, random)
        return [RecallQuery(decode(name), like=name) for name in drawn.names[:number]], drawn.uniform

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
            queries.append(RecallQuery(label, vector=packed(weighted_sum(terms))))
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
        vectors = await asyncio.to_thread(embedder.run_documents, list(texts))
        return [RecallQuery(text, vector=vector) for text, vector in zip(texts, vectors, strict=True)]

    async def recall(
        self, key: bytes, queries: Sequence[RecallQuery], filter: str, options: SearchOptions, budget: float
    ) -> AsyncIterator[Measured]:
        """Compare searches with exact ones, one query at a time.

        Raises:
            FilterRefused: the server would not accept the filter.
            VsexplorerError: the server or the connection failed.
        """
        require_valid(filter, self._store.dialect)
        info = await self._filled(key)
        async for measured in measure(self._store, info, queries, filter, options, budget):
            yield measured

    async def curve(
        self,
        key: bytes,
        queries: Sequence[RecallQuery],
        filter: str,
        options: SearchOptions,
        budget: float,
    ) -> AsyncIterator[list[CurveSample]]:
        """Compare searches with several values of EF, or of FILTER-EF under a filter, with exact ones.

        Raises:
            FilterRefused: the server would not accept the filter.
            VsexplorerError: the server or the connection failed.
        """
        require_valid(filter, self._store.dialect)
        info = await self._filled(key)
        values = curve_values(info, filter, options.count)
        async for samples in measure_curve(self._store, info, queries, filter, options, values, budget):
            yield samples

    async def _filled(self, key: bytes) -> SetInfo:
        info = await self._sets.known(key)
        if not info.size:
            raise NotFound(f"{display(key)} is empty.")
        return info
