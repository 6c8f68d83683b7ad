"""SQLite files of one user: opened readable by that user alone, written in transactions that roll back."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TIMEOUT = 5.0
"""Seconds to wait for another process that writes."""
_PAUSE = 0.02


def open_database(path: Path) -> sqlite3.Connection:
    """Open a SQLite file, created if it does not exist, for use from any one thread at a time.

    Raises:
        OSError: the file cannot be created.
        sqlite3.Error: it cannot be opened, or is not a database.
    """
    # SQLite gives the files next to it the same permissions.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    database = sqlite3.connect(path, timeout=_TIMEOUT, check_same_thread=False, isolation_level=None)
    try:
        _use_write_ahead_log(database)
        database.execute("PRAGMA synchronous=NORMAL")
    except BaseException:
        database.close()
        raise
    return database


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Commit what the block writes, or roll it back if the block raises.

    Raises:
        sqlite3.Error: the database cannot be written.
    """
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        # After some errors, such as a full disk, SQLite has rolled back already.
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def _use_write_ahead_log(database: sqlite3.Connection) -> None:
    """Switch to write-ahead logging, which fails at once, without waiting, while another process does the same."""
    deadline = time.monotonic() + _TIMEOUT
    while True:
        try:
            database.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE)
        else:
            return
