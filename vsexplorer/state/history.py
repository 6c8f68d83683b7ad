"""The search history, per server and vector set, with named favourites."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from vsexplorer.core.values import SearchDraft, SearchOptions
from vsexplorer.state.database import Database, Values

KEPT = 1_000
"""Maximum number of searches saved per set, not counting favourites."""
_LONGEST = 20_000
"""Maximum length of a search that is saved; a pasted vector has a few thousand characters."""


_ADD = """
INSERT INTO searches (server, key, line, filter, options, asked, name) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
    asked = excluded.asked, name = CASE excluded.name WHEN '' THEN name ELSE excluded.name END
"""
_UNNAME = "UPDATE searches SET name = '' WHERE server = ? AND key = ? AND name = ?"
_PRUNE = """
DELETE FROM searches WHERE id IN (
    SELECT id FROM searches WHERE server = ? AND key = ? AND name = '' ORDER BY asked DESC LIMIT -1 OFFSET ?
)
"""
_FIND = """
SELECT id, server, key, line, filter, options, asked, name FROM searches
WHERE (:server IS NULL OR server = :server) AND (:key IS NULL OR key = :key) AND (:name = '' OR name = :name)
ORDER BY asked DESC, id DESC
"""
_CLEAR = "DELETE FROM searches WHERE name = '' AND (:key IS NULL OR key = :key)"


@dataclass(frozen=True, slots=True)
class PastSearch:
    """A search of the history."""

    id: int
    server: str
    key: bytes
    search: SearchDraft
    asked: float
    """Seconds since 1970."""
    name: str = ""
    """Name of a favourite; empty for other searches."""


class History:
    """Saves searches; raises what ``Database`` raises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, server: str, key: bytes, search: SearchDraft, name: str = "") -> None:
        """Save a search as the newest; a name makes it a favourite and replaces another one of that name."""
        if len(search.line) + len(search.filter) > _LONGEST or not _storable(search):
            return
        options = json.dumps(_written(search.options))
        statements: list[tuple[str, Values]] = []
        if name:
            statements.append((_UNNAME, (server, key, name)))
        statements.append((_ADD, (server, key, search.line, search.filter, options, time.time(), name)))
        statements.append((_PRUNE, (server, key, KEPT)))
        self._database.write(*statements)

    def found(self, server: str | None = None, key: bytes | None = None, name: str = "") -> list[PastSearch]:
        """Return searches, newest first, limited to a server, key and name if these are given."""
        return [
            PastSearch(id, server, bytes(key), SearchDraft(line, filter, _read(options)), asked, name)
            for id, server, key, line, filter, options, asked, name in self._database.read(
                _FIND, {"server": server, "key": key, "name": name}
            )
        ]

    def forget(self, id: int) -> None:
        """Forget one search."""
        self._database.write(("DELETE FROM searches WHERE id = ?", (id,)))

    def forget_line(self, server: str, key: bytes, search: SearchDraft) -> None:
        """Forget a search that turned out to be the beginning of another; favourites stay."""
        self._database.write(
            (
                "DELETE FROM searches WHERE server = ? AND key = ? AND line = ? AND filter = ? AND name = ''",
                (server, key, search.line, search.filter),
            )
        )

    def unfavourite(self, id: int) -> None:
        """Turn a favourite into an ordinary search."""
        self._database.write(("UPDATE searches SET name = '' WHERE id = ?", (id,)))

    def clear(self, key: bytes | None = None) -> int:
        """Delete all searches, or those of one key, but no favourites; return how many were deleted."""
        forgotten = sum(1 for past in self.found(key=key) if not past.name)
        self._database.write((_CLEAR, {"key": key}))
        return forgotten


def _written(options: SearchOptions) -> dict[str, Any]:
    usual = asdict(SearchOptions())
    return {name: value for name, value in asdict(options).items() if value != usual[name]}


def _read(text: str) -> SearchOptions:
    try:
        stored = json.loads(text)
    except ValueError:
        stored = {}
    known: Mapping[str, Any] = stored if isinstance(stored, Mapping) else {}
    return SearchOptions(**{name: known[name] for name in SearchOptions.__dataclass_fields__ if name in known})


def _storable(search: SearchDraft) -> bool:
    try:
        (search.line + search.filter).encode()
    except UnicodeEncodeError:
        return False
    return True
