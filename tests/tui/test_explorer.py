"""The main screen on real servers, with the real model."""

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.conftest import VERSIONS
from tests.support.servers import RedisServer, fill
from tests.tui.driving import GOLDEN, Driver, load_people, running
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.tui.screens.element import ElementScreen
from vsexplorer.tui.screens.help import HelpScreen
from vsexplorer.tui.screens.sets import SetsScreen


@VERSIONS
async def test_results_follow_the_query_and_the_filter_on_all_versions(
    every_server: RedisServer, embedder: Embedder
) -> None:
    await load_people(every_server, embedder)
    async with running(every_server, embedder, key=b"people") as driver:
        assert len(driver.names()) == 8, "before anything is typed the set can be looked at"
        await driver.type("science")
        assert driver.names() == GOLDEN["queries"][3]["expect"]
        await driver.press("tab")
        await driver.type(".died < 2000")
        assert driver.names() == GOLDEN["queries"][4]["expect"]
        assert "FILTER '.died < 2000'" in driver.main.search_view.status_bar.left
        assert "remembered" in driver.screen_text(), "a filter edit does not embed again"
        await driver.until(lambda: "✓ 5 match" in driver.screen_text())
        await driver.press("escape", "slash", "ctrl+u")
        await driver.type("actors")
        await driver.press("escape", "f", "ctrl+u")
        assert driver.names() == GOLDEN["queries"][0]["expect"]


async def test_the_screen_reads_as_designed(people: Driver) -> None:
    await people.type("science")
    lines = people.screen_text().splitlines()
    assert "Redis 8" in lines[0]
    assert "read-only" in lines[0]
    assert lines[1].strip().startswith("people   8 elements · 384 dims · int8 · all-MiniLM-L6-v2")
    assert "8 results" in lines[2]
    assert lines[5].split()[:5] == ["#", "score", "element", "born", "died"]
    assert lines[6].split()[:1] == ["1"]
    assert "Marie Curie" in lines[6]
    assert '"born": 1867,' in people.screen_text(), "the selected element's attributes are laid out"
    assert "VSIM people FP32 ‹384 floats› COUNT 100 WITHSCORES WITHATTRIBS" in lines[-2]
    assert "redis" in lines[-2]
    assert lines[-1].split("  ") == [" tab next", "⏎ results", "↑ history", "ctrl+p commands", "ctrl+q quit"]
    await people.press("enter")
    assert "? help" in people.screen_text().splitlines()[-1]


async def test_no_match_says_why(people: Driver) -> None:
    await people.press("tab")
    await people.type(".born > 3000")
    assert "passes the filter" in people.main.search_view.results.notice.words
    assert "lacks a field" in people.screen_text()


async def test_moving_by_keys_while_typing_and_in_the_results(people: Driver) -> None:
    await people.type("science")
    await people.press("down", "down")
    assert people.main.search_view.results.table.cursor == 2
    assert people.main.search_view.query_bar.query_one(Input).has_focus
    await people.press("enter", "k")
    assert people.main.search_view.results.table.cursor == 1
    await people.press("G")
    assert people.main.search_view.results.table.cursor == 7
    await people.press("g", "ctrl+d", "ctrl+u", "j")
    assert people.main.search_view.results.table.cursor == 1
    assert "Linus Pauling" in people.screen_text().splitlines()[5]


async def test_more_like_this_and_back(people: Driver) -> None:
    await people.type("science")
    await people.press("enter", "s")
    assert "VSIM people ELE 'Marie Curie'" in people.main.search_view.status_bar.left
    assert people.main.search_view.query_bar.value == "@Marie Curie"
    assert "like the element Marie Curie" in people.screen_text()
    await people.press("j", "s")
    assert "ELE 'Linus Pauling'" in people.main.search_view.status_bar.left
    await people.press("escape")
    assert "ELE 'Marie Curie'" in people.main.search_view.status_bar.left
    await people.press("escape")
    assert people.main.search_view.query_bar.value == "science"
    assert "FP32" in people.main.search_view.status_bar.left


