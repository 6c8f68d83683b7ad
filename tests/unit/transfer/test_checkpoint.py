from pathlib import Path

import pytest

from vsexplorer.core.errors import CommandRefused, UsageError
from vsexplorer.transfer.checkpoint import Checkpoint, State, seen_id


def test_what_is_committed_is_read_again(tmp_path: Path) -> None:
    first = Checkpoint(tmp_path, ["a", "b"])
    assert first.read("same") == (State(), False)
    first.begin("same")
    first.intend(7)
    state = State(rows=5, digest="d", uid=3, counts={"added": 5}, tail=["61"])
    first.commit(state, [(seen_id(b"x"), "f:1")])
    first.close()
    second = Checkpoint(tmp_path, ["a", "b"])
    state.intent = 7
    assert second.read("same") == (state, False)
    assert second.read("other") == (State(), True)
    assert (second.seen(seen_id(b"x")), second.seen(seen_id(b"y"))) == ("f:1", None)
    second.finish()
    assert list(tmp_path.iterdir()) == []


def test_one_load_at_a_time(tmp_path: Path) -> None:
    first = Checkpoint(tmp_path, ["a"])
    with pytest.raises(CommandRefused, match="Another vsexplorer"):
        Checkpoint(tmp_path, ["a"])
    Checkpoint(tmp_path, ["b"]).close()
    first.close()
    Checkpoint(tmp_path, ["a"]).close()


def test_a_full_disk_is_said_and_claims_nothing(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path, ["a"])
    checkpoint.begin("same")
    checkpoint.commit(State(rows=1), [])
    pages = checkpoint._database.execute("PRAGMA page_count").fetchone()[0]
    checkpoint._database.execute(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(UsageError, match="database or disk is full"):
        checkpoint.commit(State(rows=2), [(number, "f:1") for number in range(50_000)])
    checkpoint.close()
    again = Checkpoint(tmp_path, ["a"])
    assert again.read("same")[0].rows == 1
    again.close()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="Cannot keep the progress"):
        Checkpoint(tmp_path / "file", ["a"])
