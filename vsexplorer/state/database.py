"""The saved state: a SQLite database in the state folder, readable only by its user."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vsexplorer.core.database import open_database, transaction
from vsexplorer.core.errors import UsageError

type Values = Sequence[Any] | Mapping[str, Any]

FILE = "state.sqlite"
_VERSION = 2
_SCHEMAS = (
    """
CREATE TABLE searches (
    id INTEGER PRIMARY KEY,
    server TEXT NOT NULL, key BLOB NOT NULL,
    line TEXT NOT NULL, filter TEXT NOT NULL, options TEXT NOT NULL,
    asked REAL NOT NULL, name TEXT NOT NULL DEFAULT '',
    UNIQUE (server, key, line, filter, options)
);
CREATE TABLE sets (
    server TEXT NOT NULL, key BLOB NOT NULL,
    model TEXT NOT NULL DEFAULT '', dimension INTEGER NOT NULL DEFAULT 0,
    columns TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (server, key)
);
""",
    """
CREATE TABLE ratings (
    server TEXT NOT NULL, key BLOB NOT NULL,
    line TEXT NOT NULL, filter TEXT NOT NULL,
    element BLOB NOT NULL, grade INTEGER NOT NULL,
    PRIMARY KEY (server, key, line, filter, element)
);
""",
)
"""What each version adds to the one before."""


class Database:
    """A SQLite database, usable from any thread and shared by several processes.

    Args:
        folder: Created if it does not exist; ``None`` keeps the data in memory.

    Raises:
        UsageError: from every method: the file cannot be read or written.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / FILE if folder is not None else None
        self._lock = threading.Lock()
        self._opened: sqlite3.Connection | None = None

    def read(self, question: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query; none if the file does not exist yet."""
        if self._opened is None and self._path is not None and not self._path.exists():
            return []
        with self._in_use() as database:
            return database.execute(question, values).fetchall()

    def write(self, *statements: tuple[str, Values]) -> None:
        """Execute statements in one transaction."""
        with self._in_use() as database, transaction(database):
            for statement, values in statements:
                database.execute(statement, values)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    @contextmanager
    def _in_use(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                if self._opened is None:
                    self._opened = self._open()
                yield self._opened
            except (sqlite3.Error, OSError) as error:
                raise UsageError(
                    f"Cannot read or write the saved state in {self._path}: {error}.",
                    "Everything else works without it; to start afresh, move the file away.",
                ) from error

    def _open(self) -> sqlite3.Connection:
        if self._path is None:
            database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        else:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            database = open_database(self._path)
        try:
            with transaction(database):
                _prepare(database)
        except BaseException:
            database.close()
            raise
        return database


def _prepare(database: sqlite3.Connection) -> None:
    """Create the tables that the file does not have yet.

    Raises:
        sqlite3.DatabaseError: a newer version has written the file.
    """
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > _VERSION:
        raise sqlite3.DatabaseError("it was written by a newer vsexplorer")
    for schema in _SCHEMAS[version:]:
        for statement in schema.split(";"):
            database.execute(statement)
    if version < _VERSION:
        database.execute(f"PRAGMA user_version = {_VERSION}")
