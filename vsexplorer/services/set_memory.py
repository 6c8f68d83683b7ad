"""The saved state of the open set: searches, columns and model; read and written in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from vsexplorer.core.columns import Arrangement
from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.tasks import drain
from vsexplorer.core.values import SetInfo

if TYPE_CHECKING:
    from vsexplorer.core.values import SearchDraft
    from vsexplorer.state.history import PastSearch
    from vsexplorer.state.user_state import UserState


class SetMemory:
    """The user's saved state of the open set.

    Args:
        folder: Folder of the saved state; ``None`` keeps it only until the program ends.
        searches: Whether to save every search, not only favourites.
        tell: Called once with a message if something cannot be saved.
    """

    def __init__(self, folder: Path | None, searches: bool, tell: Callable[[str], None]) -> None:
        self._folder = folder
        self._searches = searches
        self._tell = tell
        self._turn = asyncio.Lock()
        """Serializes reads and writes in the order of the calls."""
        self._state: UserState | None = None
        self._failed = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._unexpected: BaseException | None = None
        self._place = ""
        self._info: SetInfo | None = None
        self._brief: SearchDraft | None = None
        self.past: list[PastSearch] = []
        """The searches of the open set, the newest first."""
        self.ratings: dict[tuple[str, str], dict[bytes, int]] = {}
        """The grades of elements of the open set, by query and filter."""
        self.arrangement = Arrangement()
        """The columns of the open set."""
        self.model = ""
        """The model chosen for the open set; empty if none was."""

    async def open(self, place: str, info: SetInfo) -> None:
        """Switch to a set."""
        self._place, self._info, self._brief = place, info, None
        self.past, self.arrangement, self.model, self.ratings = [], Arrangement(), "", {}
        await self._do(self._read_past, self._read_set)

    def searched(self, search: SearchDraft, brief: bool = False) -> None:
        """Remember a search of the open set.

        Args:
            search: What was asked.
            brief: Its results were shown only briefly; a longer search that begins with it replaces it.
        """
        if not self._searches or self._info is None or not (search.line.strip() or search.filter.strip()):
            return
        before, self._brief = self._brief, search if brief else None
        if self.past and self.past[0].search == search:
            return
        superseded = before if before is not None and search.line.startswith(before.line) else None
        self._add(search, "", superseded)

    def keep(self, search: SearchDraft, name: str) -> None:
        """Keep a search as a favourite."""
        self._add(search, name, None)

    def rate(self, search: SearchDraft, element: bytes, grade: int | None) -> None:
        """Rate an element for a search: 2 relevant, 1 partly, 0 not; ``None`` removes the rating."""
        if self._info is None:
            return
        grades = self.ratings.setdefault((search.line, search.filter), {})
        if grade is None:
            grades.pop(element, None)
        else:
            grades[element] = grade
        place, key = self._place, self._info.key
        self._later(lambda: self._opened.ratings.rate(place, key, search.line, search.filter, element, grade))

    def unfavourite(self, past: PastSearch) -> None:
        """Turn a favourite into an ordinary search."""
        self._later(lambda: self._opened.history.unfavourite(past.id), self._read_past)

    def forget(self, past: PastSearch) -> None:
        """Forget a search."""
        self._later(lambda: self._opened.history.forget(past.id), self._read_past)

    def arrange(self, arrangement: Arrangement) -> None:
        """Remember the columns of the open set."""
        self.arrangement = arrangement
        if self._info is not None:
            place, key = self._place, self._info.key
            self._later(lambda: self._opened.sets.arrange(place, key, arrangement))

    def choose_model(self, model: str) -> None:
        """Remember the model chosen for the open set."""
        self.model = model
        if self._info is not None:
            place, info = self._place, self._info
            self._later(lambda: self._opened.sets.choose_model(place, info.key, model, info.input_dimension))

    async def settled(self) -> None:
        """Wait until everything is written; raise any unexpected error."""
        await drain(self._tasks)
        if self._unexpected is not None:
            error, self._unexpected = self._unexpected, None
            raise error

    async def close(self) -> None:
        """Write pending changes and close the file."""
        await self.settled()
        if self._state is not None:
            await asyncio.to_thread(self._state.close)

    def _add(self, search: SearchDraft, name: str, superseded: SearchDraft | None) -> None:
        if self._info is None:
            return
        place, key = self._place, self._info.key

        def add() -> None:
            if superseded is not None:
                self._opened.history.forget_line(place, key, superseded)
            self._opened.history.add(place, key, search, name)

        self._later(add, self._read_past)

    # In the thread

    @property
    def _opened(self) -> UserState:
        if self._state is None:
            from vsexplorer.state.user_state import UserState

            self._state = UserState(self._folder)
        return self._state

    def _read_past(self) -> None:
        if self._info is not None:
            self.past = self._opened.history.found(self._place, self._info.key)

    def _read_set(self) -> None:
        info = self._info
        if info is not None:
            self.arrangement = self._opened.sets.columns(self._place, info.key)
            self.model = self._opened.sets.model(self._place, info.key, info.input_dimension)
            self.ratings = self._opened.ratings.of_set(self._place, info.key)

    def _later(self, *work: Callable[[], None]) -> None:
        task = asyncio.get_running_loop().create_task(self._do(*work))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            self._unexpected = self._unexpected or task.exception()

    async def _do(self, *work: Callable[[], None]) -> None:
        if self._failed:
            return
        try:
            async with self._turn:
                for step in work:
                    await asyncio.to_thread(step)
        except VsexplorerError as error:
            self._failed = True
            self._tell(str(error))
