"""The screen of vector sets: found, compared, narrowed, explained, opened."""

from tests.support.servers import RedisServer, fill
from tests.tui.driving import Driver, running
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.tui.screens.confirm import ConfirmScreen
from vsexplorer.tui.screens.sets import SetsScreen


def keys(driver: Driver) -> list[str]:
    screen = driver.app.screen
    assert isinstance(screen, SetsScreen)
    return [summary.info.key.decode() for summary in screen.table._rows]


async def test_switching_sets(people: Driver, newest: RedisServer) -> None:
    fill(newest.client(), "places", [("Lima", (1.0, 0.0), None)])
    await people.press("escape", "o")
    await people.until(lambda: "2 vector sets" in people.screen_text())
    await people.type("pla")
    assert keys(people) == ["places"]
    await people.press("enter")
    await people.until(lambda: people.names() == ["Lima"])
    assert people.screen_text().splitlines()[1].startswith(" places   1 element · 2 dims")


async def test_every_fact_of_a_set_is_shown_and_explained(people: Driver, newest: RedisServer) -> None:
    fill(newest.client(), "small", [("a", (1.0, 0.0, 0.0, 0.0), None)], "BIN", "M", "8", reduce=2)
    await people.press("escape", "o")
    await people.until(lambda: "2 vector sets" in people.screen_text())
    text = people.screen_text()
    row = next(line for line in text.splitlines() if line.startswith(" people"))
    assert row.split()[1:5] == ["8", "384", "int8", "all-MiniLM-L6-v2"]
    assert "KiB" in row
    await people.press("down", "tab", "i")
    text = people.screen_text()
    for name in ("before REDUCE  4", "quantization  bin", "M  8", "with attributes  0", "uid  ", "newest node  1"):
        assert name in text
    assert "vset-uid: identifies the set while the server runs" in text
    await people.press("end")
    assert "MEMORY USAGE: an estimate" in people.screen_text()
    await people.press("i")
    assert keys(people) == ["people", "small"]


async def test_sets_are_sorted_by_any_column(newest: RedisServer, embedder: Embedder) -> None:
    client = newest.client()
    fill(client, "b", [("x", (1.0,) * 4, None)])
    fill(client, "a", [("x", (1.0,) * 8, None), ("y", (2.0,) * 8, None)])
    fill(client, "c", [(str(n), (1.0, n), None) for n in range(3)])
    async with running(newest, embedder) as driver:
        await driver.until(lambda: isinstance(driver.app.screen, SetsScreen))
        await driver.until(lambda: "3 vector sets" in driver.screen_text())
        await driver.press("tab", "right_square_bracket")
        assert keys(driver) == ["c", "a", "b"], "by elements, the largest first"
        await driver.press("backslash")
        assert keys(driver) == ["b", "a", "c"]
        await driver.press("right_square_bracket")
        assert keys(driver) == ["a", "b", "c"], "by dimension"
        assert "dims▼" in driver.screen_text()
        await driver.press("left_square_bracket", "left_square_bracket", "G", "enter")
        await driver.until(lambda: len(driver.names()) == 3)


async def test_a_set_is_deleted_from_the_list(newest: RedisServer, embedder: Embedder) -> None:
    fill(newest.client(), "a", [("x", (1.0, 0.0), None)])
    fill(newest.client(), "b", [("x", (1.0, 0.0), None)])
    async with running(newest, embedder, write=True) as driver:
        await driver.until(lambda: isinstance(driver.app.screen, SetsScreen))
        await driver.until(lambda: "2 vector sets" in driver.screen_text())
        await driver.press("tab", "j", "D")
        await driver.until(lambda: "DEL b" in driver.screen_text() and "esc: cancel" in driver.screen_text())
        await driver.type("b")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, SetsScreen) and keys(driver) == ["a"])
    assert newest.client().keys("*") == [b"a"]


async def test_looking_can_be_stopped_and_begun_again(newest: RedisServer, embedder: Embedder) -> None:
    pipe = newest.client().pipeline(transaction=False)
    for number in range(3_000):
        pipe.execute_command("VADD", f"set{number:04d}", "VALUES", 2, 1, number, "e")
    pipe.execute()
    async with running(newest, embedder) as driver:
        await driver.until(lambda: isinstance(driver.app.screen, SetsScreen))
        screen = driver.app.screen
        assert isinstance(screen, SetsScreen)
        await driver.until(lambda: screen.table.count > 0)
        screen.action_stop()
        await driver.pilot.pause()
        stopped = screen.table.count
        if stopped < 3_000:
            assert f"stopped: {stopped:,} vector sets so far" in driver.screen_text()
        await driver.press("ctrl+r")
        await driver.until(lambda: screen.table.count == 3_000)
        await driver.type("set29")
        assert screen.table.count == 100


async def test_among_thousands_of_sets_one_is_found_and_sorted(newest: RedisServer, embedder: Embedder) -> None:
    pipe = newest.client().pipeline(transaction=False)
    for number in range(1_500):
        pipe.execute_command("VADD", f"set {number:04}", "VALUES", 2, number, 1, "a")
    pipe.execute_command("VADD", "set 0700", "VALUES", 2, 3, 1, "b")
    pipe.execute()
    async with running(newest, embedder) as driver:
        await driver.until(lambda: isinstance(driver.app.screen, SetsScreen))
        await driver.until(lambda: len(keys(driver)) == 1_500)
        assert keys(driver) == [f"set {number:04}" for number in range(1_500)]
        await driver.press("tab", "right_square_bracket")
        assert keys(driver)[:2] == ["set 0700", "set 0000"], "the one with two elements"
        await driver.press("tab")
        await driver.type("77")
        assert keys(driver) == ["set 0077", "set 0177", "set 0277", *keys(driver)[3:]]
        assert all("77" in key for key in keys(driver))


async def test_a_set_that_is_deleted_from_the_list_is_not_said_to_be_deleted_by_others(
    newest: RedisServer, embedder: Embedder
) -> None:
    fill(newest.client(), "k", [("a", (1.0, 2.0), None)])
    async with running(newest, embedder, key=b"k", write=True) as driver:
        await driver.press("escape", "o", "tab")
        await driver.until(lambda: "1 vector set" in driver.screen_text())
        await driver.press("D")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen) and driver.app.screen.takes_keys)
        await driver.type("k")
        await driver.press("enter")
        await driver.until(lambda: not newest.client().exists("k"))
        await driver.until(lambda: "no vector set" in driver.screen_text())
        await driver.press("escape", "escape")
        await driver.until(lambda: "k was deleted" in driver.screen_text())
        assert "someone else" not in driver.screen_text()
