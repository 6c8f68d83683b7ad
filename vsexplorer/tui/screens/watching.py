"""The open set while others write to it: what is new, and whether it is still the same set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.text import display
from vsexplorer.core.values import SetInfo

if TYPE_CHECKING:
    from vsexplorer.tui.screens.explorer import ExplorerScreen

_SETTLED = 0.25
"""Seconds after an answer at which the set is looked at, to tell later what is newer than that answer."""


class SetWatcher:
    """Compares the set as it is with the set as it was when the results came."""

    def __init__(self, screen: ExplorerScreen) -> None:
        self._screen = screen
        self._before: SetInfo | None = None
        self._run = ""
        self._waiting = False
        self.gone = ""
        """What became of the set that was open, where it is not there any more."""

    def opened(self, info: SetInfo) -> None:
        """A set was opened."""
        self.gone = ""
        self._compare_with(info)

    def answered(self) -> None:
        """The results are those of this moment."""
        self._screen.say_of_set("")
        if not self._waiting:
            self._waiting = True
            self._screen.set_timer(_SETTLED, self._look_again)

    async def _look_again(self) -> None:
        self._waiting = False
        screen = self._screen
        if screen.info is None or not screen.connection.connected:
            return
        try:
            info = await screen.explorer.sets.info(screen.info.key)
        except VsexplorerError:
            # The next heartbeat says what is to be said of it.
            return
        if self._same(info):
            self._compare_with(info)

    def saw(self, info: SetInfo) -> None:
        """The set is there, and like this."""
        screen, before = self._screen, self._before
        if before is None or before.key != info.key or screen.loads.running:
            return
        if self.gone or not self._same(info):
            self._lost(f"{display(info.key)} was deleted and made anew by someone else", "r opens the new one")
            return
        screen.note_info(info)
        from vsexplorer.insight.set_figures import difference

        words = difference(before, info)
        screen.say_of_set(f"{words} · r refreshes" if words else "")

    def missing(self) -> None:
        """The set is not there."""
        info = self._screen.info
        if info is not None:
            self._lost(f"{display(info.key)} was deleted by someone else, or has expired", "o lists the other sets")

    def _lost(self, words: str, hint: str) -> None:
        if self.gone == words:
            return
        self.gone = words
        self._screen.mark_stale()
        self._screen.say_of_set(hint)
        self._screen.say(f"{words}; what is shown is what it held before · {hint}", error=True)

    def _same(self, info: SetInfo) -> bool:
        """Whether it is the set that was opened; a server that was started anew numbers its sets anew."""
        before = self._before
        if before is None or self._run != self._screen.explorer.capabilities.run:
            return True
        return info.uid == before.uid

    def _compare_with(self, info: SetInfo) -> None:
        self._before, self._run = info, self._screen.explorer.capabilities.run
