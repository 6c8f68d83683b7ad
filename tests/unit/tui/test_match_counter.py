from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from vsexplorer.core.errors import TimedOut
from vsexplorer.core.values import SetInfo
from vsexplorer.insight.match_counts import Matches
from vsexplorer.tui.services.match_counter import MatchCounter

INFO = SetInfo(b"k", 10, 2, 2, "int8", 16, 0, 5, 1, 20)


class Counting:
    """Counts the characters of a filter, one at a time, when it is let."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.delivered: list[tuple[str, int]] = []
        self.crashes: list[BaseException] = []
        self.failure: Exception | None = None
        self.open = asyncio.Event()
        self.open.set()
        self.counter = MatchCounter(self.count, self.deliver, self.crashes.append, pause=0)

    async def count(self, info: SetInfo, expression: str) -> Matches | None:
        self.asked.append(expression)
        await self.open.wait()
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        return Matches(len(expression), len(expression), len(expression), 0)

    def deliver(self, expression: str, matches: Matches) -> None:
        self.delivered.append((expression, matches.number))


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
async def counting() -> Counting:
    return Counting()


async def test_the_newest_of_those_that_wait_is_counted(counting: Counting) -> None:
    counting.open.clear()
    for expression in (".a", ".ab", ".abc"):
        counting.counter.ask(INFO, expression)
        await settled()
    counting.open.set()
    await settled()
    assert counting.asked == [".a", ".abc"]
    assert counting.delivered == [(".a", 2), (".abc", 4)]


async def test_a_count_that_fails_does_not_drop_the_one_that_waits(counting: Counting) -> None:
    counting.open.clear()
    counting.failure = TimedOut("late")
    counting.counter.ask(INFO, ".a")
    await settled()
    counting.counter.ask(INFO, ".ab")
    await settled()
    counting.open.set()
    await settled()
    assert counting.delivered == [(".ab", 3)]


async def test_a_known_count_is_delivered_at_once_until_the_set_changes(counting: Counting) -> None:
    counting.counter.ask(INFO, ".a")
    await settled()
    counting.counter.ask(INFO, ".a")
    assert counting.asked == [".a"]
    assert counting.delivered == [(".a", 2)] * 2
    counting.counter.ask(replace(INFO, size=11), ".a")
    await settled()
    assert counting.asked == [".a"] * 2


async def test_a_blank_filter_is_not_counted(counting: Counting) -> None:
    counting.counter.ask(INFO, "  ")
    await settled()
    assert counting.asked == []


async def test_an_exception_nobody_foresaw_is_told(counting: Counting) -> None:
    counting.failure = ZeroDivisionError()
    counting.counter.ask(INFO, ".a")
    await settled()
    assert [type(error) for error in counting.crashes] == [ZeroDivisionError]


async def test_nothing_is_counted_after_closing(counting: Counting) -> None:
    counting.counter.ask(INFO, ".a")
    await counting.counter.close()
    await settled()
    assert counting.asked == []
