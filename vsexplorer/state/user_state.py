"""The user's saved state: search history and settings of sets."""

from __future__ import annotations

from pathlib import Path

from vsexplorer.state.database import Database
from vsexplorer.state.history import History
from vsexplorer.state.ratings import Ratings
from vsexplorer.state.sets import RememberedSets


class UserState:
    """History, ratings and sets of one user.

    Args:
        folder: Folder of the file; ``None`` keeps the state only until the program ends.
    """

    def __init__(self, folder: Path | None) -> None:
        self._database = Database(folder)
        self.history = History(self._database)
        self.sets = RememberedSets(self._database)
        self.ratings = Ratings(self._database)

    def close(self) -> None:
        """Close the file."""
        self._database.close()
