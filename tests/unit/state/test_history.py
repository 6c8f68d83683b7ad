"""What is remembered of searches: newest first, each once, favourites for good, nobody else's business."""

import os
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from vsexplorer.core.columns import Arrangement
from vsexplorer.core.errors import UsageError
from vsexplorer.core.values import SearchDraft, SearchOptions
from vsexplorer.state import history as module
from vsexplorer.state.database import FILE
from vsexplorer.state.history import History
from vsexplorer.state.user_state import UserState

HERE, SET = "here:6379/0", b"people\xff"


@pytest.fixture
def state(tmp_path: Path) -> UserState:
    return UserState(tmp_path)


def lines(history: History, key: bytes = SET) -> list[str]:
    return [past.search.line for past in history.found(HERE, key)]


def test_searches_come_back_as_they_were_the_newest_first_and_each_once(state: UserState, tmp_path: Path) -> None:
    whole = SearchDraft("= a - 2*@Ä", '.x in ["é"]', SearchOptions(7, ef=9, filter_ef=8, epsilon=0.25, exact=True))
    state.history.add(HERE, SET, SearchDraft("science"))
    state.history.add(HERE, SET, whole)
    state.history.add(HERE, SET, SearchDraft("science"))
    state.history.add(HERE, b"other", SearchDraft("art"))
    state.history.add("there:1/0", SET, SearchDraft("there"))
    state.close()
    again = UserState(tmp_path).history
    assert lines(again) == ["science", "= a - 2*@Ä"]
    assert again.found(HERE, SET)[1].search == whole
    assert {past.search.line for past in again.found()} == {"science", "= a - 2*@Ä", "art", "there"}


def test_old_searches_are_forgotten_but_favourites_stay(state: UserState, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 5)
    state.history.add(HERE, SET, SearchDraft("kept"), "mine")
    for number in range(12):
        state.history.add(HERE, SET, SearchDraft(f"line {number}"))
    assert lines(state.history) == [f"line {number}" for number in range(11, 6, -1)] + ["kept"]
    assert state.history.clear(b"other") == 0
    assert state.history.clear(SET) == 5
    assert lines(state.history) == ["kept"]


def test_a_name_belongs_to_one_search_and_outlives_asking_again(state: UserState) -> None:
    state.history.add(HERE, SET, SearchDraft("one"), "mine")
    state.history.add(HERE, SET, SearchDraft("two"), "mine")
    state.history.add(HERE, SET, SearchDraft("two"))
    assert [(past.search.line, past.name) for past in state.history.found(HERE, SET, "mine")] == [("two", "mine")]
    past = state.history.found(HERE, SET, "mine")[0]
    state.history.unfavourite(past.id)
    assert state.history.found(HERE, SET, "mine") == []
    state.history.forget(past.id)
    assert lines(state.history) == ["one"]


def test_what_cannot_be_kept_is_left_out(state: UserState) -> None:
    state.history.add(HERE, SET, SearchDraft("x" * 30_000))
    state.history.add(HERE, SET, SearchDraft("\udcff"))
    assert lines(state.history) == []


def test_sets_are_remembered_by_server_key_and_dimension(state: UserState, tmp_path: Path) -> None:
    columns = Arrangement(("b", "a"), frozenset({"c"}), {"a": 12}, "a", True)
    state.sets.arrange(HERE, SET, columns)
    state.sets.choose_model(HERE, SET, "some/model", 384)
    state.close()
    again = UserState(tmp_path).sets
    assert again.columns(HERE, SET) == columns
    assert again.columns(HERE, b"other") == Arrangement()
    assert again.model(HERE, SET, 384) == "some/model"
    assert again.model(HERE, SET, 512) == "", "a set of another dimension is another set"
    assert again.model("there", SET, 384) == ""


def test_only_its_user_may_read_it_and_reading_makes_no_file(state: UserState, tmp_path: Path) -> None:
    assert state.history.found() == []
    assert not (tmp_path / FILE).exists()
    state.history.add(HERE, SET, SearchDraft("science"))
    rights = {name: stat.S_IMODE(os.stat(tmp_path / name).st_mode) for name in os.listdir(tmp_path)}
    assert set(rights.values()) == {0o600}


def test_several_threads_and_programs_may_write_at_once(state: UserState, tmp_path: Path) -> None:
    other = UserState(tmp_path)

    def work(of: UserState, name: str) -> None:
        for number in range(50):
            of.history.add(HERE, SET, SearchDraft(f"{name} {number}"))

    threads = [
        threading.Thread(target=work, args=(of, name)) for of, name in ((state, "a"), (state, "b"), (other, "c"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lines(state.history)) == 150


@pytest.mark.parametrize("content", [b"this is no database, but long enough to look at" * 30, None])
def test_a_file_that_cannot_be_used_gets_a_sentence(tmp_path: Path, content: bytes | None) -> None:
    if content is None:
        (tmp_path / FILE).mkdir()
    else:
        (tmp_path / FILE).write_bytes(content)
    with pytest.raises(UsageError, match=f"Cannot read or write the saved state in .*{FILE}"):
        UserState(tmp_path).history.found()


def test_a_file_of_a_newer_version_is_left_alone(state: UserState, tmp_path: Path) -> None:
    state.history.add(HERE, SET, SearchDraft("science"))
    state.close()
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(UsageError, match="newer vsexplorer"):
        UserState(tmp_path).history.add(HERE, SET, SearchDraft("art"))
