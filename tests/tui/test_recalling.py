"""Coming back: earlier searches, favourites, columns and models, from one run to the next."""

import json
from pathlib import Path

import pytest
from textual.widgets import OptionList

from tests.conftest import CACHE
from tests.support.servers import RedisServer, fill
from tests.tui.driving import Driver, load_people, running
from vsexplorer.core.config import DEFAULT_MODEL
from vsexplorer.core.values import SearchDraft
from vsexplorer.embedding import packaged
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.state.user_state import UserState
from vsexplorer.tui.main.navigation import Navigation
from vsexplorer.tui.screens.history import HistoryScreen


@pytest.fixture
async def server(newest: RedisServer, embedder: Embedder) -> RedisServer:
    await load_people(newest, embedder)
    return newest


async def ask(driver: Driver, line: str, filter: str = "") -> None:
    """Type a search and go to its results."""
    await driver.press("slash", "ctrl+u")
    await driver.type(line)
    if filter:
        await driver.press("tab", "ctrl+u")
        await driver.type(filter)
    await driver.press("enter")
    await driver.main.session.memory.settled()


def lines(driver: Driver) -> tuple[str, str]:
    return driver.main.search_view.query_bar.value, driver.main.search_view.filter_bar.value


async def test_up_in_an_empty_line_brings_earlier_searches_back(
    server: RedisServer, embedder: Embedder, tmp_path: Path
) -> None:
    async with running(server, embedder, key=b"people", state=tmp_path) as driver:
        await driver.press("escape")
        await ask(driver, "science", ".died < 1950")
        await ask(driver, "music")
        await ask(driver, "@Marie Curie")
    async with running(server, embedder, key=b"people", state=tmp_path) as driver:
        await driver.press("up")
        assert lines(driver) == ("@Marie Curie", ".died < 1950")
        assert driver.names()[0] == "Marie Curie"
        await driver.press("up", "up")
        assert lines(driver) == ("science", ".died < 1950")
        await driver.press("up")
        assert lines(driver)[0] == "science", "there is none before"
        await driver.press("down")
        assert lines(driver)[0] == "music"
        await driver.press("down", "down")
        assert lines(driver) == ("", "")
        assert len(driver.names()) == 8
        await driver.press("down")
        assert driver.main.search_view.results.table.cursor == 1, "down in an empty line is for the results"
        await driver.press("tab", "up")
        assert lines(driver) == ("", ".died < 1950"), "in the filter line only filters come back"
        await driver.press("down")
        assert lines(driver) == ("", "")


async def test_options_come_back_with_the_search(server: RedisServer, embedder: Embedder, tmp_path: Path) -> None:
    async with running(server, embedder, key=b"people", state=tmp_path) as driver:
        await driver.press("escape", "minus", "t")
        await ask(driver, "science")
    async with running(server, embedder, key=b"people", state=tmp_path) as driver:
        await driver.press("up")
        page = driver.main.search_view.results.page
        assert page is not None
        assert (page.query.options.count, page.query.options.exact) == (50, True)
        assert "TRUTH" in driver.screen_text()


