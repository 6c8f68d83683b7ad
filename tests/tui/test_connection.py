"""What the screen does when the server goes away and comes back."""

import asyncio
import contextlib
import threading
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.conftest import CACHE
from tests.support.hub import Hub
from tests.support.servers import RedisServer, fill, free_port
from tests.tui.driving import key_event, load_people, running
from vsexplorer.embedding import packaged
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.embedding.registry import describe
from vsexplorer.server.target import Target, Where


async def test_a_lost_server_keeps_the_results_and_is_found_again(newest_binary: Path, embedder: Embedder) -> None:
    with RedisServer(newest_binary) as server:
        fill(server.client(), "k", [("a", (1.0, 0.0), None)])
        async with running(server, embedder, key=b"k") as driver:
            server.stop()
            await driver.press("escape", "r")
            await driver.until(lambda: "disconnected since" in driver.main.search_view.status_bar.left)
            assert driver.names() == ["a"]
            assert driver.main.search_view.results.table.stale
            server.start()
            fill(server.client(), "k", [("b", (1.0, 0.0), None)])
            await driver.until(lambda: driver.names() == ["b"])
            assert "reconnected at" in driver.screen_text().splitlines()[0]
            assert not driver.main.search_view.results.table.stale


async def test_the_heartbeat_notices_without_a_key_being_pressed(newest_binary: Path, embedder: Embedder) -> None:
    with RedisServer(newest_binary) as server:
        fill(server.client(), "k", [("a", (1.0, 0.0), None)])
        async with running(server, embedder, key=b"k") as driver:
            fill(server.client(), "k", [("b", (0.0, 1.0), None)])
            await driver.main.check_set()
            assert "2 elements" in driver.screen_text()
            server.stop()
            await driver.main.check_set()
            await driver.until(lambda: "disconnected since" in driver.main.search_view.status_bar.left)


async def test_a_server_that_is_not_there_can_be_tried_again(newest_binary: Path, embedder: Embedder) -> None:
    port = free_port()
    async with running(None, embedder, where=Where(Target(port=port))) as driver:
        await driver.until(lambda: "refused" in driver.main.search_view.results.notice.words)
        assert "-h HOST -p PORT" in driver.screen_text()
        with RedisServer(newest_binary, port=port):
            await driver.press("ctrl+r")
            await driver.until(lambda: "There is no vector set" in driver.main.search_view.results.notice.words)


async def test_a_download_is_shown_and_can_be_stopped_and_gone_on_with(
    newest: RedisServer, embedder: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert embedder.ready
    converted = packaged.converted_folder(CACHE)
    names = ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")
    files = {"onnx/model.onnx": converted / "model.onnx", **{name: converted / name for name in names}}
    model = "snowflake/snowflake-arctic-embed-xs"
    fill(newest.client(), "k", [("a", (1.0,) * 384, None)])
    with Hub(describe(model).repository, files, pause=0.05) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
        monkeypatch.setenv("FASTEMBED_CACHE_PATH", str(tmp_path))
        async with running(newest, key=b"k", model=model) as driver:
            await driver.until(lambda: "MiB of" in driver.main.search_view.status_bar.left)
            assert "esc: stop" in driver.main.search_view.status_bar.left
            await driver.pilot.press("escape")
            await driver.until(lambda: "stopped" in driver.main.search_view.status_bar.left)
            await driver.type("x")
            assert "was stopped" in driver.main.search_view.results.notice.words
            hub.pause = 0.0
            await driver.press("escape", "r")
            await driver.until(lambda: driver.main.session.explorer.models.embedder.ready)
            await driver.press("r")
            await driver.until(lambda: "1 result" in driver.screen_text())


@pytest.mark.parametrize("key", ["b", "o", "enter"])
async def test_leaving_a_screen_cancels_no_command(newest: RedisServer, embedder: Embedder, key: str) -> None:
    await load_people(newest, embedder)
    client = newest.client()
    async with running(newest, embedder, key=b"people") as driver:
        await driver.press("escape")
        before = {entry["id"] for entry in client.client_list()}
        client.execute_command("CLIENT", "PAUSE", 600, "ALL")
        driver.app.call_later(driver.app.on_event, key_event(key))
        await driver.until(lambda: driver.app.screen is not driver.main)
        driver.app.call_later(driver.app.on_event, key_event("escape"))
        await driver.until(lambda: driver.app.screen is driver.main)
        await driver.settle()
        assert before <= {entry["id"] for entry in client.client_list()}
        assert driver.main.session.connection.connected
        await driver.press(key, "escape")
        assert driver.app.screen is driver.main


async def test_a_server_that_was_silent_is_asked_again_without_a_key(
    newest: RedisServer, embedder: Embedder
) -> None:
    fill(newest.client(), "k", [("a", (1.0, 0.0), None)])
    where = Where(newest.target, timeout=0.5)
    async with running(newest, embedder, key=b"k", where=where) as driver:
        newest.client().execute_command("CLIENT", "PAUSE", 1500, "ALL")
        await driver.press("escape", "r")
        await driver.until(lambda: "no answer since" in driver.status())
        fill(newest.client(), "k", [("b", (0.0, 1.0), None)])
        await driver.until(lambda: driver.names() == ["a", "b"])
        assert not driver.main.search_view.results.table.stale


async def test_a_server_that_a_script_keeps_busy_is_waited_for(newest_binary: Path, embedder: Embedder) -> None:
    with RedisServer(newest_binary, "--busy-reply-threshold", "100") as server:
        fill(server.client(), "k", [("a", (1.0, 0.0), None)])
        async with running(server, embedder, key=b"k") as driver:
            script = threading.Thread(target=_keep_busy, args=(server.client(),))
            script.start()
            try:
                await asyncio.sleep(0.3)
                await driver.press("escape", "r")
                await driver.until(lambda: "BUSY" in driver.status())
            finally:
                server.client().script_kill()
                script.join()
            await driver.until(lambda: driver.names() == ["a"] and not driver.main.search_view.results.table.stale)


def _keep_busy(client: Any) -> None:
    with contextlib.suppress(redis.ResponseError):
        client.eval("while true do end", 0)
