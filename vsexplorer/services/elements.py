"""Read the elements of a vector set by name, a single element, and its neighbours in the graph."""

from __future__ import annotations

import time

from vsexplorer.core.values import (
    ElementDetails,
    Everything,
    Neighbour,
    Query,
    ResultPage,
    SearchOptions,
    SetInfo,
    Span,
    Timings,
)
from vsexplorer.services.browse import Browser
from vsexplorer.services.sets import SetService
from vsexplorer.vectorset.store import VectorSetStore

_NEAREST = 16
"""Nearest documents of an index that are shown in place of links."""


class ElementService:
    """Reads elements without ranking them."""

    def __init__(self, store: VectorSetStore, sets: SetService) -> None:
        self._store = store
        self._sets = sets

    async def page(self, key: bytes, span: Span, count: int) -> ResultPage:
        """Return the first elements of a span in name order, with their attributes.

        Raises:
            NotFound: there is no such set.
            CommandRefused: a span was given, and the server cannot list in order.
        """
        started = time.perf_counter()
        await self._sets.info(key)
        answer = await self._store.first(key, count, span)
        total = (time.perf_counter() - started) * 1000
        query = Query(key, Everything(), options=SearchOptions(count))
        return ResultPage(
            query, answer.hits, answer.command, Timings(0.0, answer.milliseconds, total), answer.notes, answer.argv
        )

    def browser(self, info: SetInfo) -> Browser:
        """Open a window on all elements of a set in name order."""
        return Browser(self._store, info)

    async def names(self, key: bytes, prefix: bytes) -> list[bytes]:
        """Find some elements whose names begin with ``prefix`` in its usual capitalizations."""
        typed = prefix.decode("utf-8", "surrogateescape")
        other = typed[:1].swapcase() + typed[1:]
        wanted = dict.fromkeys((typed, other, typed.title(), typed.upper()))
        return await self._store.some_names(key, [one.encode("utf-8", "surrogateescape") for one in wanted])

    async def neighbours(self, key: bytes, element: bytes) -> list[list[Neighbour]]:
        """Return an element's links in the HNSW graph, from the lowest level upward.

        The query engine does not show the graph of an index: of its documents, the nearest are returned.

        Raises:
            NotFound: the set or the element does not exist.
        """
        info = await self._sets.info(key)
        if not info.is_index:
            return await self._store.neighbours(key, element)
        found = await self._store.ranking(info, "", SearchOptions(_NEAREST + 1), element, None)
        return [[Neighbour(name, score) for name, score in found if name != element][:_NEAREST]]

    async def details(self, key: bytes, element: bytes) -> ElementDetails:
        """Read one element: its attributes and its vector.

        Raises:
            NotFound: the set or the element does not exist.
        """
        return await self._store.element(await self._sets.known(key), element)
