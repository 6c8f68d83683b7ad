"""The open set while others write to it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.servers import RedisServer, fill
from tests.tui.driving import Driver, running
from vsexplorer.core.values import SetInfo
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.insight.set_figures import difference
from vsexplorer.tui.main import screen
from vsexplorer.tui.services.load_runner import LoadRunner


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "_HEARTBEAT", 0.05)


@pytest.fixture
async def watched(server: RedisServer, embedder: Embedder) -> AsyncIterator[tuple[Driver, RedisServer]]:
    fill(server.client(), "live", [(f"e{n}", (1.0, n), None) for n in range(5)])
    async with running(server, embedder, key=b"live") as driver:
        await settled(driver)
        yield driver, server


async def settled(driver: Driver) -> None:
    """Wait until what comes now counts as new."""
    await driver.settle()
    await driver.until(lambda: not driver.main.tracker.describing)


def header(driver: Driver) -> str:
    return driver.screen_text().splitlines()[1]


async def test_new_elements_are_announced_and_shown_on_a_key(watched: tuple[Driver, RedisServer]) -> None:
    driver, server = watched
    fill(server.client(), "live", [(f"new{n}", (2.0, n), None) for n in range(12)])
    await driver.until(lambda: "12 new elements · r: refresh" in header(driver))
    assert "17 elements" in header(driver), "the size is that of now"
    assert len(driver.names()) == 5, "what one reads does not move by itself"
    await driver.press("escape", "r")
    assert len(driver.names()) == 17
    await driver.until(lambda: "refreshes" not in header(driver))
    await settled(driver)
    server.client().execute_command("VREM", "live", "new3")
    await driver.until(lambda: "1 element removed · r: refresh" in header(driver))


async def test_typing_shows_what_is_new_too(watched: tuple[Driver, RedisServer]) -> None:
    driver, server = watched
    fill(server.client(), "live", [("new", (2.0, 1.0), None)])
    await driver.until(lambda: "1 new element · r: refresh" in header(driver))
    await driver.type("@new")
    await driver.until(lambda: "refreshes" not in header(driver))
    assert driver.names()[0] == "new"


async def test_a_set_that_is_deleted_is_said_to_be(watched: tuple[Driver, RedisServer]) -> None:
    driver, server = watched
    server.client().delete("live")
    await driver.until(lambda: "live was deleted by another client or has expired" in driver.screen_text())
    assert len(driver.names()) == 5, "what was there can still be read"
    assert driver.main.search_view.results.table.stale
    await driver.type("@e1")
    assert "There is no vector set 'live'" in driver.screen_text()


async def test_a_set_that_is_made_anew_is_another_one(watched: tuple[Driver, RedisServer]) -> None:
    driver, server = watched
    server.client().pipeline().delete("live").execute_command(
        "VADD", "live", "VALUES", 3, 1, 2, 3, "other"
    ).execute()
    await driver.until(lambda: "live was deleted and recreated by another client" in driver.screen_text())
    assert "r: open the new set" in header(driver)
    assert driver.main.search_view.results.table.stale
    await driver.press("escape", "r")
    await driver.until(lambda: driver.names() == ["other"])
    await driver.until(lambda: "3 dims" in header(driver))
    assert "opens" not in header(driver)


async def test_a_server_that_starts_anew_has_not_replaced_the_set(newest_binary: Path, embedder: Embedder) -> None:
    with RedisServer(newest_binary, "--appendonly", "yes") as server:
        for key in ("gone", "live", "z"):
            fill(server.client(), key, [("a", (1.0, 2.0), None)])
        server.client().delete("gone")
        async with running(server, embedder, key=b"live") as driver:
            await settled(driver)
            server.rewrite()
            server.stop()
            await driver.until(lambda: not driver.main.session.connection.connected)
            server.start()
            await driver.until(lambda: driver.main.session.connection.connected)
            await settled(driver)
            await asyncio.sleep(0.3)
            assert "anew" not in driver.screen_text()
            assert not driver.main.tracker.gone


def test_what_changed_in_words() -> None:
    def info(size: int, newest: int, described: int) -> SetInfo:
        return SetInfo(b"k", size, 2, 2, "int8", 16, 0, described, 1, newest)

    before = info(10, 20, 5)
    assert difference(before, before) == ""
    assert difference(before, info(11, 21, 5)) == "1 new element"
    assert difference(before, info(10, 22, 5)) == "2 new elements, 2 removed"
    assert difference(before, info(8, 20, 3)) == "2 elements removed"
    assert difference(before, info(10, 20, 8)) == "attributes added to 3 elements"
    assert difference(before, info(10, 20, 4)) == "attributes removed from 1 element"


async def test_nothing_is_said_while_one_loads_oneself(
    watched: tuple[Driver, RedisServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, server = watched
    monkeypatch.setattr(LoadRunner, "running", True)
    fill(server.client(), "live", [("new", (2.0, 1.0), None)])
    await asyncio.sleep(0.3)
    assert "refreshes" not in header(driver)
    monkeypatch.setattr(LoadRunner, "running", False)
    await driver.until(lambda: "1 new element · r: refresh" in header(driver))


async def test_a_server_that_becomes_a_replica_is_shown_as_one(newest: RedisServer, embedder: Embedder) -> None:
    fill(newest.client(), "k", [("a", (1.0, 0.0), None)])
    async with running(newest, embedder, key=b"k", write=True) as driver:
        assert "read-write" in driver.screen_text()
        newest.client().replicaof("127.0.0.1", 1)
        await driver.until(lambda: "replica, read-only" in driver.screen_text())
        await driver.press("escape", "a")
        assert driver.app.screen is driver.main, "no form opens that would fail at its end"
        newest.client().replicaof("NO", "ONE")
        await driver.until(lambda: "read-write" in driver.screen_text())


async def test_the_number_of_elements_follows_the_set(watched: tuple[Driver, RedisServer]) -> None:
    driver, server = watched
    assert "5 of 5 elements" in driver.screen_text()
    fill(server.client(), "live", [("e5", (1.0, 5.0), None)])
    await driver.until(lambda: "5 of 6 elements" in driver.screen_text())
    await driver.press("escape", "r")
    await driver.until(lambda: "6 of 6 elements" in driver.screen_text())
