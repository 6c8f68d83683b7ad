"""Reading ahead."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from vsexplorer.core.tasks import read_ahead


async def numbers(fetched: list[int], failing: int = -1) -> AsyncIterator[int]:
    for number in range(4):
        await asyncio.sleep(0)
        if number == failing:
            raise ValueError("the third")
        fetched.append(number)
        yield number


async def test_the_next_item_is_fetched_while_one_is_used() -> None:
    fetched: list[int] = []
    used = []
    async for number in read_ahead(numbers(fetched)):
        await asyncio.sleep(0.01)
        assert max(fetched) == min(3, number + 1)
        used.append(number)
    assert used == [0, 1, 2, 3]


async def test_an_error_comes_after_what_was_fetched_before_it() -> None:
    reader = read_ahead(numbers([], failing=2))
    assert [await anext(reader), await anext(reader)] == [0, 1]
    with pytest.raises(ValueError, match="the third"):
        await anext(reader)


async def test_who_stops_waits_for_the_fetch_under_way() -> None:
    fetched: list[int] = []
    reader = read_ahead(numbers(fetched))
    assert await anext(reader) == 0
    await reader.aclose()  # type: ignore[attr-defined]
    assert fetched == [0, 1]
