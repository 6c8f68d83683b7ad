"""How many elements pass a filter, on both versions: counted, or estimated and called so."""

import pytest

from tests.support.servers import RedisServer, fill
from vsexplorer.insight import match_counts as matching
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
    facts = await sampling.facts(b"k")
    assert facts.sampled == 1_000
    found = await sampling.matching(info, ".a == 3", OLDEST)
    assert found is not None
    assert not found.exact
    assert found.sampled == 1_000
    assert found.low < found.number < found.high
    assert 150 < found.number < 450


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
