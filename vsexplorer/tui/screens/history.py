"""The history screen: earlier searches and favourites of a set, to repeat one."""

from __future__ import annotations

import time
from typing import ClassVar

from textual.binding import BindingType

from vsexplorer.core.text import duration, plural, sanitize
from vsexplorer.services.set_memory import SetMemory
from vsexplorer.state.history import PastSearch
from vsexplorer.tui.keymap import Place, bindings
from vsexplorer.tui.screens.chooser import Chooser


class HistoryScreen(Chooser[PastSearch]):
    """Dismisses with the search to repeat; lists favourites first, then the newest."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.HISTORY)
    SORTED = False

    def __init__(self, memory: SetMemory) -> None:
        super().__init__("type to find an earlier search")
        self._memory = memory

    def on_mount(self) -> None:
        """Fill the list."""
        self._show()

    def _show(self) -> None:
        past = self._memory.past
        favourites = [one for one in past if one.name]
        self.replace([_entry(one) for one in [*favourites, *(one for one in past if not one.name)]])
        keys = "" if self.app.size.height < 16 else " · enter: repeat · ctrl+s: favourite · ctrl+x: remove"
        many = f"{len(past):,} search{'' if len(past) == 1 else 'es'}, {plural(len(favourites), 'favourite')}"
        self.say(f"{many}{keys}" if past else "no earlier searches")

    def action_keep(self) -> None:
        """Make the highlighted search a favourite, or remove it from the favourites."""
        from vsexplorer.tui.screens.forms import NameForm

        past = self.highlighted
        if past is None:
            return
        if past.name:
            self._memory.unfavourite(past)
            self._follow()
        else:
            form = NameForm("save this search as", past.search.line or past.search.filter)
            self.app.push_screen(form, lambda name: self._keep(past, name))

    def _keep(self, past: PastSearch, name: str | None) -> None:
        if name:
            self._memory.keep(past.search, name)
            self._follow()

    def action_forget(self) -> None:
        """Remove the highlighted search from the history."""
        if (past := self.highlighted) is not None:
            self._memory.forget(past)
            self._follow()

    def _follow(self) -> None:
        async def follow() -> None:
            await self._memory.settled()
            self._show()

        self.run_worker(follow(), group="history", description="reading the history")


def _entry(past: PastSearch) -> tuple[str, str, PastSearch]:
    search = past.search
    asked = search.line or "everything"
    where = f" where {search.filter}" if search.filter else ""
    name = f"★ {past.name}: {asked}{where}" if past.name else f"{asked}{where}"
    since = f"{duration(max(0, time.time() - past.asked))} ago"
    return sanitize(name), since, past
