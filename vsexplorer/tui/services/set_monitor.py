"""Detects changes to the open set by other clients since its results were fetched."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vsexplorer.core.values import SetInfo


class Change(Enum):
    """The kind of change to the open set."""

    NONE = "none"
    """No change that VINFO shows."""
    EDITED = "edited"
    """Elements were added or removed, or attributes given or taken."""
    REPLACED = "replaced"
    """It was deleted and recreated."""
    GONE = "gone"
    """It was deleted, or it has expired."""


@dataclass(frozen=True, slots=True)
class SetNews:
    """A change, and a description of an edit."""

    change: Change
    words: str = ""


class SetMonitor:
    """Remembers the description of the set at the time of its results."""

    def __init__(self) -> None:
        self._before: SetInfo | None = None
        self._run = ""
        self.gone = False
        """Whether the open set no longer exists, or is another set of the same name."""

    def opened(self, info: SetInfo, run: str) -> None:
        """Start monitoring another set.

        Args:
            info: Its description.
            run: The server's ``run_id``: a restarted server renumbers its sets.
        """
        self.gone = False
        self._before, self._run = info, run

    def answered(self, info: SetInfo, run: str) -> None:
        """Store ``info`` as the description at the time of the results, if it is still the same set."""
        if self._same(info, run):
            self._before, self._run = info, run

    def compare(self, info: SetInfo, run: str) -> SetNews:
        """Compare the current description with the stored one."""
        before = self._before
        if before is None or before.key != info.key:
            return SetNews(Change.NONE)
        if self.gone or not self._same(info, run):
            self.gone = True
            return SetNews(Change.REPLACED)
        from vsexplorer.insight.set_figures import difference

        words = difference(before, info)
        return SetNews(Change.EDITED if words else Change.NONE, words)

    def missing(self) -> SetNews:
        """Record that the set no longer exists."""
        self.gone = True
        return SetNews(Change.GONE)

    def _same(self, info: SetInfo, run: str) -> bool:
        before = self._before
        return before is None or self._run != run or info.uid == before.uid
