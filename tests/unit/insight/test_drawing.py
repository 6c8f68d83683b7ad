"""Drawing from pages: each item as likely as any other, whatever the pages look like."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsexplorer.insight.drawing import reservoir


async def pages(sizes: list[int]) -> AsyncIterator[list[bytes]]:
    place = 0
    for size in sizes:
        yield [str(place + one).encode() for one in range(size)]
        place += size


@given(st.lists(st.integers(0, 30), max_size=12), st.integers(0, 40), st.integers())
async def test_as_many_as_asked_for_each_once(sizes: list[int], number: int, seed: int) -> None:
    drawn = await reservoir(pages(sizes), number, Random(seed))
    assert len(drawn) == len(set(drawn)) == min(number, sum(sizes))


@pytest.mark.parametrize("sizes", [[200], [1] * 200, [7, 93, 60, 40]], ids=["one page", "single items", "mixed"])
async def test_each_item_is_as_likely_as_any_other(sizes: list[int]) -> None:
    random, times = Random(3), 4_000
    counts: Counter[bytes] = Counter()
    for _ in range(times):
        counts.update(await reservoir(pages(sizes), 20, random))
    expected = times * 20 / 200
    deviation = sum((counts[str(one).encode()] - expected) ** 2 / expected for one in range(200))
    # The chi-square distribution with 199 degrees of freedom stays below 268 in 999 of 1,000 cases.
    assert deviation < 268
