"""The model of a set is switched between fastembed and an embedding server."""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.conftest import CACHE
from tests.support.embedding_server import EmbeddingServer, serving
from tests.support.servers import RedisServer
from tests.tui.driving import load_people, running
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.embedding.http_embedder import HttpEmbedder
from vsexplorer.embedding.prefixes import Prefixes
from vsexplorer.tui.screens.models import ModelsScreen


async def test_a_set_is_searched_with_a_server_and_with_fastembed(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    with serving(EmbeddingServer(embedder, names=("minilm", "another"))) as server:
        remote = HttpEmbedder(f"{server.url}#minilm", CACHE, Prefixes())
        async with running(newest, remote, key=b"people", model_given=True) as driver:
            await driver.until(lambda: "minilm (made with all-MiniLM-L6-v2)" in driver.screen_text())
            await driver.type("science")
            assert driver.names()[0] == "Marie Curie"
            assert server.asked[-1]["input"] == ["science"]
            await driver.press("enter", "m")
            assert isinstance(driver.app.screen, ModelsScreen)
            await driver.until(lambda: f"on {urlsplit(server.url).netloc}" in driver.screen_text())
            await driver.type("all-MiniLM-L6")
            await driver.press("enter")
            await driver.until(lambda: "int8 · all-MiniLM-L6-v2" in driver.screen_text())
            asked = len(server.asked)
            await driver.press("slash", "ctrl+u")
            await driver.type("music")
            assert len(server.asked) == asked
            await driver.press("enter", "m")
            await driver.until(lambda: f"on {urlsplit(server.url).netloc}" in driver.screen_text())
            await driver.type("another")
            await driver.press("enter")
            await driver.until(lambda: "· another" in driver.screen_text())
            await driver.until(
                lambda: server.asked[-1] == {**server.asked[-1], "model": "another", "input": ["music"]}
            )


async def test_a_server_that_fails_is_said_and_asked_again(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    with serving(EmbeddingServer(embedder, key="secret")) as server:
        async with running(newest, key=b"people", model=server.url, model_given=True) as driver:
            await driver.type("science")
            await driver.until(lambda: "refuses access: wrong key" in driver.screen_text())
            server.key = ""
            await driver.press("escape", "r")
            await driver.until(lambda: bool(driver.names()) and driver.names()[0] == "Marie Curie")