async def test_what_was_only_looked_at_gives_way_to_what_it_became(
    server: RedisServer, embedder: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(server, embedder, key=b"people", state=tmp_path) as driver:
        monkeypatch.setattr(driver.main.search_view.history, "looked_at", 0.05)
        for part in ("mus", "ic"):
            await driver.type(part)
            await driver.until(
                lambda: [p.search.line for p in driver.main.session.memory.past] == [lines(driver)[0]]
            )
        await driver.press("enter")
        await driver.main.session.memory.settled()
        assert [past.search.line for past in driver.main.session.memory.past] == ["music"]


async def test_the_list_of_searches_finds_keeps_and_forgets(
    server: RedisServer, embedder: Embedder, tmp_path: Path
) -> None:
    async with running(server, embedder, key=b"people", state=tmp_path) as driver:
        await driver.press("escape")
        for line in ("science", "music", "painting"):
            await ask(driver, line)
        await driver.press("asterisk")
        await driver.press("ctrl+u")
        await driver.type("fine arts")
        await driver.press("enter")
        await driver.main.session.memory.settled()
        await driver.press("H")
        assert isinstance(driver.app.screen, HistoryScreen)
        rows = driver.screen_text()
        assert rows.index("★ fine arts: painting") < rows.index("music") < rows.index("science")
        assert "3 searches, 1 favourite" in rows
        await driver.type("sci")
        await driver.press("ctrl+x")
        await driver.until(lambda: "2 searches" in driver.screen_text())
        await driver.press("ctrl+u")
        await driver.type("fine")
        await driver.press("enter")
        assert lines(driver)[0] == "painting"
    kept = UserState(tmp_path).history.found(name="fine arts")
    assert [(past.search.line, past.key) for past in kept] == [("painting", b"people")]


async def test_of_very_many_searches_all_are_found(server: RedisServer, embedder: Embedder, tmp_path: Path) -> None:
    async with running(server, embedder, key=b"people", state=tmp_path) as driver:
        await driver.press("escape")
        await ask(driver, "science")
        state = UserState(tmp_path)
        place = state.history.found()[0].server
        for number in range(260):
            state.history.add(place, b"people", SearchDraft(f"number {number}"))
        await ask(driver, "music")
        await driver.press("H")
        driver.app.screen.query_one(OptionList).scroll_end(animate=False)
        await driver.settle()
        assert "… and 62 more: type to narrow the list" in driver.screen_text()
        await driver.type("science")
        await driver.press("enter")
        assert lines(driver)[0] == "science"


async def test_a_switch_leaves_no_trace_but_favourites(
    server: RedisServer, embedder: Embedder, tmp_path: Path
) -> None:
    async with running(server, embedder, key=b"people", state=tmp_path, history=False) as driver:
        await driver.press("escape")
        await ask(driver, "science")
        assert UserState(tmp_path).history.found() == []
        await driver.press("asterisk", "enter")
        await driver.main.session.memory.settled()
        assert [past.name for past in UserState(tmp_path).history.found()] == ["science"]


async def test_a_state_folder_that_cannot_be_written_is_said_once_and_holds_nothing_up(
    server: RedisServer, embedder: Embedder, tmp_path: Path
) -> None:
    (tmp_path / "state.sqlite").mkdir()
    async with running(server, embedder, key=b"people", state=tmp_path) as driver:
        await driver.press("escape")
        await ask(driver, "science")
        assert driver.names()[0] == "Marie Curie"
        await driver.until(lambda: len(driver.toasts()) == 1)
        assert "Cannot read or write the saved state" in driver.screen_text()


async def test_columns_are_arranged_by_key_and_stay_so(
    server: RedisServer, embedder: Embedder, tmp_path: Path
) -> None:
    def titles(driver: Driver) -> list[str]:
        row = next(line for line in driver.screen_text().splitlines() if "element" in line and "score" not in line)
        return [word for word in row.split() if word in ("born", "died")]

    async with running(server, embedder, key=b"people", state=tmp_path) as driver:
        await driver.press("escape")
        driver.main.search_view.query_bar.set("")
        assert [column.field for column in driver.main.search_view.results.table.columns] == ["born", "died"]
        await driver.press("c", "J")
        assert [column.field for column in driver.main.search_view.results.table.columns] == ["died", "born"]
        await driver.press("plus", "k", "space")
        assert [(column.field, column.width) for column in driver.main.search_view.results.table.columns] == [
            ("born", 8)
        ]
        assert "died" in driver.screen_text(), "what is hidden is still listed"
        await driver.press("escape")
        await driver.main.session.memory.settled()
    async with running(server, embedder, key=b"people", state=tmp_path) as driver:
        assert [(column.field, column.width) for column in driver.main.search_view.results.table.columns] == [
            ("born", 8)
        ]
        await driver.press("escape", "b")
        await driver.until(lambda: "born" in driver.screen_text() and "1 of 8" in driver.screen_text())
        assert "died" not in driver.screen_text().splitlines()[3]
        await driver.press("c", "0", "escape", "escape")
        await driver.main.session.memory.settled()
        assert [column.field for column in driver.main.search_view.results.table.columns] == ["born", "died"]


async def test_browsing_is_sorted_by_a_column_and_stays_so(
    server: RedisServer, embedder: Embedder, tmp_path: Path
) -> None:
    fill(server.client(), "people", [("Nobody", (1.0,) * 384, None)])
    async with running(server, embedder, key=b"people", state=tmp_path) as driver:
        await driver.press("escape", "b")
        await driver.until(lambda: "1 of 9" in driver.screen_text())
        await driver.press("right_square_bracket")
        await driver.until(lambda: "by born ▲" in driver.screen_text())
        await driver.press("backslash")
        await driver.until(lambda: "by born ▼" in driver.screen_text())
        born = [json.loads(row or "{}").get("born") for row in await attributes(driver)]
        assert born == [*sorted((year for year in born if year), reverse=True), None]
        await driver.press("slash")
        await driver.type("Mar")
        await driver.press("enter")
        await driver.until(lambda: driver.screen_text().count("1867") >= 1)
        await driver.press("escape")
        await driver.main.session.memory.settled()
    async with running(server, embedder, key=b"people", state=tmp_path) as driver:
        await driver.press("escape", "b")
        await driver.until(lambda: "1 of 9, by born ▼" in driver.screen_text())
        await driver.press("left_square_bracket")
        await driver.until(lambda: "1 of 9" in driver.screen_text() and "by born" not in driver.screen_text())


async def attributes(driver: Driver) -> list[str]:
    from vsexplorer.tui.screens.browse import BrowseScreen

    screen = driver.app.screen
    assert isinstance(screen, BrowseScreen)
    found = await screen._browser.attributes(screen._browser.names)
    return [(one or b"").decode() for one in found]


async def test_a_set_is_opened_with_the_model_chosen_for_it(
    server: RedisServer, embedder: Embedder, tmp_path: Path
) -> None:
    folder = tmp_path / "another"
    folder.mkdir()
    for file in packaged.converted_folder(CACHE).iterdir():
        (folder / file.name).symlink_to(file)
    fill(server.client(), "plain", [("x", (1.0,) * 384, None)])
    async with running(server, embedder, key=b"people", state=tmp_path) as driver:
        driver.main.navigation.post_message(Navigation.ModelChosen(str(folder)))
        await driver.main.session.memory.settled()
        await driver.until(lambda: f"   8 elements · 384 dims · int8 · {folder.name}" in driver.screen_text())
    async with running(server, embedder, key=b"people", state=tmp_path) as driver:
        await driver.until(lambda: folder.name in driver.screen_text().splitlines()[1])
        await driver.type("science")
        assert driver.names()[0] == "Marie Curie"
        await driver.main.tracker.open(b"plain")
        await driver.until(lambda: DEFAULT_MODEL.partition("/")[2] in driver.screen_text().splitlines()[1])
    async with running(server, embedder, key=b"people", state=tmp_path, model_given=True) as driver:
        await driver.until(lambda: "(made with" in driver.screen_text().splitlines()[1])


async def test_with_write_the_chosen_model_is_noted_for_others(
    server: RedisServer, embedder: Embedder, tmp_path: Path
) -> None:
    server.client().delete("vsexplorer:sets")
    async with running(server, embedder, key=b"people", state=tmp_path) as driver:
        driver.main.navigation.post_message(Navigation.ModelChosen(DEFAULT_MODEL))
        await driver.settle()
        assert not server.client().exists("vsexplorer:sets")
    async with running(server, embedder, key=b"people", state=tmp_path, write=True) as driver:
        driver.main.navigation.post_message(Navigation.ModelChosen(DEFAULT_MODEL))
        await driver.until(lambda: server.client().exists("vsexplorer:sets"))
    noted = json.loads(server.client().hget("vsexplorer:sets", "people"))
    assert noted["model"] == DEFAULT_MODEL


async def test_a_noted_model_that_nobody_knows_is_said_but_not_fetched(
    server: RedisServer, embedder: Embedder
) -> None:
    record = json.loads(server.client().hget("vsexplorer:sets", "people"))
    server.client().hset("vsexplorer:sets", "people", json.dumps({**record, "model": "/etc/evil"}))
    async with running(server, embedder, key=b"people") as driver:
        await driver.type("science")
        assert driver.names()[0] == "Marie Curie"
        assert "all-MiniLM-L6-v2" in driver.screen_text().splitlines()[1]
