"""Counts the elements that pass the filter, after the search has shown the nearest of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.values import SetInfo

if TYPE_CHECKING:
    from vsexplorer.insight.match_counts import Matches

_PAUSE = 0.5
"""Seconds without a filter change before counting."""

type _Wanted = tuple[SetInfo, str]


class MatchCounter:
    """Counts for one filter at a time, once typing pauses, so that searches go first; never cancels a count.

    Args:
        count: Counts or estimates the matches; returns ``None`` if neither is cheap.
        deliver: Called with the filter and its count.
        crash: Called with an unexpected exception.
        pause: Seconds without a filter change before counting.
    """

    def __init__(
        self,
        count: Callable[[SetInfo, str], Awaitable[Matches | None]],
        deliver: Callable[[str, Matches], None],
        crash: Callable[[BaseException], None],
        pause: float = _PAUSE,
    ) -> None:
        self._count = count
        self._deliver = deliver
        self._crash = crash
        self._pause = pause
        self._wanted: _Wanted | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._known: tuple[tuple[bytes, int, int], str, Matches] | None = None

    def ask(self, info: SetInfo, expression: str) -> None:
        """Count the elements that pass a filter, unless it is blank or its count is known."""
        self._stop_timer()
        if not expression.strip():
            self._wanted = None
            return
        if self._known is not None and self._known[:2] == (_state(info), expression):
            self._deliver(expression, self._known[2])
            return
        self._wanted = (info, expression)
        self._timer = asyncio.get_running_loop().call_later(self._pause, self._start)

    def forget(self) -> None:
        """Forget the last count: attributes can change without a change in VINFO."""
        self._known = None

    async def close(self) -> None:
        """Stop counting, and wait for a running count."""
        self._stop_timer()
        self._wanted = None
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start(self) -> None:
        if self._wanted is not None and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())
            self._task.add_done_callback(self._done)

    async def _run(self) -> None:
        while self._wanted is not None:
            (info, expression), self._wanted = self._wanted, None
            try:
                found = await self._count(info, expression)
            except VsexplorerError:
                # The search itself reports the server's error; a newer filter is still counted.
                continue
            if found is not None:
                self._known = (_state(info), expression, found)
                self._deliver(expression, found)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if not task.cancelled() and (error := task.exception()) is not None:
            self._crash(error)
        self._start()


def _state(info: SetInfo) -> tuple[bytes, int, int]:
    return info.key, info.uid, info.size
