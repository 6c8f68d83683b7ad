"""Two searches side by side on the screen."""

from __future__ import annotations

from tests.support.servers import RedisServer
from tests.tui.driving import load_people, running
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.tui.main.compare import CompareScreen


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
