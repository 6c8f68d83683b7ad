"""The progress of a load, on disk: the committed rows and the ids seen.

It is a SQLite file, because its transactions survive a crash, and because the ids of millions of rows then need no
memory.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vsexplorer.core.database import open_database, transaction
from vsexplorer.core.errors import CommandRefused, UsageError

_TAIL = 4_096
"""Number of most recent element names kept, to check later whether the server still has them."""


_KEPT = 30 * 24 * 3600
"""Seconds for which the progress of an interrupted load is kept."""


@dataclass(slots=True)
class State:
    """What the last checkpoint says."""

    rows: int = 0
    """Number of rows committed, in the order of the files; all their writes are confirmed."""
    intent: int = 0
    """Number of the row up to which writes may have been started."""
    digest: str = ""
    """Of those rows' content."""
    uid: int | None = None
    """The set's ``vset-uid``."""
    run: str = ""
    """The ``run_id`` of the server that assigned ``uid``."""
    rejects: int = 0
    """Bytes of the file of rejected rows."""
    reasons: int = 0
    """Bytes of the file that says why."""
    counts: dict[str, int] = field(default_factory=dict)
    tail: list[str] = field(default_factory=list)
    """Names written last, in hexadecimal."""


class Checkpoint:
    """The checkpoint of one load: these files into that set of that server. Used from one thread at a time."""

    def __init__(self, folder: Path, identity: Sequence[str]) -> None:
        """
        Raises:
            CommandRefused: another process runs the same load.
            UsageError: the folder cannot be written.
        """
        name = hashlib.blake2b("\0".join(identity).encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()
        self.path = folder / f"{name}.sqlite"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.chmod(0o700)
            _remove_old(folder)
            with ExitStack() as stack:
                lock = os.fdopen(os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600), "w")
                self._lock = stack.enter_context(lock)
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._database = self._open()
                stack.pop_all()
        except BlockingIOError as error:
            raise CommandRefused("Another vsexplorer is loading the same files into this set.") from error
        except (OSError, sqlite3.Error) as error:
            raise UsageError(f"Cannot keep the progress of the load in {folder}: {error}.") from error

    def _open(self) -> sqlite3.Connection:
        database = open_database(self.path)
        database.execute("CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value TEXT)")
        database.execute("CREATE TABLE IF NOT EXISTS seen (id INTEGER PRIMARY KEY, place TEXT)")
        return database

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with transaction(self._database):
                yield
        except sqlite3.Error as error:
            raise UsageError(
                f"Cannot keep the progress of the load in {self.path.parent}: {error}.",
                "Free disk space, then run the same command again to resume after the last committed row.",
            ) from error

    def read(self, fingerprint: str) -> tuple[State, bool]:
        """Return the state, and whether the saved one is of a load with other options."""
        found = {key: json.loads(value) for key, value in self._database.execute("SELECT key, value FROM state")}
        if not found:
            return State(), False
        if found.get("fingerprint") != fingerprint:
            return State(), True
        fields = {name: found[name] for name in State.__dataclass_fields__ if name in found}
        return State(**fields), False

    def begin(self, fingerprint: str) -> None:
        """Reset the checkpoint for a new load."""
        with self._transaction():
            self._database.execute("DELETE FROM state")
            self._database.execute("DELETE FROM seen")
            self._put({"fingerprint": fingerprint})

    def intend(self, rows: int) -> None:
        """Record, before writing them, that rows up to ``rows`` may be written."""
        with self._transaction():
            self._put({"intent": rows})

    def commit(self, state: State, seen: Iterable[tuple[int, str]]) -> None:
        """Commit what Redis has confirmed, in one transaction.

        Raises:
            UsageError: the disk is full, or the file cannot be written for another reason.
        """
        state.tail = state.tail[-_TAIL:]
        with self._transaction():
            self._database.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", seen)
            self._put({name: getattr(state, name) for name in State.__dataclass_fields__ if name != "intent"})

    def seen(self, id: int) -> str | None:
        """Return where an id was seen before."""
        row = self._database.execute("SELECT place FROM seen WHERE id = ?", (id,)).fetchone()
        return row[0] if row else None

    def _put(self, values: dict[str, Any]) -> None:
        pairs = [(key, json.dumps(value)) for key, value in values.items()]
        self._database.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", pairs)

    def finish(self) -> None:
        """Delete the checkpoint of a completed load."""
        self.close()
        _remove(self.path)

    def close(self) -> None:
        """Close the files; committed progress is kept."""
        self._database.close()
        self._lock.close()


def _remove(path: Path) -> None:
    for one in (path, Path(f"{path}-wal"), Path(f"{path}-shm"), path.with_suffix(".lock")):
        one.unlink(missing_ok=True)


def _remove_old(folder: Path) -> None:
    """Remove the checkpoints of interrupted loads that are old and not running."""
    for path in folder.glob("*.sqlite"):
        with contextlib.suppress(OSError):
            lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if time.time() - path.stat().st_mtime > _KEPT:
                    _remove(path)
            finally:
                os.close(lock)


def seen_id(name: bytes) -> int:
    """Hash an element's name to 63 bits; with a million names, two share a number once in ten million loads."""
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "big") >> 1
