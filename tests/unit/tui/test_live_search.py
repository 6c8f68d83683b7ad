import asyncio
from collections.abc import Callable

import pytest

from vsexplorer.core.errors import FilterRefused
from vsexplorer.core.values import ByText, Query, ResultPage, Timings
from vsexplorer.tui.live_search import PLACES, LiveSearch, Outcome


class Searcher:
    """Answers only when told to, and notes what it was asked."""

    def __init__(self) -> None:
        self.prepared: list[str] = []
        self.sent: list[str] = []
        self.embedding = asyncio.Event()
        self.embedding.set()
        self.answers: dict[str, asyncio.Event] = {}
        self.most_running = 0
        self._running = 0

    async def prepare(self, query: Query) -> Query:
        self.prepared.append(text(query))
        await self.embedding.wait()
        return query

    async def run(self, prepared: Query) -> ResultPage:
        name = text(prepared)
        self.sent.append(name)
        self._running += 1
        self.most_running = max(self.most_running, self._running)
        try:
            if name in self.answers:
                await self.answers[name].wait()
            if name.startswith("bad"):
                raise FilterRefused("no")
            if name.startswith("bug"):
                raise RuntimeError("unforeseen")
            return ResultPage(prepared, (), "VSIM", Timings(0, 0, 0))
        finally:
            self._running -= 1

    def hold(self, name: str) -> Callable[[], None]:
        self.answers[name] = asyncio.Event()
        return self.answers[name].set


def text(query: Query) -> str:
    assert isinstance(query.source, ByText)
    return query.source.text


def ask(live: LiveSearch[Query], *texts: str) -> None:
    for one in texts:
        live.ask(Query(b"k", ByText(one)))


async def breathe() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
async def searcher() -> Searcher:
    return Searcher()


@pytest.fixture
def outcomes() -> list[Outcome]:
    return []


@pytest.fixture
def crashes() -> list[BaseException]:
    return []


@pytest.fixture
def live(searcher: Searcher, outcomes: list[Outcome], crashes: list[BaseException]) -> LiveSearch[Query]:
    return LiveSearch(lambda: searcher, outcomes.append, crashes.append)


async def test_the_queries_between_are_never_embedded(
    live: LiveSearch[Query], searcher: Searcher, outcomes: list[Outcome]
) -> None:
    searcher.embedding.clear()
    ask(live, "s")
    await breathe()
    ask(live, "sc", "sci", "scie")
    searcher.embedding.set()
    await live.settled()
    assert searcher.prepared == ["s", "scie"]
    assert [text(outcome.query) for outcome in outcomes] == ["s", "scie"]
    assert [outcome.newest for outcome in outcomes] == [False, True]


async def test_a_slow_search_does_not_hold_up_the_next(
    live: LiveSearch[Query], searcher: Searcher, outcomes: list[Outcome]
) -> None:
    release = searcher.hold("slow")
    ask(live, "slow")
    await breathe()
    ask(live, "quick")
    await breathe()
    assert [text(outcome.query) for outcome in outcomes] == ["quick"]
    assert not live.busy
    release()
    await live.settled()
    assert [text(outcome.query) for outcome in outcomes] == ["quick"], "an older answer is dropped"


async def test_no_more_than_a_few_are_in_redis_and_the_newest_is_next(
    live: LiveSearch[Query], searcher: Searcher, outcomes: list[Outcome]
) -> None:
    names = [f"slow {number}" for number in range(PLACES + 3)]
    releases = [searcher.hold(name) for name in names]
    for name in names:
        ask(live, name)
        await breathe()
    assert searcher.sent == names[:PLACES]
    releases[0]()
    await breathe()
    assert searcher.sent == [*names[:PLACES], names[-1]]
    for release in releases:
        release()
    await live.settled()
    assert searcher.most_running == PLACES
    assert text(outcomes[-1].query) == names[-1]


async def test_a_refusal_is_an_outcome(live: LiveSearch[Query], outcomes: list[Outcome]) -> None:
    ask(live, "bad")
    await live.settled()
    assert isinstance(outcomes[0].error, FilterRefused)
    assert outcomes[0].page is None


async def test_what_nobody_foresaw_is_reported_and_does_not_stop_the_next(
    live: LiveSearch[Query], outcomes: list[Outcome], crashes: list[BaseException]
) -> None:
    ask(live, "bug")
    await breathe()
    ask(live, "fine")
    await breathe()
    assert isinstance(crashes[0], RuntimeError)
    assert [text(outcome.query) for outcome in outcomes] == ["fine"]


async def test_forgetting_drops_what_is_under_way(
    live: LiveSearch[Query], searcher: Searcher, outcomes: list[Outcome]
) -> None:
    release = searcher.hold("slow")
    ask(live, "slow")
    await breathe()
    live.forget()
    assert not live.busy
    release()
    await live.settled()
    assert outcomes == []


@pytest.mark.timeout(20)
@pytest.mark.parametrize("waiting", ["settled", "close"])
async def test_whoever_waits_for_a_search_that_has_just_ended_goes_on(waiting: str) -> None:
    delivered = asyncio.Event()
    live: LiveSearch[Query] = LiveSearch(Searcher, lambda _: delivered.set(), lambda error: pytest.fail(str(error)))
    ask(live, "a")
    await delivered.wait()
    await getattr(live, waiting)()
    assert not live.busy
