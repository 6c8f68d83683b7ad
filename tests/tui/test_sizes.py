"""What is left out on small terminals."""

import pytest

from tests.support.servers import RedisServer
from tests.tui.driving import load_people, running
from vsexplorer.embedding.embedder import Embedder


@pytest.mark.parametrize(
    ("size", "header", "attributes"), [((120, 36), True, True), ((80, 24), True, True), ((40, 12), False, False)]
)
async def test_small_terminals_keep_the_lines_and_the_results(
    newest: RedisServer, embedder: Embedder, size: tuple[int, int], header: bool, attributes: bool
) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", size=size) as driver:
        await driver.type("science")
        await driver.until(lambda: "Marie Curie" in driver.screen_text())
        text = driver.screen_text()
        assert ("8 elements" in text) == header
        assert ('"born"' in text) == attributes
        assert "query ›" in text
        await driver.press("escape", "F")
        await driver.until(lambda: "fields of all 8" in driver.screen_text())
        assert ("Marie Curie" in driver.screen_text()) == attributes, (
            "the panel takes the whole width where it is narrow"
        )
