"""The searches of the open set: which are remembered, and walking through them with the arrow keys."""

from __future__ import annotations

import asyncio

from vsexplorer.core.values import SearchDraft
from vsexplorer.services.set_memory import SetMemory
from vsexplorer.tui.history_cursor import HistoryCursor, filter_history, line_history

_LOOKED_AT = 3.0
"""Seconds after which a search whose results stay on the screen is remembered."""


class SearchHistory:
    """Remembers a search once somebody has looked at its results or done something with them.

    Args:
        memory: What is remembered of the open set.
        looked_at: Seconds after which an answer counts as looked at.
    """

    def __init__(self, memory: SetMemory, looked_at: float = _LOOKED_AT) -> None:
        self._memory = memory
        self.looked_at = looked_at
        self._cursor: HistoryCursor | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.answered: SearchDraft | None = None
        """The search whose results are shown."""

    def begin(self) -> None:
        """Begin with another set."""
        self.close()
        self._cursor, self.answered = None, None

    def close(self) -> None:
        """Remember nothing more by itself."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def show(self, draft: SearchDraft) -> None:
        """Take note of a search that was answered; it is remembered if its results stay for a while."""
        self.close()
        self.answered = draft
        self._timer = asyncio.get_running_loop().call_later(self.looked_at, self._remember, draft)

    def use(self) -> None:
        """Remember the search that is shown: somebody does something with its results."""
        self._cursor = None
        if self.answered is not None:
            self._memory.searched(self.answered)

    def keep(self, name: str) -> None:
        """Keep the search that is shown as a favourite."""
        if self.answered is not None:
            self._memory.keep(self.answered, name)

    def step(self, draft: SearchDraft, by: int, in_query: bool) -> SearchDraft | None:
        """Go to an earlier search from an empty line, or on from there.

        Args:
            draft: What the lines say now.
            by: Below zero to an earlier search, above to a later one.
            in_query: From the query line; else from the filter line, which keeps query and options.

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
