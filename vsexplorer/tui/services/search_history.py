"""The search history of the open set: recording searches, and recalling them with the arrow keys."""

from __future__ import annotations

import asyncio

from vsexplorer.core.values import SearchDraft
from vsexplorer.services.set_memory import SetMemory
from vsexplorer.tui.history_cursor import HistoryCursor, filter_history, line_history

_LOOKED_AT = 3.0
"""Seconds that results must stay on the screen for their search to be remembered."""


class SearchHistory:
    """Remembers a search once the user has looked at its results or acted on them.

    Args:
        memory: What is remembered of the open set.
        looked_at: Seconds after which results count as looked at.
    """

    def __init__(self, memory: SetMemory, looked_at: float = _LOOKED_AT) -> None:
        self._memory = memory
        self.looked_at = looked_at
        self._cursor: HistoryCursor | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.answered: SearchDraft | None = None
        """The search whose results are shown."""

    def begin(self) -> None:
        """Start over for another set."""
        self.close()
        self._cursor, self.answered = None, None

    def close(self) -> None:
        """Cancel the timer that would remember the search."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def show(self, draft: SearchDraft) -> None:
        """Note an answered search; it is remembered if its results stay on the screen."""
        self.close()
        self.answered = draft
        self._timer = asyncio.get_running_loop().call_later(self.looked_at, self._remember, draft)

    def use(self) -> None:
        """Remember the search shown, because the user acts on its results."""
        self._cursor = None
        if self.answered is not None:
            self._memory.searched(self.answered)

    def keep(self, name: str) -> None:
        """Save the search shown as a favourite."""
        if self.answered is not None:
            self._memory.keep(self.answered, name)

    def step(self, draft: SearchDraft, by: int, in_query: bool) -> SearchDraft | None:
        """Go to an earlier search from an empty line, or to the next one from there.

        Args:
            draft: The search as currently typed.
            by: Negative for an earlier search, positive for a later one.
            in_query: Whether the query line is active; the filter line recalls filters only.

        Returns:
            ``None`` if the key was not meant for the history.
        """
        cursor = self._cursor
        if cursor is None or (cursor.current.line, cursor.current.filter) != (draft.line, draft.filter):
            past = [one.search for one in self._memory.past]
            history = line_history(past) if in_query else filter_history(past, draft)
            if by > 0 or (draft.line if in_query else draft.filter) or not history:
                return None
            cursor = HistoryCursor.begin(draft, history)
        cursor = cursor.step_back() if by < 0 else cursor.step_forward()
        self._cursor = None if cursor.at_typed else cursor
        return cursor.current

    def _remember(self, draft: SearchDraft) -> None:
        self._timer = None
        if self._cursor is None:
            self._memory.searched(draft, brief=True)
