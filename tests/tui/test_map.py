"""The map of a set on the screen."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.test_map import fill_groups
from tests.support.servers import RedisServer
from tests.tui.driving import Driver, load_people, running
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.tui.main.map import MapScreen
from vsexplorer.tui.screens.element import ElementScreen
from vsexplorer.tui.services.map_contents import MapContents
from vsexplorer.tui.widgets.map_legend import MapLegend


@pytest.fixture
async def groups(newest: RedisServer, embedder: Embedder) -> AsyncIterator[Driver]:
    """Five groups of forty elements, open in the screen."""
    fill_groups(newest)
    async with running(newest, embedder, key=b"k") as driver:
        yield driver


async def mapped(driver: Driver) -> MapScreen:
    """Open the map and wait until it has settled."""
    await driver.press("escape", "v")
    screen = driver.app.screen
    assert isinstance(screen, MapScreen)
    await settled(driver, screen)
    return screen


async def settled(driver: Driver, screen: MapScreen) -> None:
    await driver.until(lambda: screen.contents is not None and screen.contents.shown.settled)
    await driver.settle()


def contents(screen: MapScreen) -> MapContents:
    assert screen.contents is not None
    return screen.contents


def lit(screen: MapScreen) -> set[str]:
    return {name.decode() for name in contents(screen).lit_names}


async def test_the_map_shows_groups_with_counts_and_labels(groups: Driver) -> None:
    await mapped(groups)
    shown = groups.screen_text()
    assert "map · k · 200 elements · keeps" in shown
    assert all(f"■ g{group}  40" in shown for group in range(5))
    assert "colour: .group" in shown
    assert any("\u2800" < character < "\u28ff" for character in shown)
    await groups.press("c")
    assert "colour: .n" in groups.screen_text()
    assert "0 to below" in groups.screen_text()
    await groups.press("c")
    assert "colour:" not in groups.screen_text()
    await groups.press("escape")
    assert groups.app.screen is groups.main


async def test_arrows_walk_to_the_nearest_point_that_way(groups: Driver) -> None:
    screen = await mapped(groups)
    points = contents(screen).shown.points
    await groups.press("right")
    for key, axis, sign in (("right", 0, 1), ("down", 1, -1), ("left", 0, -1), ("up", 1, 1)):
        before = screen.view.cursor
        assert before is not None
        await groups.press(key)
        after = screen.view.cursor
        assert after is not None
        # At the edge there is nothing further that way.
        assert after == before or (points[after, axis] - points[before, axis]) * sign > 0
    assert screen.view.cursor is not None
    name = contents(screen).name(screen.view.cursor)
    await groups.until(lambda: f"{name} · .group: g{name[0]}" in groups.screen_text())
    assert '"group"' in groups.screen_text()
    await groups.press("enter")
    assert any(isinstance(one, ElementScreen) for one in groups.app.screen_stack)
    assert name in groups.screen_text()
    await groups.press("escape")
    assert groups.app.screen is screen


async def test_neighbours_light_up_with_their_similarity(groups: Driver) -> None:
    screen = await mapped(groups)
    await groups.press("n")
    assert "no point is selected" in groups.screen_text()
    await groups.press("right", "n")
    assert screen.view.cursor is not None
    own = contents(screen).name(screen.view.cursor)
    near = contents(screen).neighbours(screen.view.cursor)
    assert lit(screen) == {own, *(contents(screen).name(place) for place in near)}
    assert {name[0] for name in lit(screen)} == {own[0]}
    place, score = next(iter(near.items()))
    assert contents(screen).labels(None)[place] == f"{score:.2f} {contents(screen).name(place)}"
    stored = await groups.main.session.explorer.elements.neighbours(b"k", own.encode())
    links = {one.element: one.score for one in stored[0]}
    name = contents(screen).shown.names[place]
    if name in links:
        assert score == pytest.approx(links[name], abs=0.02)
    await groups.press("escape")
    assert not lit(screen)


async def test_a_filter_highlights_without_moving_anything(groups: Driver) -> None:
    screen = await mapped(groups)
    before = contents(screen).shown.points.tolist()
    await groups.press("f")
    await groups.type(".n < 2")
    await groups.until(lambda: "✓ 10 of 200 on the map" in groups.screen_text())
    assert lit(screen) == {f"{group}:{place}" for group in range(5) for place in range(2)}
    assert contents(screen).shown.points.tolist() == before
    await groups.press("ctrl+u")
    await groups.until(lambda: not lit(screen))


async def test_a_hidden_group_is_not_drawn_nor_selected(groups: Driver) -> None:
    screen = await mapped(groups)
    await groups.press("tab", "space")
    legend = screen.query_one(MapLegend)
    assert legend.hidden == {0}
    assert "□ g0  40" in groups.screen_text()
    await groups.press("tab", "minus", "minus", "minus", "minus", "minus", "x", *["left"] * 3, *["up"] * 3, "x")
    assert contents(screen).selection
    assert not any(name.startswith("0:") for name in lit(screen))


async def test_a_box_becomes_a_filter_a_part_and_a_file(groups: Driver, tmp_path: Path) -> None:
    screen = await mapped(groups)
    await groups.press("F")
    assert "select elements first" in groups.screen_text()
    # Select the first group by its places.
    chosen = [place for place, name in enumerate(contents(screen).shown.names) if name.startswith(b"1:")]
    points = contents(screen).shown.points[chosen]
    start = chosen[int(points[:, 0].argmin())]
    screen.view.select(start)
    await groups.press("x")
    screen.view._corner = tuple(points.min(axis=0).tolist())
    screen.view._far = tuple(points.max(axis=0).tolist())
    await groups.press("x")
    assert "40 elements selected" in groups.screen_text()
    assert {name[0] for name in lit(screen)} == {"1"}
    await groups.press("E")
    await groups.press("ctrl+u")
    await groups.type(str(tmp_path / "part.jsonl"))
    await groups.press("enter")
    await groups.until(lambda: "40 elements written to" in groups.screen_text())
    written = [json.loads(line) for line in (tmp_path / "part.jsonl").read_text().splitlines()]
    assert {row["element"][:2] for row in written} == {"1:"}
    await groups.press("F")
    await groups.until(lambda: "✓ 40 of 200 on the map" in groups.screen_text())
    assert screen.filter_bar.value == '.group == "g1"'
    assert "passed by 40 of the 40 and by 0" in groups.screen_text()
    await groups.press("o")
    await groups.until(lambda: len(contents(screen).shown.names) == 40)
    await settled(groups, screen)
    assert "40 elements" in groups.screen_text()
    await groups.press("o")
    await groups.until(lambda: len(contents(screen).shown.names) == 200)
    await settled(groups, screen)
    await groups.press("ctrl+s")
    assert groups.app.screen is groups.main
    assert groups.main.search_view.filter_bar.value == '.group == "g1"'


async def test_existing_files_are_kept(groups: Driver, tmp_path: Path) -> None:
    screen = await mapped(groups)
    await groups.press("E")
    assert "nothing is selected or highlighted" in groups.screen_text()
    kept = tmp_path / "map.svg"
    kept.write_text("mine")
    await groups.press("p", "ctrl+u")
    await groups.type(str(kept))
    await groups.press("enter")
    await groups.until(lambda: "exists already" in screen.status.left)
    assert kept.read_text() == "mine"
    await groups.press("p", "ctrl+u")
    await groups.type(str(tmp_path / "other.svg"))
    await groups.press("enter")
    await groups.until(lambda: "the map is written to" in screen.status.left)
    assert (tmp_path / "other.svg").read_text().startswith("<svg")


async def test_results_light_up_while_a_query_is_typed(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", count=3) as driver:
        screen = await mapped(driver)
        await driver.press("slash")
        await driver.type("science")
        await driver.until(lambda: len(lit(screen)) == 3)
        assert "3 results" in driver.screen_text()
        assert contents(screen).query_place is not None
        first = next(iter(contents(screen).hits))
        await driver.press("down")
        assert screen.view.cursor == first
        assert "result 1 · score" in driver.screen_text()
        await driver.press("enter", "s")
        await driver.until(lambda: contents(screen).name(first) in lit(screen))
        assert screen.query_bar.value == f"@{contents(screen).name(first)}"
        await driver.press("slash", "ctrl+u")
        await driver.until(lambda: not lit(screen))
        assert contents(screen).query_place is None


async def test_new_elements_appear_on_refresh(groups: Driver, newest: RedisServer) -> None:
    screen = await mapped(groups)
    fill_groups(newest, first=100, each=2)
    await groups.press("r")
    await groups.until(lambda: len(contents(screen).shown.names) == 210)
    assert "210 elements" in groups.screen_text()


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_small_terminals(newest: RedisServer, embedder: Embedder, size: tuple[int, int]) -> None:
    fill_groups(newest)
    async with running(newest, embedder, key=b"k", size=size) as driver:
        await mapped(driver)
        await driver.press("right", "plus", "plus", "H", "J", "0", "n")
        assert any("\u2800" < character < "\u28ff" for character in driver.screen_text())
        await driver.press("escape", "escape")
        assert driver.app.screen is driver.main
