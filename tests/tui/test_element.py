"""An element on its own: the tree of its attributes, its vector, its neighbours and the way back."""

import json

from tests.support.servers import RedisServer, fill
from tests.tui.driving import Driver, running
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.tui.screens.element import ElementScreen
from vsexplorer.tui.widgets.attribute_tree import AttributeTree
from vsexplorer.tui.widgets.links import LinksList

DEEP = {"name": "needle", "nested": {"list": [1, True, None, {"inner": "haystack"}]}, "text": "long " * 60}
ELEMENTS = [
    ("a", (1.0, 0.0, 0.1), json.dumps(DEEP)),
    ("b", (0.9, 0.1, 0.0), '{"x": 1, "x2": }'),
    ("c", (0.0, 1.0, 0.0), None),
]


def element(driver: Driver) -> ElementScreen:
    screen = driver.app.screen
    assert isinstance(screen, ElementScreen)
    return screen


async def opened(driver: Driver, name: str) -> ElementScreen:
    await driver.press("escape", "slash", "ctrl+u")
    await driver.type(f"@{name}")
    await driver.until(lambda: driver.names()[0] == name)
    await driver.press("enter", "enter")
    screen = element(driver)
    await driver.until(lambda: screen.details is not None and screen.query_one(LinksList).count)
    return screen


async def test_one_walks_along_the_graph_and_back_on_both_versions(server: RedisServer, embedder: Embedder) -> None:
    fill(server.client(), "abc", ELEMENTS, "NOQUANT")
    async with running(server, embedder, key=b"abc") as driver:
        screen = await opened(driver, "a")
        assert "vector: 3 dims · f32 · norm 1.005" in driver.screen_text()
        assert "from 0 to 1" in driver.screen_text()
        assert "level 0 (all elements): 2 neighbours" in driver.screen_text()
        links = screen.query_one(LinksList)
        assert links.selected == b"b", "the nearest comes first"
        await driver.press("tab", "enter")
        await driver.until(lambda: "a › [b]" in driver.screen_text())
        await driver.until(lambda: "· visited" in driver.screen_text())
        while links.selected != b"c":
            await driver.press("down")
        await driver.press("enter")
        await driver.until(lambda: "a › b › [c]" in driver.screen_text())
        await driver.press("left_square_bracket", "backspace")
        await driver.until(lambda: "[a] › b › c" in driver.screen_text())
        await driver.press("right_square_bracket")
        await driver.until(lambda: "a › [b] › c" in driver.screen_text())
        await driver.press("s")
        assert driver.main.search_view.query_bar.value == "@b", "like the element one walked to"


async def test_attributes_are_a_tree_that_can_be_searched(newest: RedisServer, embedder: Embedder) -> None:
    fill(newest.client(), "abc", ELEMENTS, "NOQUANT")
    async with running(newest, embedder, key=b"abc") as driver:
        screen = await opened(driver, "a")
        tree = screen.query_one(AttributeTree)
        shown = driver.screen_text()
        for line in (
            '  name    "needle"',
            "nested  1 field",
            "list  4 entries",
            "1  true",
            "2  null",
        ):
            assert line in shown, line
        await driver.press("slash")
        await driver.type("hayst")
        await driver.settle()
        assert tree.cursor_node is not None
        assert tree.cursor_node.data == "inner haystack"
        await driver.type("x")
        assert "not found in the attributes: haystx" in driver.screen_text()
        await driver.press("backspace", "enter", "N")
        await driver.press("escape")
        assert not screen.has_class("-finding")
        await driver.press("J")
        assert '"text": "long long' in driver.screen_text()
        await driver.press("J", "end")
        assert "text long long" in driver.screen_text(), "a long value is shown in full beneath"


async def test_what_is_not_json_is_shown_with_the_place(newest: RedisServer, embedder: Embedder) -> None:
    fill(newest.client(), "abc", ELEMENTS, "NOQUANT")
    async with running(newest, embedder, key=b"abc", size=(100, 30)) as driver:
        await opened(driver, "b")
        lines = [line.split("│")[0].rstrip() for line in driver.screen_text().splitlines()]
        place = lines.index(" Expecting value, line 1, column 16")
        assert lines[place + 1 : place + 3] == [' {"x": 1, "x2": }', " " * 16 + "^"]
        await driver.press("escape")
        await opened(driver, "c")
        assert "no attributes" in driver.screen_text()


async def test_marked_elements_are_compared_as_by_vsim(newest: RedisServer, embedder: Embedder) -> None:
    fill(newest.client(), "abc", ELEMENTS, "NOQUANT")
    reply = newest.client().execute_command("VSIM", "abc", "ELE", "a", "WITHSCORES")
    score = float(dict(zip(reply[::2], reply[1::2], strict=True))[b"c"])
    async with running(newest, embedder, key=b"abc") as driver:
        await opened(driver, "c")
        await driver.press("x")
        assert "● c" in driver.screen_text()
        await driver.press("escape")
        await opened(driver, "a")
        await driver.until(lambda: f"similarity {score:.4f} to c" in driver.screen_text())
        await driver.press("escape")
        assert any(line.startswith("●") and " c" in line for line in driver.screen_text().splitlines())


async def test_there_is_room_for_it_in_a_small_terminal(newest: RedisServer, embedder: Embedder) -> None:
    fill(newest.client(), "abc", ELEMENTS, "NOQUANT")
    async with running(newest, embedder, key=b"abc", size=(40, 12)) as driver:
        await opened(driver, "a")
        assert 'name    "needle"' in driver.screen_text()
        assert "level 0" not in driver.screen_text()
        await driver.press("tab")
        assert "level 0" in driver.screen_text()
