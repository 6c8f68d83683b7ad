"""Navigation through earlier searches with the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vsexplorer.core.values import SearchDraft


@dataclass(frozen=True, slots=True)
class HistoryCursor:
    """A position in the search history; moving returns a new cursor.

    Args:
        current: The draft at the cursor.
        older: Drafts before it, the newest first.
        newer: Drafts after it, the oldest first; the last one is what was typed before navigation began.
    """

    current: SearchDraft
    older: tuple[SearchDraft, ...] = ()
    newer: tuple[SearchDraft, ...] = ()

    @classmethod
    def begin(cls, typed: SearchDraft, history: Sequence[SearchDraft]) -> HistoryCursor:
        """Start at the typed draft; ``history`` has the newest first."""
        return cls(typed, tuple(history))

    def step_back(self) -> HistoryCursor:
        """Move to the previous search, if there is one."""
        if not self.older:
            return self
        return HistoryCursor(self.older[0], self.older[1:], (self.current, *self.newer))

    def step_forward(self) -> HistoryCursor:
        """Move to the next search, or back to what was typed."""
        if not self.newer:
            return self
        return HistoryCursor(self.newer[0], (self.current, *self.older), self.newer[1:])

    @property
    def at_typed(self) -> bool:
        """Whether the cursor is back at what was typed."""
        return not self.newer


def line_history(past: Sequence[SearchDraft]) -> list[SearchDraft]:
    """Return the searches that have a query line, to recall in the query line."""
    return [draft for draft in past if draft.line]


def filter_history(past: Sequence[SearchDraft], typed: SearchDraft) -> list[SearchDraft]:
    """Return each distinct filter, to recall in the filter line; query line and options stay as typed.

    Args:
        past: Searches, the newest first.
        typed: The search whose query line and options are kept.
    """
    newest: dict[str, SearchDraft] = {}
    for draft in past:
        if draft.filter:
            newest.setdefault(draft.filter, replace(typed, filter=draft.filter))
    return list(newest.values())
