"""Counts the elements that pass the filter, after the search has shown the nearest of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.values import SetInfo
from vsexplorer.tui.services.when_idle import WhenIdle

if TYPE_CHECKING:
    from vsexplorer.insight.match_counts import Matches

_PAUSE = 0.5
"""Seconds without a filter change before counting."""


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
        self._idle: WhenIdle[tuple[SetInfo, str]] = WhenIdle(self._run, crash, pause)
        self._known: tuple[tuple[bytes, int, int], str, Matches] | None = None

    def ask(self, info: SetInfo, expression: str) -> None:
        """Count the elements that pass a filter, unless it is blank or its count is known."""
        if not expression.strip():
            self._idle.stop()
        elif self._known is not None and self._known[:2] == (_state(info), expression):
            self._idle.stop()
            self._deliver(expression, self._known[2])
        else:
            self._idle.ask((info, expression))

    def forget(self) -> None:
        """Forget the last count: attributes can change without a change in VINFO."""
        self._known = None

    async def close(self) -> None:
        """Stop counting, and wait for a running count."""
        await self._idle.close()

    async def _run(self, wanted: tuple[SetInfo, str]) -> None:
        info, expression = wanted
        try:
            found = await self._count(info, expression)
        except VsexplorerError:
            # The search itself reports the server's error.
            return
        if found is not None:
            self._known = (_state(info), expression, found)
            self._deliver(expression, found)


def _state(info: SetInfo) -> tuple[bytes, int, int]:
    return info.key, info.uid, info.size
