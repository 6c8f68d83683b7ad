"""The model of a set is switched between fastembed and an embedding server."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

from tests.conftest import CACHE
from tests.support.embedding_server import EmbeddingServer, serving
from tests.support.servers import RedisServer
from tests.tui.driving import load_people, running
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.embedding.http_embedder import HttpEmbedder
from vsexplorer.embedding.prefixes import Prefixes
from vsexplorer.server.target import Where
from vsexplorer.services.explorer import Explorer
from vsexplorer.transfer.mapping import Mapping
from vsexplorer.transfer.plan import LoadPlan
from vsexplorer.transfer.readers import RowFile
from vsexplorer.tui.screens.fit import FitScreen
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


async def test_the_model_of_a_set_without_a_record_is_found_out(
    newest: RedisServer, embedder: Embedder, tmp_path: Path
) -> None:
    people = Path(__file__).parents[2] / "assets" / "people.jsonl"
    (tmp_path / "people.jsonl").write_text("\n".join(people.read_text().splitlines()[:60]))
    explorer = Explorer(Where(newest.target), embedder)
    await explorer.connect()
    plan = LoadPlan(b"people", Mapping("name", "description"))
    await explorer.transfers.load([RowFile.at(tmp_path / "people.jsonl")], plan)
    await explorer.close()
    newest.client().delete("vsexplorer:sets")
    async with running(newest, embedder, key=b"people", write=True) as driver:
        await driver.until(
            lambda: "which model made this set is not recorded · T: find out" in driver.screen_text()
        )
        await driver.press("escape", "T")
        screen = driver.app.screen
        assert isinstance(screen, FitScreen)
        await driver.until(lambda: screen.found is not None)
        shown = driver.screen_text()
        assert "the same model" in shown
        assert ".description: median cosine 1.000" in shown
        await driver.press("ctrl+s")
        assert driver.app.screen is driver.main
        await driver.until(lambda: newest.client().hget("vsexplorer:sets", "people"))
        record = json.loads(newest.client().hget("vsexplorer:sets", "people"))
        assert record["model"] == "sentence-transformers/all-MiniLM-L6-v2"
    async with running(newest, embedder, key=b"people") as driver:
        await driver.until(lambda: driver.main.search_view.filter_bar.facts is not None)
        await driver.settle()
        assert "not recorded" not in driver.screen_text()
