"""Ratings of results: how relevant an element is to a search, per server and vector set."""

from __future__ import annotations

from vsexplorer.state.database import Database

_ADD = """
INSERT INTO ratings (server, key, line, filter, element, grade) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET grade = excluded.grade
"""
_REMOVE = "DELETE FROM ratings WHERE server = ? AND key = ? AND line = ? AND filter = ? AND element = ?"
_FIND = "SELECT line, filter, element, grade FROM ratings WHERE server = ? AND key = ? ORDER BY rowid"


class Ratings:
    """Saves ratings; raises what ``Database`` raises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rate(self, server: str, key: bytes, line: str, filter: str, element: bytes, grade: int | None) -> None:
        """Rate an element for a query and filter: 2 relevant, 1 partly, 0 not; ``None`` removes the rating."""
        if grade is None:
            self._database.write((_REMOVE, (server, key, line, filter, element)))
        else:
            self._database.write((_ADD, (server, key, line, filter, element, grade)))

    def of_set(self, server: str, key: bytes) -> dict[tuple[str, str], dict[bytes, int]]:
        """Return the grades of the elements of a set by query and filter."""
        found: dict[tuple[str, str], dict[bytes, int]] = {}
        for line, filter, element, grade in self._database.read(_FIND, (server, key)):
            found.setdefault((line, filter), {})[bytes(element)] = grade
        return found
