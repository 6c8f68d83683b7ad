"""Do what was asked for last, once nothing new is asked for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


class WhenIdle[T]:
    """Does one thing at a time, and never cancels it: a cancelled command would close its connection.

    Args:
        work: Does what was asked for.
        crash: Called with an exception of the work.
        pause: Seconds without another request before the work begins.
    """

    def __init__(
        self, work: Callable[[T], Awaitable[None]], crash: Callable[[BaseException], None], pause: float
    ) -> None:
        self._work = work
        self._crash = crash
        self._pause = pause
        self._wanted: T | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def ask(self, wanted: T) -> None:
        """Do this after the pause, in place of what was asked for before."""
        self.stop()
        self._wanted = wanted
        self._timer = asyncio.get_running_loop().call_later(self._pause, self._due)

    def stop(self) -> None:
        """Do nothing until asked again; work under way ends in the background."""
        self._wanted = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def wants(self, asked: T) -> bool:
        """Whether nothing else was asked for since, so that work that can stop early should go on."""
        return self._wanted is asked

    async def close(self) -> None:
        """Stop, and wait for work under way."""
        self.stop()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    def _due(self) -> None:
        self._timer = None
        self._start()

    def _start(self) -> None:
        if self._wanted is not None and self._timer is None and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(self._wanted))
            self._task.add_done_callback(self._done)

    async def _run(self, wanted: T) -> None:
        try:
            await self._work(wanted)
        finally:
            if self._wanted is wanted:
                self._wanted = None

    def _done(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if not task.cancelled() and (error := task.exception()) is not None:
            self._crash(error)
        self._start()
