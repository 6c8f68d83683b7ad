"""Map the elements of vector sets, and keep the last maps."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from random import Random

from vsexplorer.core.errors import NotFound
from vsexplorer.core.progress import ProgressCallback, ignore_progress
from vsexplorer.core.text import display
from vsexplorer.core.values import Query, SearchOptions, SetInfo, Source
from vsexplorer.insight.drawing import draw
from vsexplorer.insight.set_map import SetMap, follow, lay_out
from vsexplorer.language.check import require_valid
from vsexplorer.services.search import SearchService
from vsexplorer.services.sets import SetService
from vsexplorer.vectorset.store import VectorSetStore

LARGEST = 100_000
"""Elements up to which all are shown; of more, a uniform sample of this size is."""
_KEPT = 4


class MapService:
    """Maps the sets of one database."""

    def __init__(self, store: VectorSetStore, sets: SetService, search: SearchService) -> None:
        self._store = store
        self._sets = sets
        self._search = search
        self._maps: dict[tuple[bytes, int, int], SetMap] = {}

    async def whole(
        self,
        key: bytes,
        sample: int = LARGEST,
        seed: int = 1,
        again: bool = False,
        progress: ProgressCallback = ignore_progress,
    ) -> AsyncGenerator[SetMap]:
        """Map a set, or a sample of a large one; a map already made is brought up to date.

        Args:
            key: The set.
            sample: Show at most this number of elements.
            seed: The same seed and elements give the same map.
            again: Lay out anew, even if there is a map.
            progress: Called with progress.

        Yields:
            The map as it settles; the last one is settled.

        Raises:
            NotFound: there is no such set, or it is empty.
            VsexplorerError: the server or the connection failed.
        """
        info = await self._filled(key)
        kept = self._maps.get((key, sample, seed))
        if kept is not None and not again:
            if kept.info.version == info.version:
                yield kept
                return
            if kept.whole and info.size <= sample:
                names, _ = await self._draw(info, sample, seed)
                found = await follow(self._store, kept, info, names, progress)
                if found.laid_out > kept.laid_out / 2:
                    self._keep((key, sample, seed), found)
                    yield found
                    return
        names, uniform = await self._draw(info, sample, seed)
        async for shown in lay_out(self._store, info, names, info.size <= sample, uniform, seed, progress):
            if shown.settled:
                self._keep((key, sample, seed), shown)
            yield shown

    async def part(
        self, key: bytes, names: Sequence[bytes], seed: int = 1, progress: ProgressCallback = ignore_progress
    ) -> AsyncGenerator[SetMap]:
        """Map some elements of a set.

        Raises:
            NotFound: there is no such set, or there are no elements.
            VsexplorerError: the server or the connection failed.
        """
        info = await self._filled(key)
        if not names:
            raise NotFound(f"No element of {display(key)} is left to map.")
        # In an order that does not depend on the search, so that the map does not either.
        mixed = sorted(names)
        Random(seed).shuffle(mixed)  # noqa: S311
        async for shown in lay_out(self._store, info, mixed, True, True, seed, progress):
            yield shown

    async def passing(self, key: bytes, filter: str) -> list[bytes]:
        """Return the names of all elements that pass a filter; the server looks at every element.

        Raises:
            FilterRefused: the server would not accept the filter.
            NotFound: there is no such set.
        """
        info = await self._sets.info(key)
        require_valid(filter, self._store.dialect_of(key))
        return await self._store.passing(info, filter)

    async def found(self, key: bytes, source: Source, filter: str, count: int) -> list[bytes]:
        """Return the names of the results of a search.

        Raises:
            VsexplorerError: the search failed.
        """
        page = await self._search.answer(Query(key, source, filter, SearchOptions(count)))
        return [hit.element for hit in page.hits]

    def forget(self) -> None:
        """Forget the maps: the server may be another one."""
        self._maps.clear()

    async def _draw(self, info: SetInfo, sample: int, seed: int) -> tuple[list[bytes], bool]:
        random = Random(seed)  # noqa: S311
        number = min(info.size, sample)
        drawn = await draw(self._store, info, number, random)
        return drawn.names[:number], drawn.uniform

    def _keep(self, name: tuple[bytes, int, int], shown: SetMap) -> None:
        self._maps.pop(name, None)
        while len(self._maps) >= _KEPT:
            del self._maps[next(iter(self._maps))]
        self._maps[name] = shown

    async def _filled(self, key: bytes) -> SetInfo:
        info = await self._sets.info(key)
        if not info.size:
            raise NotFound(f"{display(key)} is empty.")
        return info
