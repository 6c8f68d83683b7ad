"""Measures the recall of searches like the one shown, while nothing is typed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.values import SearchOptions, SetInfo

if TYPE_CHECKING:
    from vsexplorer.insight.recall import RecallEstimate

_PAUSE = 1.5
"""Seconds without a new search before measuring."""
_KEPT = 64
"""Measurements that are kept."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a measurement holds for: a version of a set, a filter, and options."""

    key: bytes
    uid: int
    size: int
    filter: str
    options: SearchOptions


class RecallMeter:
    """Measures one search at a time, and stops between two queries as soon as another one is wanted.

    Args:
        measure: Yields better and better estimates; yields nothing if measuring would take too long.
        deliver: Called with what was measured and the estimate so far; ``None`` if it is not measured.
        crash: Called with an unexpected exception.
        pause: Seconds without a new search before measuring.
    """

    def __init__(
        self,
        measure: Callable[[SetInfo, str, SearchOptions], AsyncGenerator[RecallEstimate]],
        deliver: Callable[[Circumstances, RecallEstimate | None], None],
        crash: Callable[[BaseException], None],
        pause: float = _PAUSE,
    ) -> None:
        self._measure = measure
        self._deliver = deliver
        self._crash = crash
        self._pause = pause
        self._wanted: tuple[Circumstances, SetInfo] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._known: dict[Circumstances, RecallEstimate | None] = {}

    def ask(self, info: SetInfo, filter: str, options: SearchOptions) -> None:
        """Deliver the recall of searches with this filter and these options; measure it if it is not known."""
        wanted = Circumstances(info.key, info.uid, info.size, filter.strip(), options)
        self.stop()
        if wanted in self._known:
            self._deliver(wanted, self._known[wanted])
            return
        self._wanted = (wanted, info)
        self._timer = asyncio.get_running_loop().call_later(self._pause, self._start)

    def stop(self) -> None:
        """Measure nothing until asked again; a query under way is waited for in the background."""
        self._wanted = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def forget(self) -> None:
        """Forget what was measured: attributes can change without a change in VINFO."""
        self._known.clear()

    async def close(self) -> None:
        """Stop measuring, and wait for the query under way."""
        self.stop()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    def _start(self) -> None:
        if self._wanted is not None and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(*self._wanted))
            self._task.add_done_callback(self._done)

    async def _run(self, wanted: Circumstances, info: SetInfo) -> None:
        found: RecallEstimate | None = None
        try:
            async with aclosing(self._measure(info, wanted.filter, wanted.options)) as estimates:
                async for estimate in estimates:
                    if self._wanted is None or self._wanted[0] != wanted:
                        return
                    found = estimate
                    self._deliver(wanted, estimate)
        except VsexplorerError:
            # The search itself reports the server's error; a newer request stays.
            if self._wanted is not None and self._wanted[0] == wanted:
                self._wanted = None
            return
        while len(self._known) >= _KEPT:
            del self._known[next(iter(self._known))]
        self._known[wanted] = found
        if self._wanted is not None and self._wanted[0] == wanted:
            self._wanted = None
            self._deliver(wanted, found)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if not task.cancelled() and (error := task.exception()) is not None:
            self._crash(error)
        if self._timer is None or self._timer.when() <= asyncio.get_running_loop().time():
            self._start()
