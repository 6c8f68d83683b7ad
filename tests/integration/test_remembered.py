"""What the screen remembered, in scripts: the list of searches, favourites, the model of a set."""

import json
from pathlib import Path

import pytest

from tests.conftest import CACHE
from tests.support.command import vsexplorer
from tests.support.servers import RedisServer
from tests.tui.driving import load_people
from vsexplorer.core import paths
from vsexplorer.core.values import SearchDraft, SearchOptions
from vsexplorer.embedding import packaged
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.state.user_state import UserState


@pytest.fixture
async def people(newest: RedisServer, embedder: Embedder) -> RedisServer:
    await load_people(newest, embedder)
    return newest


def place(server: RedisServer) -> str:
    return f"{server.target.address}/0"


def test_favourites_are_asked_again_and_the_list_can_be_cleared(people: RedisServer) -> None:
    assert vsexplorer("history").returncode == 1, "nothing yet"
    state = UserState(paths.state_folder())
    kept = SearchDraft("science", ".died < 1950", SearchOptions(3, exact=True))
    state.history.add(place(people), b"people", SearchDraft("music"))
    state.history.add(place(people), b"people", kept, "old science")
    found = json.loads(vsexplorer("history", "--json").stdout)
    assert [(one["query"], one["favourite"]) for one in found] == [("science", "old science"), ("music", None)]
    assert found[0]["options"] == {"count": 3, "exact": True}
    assert found[0]["server"] == place(people)
    asked = vsexplorer("query", "people", "--favourite", "old science", "--json", *people.options)
    answer = json.loads(asked.stdout)
    assert (answer["query"], answer["filter"]) == ("science", ".died < 1950")
    assert "COUNT 3" in answer["command"]
    assert "TRUTH" in answer["command"]
    given = ["--count", "5", "--ef", "77"]
    changed = vsexplorer("query", "people", "--favourite", "old science", *given, "--json", *people.options)
    command = json.loads(changed.stdout)["command"]
    assert "COUNT 5 EF 77" in command, "options that are given win"
    assert "TRUTH" in command
    missing = vsexplorer("query", "people", "--favourite", "nothing", *people.options)
    assert "Favourites: old science." in missing.stderr
    assert missing.returncode == 1
    assert "deleted 1 search" in vsexplorer("history", "people", "--clear").stderr
    assert [one["query"] for one in json.loads(vsexplorer("history", "--json").stdout)] == ["science"]


def test_what_is_remembered_holds_no_password(people: RedisServer) -> None:
    people.client().execute_command("ACL", "SETUSER", "someone", "on", ">tops3cret", "~*", "+@all")
    options = [*people.options, "--user", "someone"]
    assert vsexplorer("query", "people", "science", *options, REDISCLI_AUTH="tops3cret").returncode == 0
    people.client().execute_command("ACL", "DELUSER", "someone")
    for file in paths.state_folder().rglob("*"):
        assert not file.is_file() or b"tops3cret" not in file.read_bytes()


def test_a_command_uses_the_model_chosen_on_the_screen(people: RedisServer, tmp_path: Path) -> None:
    UserState(paths.state_folder()).sets.choose_model(place(people), b"people", str(tmp_path / "gone"), 384)
    failed = vsexplorer("query", "people", "science", *people.options)
    assert "no model folder" in failed.stderr
    named = vsexplorer(
        "query", "people", "science", "--model", str(packaged.converted_folder(CACHE)), *people.options
    )
    assert named.stdout.splitlines()[0].split("\t")[2] == "Marie Curie", named.stderr
    for file in paths.state_folder().glob("state.sqlite*"):
        file.unlink()
    (paths.state_folder() / "state.sqlite").write_bytes(b"no database at all" * 100)
    assert vsexplorer("query", "people", "science", *people.options).returncode == 0, "nothing depends on it"
