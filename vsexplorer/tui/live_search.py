"""Search at every keystroke: the newest query always runs next, and queries it replaced are never sent.

Queries are embedded one at a time, because embedding is bound by the CPU; a few run in Redis concurrently, each on
its own connection, so that a slow search does not delay the next. A running search is never cancelled; an answer
older than the one shown is dropped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.tasks import drain
from vsexplorer.core.values import Query, ResultPage

PLACES = 3
"""Maximum number of concurrent searches in Redis."""


class Searcher[Prepared](Protocol):
    """The search service that answers queries, such as ``Explorer.search``."""

    def prepare(self, query: Query) -> Awaitable[Prepared]:
        """Embed the query's text."""

    def run(self, prepared: Prepared) -> Awaitable[ResultPage]:
        """Ask Redis."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a query: a result page or an error."""

    query: Query
    page: ResultPage | None
    error: VsexplorerError | None
    newest: bool
    """No newer query has been asked meanwhile."""


class LiveSearch[Prepared]:
    """Accepts queries at any rate and delivers their outcomes in the order they were asked."""

    def __init__(
        self,
        searcher: Callable[[], Searcher[Prepared]],
        deliver: Callable[[Outcome], None],
        crash: Callable[[BaseException], None],
    ) -> None:
        self._searcher = searcher
        self._deliver = deliver
        self._crash = crash
        self._asked = 0
        self._shown = 0
        self._waiting: tuple[int, Query] | None = None
        self._preparing = False
        self._running = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def busy(self) -> bool:
        """Whether the newest query has no outcome yet."""
        return self._shown < self._asked

    def ask(self, query: Query) -> None:
        """Queue a query in place of one that is still waiting."""
        if self._closed:
            return
        self._asked += 1
        self._waiting = (self._asked, query)
        self._next()

    def forget(self) -> None:
        """Drop the waiting query and ignore answers still to come."""
        self._asked += 1
        self._shown = self._asked
        self._waiting = None

    async def close(self) -> None:
        """Stop delivering outcomes and wait for running searches."""
        self.forget()
        self._closed = True
        await drain(self._tasks)

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        await drain(self._tasks)

    def _next(self) -> None:
        if self._waiting is None or self._preparing or self._running >= PLACES:
            return
        (generation, query), self._waiting = self._waiting, None
        self._preparing = True
        task = asyncio.get_running_loop().create_task(self._answer(generation, query))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def _answer(self, generation: int, query: Query) -> None:
        page: ResultPage | None = None
        failure: VsexplorerError | None = None
        searcher = self._searcher()
        try:
            prepared = await self._prepare(searcher, query)
            page = await self._run(searcher, prepared)
        except VsexplorerError as error:
            failure = error
        if generation > self._shown:
            self._shown = generation
            self._deliver(Outcome(query, page, failure, generation == self._asked))

    async def _prepare(self, searcher: Searcher[Prepared], query: Query) -> Prepared:
        try:
            return await searcher.prepare(query)
        finally:
            self._preparing = False

    async def _run(self, searcher: Searcher[Prepared], prepared: Prepared) -> ResultPage:
        self._running += 1
        self._next()
        try:
            return await searcher.run(prepared)
        finally:
            self._running -= 1

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._crash(error)
        self._next()
