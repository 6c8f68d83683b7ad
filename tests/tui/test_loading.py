"""Loading from the screen: a file is picked, looked at, mapped, loaded, and searched while it comes."""

import json
import re
from itertools import islice
from pathlib import Path

import pytest
from textual.widgets import Input, Static

from tests.support.servers import RedisServer, fill
from tests.tui.driving import running
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.transfer.characters import Characters
from vsexplorer.tui.screens.confirm import ConfirmScreen
from vsexplorer.tui.screens.load import FileTree, LoadScreen


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rows = [{"id": f"e{place}", "text": f"a text about number {place}", "n": place} for place in range(300)]
    content = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "rows.jsonl").write_text(content + "broken\n")
    (tmp_path / "ignored.bin").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def test_a_file_is_picked_mapped_and_loaded(newest: RedisServer, embedder: Embedder, folder: Path) -> None:
    async with running(newest, embedder, write=True) as driver:
        assert "read-write" in driver.screen_text()
        await driver.press("escape", "L")
        screen = driver.app.screen
        assert isinstance(screen, LoadScreen)
        await driver.until(lambda: "rows.jsonl" in driver.screen_text())
        assert "ignored.bin" not in driver.screen_text()
        await driver.press("down", "enter")
        await driver.until(lambda: "id: id · text: text" in driver.screen_text())
        assert "a text about number 0" in driver.screen_text()
        assert screen.query_one("#load-key", Input).value == "rows"
        screen.query_one("#load-text", Input).value = "nope"
        await driver.until(lambda: "has a field 'nope'" in driver.screen_text())
        screen.query_one("#load-text", Input).value = "{text}, {n}"
        await driver.until(lambda: "a text about number 0, 0" in driver.screen_text())
        await driver.press("ctrl+s")
        await driver.until(lambda: not driver.main.loads.runner.running)
        await driver.until(lambda: "300 elements added" in driver.screen_text())
        assert driver.main.session.info is not None
        assert driver.main.session.info.key == b"rows"
        await driver.press("slash")
        await driver.type("number 7")
        assert "e7" in driver.names()[:5]
    assert (folder / "rows.rejected.jsonl").read_text() == "broken\n"


async def test_loading_into_a_set_asks_with_both_counts(
    newest: RedisServer, embedder: Embedder, folder: Path
) -> None:
    fill(newest.client(), "rows", [("there", (1.0,) * 384, None)])
    async with running(newest, embedder, write=True) as driver:
        await driver.press("escape", "L")
        await driver.until(lambda: "rows.jsonl" in driver.screen_text())
        await driver.press("down", "enter")
        await driver.until(lambda: "id: id · text: text" in driver.screen_text())
        await driver.press("ctrl+s")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen) and driver.app.screen.takes_keys)
        assert " of rows.jsonl to rows" in driver.screen_text()
        assert "rows has 1 element" in driver.screen_text()
        asked = re.search(r"add about ([\d,]+)", driver.screen_text())
        assert asked is not None
        assert 250 <= int(asked[1]) <= 350, "an estimate of all rows, not the number of those looked at"
        await driver.press("escape")
        await driver.settle()
        assert not driver.main.loads.runner.running
        assert newest.client().execute_command("VCARD", "rows") == 1


async def test_nothing_is_loaded_unasked(newest: RedisServer, embedder: Embedder, folder: Path) -> None:
    fill(newest.client(), "k", [("a", (1.0, 2.0), None)])
    async with running(newest, embedder) as driver:
        await driver.press("escape", "L")
        assert not isinstance(driver.app.screen, LoadScreen)
        assert "vsexplorer --write" in driver.screen_text()


async def test_what_is_missing_is_asked_for(newest: RedisServer, embedder: Embedder, folder: Path) -> None:
    async with running(newest, embedder, write=True) as driver:
        await driver.press("escape", "L", "ctrl+s")
        assert "Choose a file first" in str(driver.app.screen.query_one("#look", Static).render())
        await driver.press("escape")
        assert not isinstance(driver.app.screen, LoadScreen)


async def test_a_path_is_typed_and_completed(newest: RedisServer, embedder: Embedder, folder: Path) -> None:
    async with running(newest, embedder, write=True) as driver:
        await driver.press("escape", "L", "tab")
        await driver.type("ro")
        line = driver.app.screen.query_one("#load-file", Input)
        await driver.until(lambda: driver.screen_text().count("rows.jsonl") == 2)
        await driver.press("right")
        assert line.value == "rows.jsonl"
        await driver.until(lambda: "fields: id, text, n" in driver.screen_text())
        await driver.press("tab", "tab", "tab", "left_curly_bracket", "t")
        await driver.until(lambda: "{text}" in driver.screen_text())
        await driver.press("right")
        await driver.until(lambda: "id: id · text: {text}" in driver.screen_text())


