"""Walking through earlier searches with the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vsexplorer.core.values import SearchDraft


@dataclass(frozen=True, slots=True)
class HistoryCursor:
    """A place in the history; moving returns another cursor.

    Args:
        current: The draft at the cursor.
        older: Drafts before it, the newest first.
        newer: Drafts after it, the oldest first; the last one is what was typed before the walk began.
    """

    current: SearchDraft
    older: tuple[SearchDraft, ...] = ()
    newer: tuple[SearchDraft, ...] = ()

    @classmethod
    def begin(cls, typed: SearchDraft, history: Sequence[SearchDraft]) -> HistoryCursor:
        """Begin a walk at what is typed; ``history`` has the newest first."""
        return cls(typed, tuple(history))

    def step_back(self) -> HistoryCursor:
        """Move to the search before; stays at the oldest."""
        if not self.older:
            return self
        return HistoryCursor(self.older[0], self.older[1:], (self.current, *self.newer))

    def step_forward(self) -> HistoryCursor:
        """Move to the search after; stays at what was typed."""
        if not self.newer:
            return self
        return HistoryCursor(self.newer[0], (self.current, *self.older), self.newer[1:])

    @property
    def at_typed(self) -> bool:
        """Whether the cursor is back at what was typed."""
        return not self.newer


def line_history(past: Sequence[SearchDraft]) -> list[SearchDraft]:
    """The searches with a query line, for a walk in the query line."""
    return [draft for draft in past if draft.line]


def filter_history(past: Sequence[SearchDraft], typed: SearchDraft) -> list[SearchDraft]:
    """The filters, each once, for a walk in the filter line, which keeps the query line and the options.

    Args:
        past: Searches, the newest first.
        typed: The search whose query line and options are kept.
    """
    newest: dict[str, SearchDraft] = {}
    for draft in past:
        if draft.filter:
            newest.setdefault(draft.filter, replace(typed, filter=draft.filter))
    return list(newest.values())
