"""Compare the results of searches with a sample of the set."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from vsexplorer.core.errors import NotFound
from vsexplorer.core.text import display
from vsexplorer.core.values import ByElement, Everything, Query, ResultPage, SetInfo
from vsexplorer.core.vectors import unpacked
from vsexplorer.insight.distribution import ScoreDistribution, scores_of
from vsexplorer.insight.drawing import draw
from vsexplorer.server.failures import no_element
from vsexplorer.services.samples import SampleService
from vsexplorer.services.search import SearchService
from vsexplorer.services.sets import SetService
from vsexplorer.vectorset.projection import project
from vsexplorer.vectorset.store import VectorSetStore
from vsexplorer.vectorset.stored_vector import StoredVector, compared_query, compared_rows

if TYPE_CHECKING:
    from vsexplorer.core.matrix import Floats, Row32

_SAMPLE = 1_000
_PAGE = 250
_KEPT = 4


@dataclass(frozen=True, slots=True)
class _Sampled:
    info: SetInfo
    rows: Floats
    uniform: bool


class DistributionService:
    """Scores samples of the sets of one database, the last of which are kept."""

    def __init__(
        self, store: VectorSetStore, sets: SetService, search: SearchService, samples: SampleService
    ) -> None:
        self._store = store
        self._sets = sets
        self._search = search
        self._samples = samples
        self._sampled: dict[bytes, _Sampled] = {}

    async def measure(self, query: Query) -> ScoreDistribution:
        """Search, and score a sample of the set for the same query.

        Raises:
            NotFound: there is no such set, it is empty, or nothing is ranked.
            VsexplorerError: the search, the server or the connection failed.
        """
        return await self.of_page(await self._search.answer(query))

    async def of_page(self, page: ResultPage) -> ScoreDistribution:
        """Score a sample of the set for the query of a page of results.

        Raises:
            NotFound: there is no such set, it is empty, or nothing was ranked.
            VsexplorerError: the server or the connection failed.
        """
        query = page.query
        if isinstance(query.source, Everything):
            raise NotFound("Without a query nothing is ranked.")
        sample = await self._sample(query.key)
        scores = scores_of(sample.rows, await self._compared(page, sample.info))
        results = tuple(hit.score for hit in page.hits if hit.score is not None)
        return ScoreDistribution(scores, tuple(sorted(results, reverse=True)), sample.info.size, sample.uniform)

    def forget(self) -> None:
        """Forget the samples: the server may be another one."""
        self._sampled.clear()

    async def _compared(self, page: ResultPage, info: SetInfo) -> Row32:
        """Return the query's vector as the server compares it."""
        source = page.query.source
        if isinstance(source, ByElement):
            stored = (await self._store.vectors(info, [source.element]))[0]
            if stored is None:
                raise no_element(info.key, source.element)
            # The server normalizes and rounds the stored numbers again.
            return compared_query(stored.normalized(), info.quantization)
        prepared = await self._search.prepare(page.query)
        assert prepared.vector is not None
        vector = unpacked(prepared.vector).tolist()
        if info.reduced:
            vector = project(vector, info.dimension)
        return compared_query(vector, info.quantization)

    async def _sample(self, key: bytes) -> _Sampled:
        info = await self._sets.info(key)
        if not info.size:
            raise NotFound(f"{display(key)} is empty.")
        kept = self._sampled.get(key)
        if kept is not None and kept.info.version == info.version:
            return kept
        names, uniform = self._samples.names(info), True
        if names is None:
            drawn = await draw(self._store, info, _SAMPLE, Random(info.uid))  # noqa: S311
            names, uniform = drawn.names, drawn.uniform
        rows = compared_rows(await self._read(info, names))
        self._sampled.pop(key, None)
        while len(self._sampled) >= _KEPT:
            del self._sampled[next(iter(self._sampled))]
        self._sampled[key] = _Sampled(info, rows, uniform)
        return self._sampled[key]

    async def _read(self, info: SetInfo, names: Sequence[bytes]) -> list[StoredVector]:
        """Read the vectors of elements, with the server busy for half of the time at most."""
        found: list[StoredVector] = []
        for first in range(0, len(names), _PAGE):
            started = time.perf_counter()
            page = await self._store.vectors(info, names[first : first + _PAGE])
            found += [vector for vector in page if vector is not None]
            await asyncio.sleep(time.perf_counter() - started)
        return found
