"""Everything that is remembered, behind one door."""

from __future__ import annotations

from pathlib import Path

from vsexplorer.state.database import Database
from vsexplorer.state.history import History
from vsexplorer.state.sets import RememberedSets


class UserState:
    """History and sets of one user.

    Args:
        folder: Where it is kept; ``None`` for until the program ends.
    """

    def __init__(self, folder: Path | None) -> None:
        self._database = Database(folder)
        self.history = History(self._database)
        self.sets = RememberedSets(self._database)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
