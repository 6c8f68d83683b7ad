"""The window on all elements: every name once, in order, wherever one is, in constant memory."""

import random
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.servers import RedisServer
from vsexplorer.core.errors import VsexplorerError
from vsexplorer.server.connection import Argument, Reply
from vsexplorer.server.node_connection import NodeConnection
from vsexplorer.services import browse as browsing
from vsexplorer.services.browse import Browser
from vsexplorer.vectorset.backward_pages import between, names_before
from vsexplorer.vectorset.store import VectorSetStore

_NAMES = 3_000


@pytest.fixture
async def many(newest: RedisServer) -> AsyncIterator[tuple[VectorSetStore, list[bytes]]]:
    """Names of all sorts: long common beginnings, any bytes, very short and very long ones, an empty one."""
    chance = random.Random(11)
    found = {b"", b"\xff", b"\xff" * 40, b"\0", b"z" * 3_000}
    while len(found) < _NAMES:
        found.add(
            chance.choice(
                [
                    b"https://example.org/a/very/long/common/beginning/%06d" % chance.randrange(10**6),
                    chance.randbytes(chance.randrange(1, 12)),
                    b"same" * 20 + chance.randbytes(2),
                ]
            )
        )
    pipe = newest.client().pipeline(transaction=False)
    for name in found:
        pipe.execute_command("VADD", "many", "VALUES", 2, chance.random(), 1, name, "EF", 4, "M", 4)
    pipe.execute()
    store = await VectorSetStore.open(NodeConnection(newest.target))
    yield store, sorted(found)
    await store.close()


async def test_one_walks_through_all_of_it_there_and_back(
    many: tuple[VectorSetStore, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, names = many
    monkeypatch.setattr(browsing, "PAGE", 100)
    monkeypatch.setattr(browsing, "WINDOW", 250)
    browser = Browser(store, await store.info(b"many"))
    await browser.start()
    seen = list(browser.names)
    while not browser.at_end:
        last = browser.names[-1]
        await browser.extend()
        seen += browser.names[browser.names.index(last) + 1 :]
        assert len(browser.names) <= 250
        assert browser.first is not None
        assert names[browser.first] == browser.names[0]
    assert seen == names
    await browser.end()
    assert browser.names[-1] == names[-1]
    back = list(browser.names)
    while not browser.at_start:
        come = await browser.extend_back()
        back[:0] = browser.names[:come]
        assert len(browser.names) <= 250
    assert back == names
    assert browser.first == 0


async def test_one_jumps_to_any_name_and_sees_its_neighbours(many: tuple[VectorSetStore, list[bytes]]) -> None:
    store, names = many
    browser = Browser(store, await store.info(b"many"))
    await browser.start()
    chance = random.Random(4)
    wanted = [*chance.sample(names, 60), b"https://", b"same", b"\xff\xff", b"zz", b"\0\0"]
    for name in wanted:
        place = await browser.jump(name)
        assert browser.names[place:][:1] == [one for one in names if one >= name][:1]
        place += await browser.extend_back()
        expected = next((place for place, one in enumerate(names) if one >= name), len(names))
        around = names[max(0, expected - 20) : expected + 20]
        assert browser.names[max(0, place - 20) : place + 20] == around
        if browser.first is not None:
            assert browser.first + place == expected


async def test_an_old_server_gives_a_sample_and_no_order_is_claimed(oldest_binary: object) -> None:
    from pathlib import Path

    assert isinstance(oldest_binary, Path)
    with RedisServer(oldest_binary) as server:
        for name in range(50):
            server.client().execute_command("VADD", "k", "VALUES", 2, name, 1, f"e{name}")
        store = await VectorSetStore.open(NodeConnection(server.target))
        browser = Browser(store, await store.info(b"k"))
        await browser.start()
        assert not browser.ordered
        assert browser.first is None
        assert set(browser.names) <= {b"e%d" % name for name in range(50)}
        assert browser.names[await browser.jump(b"e3")].startswith(b"e3")
        await browser.end()
        assert (await browser.extend(), await browser.extend_back()) == (0, 0)
        await store.close()


class Counting(NodeConnection):
    """Counts round trips."""

    trips = 0

    async def call(self, *command: Argument) -> Reply:
        self.trips += 1
        return await super().call(*command)

    async def pipeline(
        self, commands: Sequence[Sequence[Argument]], transaction: bool = False
    ) -> list[Reply | VsexplorerError]:
        self.trips += 1
        return await super().pipeline(commands, transaction)


async def test_what_comes_before_takes_few_round_trips(newest: RedisServer) -> None:
    pipe = newest.client().pipeline(transaction=False)
    for number in range(20_000):
        pipe.execute_command("VADD", "k", "VALUES", 1, 1, f"element {number:07d}", "EF", 4, "M", 4)
    pipe.execute()
    connection = Counting(newest.target)
    store = await VectorSetStore.open(connection)
    try:
        for name in (b"element 0007342", b"element 0019999", b"element 001", b"f", b"\xff" * 9, None):
            connection.trips = 0
            found, at_start = await names_before(store, b"k", name, 500)
            assert 0 < connection.trips <= 45
            assert not at_start
            assert 125 <= len(found) <= 500
            end = newest.client().execute_command("VRANGE", "k", b"[" + found[0], b"(" + name if name else "+")
            assert found == end, "nothing is left out"
    finally:
        await store.close()


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_halfway_is_between(one: bytes, other: bytes) -> None:
    low, high = sorted((one, other))
    middle = between(low, high)
    assert middle is None or low < middle < high
