"""Hostile data in every part of the screen: nothing but text is drawn, and nothing ends the program."""

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import hostile
from tests.support.servers import RedisServer
from tests.tui.driving import Driver, running
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.tui.screens.forms import AttributesForm

_SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


def fill(server: RedisServer, key: bytes, elements: Mapping[bytes, bytes]) -> None:
    pipe = server.client().pipeline(transaction=False)
    pipe.flushall()
    for place, (name, attributes) in enumerate(elements.items()):
        pipe.execute_command("VADD", key, "VALUES", 2, place, 1, name, "SETATTR", attributes)
    pipe.execute_command("VADD", b"other " + key, "VALUES", 2, 1, 1, b"x")
    pipe.execute()


def check(driver: Driver) -> None:
    """Every cell of the screen holds text."""
    assert driver.app.failure is None
    for strip in driver.strips():
        for segment in strip:
            assert segment.control is None
            assert not hostile.FORBIDDEN.search(segment.text), repr(segment.text)


async def leave(driver: Driver) -> None:
    """Return to the results."""
    for _ in range(6):
        if driver.app.screen is driver.main and not driver.main.search_view.results.shows_fields:
            return
        await driver.press("escape")
        await driver.pilot.pause(0.02)
    raise AssertionError(f"{driver.app.screen} cannot be left")


async def look_everywhere(driver: Driver, rows: int) -> None:
    """Go through the parts of the screen that show data."""
    await driver.press("escape")
    check(driver)
    for _ in range(rows):
        await driver.press("j")
        check(driver)
        await driver.press("enter")
        await driver.press("J")
        check(driver)
        await driver.press("J", "space", "tab", "j")
        check(driver)
        await driver.press("e")
        await driver.until(lambda: isinstance(driver.app.screen, AttributesForm))
        check(driver)
        await leave(driver)
    for opening in ("F", "b", "o", "y", "c", "d", "R", "question_mark"):
        await driver.press(opening)
        await driver.settle()
        check(driver)
        await driver.press("j", "i", "x")
        check(driver)
        await leave(driver)
    await driver.press("slash", "at")
    await driver.settle()
    check(driver)
    await driver.press("tab", "escape", "f", "ctrl+u", "full_stop")
    await driver.settle()
    check(driver)
    await driver.press("escape", "escape", "ctrl+u", "slash", "ctrl+u", "escape")


async def test_every_known_trick_stays_text(newest: RedisServer, embedder: Embedder) -> None:
    corpus = hostile.corpus()
    key = "\x1b]52;c;aGFja2Vk\x07[red]\u202ekey".encode()
    fill(newest, key, corpus)
    async with running(newest, embedder, key=key, write=True, size=(100, 60)) as driver:
        assert len(driver.names()) == len(corpus)
        check(driver)
        await look_everywhere(driver, 2)
        await driver.press("G")
        check(driver)


async def look_briefly(driver: Driver) -> None:
    """Go through the parts of the screen that show data by themselves."""
    await driver.press("escape", "j")
    check(driver)
    await driver.press("enter", "tab", "j")
    check(driver)
    for opening in ("b", "o", "F"):
        await leave(driver)
        await driver.press(opening)
        check(driver)
    await leave(driver)


_DATA = {
    "elements": st.dictionaries(hostile.names, hostile.attributes, min_size=1, max_size=6),
    "key": hostile.names,
}


@settings(max_examples=6, deadline=None, suppress_health_check=_SLOW)
@given(**_DATA)
async def test_no_data_reaches_the_screen_as_anything_but_text(
    newest: RedisServer, embedder: Embedder, elements: dict[bytes, bytes], key: bytes
) -> None:
    fill(newest, key, elements)
    async with running(newest, embedder, key=key, size=(100, 30)) as driver:
        await look_briefly(driver)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=_SLOW)
@given(**_DATA)
async def test_much_data_reaches_every_part_of_the_screen_as_text(
    newest: RedisServer, embedder: Embedder, elements: dict[bytes, bytes], key: bytes
) -> None:
    fill(newest, key, elements)
    async with running(newest, embedder, key=key, write=True, size=(100, 30)) as driver:
        await look_everywhere(driver, min(2, len(elements)))
