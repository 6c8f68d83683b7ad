"""The panel of search options: every change is searched with at once."""

from tests.support.servers import RedisServer
from tests.tui.driving import Driver, load_people, running
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.tui.screens.options import OptionsScreen


async def test_each_option_reaches_the_command_as_it_is_changed(people: Driver) -> None:
    await people.type("science")
    await people.press("enter", "O")
    assert isinstance(people.app.screen, OptionsScreen)
    await people.press("5")
    assert "COUNT 5 " in people.main.search_view.status_bar.left
    assert len(people.names()) == 5
    assert "5 results" in people.screen_text(), "the time of the last search is beside the options"
    await people.press("down", "5", "0", "0", "down", "9", "down")
    await people.type("0.4")
    assert "COUNT 5 EF 500 EPSILON 0.4 " in people.main.search_view.status_bar.left
    await people.press("down", "down", "down", "down", "down", "space", "down", "space")
    assert "EPSILON 0.4 TRUTH NOTHREAD " in people.main.search_view.status_bar.left
    await people.press("escape", "f")
    await people.type(".born > 1900")
    assert "FILTER-EF 9 " in people.main.search_view.status_bar.left


async def test_a_wrong_number_is_said_and_not_sent(people: Driver) -> None:
    await people.type("science")
    await people.press("enter", "O", "0")
    assert "COUNT is a number from 1 to 100,000" in people.screen_text()
    assert "COUNT 100 " in people.main.search_view.status_bar.left
    await people.press("ctrl+u", "escape")
    assert "COUNT 100 " in people.main.search_view.status_bar.left
    assert people.main.search_view.results.table.has_focus


async def test_on_a_narrow_screen_each_option_is_explained_when_one_comes_to_it(
    newest: RedisServer, embedder: Embedder
) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", size=(40, 12)) as driver:
        await driver.press("enter", "O")
        text = driver.screen_text()
        for name in ("COUNT", "EF", "FILTER-EF", "EPSILON", "TRUTH", "NOTHREAD", "How many results"):
            assert name in text
        await driver.press("down", "down")
        assert "examines" in driver.screen_text()
        assert "How many results" not in driver.screen_text()
