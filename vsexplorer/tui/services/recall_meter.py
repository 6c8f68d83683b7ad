"""Measures the recall of searches like the one shown, while nothing is typed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.values import SearchOptions, SetInfo
from vsexplorer.tui.services.when_idle import WhenIdle

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
        self._idle: WhenIdle[tuple[Circumstances, SetInfo]] = WhenIdle(self._run, crash, pause)
        self._known: dict[Circumstances, RecallEstimate | None] = {}

    def ask(self, info: SetInfo, filter: str, options: SearchOptions) -> None:
        """Deliver the recall of searches with this filter and these options; measure it if it is not known."""
        wanted = Circumstances(info.key, info.uid, info.size, filter.strip(), options)
        if wanted in self._known:
            self._idle.stop()
            self._deliver(wanted, self._known[wanted])
        else:
            self._idle.ask((wanted, info))

    def stop(self) -> None:
        """Measure nothing until asked again; a query under way is waited for in the background."""
        self._idle.stop()

    def forget(self) -> None:
        """Forget what was measured: attributes can change without a change in VINFO."""
        self._known.clear()

    async def close(self) -> None:
        """Stop measuring, and wait for the query under way."""
        await self._idle.close()

    async def _run(self, asked: tuple[Circumstances, SetInfo]) -> None:
        wanted, info = asked
        found: RecallEstimate | None = None
        try:
            async with aclosing(self._measure(info, wanted.filter, wanted.options)) as estimates:
                async for estimate in estimates:
                    if not self._idle.wants(asked):
                        return
                    found = estimate
                    self._deliver(wanted, estimate)
        except VsexplorerError:
            # The search itself reports the server's error.
            return
        while len(self._known) >= _KEPT:
            del self._known[next(iter(self._known))]
        self._known[wanted] = found
        if self._idle.wants(asked):
            self._deliver(wanted, found)
