"""The sets of a database compared, on servers of both versions, and what is remembered of them there."""

import json
from dataclasses import replace

import pytest

from tests.conftest import CACHE
from tests.support.command import vsexplorer
from tests.support.servers import RedisServer, fill
from vsexplorer.core.config import DEFAULT_MODEL
from vsexplorer.embedding.factory import make_embedder
from vsexplorer.insight.set_figures import FIGURES, facts, figure, ordered
from vsexplorer.server.node_connection import NodeConnection
from vsexplorer.services.models import ModelService
from vsexplorer.services.sets import SetService
from vsexplorer.vectorset import set_records as records
from vsexplorer.vectorset.set_records import SetRecord
from vsexplorer.vectorset.store import VectorSetStore


async def no_indexes() -> list[bytes]:
    return []


async def test_every_figure_is_that_of_vinfo(server: RedisServer, store: VectorSetStore) -> None:
    fill(server.client(), "a", [("x", (1.0,) * 8, "{}"), ("y", (0.5,) * 8, None)], "M", "5", reduce=3)
    info = await store.info(b"a")
    await records.write(store, info, SetRecord("some/model", "text"))
    sets = SetService(store, ModelService(make_embedder(DEFAULT_MODEL, CACHE)), (), no_indexes)
    summary = await sets.summary(info.key)
    raw = server.client().execute_command("VINFO", "a")
    told = {name.decode(): value for name, value in zip(raw[::2], raw[1::2], strict=True)}
    assert (info.size, info.dimension, info.input_dimension) == (2, 3, 8)
    assert summary.model == "some/model"
    assert summary.memory == server.client().memory_usage("a")
    said = " ".join(" ".join(fact) for fact in facts(summary))
    for name, value in told.items():
        assert name in said
        shown = value.decode() if isinstance(value, bytes) else f"{value:,}"
        assert shown in said


async def test_what_may_not_be_asked_is_left_out(server: RedisServer) -> None:
    client = server.client()
    fill(client, "a", [("x", (1.0, 0.0), None)])
    client.execute_command("ACL", "SETUSER", "reader", "on", ">secret", "~*", "+vinfo", "+scan", "+vcard")
    target = server.target
    opened = await VectorSetStore.open(NodeConnection(replace(target, username="reader", password="secret")))
    try:
        info = await opened.info(b"a")
        sets = SetService(opened, ModelService(make_embedder(DEFAULT_MODEL, CACHE)), (), no_indexes)
        summary = await sets.summary(info.key)
        assert (summary.memory, summary.model) == (None, "")
        assert ordered([summary], figure("memory"), reverse=True) == [summary]
    finally:
        await opened.close()
        client.execute_command("ACL", "DELUSER", "reader")


async def test_a_record_is_void_for_a_set_made_anew(server: RedisServer, store: VectorSetStore) -> None:
    fill(server.client(), "a", [("x", (1.0, 0.0), None)])
    await records.write(store, await store.info(b"a"), SetRecord("some/model", ""))
    server.client().delete("a")
    fill(server.client(), "a", [("x", (1.0, 0.0), None)])
    assert await records.read(store, [await store.info(b"a")]) == [None]


@pytest.mark.parametrize("version", ["newest", "oldest"])
async def test_a_record_survives_a_server_that_numbers_its_sets_anew(
    request: pytest.FixtureRequest, version: str
) -> None:
    with RedisServer(request.getfixturevalue(f"{version}_binary"), "--appendonly", "yes") as server:
        for name in ("gone", "a", "b"):
            fill(server.client(), name, [("x", (1.0, 0.0), None)])
        server.client().delete("gone")
        store = await VectorSetStore.open(NodeConnection(server.target))
        for key in (b"a", b"b"):
            await records.write(store, await store.info(key), SetRecord(key.decode(), ""))
        before = {(await store.info(key)).uid for key in (b"a", b"b")}
        await store.close()
        server.rewrite()
        server.stop()
        server.start()
        store = await VectorSetStore.open(NodeConnection(server.target))
        infos = [await store.info(key) for key in (b"a", b"b")]
        assert {info.uid for info in infos} != before, "otherwise this shows nothing"
        assert await records.read(store, infos) == [SetRecord("a", ""), SetRecord("b", "")]
        await store.close()


def test_the_command_lists_sorts_and_tells_everything(newest: RedisServer) -> None:
    fill(newest.client(), "b", [("x", (1.0,) * 8, "{}")], reduce=3)
    fill(newest.client(), "a", [("x", (1.0, 0.0), None), ("y", (1.0, 1.0), None)])
    done = vsexplorer("sets", "--json", "--sort", "elements", "--reverse", *newest.options)
    found = json.loads(done.stdout)
    assert [one["key"] for one in found] == ["a", "b"]
    assert set(found[1]) == {figure.name for figure in FIGURES} | {"uid"}
    assert (found[1]["dimension"], found[1]["input_dimension"], found[1]["with_attributes"]) == (3, 8, 1)
    assert found[1]["memory"] == newest.client().memory_usage("b")
    plain = vsexplorer("sets", *newest.options).stdout.splitlines()
    assert [line.split("\t")[0] for line in plain] == ["a", "b"]
    assert "8→3" in vsexplorer("sets", "--format", "table", *newest.options).stdout