async def test_typing_ends_a_search_for_similar_ones(people: Driver) -> None:
    await people.press("enter", "s", "slash", "x")
    assert "FP32" in people.main.search_view.status_bar.left
    await people.press("backspace")
    assert people.main.search_view.query_bar.value == ""
    assert "VRANGE" in people.main.search_view.status_bar.left


async def test_opening_an_element(people: Driver) -> None:
    await people.press("enter", "enter")
    await people.until(lambda: "norm" in people.screen_text())
    assert isinstance(people.app.screen, ElementScreen)
    assert "384 dims · int8 · norm 1" in people.screen_text()
    await people.press("s")
    assert not isinstance(people.app.screen, ElementScreen)
    assert "ELE" in people.main.search_view.status_bar.left


async def test_more_and_fewer_results(people: Driver) -> None:
    await people.press("escape", "minus")
    assert people.main.search_view.options.current.count == 50
    await people.press("plus", "plus")
    assert people.main.search_view.options.current.count == 200
    for _ in range(10):
        await people.press("plus")
    assert people.main.search_view.options.current.count == 1000


async def test_exact_search(people: Driver) -> None:
    await people.type("science")
    await people.press("escape", "t")
    assert "TRUTH" in people.main.search_view.status_bar.left
    await people.press("t")
    assert "TRUTH" not in people.main.search_view.status_bar.left


async def test_sorting_by_columns(people: Driver) -> None:
    await people.type("science")
    await people.press("enter", "right_square_bracket")
    assert people.names()[0] == "Marie Curie"
    await people.press("backslash")
    assert people.names()[0] == "Maryam Mirzakhani"
    assert "8 results by born ▼" in people.screen_text()
    await people.press("left_square_bracket")
    assert people.names() == GOLDEN["queries"][3]["expect"]
    await people.press("right_square_bracket", "s")
    assert people.names()[0] == "Marie Curie", "the nearest come first again"
    assert "by born" not in people.screen_text()


async def test_copying_goes_to_the_clipboard(people: Driver) -> None:
    await people.type("science")
    await people.press("enter", "y", "n")
    await people.until(lambda: people.app.clipboard == "Marie Curie")
    assert "sent to clipboard" in people.main.search_view.status_bar.left
    await people.press("Y")
    assert people.app.clipboard.startswith("redis-cli -s ")
    assert " VSIM people VALUES 384 " in people.app.clipboard, "a shell runs it"


async def test_the_mouse_selects_and_sorts(people: Driver) -> None:
    await people.type("science")
    await people.pilot.click("#results", offset=(30, 3))
    assert people.main.search_view.results.table.cursor == 2
    await people.pilot.click("#results", offset=(people.screen_text().splitlines()[5].index("born"), 0))
    assert people.names()[0] == "Marie Curie"
    await people.pilot.click("#results", offset=(people.screen_text().splitlines()[5].index("born"), 0))
    assert people.names()[0] == "Maryam Mirzakhani"
    await people.pilot.click("#results", offset=(1, 0))
    assert people.names() == GOLDEN["queries"][3]["expect"]


async def test_help_lists_all_keys(people: Driver) -> None:
    await people.press("escape", "question_mark")
    assert isinstance(people.app.screen, HelpScreen)
    assert "Find elements like the selected one" in people.screen_text()
    await people.press("escape")
    assert not isinstance(people.app.screen, HelpScreen)


async def test_a_set_the_model_does_not_fit_offers_those_that_do(newest: RedisServer, embedder: Embedder) -> None:
    fill(newest.client(), "small", [("a", (1.0,) * 512, None)])
    async with running(newest, embedder) as driver:
        assert driver.names() == ["a"], "it can be looked at all the same"
        await driver.type("x")
        assert "512 dimensions" in driver.screen_text()
        assert "produces 384" in driver.screen_text()
        await driver.press("escape", "m")
        await driver.until(lambda: "jina-embeddings-v2-small-en" in driver.screen_text())
        assert "512 dimensions" in driver.screen_text()


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (b"nothing", "no vector set 'nothing'"),
        (b"text", "other than a vector set"),
        (None, "There is no vector set"),
    ],
)
async def test_there_is_a_face_for_nothing(
    newest: RedisServer, embedder: Embedder, key: bytes | None, words: str
) -> None:
    newest.client().set("text", "x")
    async with running(newest, embedder, key=key) as driver:
        await driver.until(lambda: words in driver.main.search_view.results.notice.words)
        assert words in driver.screen_text()


