"""The details of the selected point, or of the selected elements, of a map."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vsexplorer.core.text import plural
from vsexplorer.tui.services.when_idle import WhenIdle
from vsexplorer.tui.widgets.attributes import AttributesView

if TYPE_CHECKING:
    from vsexplorer.insight.distinctive import Description
    from vsexplorer.tui.services.map_contents import MapContents

_PAUSE = 0.15
"""Seconds for which the cursor rests before the words around it are looked for."""
_LISTED = 200
"""Elements of a selection whose names are listed."""


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """What words are wanted of: a point and those around it, or a selection."""

    contents: MapContents
    point: int | None
    selection: tuple[int, ...]


class MapDetails(AttributesView):
    """Shows attributes, and the words that set elements apart from the others once they are known.

    Args:
        say: Shows a line about the selected point.
        crash: Called with an unexpected exception.
    """

    def __init__(self, say: Callable[[str], None], crash: Callable[[BaseException], None]) -> None:
        super().__init__(id="map-details")
        self._say = say
        self._idle: WhenIdle[_Asked] = WhenIdle(self._tell, crash, _PAUSE)

    async def close(self) -> None:
        """Wait for work under way."""
        await self._idle.close()

    def show_point(self, contents: MapContents, point: int) -> None:
        """Show an element."""
        self._show_point(contents, point, ())
        self._idle.ask(_Asked(contents, point, ()))

    def show_selection(self, contents: MapContents) -> None:
        """Show what is selected."""
        self._show_selection(contents, ())
        self._idle.ask(_Asked(contents, None, contents.selection))

    def show_description(self, found: Description) -> None:
        """Show the condition that describes a selection, and how well it does."""
        self._idle.stop()
        passed = f"passed by {found.found:,} of the {found.group:,} and by {found.others:,} others on the map"
        self.show(f"filter for {found.group:,} selected", None, (), f"{found.condition}\n{passed}")

    async def _tell(self, asked: _Asked) -> None:
        contents = asked.contents
        if asked.point is not None:
            words = await asyncio.to_thread(contents.words_around, asked.point)
        else:
            words = await asyncio.to_thread(contents.words_of, asked.selection)
        if not self._idle.wants(asked):
            return
        if asked.point is not None:
            self._show_point(contents, asked.point, words)
        else:
            self._show_selection(contents, words)

    def _show_point(self, contents: MapContents, point: int, words: Sequence[str]) -> None:
        facts = contents.facts(point)
        if words:
            facts.append(f"around here: {', '.join(words)}")
        self.show(contents.name(point), contents.shown.attributes[point], tuple(facts))
        self._say(" · ".join([contents.name(point), *facts]))

    def _show_selection(self, contents: MapContents, words: Sequence[str]) -> None:
        chosen = contents.selection
        typical = (f"typical: {', '.join(words)}",) if words else ()
        names = "\n".join(contents.name(point) for point in chosen[:_LISTED])
        self.show(f"{plural(len(chosen), 'element')} selected", None, typical, names)
