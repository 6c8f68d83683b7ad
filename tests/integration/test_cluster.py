"""A real Redis Cluster: three primaries, three replicas, with failovers, moved slots and dead shards."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.support.command import vsexplorer
from tests.support.servers import fill
from tests.support.topology import Cluster, Watched, is_primary, wait
from tests.tui.driving import PAGE, running
from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.values import ByElement, ByText, Query
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.server.target import Target, Where
from vsexplorer.server.topology import key_of, slot
from vsexplorer.services.explorer import Explorer
from vsexplorer.transfer.mapping import Mapping
from vsexplorer.transfer.plan import LoadPlan
from vsexplorer.transfer.readers import RowFile

KEYS = [f"set{number}".encode() for number in range(9)]


@pytest.fixture(scope="module", params=["newest_binary", "oldest_binary"])
def running_cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    with Cluster(request.getfixturevalue(request.param)) as found:
        yield found


@pytest.fixture
def cluster(running_cluster: Cluster) -> Cluster:
    """An empty cluster whose first three ports are the primaries, in any order of slots."""
    running_cluster.settle()
    for port in running_cluster.ports:
        client = running_cluster.client(port)
        if client.info("replication")["role"] == "master":
            client.flushall()
    return running_cluster


@pytest.fixture
async def explorer(cluster: Cluster, embedder: Embedder) -> AsyncIterator[Explorer]:
    found = Explorer(Where(Target(port=cluster.ports[0])), embedder)
    await found.connect()
    yield found
    await found.close()


def fill_sets(cluster: Cluster) -> None:
    """Nine sets of three elements, over all shards."""
    client = cluster.routed()
    for key in KEYS:
        for number in range(3):
            client.execute_command(
                "VADD", key, "VALUES", 2, 1, number, f"e{number}", "SETATTR", json.dumps({"n": number})
            )
    client.close()


async def keys_of(explorer: Explorer) -> set[bytes]:
    return {info.key async for page in explorer.sets.pages() for info in page}


async def test_the_sets_of_all_shards_are_listed_and_searched(cluster: Cluster, explorer: Explorer) -> None:
    fill_sets(cluster)
    assert len({slot(key) // 5_462 for key in KEYS}) == 3, "every shard has some"
    assert explorer.cluster is not None
    assert len(explorer.cluster.topology.primaries) == 3
    assert await keys_of(explorer) == set(KEYS)
    for key in KEYS:
        page = await explorer.search.answer(Query(key, ByElement(b"e1"), ".n >= 1"))
        assert [hit.element for hit in page.hits] == [b"e1", b"e2"]
        assert page.hits[0].attributes == b'{"n": 1}'


async def test_a_load_is_written_searched_changed_and_deleted(cluster: Cluster, explorer: Explorer) -> None:
    for key in (b"people", b"others", b"third"):
        plan = LoadPlan(key, Mapping("name", "description", attributes=("born", "died")))
        report = await explorer.transfers.load([RowFile.at(PAGE, "people")], plan)
        assert report.added == 8
        found = await explorer.search.answer(Query(key, ByText("science")))
        assert found.hits[0].element == b"Marie Curie"
        undo = await explorer.editor.apply(await explorer.editor.rename(key, b"Marie Curie", b"M. Curie"))
        assert undo is not None
        await explorer.editor.apply(undo)
        await explorer.editor.apply(await explorer.editor.delete(key, [b"Linus Pauling", b"Marie Curie"]))
        assert (await explorer.sets.info(key)).size == 6
        await explorer.editor.apply(await explorer.editor.delete_set(key))
    assert await keys_of(explorer) == set()


COMMANDS = (
    ("sets", "--json"),
    ("show", "people"),
    ("show", "people", "Marie Curie"),
    ("query", "people", "science", "--filter", ".born > 1800"),
    ("browse", "people"),
    ("fields", "people"),
    ("neighbours", "people", "Marie Curie"),
    ("recall", "people", "--number", "5"),
    ("why", "people", "science", "Marie Curie"),
    ("fit", "people", "--field", "element"),
    ("record", "people"),
    ("export", "people", "{folder}/people.jsonl"),
    ("copy", "people", "copied"),
    ("set-attributes", "people", "Marie Curie", '{"born": 1}', "--yes"),
    ("delete", "people", "Marie Curie", "--yes"),
)


@pytest.mark.parametrize("running_cluster", ["newest_binary"], indirect=True)
def test_every_command_works_with_the_rights_that_info_states(cluster: Cluster, tmp_path: Path) -> None:
    rules = json.loads(vsexplorer("info", "--acl", "--json", *cluster.options).stdout)["changing"]
    nodes = [cluster.client(port) for port in cluster.ports]
    for node in nodes:
        node.execute_command(*rules.replace("NAME", "ann").replace("PASSWORD", "pw").split())
        node.execute_command("ACL", "LOG", "RESET")
    user = partial(vsexplorer, REDISCLI_AUTH="pw")
    options = [*cluster.options, "--user", "ann"]
    load = user("load", "people", str(PAGE), "--records", "people", *options)
    assert load.returncode == 0, load.stderr
    for command in COMMANDS:
        done = user(*(one.format(folder=tmp_path) if "{folder}" in one else one for one in command), *options)
        assert done.returncode in (0, 1), f"{command}: {done.stderr}"
        assert "Unexpected" not in done.stderr, f"{command}: {done.stderr}"
        assert "MOVED" not in done.stderr, f"{command}: {done.stderr}"
    assert [entry[7] for node in nodes for entry in node.execute_command("ACL", "LOG")] == []
    info = json.loads(vsexplorer("info", "--json", *cluster.options).stdout)
    assert len(info["server"]["shards"]) == 3
    assert {one["slots"] for one in info["server"]["shards"]} <= {5_461, 5_462}


async def test_a_manual_failover_interrupts_nothing(cluster: Cluster, explorer: Explorer) -> None:
    fill_sets(cluster)
    errors: list[VsexplorerError] = []
    stop = asyncio.Event()

    async def search(key: bytes) -> int:
        done = 0
        while not stop.is_set():
            try:
                await explorer.search.answer(Query(key, ByElement(b"e1")))
                done += 1
            except VsexplorerError as error:
                errors.append(error)
            await asyncio.sleep(0.002)
        return done

    tasks = [asyncio.create_task(search(key)) for key in KEYS]
    for port in cluster.ports:
        client = cluster.client(port)
        if client.info("replication")["role"] == "slave":
            await asyncio.to_thread(client.execute_command, "CLUSTER FAILOVER")
            await asyncio.to_thread(wait, "promoted", partial(is_primary, client))
    await asyncio.sleep(0.3)
    stop.set()
    assert min(await asyncio.gather(*tasks)) > 10
    assert errors == []


async def test_moved_slots_are_followed(cluster: Cluster, explorer: Explorer) -> None:
    fill_sets(cluster)
    assert explorer.cluster is not None
    key = KEYS[0]
    await explorer.search.answer(Query(key, ByElement(b"e1")))
    source = explorer.cluster.topology.owner(key)
    target = next(one for one in explorer.cluster.topology.primaries if one != source)
    assert source is not None
    here, there = cluster.client(source[1]), cluster.client(target[1])
    ids = {client: client.execute_command("CLUSTER MYID").decode() for client in (here, there)}
    there.execute_command("CLUSTER SETSLOT", slot(key), "IMPORTING", ids[here])
    here.execute_command("CLUSTER SETSLOT", slot(key), "MIGRATING", ids[there])
    here.execute_command("MIGRATE", "127.0.0.1", target[1], key, 0, 5_000)
    asked = await explorer.search.answer(Query(key, ByElement(b"e1")))
    assert len(asked.hits) == 3, "the key is asked for where it is being moved (ASK)"
    for client in (there, here):
        client.execute_command("CLUSTER SETSLOT", slot(key), "NODE", ids[there])
    moved = await explorer.search.answer(Query(key, ByElement(b"e1")))
    assert len(moved.hits) == 3
    assert explorer.cluster.topology.owner(key) == target
    for client in (here, there):
        client.execute_command("CLUSTER SETSLOT", slot(key), "NODE", ids[there])


async def test_a_killed_primary_is_waited_for_and_nothing_is_lost(newest_binary: Path, embedder: Embedder) -> None:
    with Cluster(newest_binary) as cluster:
        fill_sets(cluster)
        explorer = Explorer(Where(Target(port=cluster.ports[1])), embedder)
        await explorer.connect()
        assert explorer.cluster is not None
        victim = explorer.cluster.topology.owner(KEYS[0])
        assert victim is not None
        await asyncio.to_thread(cluster.kill, victim[1])
        pages = await asyncio.gather(*(explorer.search.answer(Query(key, ByElement(b"e1"))) for key in KEYS))
        assert [len(page.hits) for page in pages] == [3] * len(KEYS)
        assert await keys_of(explorer) == set(KEYS)
        await explorer.close()


async def test_a_shard_without_a_node_does_not_hide_the_others(newest_binary: Path, embedder: Embedder) -> None:
    with Cluster(newest_binary) as cluster:
        fill_sets(cluster)
        for port in cluster.ports:
            cluster.client(port).config_set("cluster-require-full-coverage", "no")
        topology = Explorer(Where(Target(port=cluster.ports[0])), embedder)
        await topology.connect()
        assert topology.cluster is not None
        victim = topology.cluster.topology.owner(KEYS[0])
        shard = next(one for one in topology.cluster.topology.shards if one.primary == victim)
        await topology.close()
        for _, port in (shard.primary, *shard.replicas):
            cluster.kill(port)
        alive = next(
            port for port in cluster.ports if port not in {one[1] for one in (shard.primary, *shard.replicas)}
        )
        explorer = Explorer(Where(Target(port=alive), timeout=1.0), embedder)
        await explorer.connect()
        assert explorer.cluster is not None
        listed = await keys_of(explorer)
        gone = {key for key in KEYS if explorer.cluster.topology.owner(key) == shard.primary}
        assert gone
        assert listed == set(KEYS) - gone
        assert explorer.cluster.unreachable == {shard.primary}
        done = await asyncio.to_thread(vsexplorer, "sets", "-p", str(alive), "--timeout", "1")
        assert f"not answering: 127.0.0.1:{shard.primary[1]}; their sets are missing here" in done.stderr
        kept = min(listed)
        assert len((await explorer.search.answer(Query(kept, ByElement(b"e1")))).hits) == 3
        await explorer.close()


async def test_the_screen_shows_the_cluster_and_survives_a_failover(
    newest_binary: Path, embedder: Embedder
) -> None:
    with Cluster(newest_binary) as cluster:
        fill_sets(cluster)
        where = Where(Target(port=cluster.ports[0]))
        async with running(None, embedder, where=where) as driver:
            await driver.until(lambda: all(key.decode() in driver.screen_text() for key in KEYS))
            await driver.press("enter")
            await driver.until(lambda: "3 shards" in driver.screen_text())
            await driver.press("slash")
            await driver.type("@e1")
            assert driver.names()[0] == "e1"
            info = driver.main.session.info
            assert info is not None
            topology = driver.main.session.explorer.cluster
            assert topology is not None
            owner = topology.topology.owner(info.key)
            assert owner is not None
            await asyncio.to_thread(cluster.kill, owner[1])
            await driver.press("slash", "ctrl+u")
            await driver.type("@e2")
            await driver.until(lambda: driver.names()[0] == "e2")
            assert not driver.toasts()


def test_keys_of_commands() -> None:
    assert key_of([b"VSIM", b"k", b"ELE"]) == b"k"
    assert key_of([b"MEMORY", b"USAGE", b"k"]) == b"k"
    assert key_of(["vinfo", "k"]) == b"k"
    assert key_of([b"INFO", b"server"]) is None
    assert slot(b"{vs}:1") == slot(b"{vs}:2")


# Sentinel


async def test_sentinels_lead_to_the_primary_and_through_a_failover(
    newest_binary: Path, embedder: Embedder
) -> None:
    with Watched(newest_binary) as watched:
        fill(watched.client(watched.servers[0]), "k", [("a", (1.0, 0.0), None), ("b", (0.0, 1.0), None)])
        listed = vsexplorer("sets", "--format", "plain", *watched.options)
        assert listed.returncode == 0, listed.stderr
        assert listed.stdout.startswith("k\t")
        wrong = vsexplorer("sets", *watched.options, "--master", "other")
        assert (wrong.returncode, "They watch: mine" in wrong.stderr) == (2, True)
        watched.kill(watched.sentinels[0])
        unnamed = vsexplorer("sets", *watched.options[:2])
        assert unnamed.returncode == 0, "a Sentinel that is dead, and a name that need not be given"
        where = Where(None, sentinels=watched.options[1], master="mine", timeout=2.0)
        async with running(None, embedder, where=where, key=b"k") as driver:
            await driver.type("@a")
            assert driver.names()[0] == "a"
            await asyncio.to_thread(watched.kill, watched.servers[0])
            await driver.until(lambda: "since" in driver.status())
            await driver.until(lambda: "reconnected" in driver.screen_text())
            await driver.press("slash", "ctrl+u")
            await driver.type("@b")
            await driver.until(lambda: driver.names()[0] == "b")
            target = driver.main.session.explorer.target
            assert target.port in watched.servers[1:]