async def test_attributes_that_are_not_json_are_shown_as_they_are(newest: RedisServer, embedder: Embedder) -> None:
    fill(newest.client(), "k", [("a", (1.0, 0.0), "not [red] json")])
    async with running(newest, embedder, key=b"k") as driver:
        assert "not [red] json" in driver.screen_text()
        assert "not valid JSON" in driver.screen_text()


async def test_rights_that_are_missing_are_named(newest: RedisServer, embedder: Embedder) -> None:
    from dataclasses import replace

    from vsexplorer.server.target import Where

    client = newest.client()
    fill(client, "k", [("a", (1.0, 0.0), None)])
    client.execute_command("ACL", "SETUSER", "weak", "on", ">pw", "~*", "+@read", "+info", "+client", "+select")
    where = Where(replace(newest.target, username="weak", password="pw"))
    async with running(None, embedder, where=where, key=b"k") as driver:
        await driver.until(lambda: "permit" in driver.screen_text())
        assert "vinfo" in driver.screen_text()
    client.execute_command("ACL", "DELUSER", "weak")


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 12)])
async def test_it_works_at_every_size(newest: RedisServer, embedder: Embedder, size: tuple[int, int]) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", size=size) as driver:
        await driver.type("science")
        text = driver.screen_text()
        assert "Marie Curie" in text
        assert "ctrl+q quit" in text
        assert ('"born"' in text) == (size[0] >= 80)
        await driver.press("enter", "enter")
        await driver.until(lambda: "born  1867" in driver.screen_text())
        assert all(len(line) <= size[0] for line in driver.screen_text().splitlines())


async def test_keys_can_be_moved(newest: RedisServer, embedder: Embedder) -> None:
    async with running(newest, embedder, keys={"help": "f1"}) as driver:
        await driver.press("escape", "f1")
        assert isinstance(driver.app.screen, HelpScreen)
        assert "f1" in driver.screen_text()


async def test_the_theme_chosen_is_that_of_the_next_run(
    newest: RedisServer, embedder: Embedder, tmp_path: Path
) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", state=tmp_path) as driver:
        driver.app.theme = "nord"
        await driver.settle()
    async with running(newest, embedder, key=b"people", state=tmp_path) as driver:
        assert driver.app.theme == "nord"
        assert driver.app.start.theme == ""
    async with running(newest, embedder, key=b"people", state=tmp_path, theme="textual-dark") as driver:
        assert driver.app.theme == "textual-dark", "a theme that is named wins"


async def test_a_moved_key_works_while_one_types(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    keys = {"filter": "ctrl+f", "sets": "ctrl+e"}
    async with running(newest, embedder, key=b"people", keys=keys) as driver:
        await driver.type("abc")
        await driver.press("home", "ctrl+f")
        assert driver.main.search_view.filter_bar.is_active
        assert driver.main.search_view.query_bar.value == "abc", "the line's own meaning of the key gives way"
        await driver.press("ctrl+e")
        assert isinstance(driver.app.screen, SetsScreen)


@pytest.mark.parametrize(
    ("opening", "words", "found"),
    [
        ((), "theme", "theme: "),
        ((), "sort", "sort: "),
        ((), "undo", "undo: "),
        ((), "help", "help: "),
        (("enter",), "similar", "similar: "),
        (("b",), "columns", "columns: "),
    ],
)
async def test_the_palette_finds_what_works_on_the_screen(
    people: Driver, opening: tuple[str, ...], words: str, found: str
) -> None:
    await people.press("escape", *opening, "ctrl+p")
    await people.type(words)
    await people.until(lambda: any(line.strip().startswith(found) for line in people.screen_text().splitlines()))
    if opening:
        assert "vector set (with --write)" not in people.screen_text(), "nothing of the main screen"
