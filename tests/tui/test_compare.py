"""Two searches side by side on the screen."""

from __future__ import annotations

from tests.support.servers import RedisServer
from tests.tui.driving import load_people, running
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.server.target import Where
from vsexplorer.services.explorer import Explorer
from vsexplorer.transfer.copying import CopyPlan
from vsexplorer.tui.main.compare import CompareScreen
from vsexplorer.tui.screens.models import ModelsScreen
from vsexplorer.tui.screens.sets import SetsScreen
from vsexplorer.vectorset.writer import SetOptions


async def test_two_searches_are_compared_while_they_are_typed(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", count=4) as driver:
        await driver.type("science")
        await driver.press("enter", "C")
        screen = driver.app.screen
        assert isinstance(screen, CompareScreen)
        await driver.until(lambda: "overlap@4 1.00 · rank-biased overlap 1.000 · tau 1.00" in screen.figures)
        await driver.press("ctrl+u")
        await driver.type("music")
        await driver.until(lambda: "0 entered" not in screen.figures)
        left, right = (
            [hit.element for hit in side.results.page.hits] for side in screen.sides if side.results.page
        )
        assert left != right
        assert f"{len(set(right) - set(left))} entered" in screen.figures
        await driver.press("ctrl+w", "ctrl+u")
        await driver.type("music")
        await driver.until(lambda: "overlap@4 1.00" in screen.figures)
        await driver.press("enter", "j")
        assert "#2 → #2" in driver.screen_text()
        await driver.press("ctrl+s")
        assert driver.app.screen is driver.main
        assert driver.main.search_view.query_bar.value == "music"
        await driver.press("C", "escape", "escape")
        assert driver.app.screen is driver.main


async def test_another_set_is_searched_beside_the_open_one(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    explorer = Explorer(Where(newest.target), embedder)
    await explorer.connect()
    info = await explorer.sets.info(b"people")
    await explorer.transfers.copy(info, CopyPlan(b"bits", SetOptions(quantization="bin")))
    await explorer.close()
    async with running(newest, embedder, key=b"people", count=8) as driver:
        await driver.type("science")
        await driver.press("enter", "C", "enter", "o")
        assert isinstance(driver.app.screen, SetsScreen)
        await driver.type("bits")
        await driver.press("enter")
        await driver.until(lambda: "people │ bits" in driver.screen_text())
        screen = driver.app.screen
        assert isinstance(screen, CompareScreen)
        await driver.until(lambda: screen.sides[1].results.page is not None)
        page = screen.sides[1].results.page
        assert page is not None
        assert page.query.key == b"bits"
        assert "overlap@8 1.00" in screen.figures
        # Quantized to bits, the same elements have other ranks.
        assert "tau 1.00" not in screen.figures
        await driver.press("escape", "escape")
        assert driver.app.screen is driver.main
        assert driver.main.session.info is not None
        assert driver.main.session.info.key == b"people"


async def test_results_are_kept_until_something_has_changed(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", count=8) as driver:
        await driver.type("science")
        await driver.press("enter", "C", "enter", "z")
        assert "people │ people · kept" in driver.screen_text()
        newest.client().execute_command("VREM", "people", "Marie Curie")
        await driver.press("ctrl+w", "enter", "r")
        screen = driver.app.screen
        assert isinstance(screen, CompareScreen)
        await driver.until(lambda: "1 entered, 0 left" in screen.figures)
        await driver.press("ctrl+w", "enter", "z")
        await driver.until(lambda: "overlap@7 1.00" in screen.figures)


async def test_another_model_is_used_on_one_side_only(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", count=8) as driver:
        await driver.type("science")
        await driver.press("enter", "C", "enter", "m")
        assert isinstance(driver.app.screen, ModelsScreen)
        await driver.until(lambda: "all-MiniLM-L6-v2" in driver.screen_text())
        await driver.type("all-MiniLM-L6")
        await driver.press("enter")
        screen = driver.app.screen_stack[1]
        assert isinstance(screen, CompareScreen)
        own = driver.main.session.explorer
        await driver.until(lambda: screen._sessions[1].explorer is not own)
        assert screen._sessions[0].explorer is own
        await driver.until(lambda: "overlap@8 1.00" in screen.figures)
