"""How many elements pass a filter, on both versions: counted, or estimated and called so."""

import json
from collections import Counter
from random import Random

import pytest

from tests.support.servers import RedisServer, fill
from vsexplorer.insight import match_counts as matching
from vsexplorer.insight import samples
from vsexplorer.insight.drawing import draw, draw_quickly
from vsexplorer.insight.samples import Sampling
from vsexplorer.language.dialect import OLDEST
from vsexplorer.vectorset.store import VectorSetStore


@pytest.fixture
async def sampling(store: VectorSetStore, server: RedisServer) -> Sampling:
    rows = [(f"e{place}", (1.0, place / 3_000), f'{{"a": {place % 10}}}') for place in range(3_000)]
    fill(server.client(), "k", rows)
    return Sampling(store)


async def test_a_small_set_is_counted(sampling: Sampling, store: VectorSetStore) -> None:
    found = await sampling.matching(await store.info(b"k"), ".a == 3", OLDEST)
    assert found == matching.Matches(300, 300, 300, 0)


async def test_where_counting_would_take_too_long_the_sample_is_asked(
    sampling: Sampling, store: VectorSetStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "_BUDGET", 0.0)
    info = await store.info(b"k")
    assert await sampling.matching(info, ".a == 3", OLDEST) is None, "nothing is said without a sample"
    facts = await sampling.facts(info)
    assert (facts.sampled, facts.whole) == (3_000, True)
    found = await sampling.matching(info, ".a == 3", OLDEST)
    assert found == matching.Matches(300, 300, 300, 0), "all elements are in the sample"


async def test_a_count_that_took_long_is_not_made_again(
    sampling: Sampling, store: VectorSetStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = matching.MatchCounting(store)
    info = await store.info(b"k")
    assert counting.allows(info)
    await counting.count(info, ".a == 3")
    assert counting.allows(info), "milliseconds are nothing to worry about"
    monkeypatch.setattr(matching, "_BUDGET", 1e-6)
    await counting.count(info, ".a == 3")
    assert not counting.allows(info)


ELEMENTS = 8_000


@pytest.fixture
async def large(store: VectorSetStore, server: RedisServer) -> VectorSetStore:
    """A set with a field that has nothing to do with anything, one for the vector, and one for the load order."""
    random = Random(7)
    client = server.client()
    for start in range(0, ELEMENTS, 2_000):
        pipe = client.pipeline(transaction=False)
        for place in range(start, start + 2_000):
            x, y = random.uniform(-1, 1), random.uniform(-1, 1)
            fields = json.dumps({"free": random.random(), "near": x, "order": place / ELEMENTS})
            pipe.execute_command(
                *("VADD", "k", "VALUES", 2, x, y, f"e{random.random()}", "NOQUANT", "EF", 1, "M", 4),
                *("SETATTR", fields),
            )
        pipe.execute()
    return store


def limits(random: Random, field: str) -> tuple[float, float]:
    low = random.uniform(-1, 0.9) if field == "near" else random.uniform(0, 0.9)
    return low, low + random.uniform(0.02, 0.6)


async def test_the_interval_holds_for_each_kind_of_field(
    large: VectorSetStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = await large.info(b"k")
    rows = [json.loads(row or b"{}") for row in await large.attributes(b"k", await every(large), 1 << 30, 60.0)]
    assert len(rows) == ELEMENTS
    monkeypatch.setattr(matching, "_BUDGET", 0.0)
    monkeypatch.setattr(samples, "_SAMPLE", 300)
    random = Random(11)
    sampling = Sampling(large, Random(12))
    held = Counter[str]()
    for _ in range(100):
        sampling._samples.clear()
        await sampling.facts(info)
        for field in ("free", "near", "order"):
            low, high = limits(random, field)
            truth = sum(low < row[field] < high for row in rows)
            found = await sampling.matching(info, f".{field} > {low} and .{field} < {high}", OLDEST)
            assert found is not None
            assert found.uniform
            held[field] += found.low <= truth <= found.high
    assert min(held.values()) >= 93, held


async def every(store: VectorSetStore) -> list[bytes]:
    return [name async for page in store.names(await store.info(b"k"), 1_000) for name in page]


async def test_what_the_server_draws_is_not_called_uniform(
    large: VectorSetStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = await large.info(b"k")
    monkeypatch.setattr(matching, "_BUDGET", 0.0)
    sampling = Sampling(large, Random(1))
    first = await sampling.first_facts(info)
    assert first is not None
    assert not first.uniform
    assert "not a uniform sample" in first.source
    found = await sampling.matching(info, ".free < 0.5", OLDEST)
    assert found is not None
    assert (found.low, found.high, found.uniform) == (found.number, found.number, False)
    quick = await draw_quickly(large, b"k", 1_000)
    assert not quick.uniform
    drawn = await draw(large, info, 1_000, Random(1))
    assert drawn.uniform
    assert len(set(drawn.names)) == 1_000
    assert await sampling.facts(info) is not None
    assert await sampling.first_facts(info) is None, "a better sample is there"
