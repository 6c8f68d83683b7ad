"""Comparing the open set with what it was when its results were fetched: what others have changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vsexplorer.core.values import SetInfo


class Change(Enum):
    """What has happened to the open set."""

    NONE = "none"
    """Nothing that its description shows."""
    EDITED = "edited"
    """Elements were added or removed, or attributes given or taken."""
    REPLACED = "replaced"
    """It was deleted and made anew."""
    GONE = "gone"
    """It was deleted, or it has expired."""


@dataclass(frozen=True, slots=True)
class SetNews:
    """A change, and what the edit was in words."""

    change: Change
    words: str = ""


class SetMonitor:
    """Remembers the description of the set at the time of its results."""

    def __init__(self) -> None:
        self._before: SetInfo | None = None
        self._run = ""
        self.gone = False
        """The set that was open is not there any more."""

    def opened(self, info: SetInfo, run: str) -> None:
        """Begin with another set.

        Args:
            info: Its description.
            run: The server's ``run_id``: a server that was restarted numbers its sets anew.
        """
        self.gone = False
        self._before, self._run = info, run

    def answered(self, info: SetInfo, run: str) -> None:
        """Take ``info`` for the description at the time of the results, if it is still the same set."""
        if self._same(info, run):
            self._before, self._run = info, run

    def saw(self, info: SetInfo, run: str) -> SetNews:
        """Compare the set as it is now."""
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
        """Take note that the set is not there."""
        self.gone = True
        return SetNews(Change.GONE)

    def _same(self, info: SetInfo, run: str) -> bool:
        before = self._before
        return before is None or self._run != run or info.uid == before.uid
