"""Browsing in the screen: pages, jumps, attributes of what one sees, and what can be done from there."""

import json

import pytest

from tests.support.servers import RedisServer, fill
from tests.tui.driving import Driver, load_people, running
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.tui.screens.browse import BrowseScreen
from vsexplorer.tui.screens.confirm import ConfirmScreen
from vsexplorer.tui.screens.element import ElementScreen


def browse(driver: Driver) -> BrowseScreen:
    screen = driver.app.screen
    assert isinstance(screen, BrowseScreen)
    return screen


def browse_below(driver: Driver) -> BrowseScreen:
    """The list, also while a dialog lies over it."""
    return next(screen for screen in driver.app.screen_stack if isinstance(screen, BrowseScreen))


def fill_many(server: RedisServer, number: int) -> None:
    pipe = server.client().pipeline(transaction=False)
    for place in range(number):
        pipe.execute_command(
            *("VADD", "many", "VALUES", 2, place, 1, f"e{place:06d}", "EF", 4, "M", 4),
            *("SETATTR", json.dumps({"place": place, "odd": place % 2})),
        )
    pipe.execute()


async def page(driver: Driver, key: str, goal: str) -> None:
    """Turn pages until the goal is on the screen: a page may have to wait for its rows."""
    for _ in range(100):
        await driver.pilot.press(key)
        if goal in driver.screen_text():
            return
    raise AssertionError(f"{goal} is not reached")


async def test_one_goes_through_a_large_set_by_pages_and_jumps(newest: RedisServer, embedder: Embedder) -> None:
    fill_many(newest, 1_200)
    async with running(newest, embedder, key=b"many", size=(60, 60)) as driver:
        await driver.press("escape", "b")
        screen = browse(driver)
        await driver.until(lambda: "1 of 1,200" in driver.screen_text())
        await driver.until(lambda: "place" in driver.screen_text())
        assert "many   1,200 elements, in name order" in driver.screen_text()
        await page(driver, "pagedown", "1,200 of 1,200")
        assert "e001199" in driver.screen_text()
        assert screen.table.count <= 1_200
        await driver.press("g")
        await driver.until(lambda: "1 of 1,200" in driver.screen_text())
        await driver.press("G")
        await driver.until(lambda: "e001199" in driver.screen_text())
        await driver.press("slash")
        await driver.type("e0007")
        await driver.until(lambda: "e000700" in driver.screen_text())
        await driver.press("enter", "k", "k")
        await driver.until(
            lambda: screen.table.selected is not None and screen.table.selected.element == b"e000698"
        )
        await driver.until(lambda: '{ "place": 698, "odd": 0 }' in driver.screen_text())
        await page(driver, "pageup", " 1 of 1,200")


async def test_what_is_found_is_opened_marked_and_searched_with(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people") as driver:
        await driver.press("escape", "b", "j", "x")
        await driver.until(lambda: "born" in driver.screen_text())
        assert len(driver.main.session.selection) == 1
        assert any(line.startswith("●") for line in driver.screen_text().splitlines())
        await driver.press("enter")
        assert isinstance(driver.app.screen, ElementScreen)
        await driver.press("escape", "slash")
        await driver.type("Mar")
        await driver.press("enter", "s")
        assert driver.main.search_view.query_bar.value == "@Marie Curie"
        assert driver.names()[0] == "Marie Curie"


async def test_a_jump_ignores_case_and_says_where_nothing_begins_so(people: Driver) -> None:
    await people.press("escape", "b", "slash")
    await people.type("marie c")
    await people.until(lambda: "Marie Curie" in people.screen_text())
    screen = browse(people)
    await people.until(
        lambda: screen.table.selected is not None and screen.table.selected.element == b"Marie Curie"
    )
    await people.press("ctrl+u")
    await people.type("mb")
    await people.until(lambda: "no name begins with mb" in people.screen_text())


@pytest.mark.parametrize("every_server", ["8.0", "8.2"], indirect=True)
async def test_an_old_server_shows_a_sample_and_says_so(every_server: RedisServer, embedder: Embedder) -> None:
    fill_many(every_server, 50)
    async with running(every_server, embedder, key=b"many", size=(80, 24)) as driver:
        await driver.press("escape", "b")
        await driver.until(lambda: "a random sample, unordered" in driver.screen_text())
        await driver.until(lambda: "sampled from 50 · g: new sample" in driver.screen_text())


async def test_a_jump_ignores_the_case_of_any_letter(newest: RedisServer, embedder: Embedder) -> None:
    fill(newest.client(), "k", [(name, (1.0, 0.0), None) for name in ("Łukasz", "Éva", "Anna")])
    async with running(newest, embedder, key=b"k") as driver:
        await driver.press("escape", "b", "slash")
        await driver.paste("łuk")
        table = browse(driver).table
        await driver.until(lambda: table.selected is not None and table.selected.element == "Łukasz".encode())
        assert "no name begins" not in driver.screen_text()


async def test_elements_are_changed_where_they_are_listed(newest: RedisServer, embedder: Embedder) -> None:
    fill(newest.client(), "k", [(name, (1.0, 0.0), None) for name in ("a", "b", "c")])
    async with running(newest, embedder, key=b"k", write=True) as driver:
        await driver.press("escape", "b")
        await driver.until(lambda: "1 of 3" in driver.screen_text())
        await driver.press("j", "d")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen) and driver.app.screen.takes_keys)
        await driver.press("enter")
        table = browse_below(driver).table
        await driver.until(lambda: table.count == 2)
        assert newest.client().execute_command("VRANGE", "k", "-", "+") == [b"a", b"c"]
        await driver.press("u")
        await driver.until(lambda: table.count == 3)
