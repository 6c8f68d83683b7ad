"""How many elements pass the filter, counted behind the search that shows the nearest of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vsexplorer.core.errors import VsexplorerError

if TYPE_CHECKING:
    from textual.timer import Timer

    from vsexplorer.insight.match_counts import Matches
    from vsexplorer.tui.screens.filtering import FilteringScreen

_PAUSE = 0.5
"""Seconds without another filter before one is counted."""


class MatchCounter:
    """One count at a time, made once nobody types: the search comes first. None is ever cancelled."""

    def __init__(self, screen: FilteringScreen, tell: Callable[[str, Matches], None]) -> None:
        self._screen = screen
        self._tell = tell
        self._wanted: str | None = None
        self._counting = False
        self._timer: Timer | None = None
        self._known: tuple[tuple[bytes, int, int], str, Matches] | None = None

    def ask(self, expression: str) -> None:
        """Count the elements that pass, unless that is known already; a blank filter needs no count."""
        info = self._screen.info
        if info is None or not expression.strip():
            self._wanted = None
            return
        state = (info.key, info.uid, info.size)
        if self._known is not None and self._known[:2] == (state, expression):
            self._tell(expression, self._known[2])
            return
        self._wanted = expression
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._screen.set_timer(_PAUSE, self._start)

    def _start(self) -> None:
        if self._wanted is not None and not self._counting:
            self._counting = True
            self._screen.run_worker(self._count(), group="count", description="counting matches")

    def forget(self) -> None:
        """Count again when asked: attributes can change without a sign."""
        self._known = None

    async def _count(self) -> None:
        try:
            while (expression := self._wanted) is not None and (info := self._screen.info) is not None:
                self._wanted = None
                found = await self._screen.connection.explorer.samples.matching(info, expression)
                if found is not None:
                    self._known = ((info.key, info.uid, info.size), expression, found)
                    self._tell(expression, found)
        except VsexplorerError:
            # The search itself says what is wrong with the server.
            return
        finally:
            self._counting = False
