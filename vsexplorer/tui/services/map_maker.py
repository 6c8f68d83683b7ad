"""Make maps in the background, one at a time; a newer one replaces it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.progress import Progress, ProgressCallback

if TYPE_CHECKING:
    from vsexplorer.insight.set_map import SetMap
    from vsexplorer.tui.services.map_contents import MapContents


class _Superseded(Exception):
    """Another map is made, or none is wanted any more."""


class MapMaker:
    """Follows a map while it settles.

    Args:
        use: Called with the elements of a new map.
        place: Called each time when points have moved.
        say: Called with progress, and with errors, which have the flag set.
    """

    def __init__(
        self,
        use: Callable[[MapContents], None],
        place: Callable[[SetMap], None],
        say: Callable[[str, bool], None],
    ) -> None:
        self._use = use
        self._place = place
        self._say = say
        self._run = 0
        """Number of maps begun; a superseded one ends by itself."""

    def stop(self) -> None:
        """Make no map until asked again; a command under way is answered first."""
        self._run += 1

    async def make(self, begin: Callable[[ProgressCallback], AsyncGenerator[SetMap]]) -> None:
        """Make a map in place of the one that is being made.

        It must not be cancelled: a cancelled command would close its connection.

        Args:
            begin: Begins to make a map that reports its progress.
        """
        from vsexplorer.tui.services.map_contents import MapContents

        self._run += 1
        run = self._run
        fresh = True

        def report(progress: Progress) -> None:
            if run != self._run:
                raise _Superseded
            self._say(f"{progress.what} {progress.amount}".strip(), False)

        try:
            async with aclosing(begin(report)) as maps:
                async for shown in maps:
                    contents = await asyncio.to_thread(MapContents, shown) if fresh else None
                    if run != self._run:
                        return
                    if contents is not None:
                        self._use(contents)
                        fresh = False
                    self._place(shown)
        except _Superseded:
            return
        except VsexplorerError as error:
            if run == self._run:
                self._say(error.line, True)
