"""The file that remembers: one SQLite database in the state folder, readable by its user alone."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vsexplorer.core.errors import UsageError

type Values = Sequence[Any] | Mapping[str, Any]

FILE = "state.sqlite"
_VERSION = 1
_SCHEMA = """
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
"""


class Database:
    """Usable from any thread; several processes may share the file.

    Args:
        folder: Made where it does not exist; ``None`` remembers until the program ends.

    Raises:
        UsageError: from every method: the file cannot be read or written.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / FILE if folder is not None else None
        self._lock = threading.Lock()
        self._opened: sqlite3.Connection | None = None

    def read(self, question: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """Rows; none where nothing was ever written, which needs no file."""
        if self._opened is None and self._path is not None and not self._path.exists():
            return []
        with self._in_use() as database:
            return database.execute(question, values).fetchall()

    def write(self, *statements: tuple[str, Values]) -> None:
        """Execute statements in one transaction."""
        with self._in_use() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                for statement, values in statements:
                    database.execute(statement, values)
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
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
                    f"What was remembered cannot be read or written: {self._path}: {error}.",
                    "Everything else works without it; move the file away to begin anew.",
                ) from error

    def _open(self) -> sqlite3.Connection:
        if self._path is None:
            database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        else:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # SQLite gives the files beside it the same rights.
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            database = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
        try:
            if self._path is not None:
                database.execute("PRAGMA journal_mode=WAL")
                database.execute("PRAGMA synchronous=NORMAL")
            self._prepare(database)
        except BaseException:
            database.close()
            raise
        return database

    def _prepare(self, database: sqlite3.Connection) -> None:
        database.execute("BEGIN IMMEDIATE")
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            database.execute("ROLLBACK")
            raise sqlite3.DatabaseError("it was written by a newer vsexplorer")
        if version == 0:
            for statement in _SCHEMA.split(";"):
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {_VERSION}")
        database.execute("COMMIT")