async def test_fields_are_renamed(newest: RedisServer, embedder: Embedder, folder: Path) -> None:
    row = {"id": "a", "text": "some words to embed", "n": 1, "unit price": 2.5}
    (folder / "prices.jsonl").write_text(json.dumps(row) + "\n")
    async with running(newest, embedder, write=True) as driver:
        await driver.press("escape", "L", "tab")
        await driver.type("prices.jsonl")
        await driver.until(lambda: "filters cannot use the fields unit price" in driver.screen_text())
        line = driver.app.screen.query_one("#load-rename", Input)
        line.value = "n = number, unit price"
        await driver.until(lambda: "'unit price' is not written as OLD=NEW" in driver.screen_text())
        line.value = "n = number, filterable"
        await driver.until(lambda: '"unit_price": 2.5' in driver.screen_text())
        await driver.press("ctrl+s")
        await driver.until(lambda: bool(newest.client().exists("prices")))
        stored = json.loads(newest.client().execute_command("VGETATTR", "prices", "a"))
        assert stored == {"text": "some words to embed", "number": 1, "unit_price": 2.5}


async def test_the_files_are_walked_by_the_keys_of_every_list(
    newest: RedisServer, embedder: Embedder, folder: Path
) -> None:
    (folder / "second.csv").write_text("a,b\n")
    (folder / "third.csv").write_text("a,b\n")
    async with running(newest, embedder, write=True) as driver:
        await driver.press("escape", "L")
        await driver.until(lambda: "third.csv" in driver.screen_text())
        tree = driver.app.screen.query_one(FileTree)
        for key, line in (("G", 3), ("k", 2), ("g", 0), ("j", 1)):
            await driver.press(key)
            assert tree.cursor_line == line, key


async def test_a_set_loaded_beside_the_open_one_is_opened_by_a_key(
    newest: RedisServer, embedder: Embedder, folder: Path
) -> None:
    fill(newest.client(), "there", [("a", (1.0, 0.0), None)])
    async with running(newest, embedder, key=b"there", write=True) as driver:
        await driver.press("escape", "L")
        await driver.until(lambda: "rows.jsonl" in driver.screen_text())
        await driver.press("down", "enter")
        await driver.until(lambda: "id: id · text: text" in driver.screen_text())
        await driver.press("ctrl+s")
        await driver.until(lambda: "ctrl+l: open rows" in driver.status())
        await driver.press("ctrl+l")
        await driver.until(lambda: driver.main.session.info is not None and driver.main.session.info.key == b"rows")


async def test_a_load_is_stopped_by_key_and_goes_on(newest: RedisServer, embedder: Embedder, folder: Path) -> None:
    rows = [{"id": f"e{place}", "text": f"a longer text about number {place} " * 3} for place in range(4_000)]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    async with running(newest, embedder, write=True) as driver:
        await driver.press("escape", "L")
        await driver.until(lambda: "rows.jsonl" in driver.screen_text())
        await driver.press("down", "enter")
        await driver.until(lambda: "id: id · text: text" in driver.screen_text())
        await driver.press("ctrl+s")
        await driver.until(lambda: newest.client().execute_command("VCARD", "rows") > 1_000)
        await driver.until(lambda: driver.main.session.info is not None)
        assert "loading rows" in driver.screen_text()
        await driver.press("L")
        assert not driver.main.loads.runner.running
        await driver.until(lambda: "start the same load again" in driver.screen_text())
        number = newest.client().execute_command("VCARD", "rows")
        assert number < 4_000


async def test_the_characters_can_be_searched_as_they_come(
    newest: RedisServer, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = Characters.__iter__
    monkeypatch.setattr(Characters, "__iter__", lambda self: islice(every(self), 300))
    async with running(newest, embedder, key=b"unicode", demo="unicode", write=True) as driver:
        await driver.until(lambda: not driver.main.loads.runner.running and driver.main.session.info is not None)
        await driver.type("mathematical addition")
        assert "PLUS SIGN" in driver.names()[:3]
        await driver.press("tab")
        await driver.type('.category == "math symbol"')
        assert "PLUS SIGN" in driver.names()[:3]
