"""Settings of each vector set: the chosen model and the arrangement of its columns."""

from __future__ import annotations

import json
from typing import Any

from vsexplorer.core.columns import Arrangement
from vsexplorer.state.database import Database


class RememberedSets:
    """Saves settings by server and key; raises what ``Database`` raises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def model(self, server: str, key: bytes, dimension: int) -> str:
        """Return the model chosen for a set of that dimension; empty if none was."""
        found = self._database.read(
            "SELECT model FROM sets WHERE server = ? AND key = ? AND dimension = ?", (server, key, dimension)
        )
        return str(found[0][0]) if found else ""

    def choose_model(self, server: str, key: bytes, model: str, dimension: int) -> None:
        """Remember the model chosen for a set."""
        self._database.write(
            (
                "INSERT INTO sets (server, key, model, dimension) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET model = excluded.model, dimension = excluded.dimension",
                (server, key, model, dimension),
            )
        )

    def columns(self, server: str, key: bytes) -> Arrangement:
        """The arrangement of a set's columns."""
        found = self._database.read("SELECT columns FROM sets WHERE server = ? AND key = ?", (server, key))
        return _arrangement(found[0][0]) if found else Arrangement()

    def arrange(self, server: str, key: bytes, columns: Arrangement) -> None:
        """Remember the arrangement of a set's columns."""
        self._database.write(
            (
                "INSERT INTO sets (server, key, columns) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET columns = excluded.columns",
                (server, key, _text(columns)),
            )
        )


def _text(columns: Arrangement) -> str:
    document = {
        "order": columns.order,
        "hidden": sorted(columns.hidden),
        "widths": dict(columns.widths),
        "sorted_by": columns.sorted_by,
        "descending": columns.descending,
    }
    return json.dumps(document)


def _arrangement(text: str) -> Arrangement:
    try:
        stored: dict[str, Any] = json.loads(text or "{}")
        return Arrangement(
            tuple(stored.get("order", ())),
            frozenset(stored.get("hidden", ())),
            {str(name): int(width) for name, width in stored.get("widths", {}).items()},
            stored.get("sorted_by"),
            bool(stored.get("descending")),
        )
    except (ValueError, TypeError, AttributeError):
        return Arrangement()
