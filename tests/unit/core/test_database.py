"""SQLite files: private, and never half written."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from vsexplorer.core.database import open_database, transaction


def test_what_raises_is_rolled_back(tmp_path: Path) -> None:
    database = open_database(tmp_path / "file")
    database.execute("CREATE TABLE t (n INTEGER UNIQUE)")

    def fail() -> None:
        with transaction(database):
            database.execute("INSERT INTO t VALUES (1)")
            database.execute("INSERT INTO t VALUES (1)")

    with pytest.raises(sqlite3.IntegrityError):
        fail()
    assert database.execute("SELECT count(*) FROM t").fetchone() == (0,)
    with transaction(database):
        database.execute("INSERT INTO t VALUES (1)")
    assert database.execute("SELECT count(*) FROM t").fetchone() == (1,)
    database.close()


def test_the_file_is_its_users_alone(tmp_path: Path) -> None:
    open_database(tmp_path / "file").close()
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_many_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    for number in range(20):
        with ThreadPoolExecutor(8) as pool:
            opened = list(pool.map(open_database, [tmp_path / str(number)] * 8))
        for database in opened:
            database.close()


def test_a_file_of_another_kind_is_closed_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"no database" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        open_database(tmp_path / "file")
