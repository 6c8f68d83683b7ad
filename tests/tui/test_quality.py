"""Recall, explanations, health and ratings on the screen."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from textual.widgets import Input, OptionList

from tests.support.servers import RedisServer
from tests.tui.driving import GOLDEN, Driver, load_people, running
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.state.user_state import UserState
from vsexplorer.tui.screens import quality
from vsexplorer.tui.screens.element import ElementScreen
from vsexplorer.tui.screens.health import HealthScreen
from vsexplorer.tui.screens.quality import QualityScreen
from vsexplorer.tui.screens.scores import ScoresScreen
from vsexplorer.tui.screens.why import WhyScreen

_NUMBER = 800


@pytest.fixture(autouse=True)
def few_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "_QUERIES", 15)


@pytest.fixture
def sparse(newest: RedisServer) -> RedisServer:
    """A set with so few links that searches miss something."""
    vectors = np.random.default_rng(4).normal(size=(_NUMBER, 24)).astype("<f4")
    pipe = newest.client().pipeline(transaction=False)
    for place, vector in enumerate(vectors):
        attributes = json.dumps({"n": place, "rare": int(place % 20 == 0)})
        pipe.execute_command(
            "VADD", "k", "FP32", vector.tobytes(), f"e{place}", "M", 4, "EF", 4, "SETATTR", attributes
        )
    pipe.execute()
    return newest


async def measured(driver: Driver) -> QualityScreen:
    """Open the quality screen and wait until it has measured everything."""
    await driver.press("M")
    screen = driver.app.screen
    assert isinstance(screen, QualityScreen)
    await driver.until(lambda: "done: 15 queries" in driver.screen_text())
    return screen


async def test_a_poor_recall_is_measured_and_the_value_that_mends_it_taken(
    sparse: RedisServer, embedder: Embedder
) -> None:
    async with running(sparse, embedder, key=b"k", count=10) as driver:
        await driver.type("@e7")
        driver.main.search_view.filter_bar.set(".rare == 1")
        await driver.press("enter")
        screen = await measured(driver)
        shown = driver.screen_text()
        assert "search quality · k · filter .rare == 1 · COUNT 10" in shown
        assert "FILTER-EF  recall@10" in shown
        assert screen.points[0].recall < screen.points[-1].recall
        enough = next(one.value for one in screen.points if one.recall >= 0.95)
        await driver.press("a")
        assert driver.app.screen is driver.main
        assert driver.main.search_view.options.current.filter_ef == enough
        await driver.until(lambda: f"FILTER-EF {enough}" in driver.status())


async def test_the_worst_query_opens_as_a_search(sparse: RedisServer, embedder: Embedder) -> None:
    async with running(sparse, embedder, key=b"k", count=10) as driver:
        await driver.press("escape")
        screen = await measured(driver)
        assert "EF  recall@10" in driver.screen_text()
        first = str(screen.query_one(OptionList).get_option_at_index(0).prompt).split()[-1]
        await driver.press("tab", "enter")
        assert driver.app.screen is driver.main
        assert driver.main.search_view.query_bar.value == f"@{first}"


async def test_measuring_stops_on_a_key_and_with_the_screen(
    sparse: RedisServer, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So many that they cannot all be done before the key is pressed.
    monkeypatch.setattr(quality, "_QUERIES", 600)
    async with running(sparse, embedder, key=b"k") as driver:
        await driver.press("escape", "M")
        await driver.until(lambda: "of 600 queries" in driver.screen_text())
        await driver.press("ctrl+s")
        assert "stopped after" in driver.screen_text()
        await driver.press("n")
        await driver.until(lambda: "mixtures of three elements" in driver.screen_text())
        await driver.press("n")
        await driver.until(lambda: "no searches with a text yet" in driver.screen_text())
        await driver.press("r", "escape")
        assert driver.app.screen is driver.main
        await driver.press("a")
        assert "read-only" in driver.status() or driver.toasts()


async def test_a_missing_element_is_explained_and_found_with_a_key(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", count=3) as driver:
        await driver.type("science")
        await driver.press("enter", "W")
        screen = driver.app.screen
        assert isinstance(screen, WhyScreen)
        await driver.until(lambda: "The element is result 1 of 3." in driver.screen_text())
        await driver.press("ctrl+u")
        await driver.type("Fred")
        await driver.until(lambda: "Freddie Mercury" in driver.screen_text())
        await driver.press("right", "enter")
        await driver.until(lambda: "but the search asks for only 3 results" in driver.screen_text())
        assert "✗ rank" in driver.screen_text()
        await driver.press("ctrl+s")
        assert driver.app.screen is driver.main
        await driver.until(lambda: "Freddie Mercury" in driver.names())


@pytest.mark.parametrize(
    ("element", "filter_", "said"),
    [
        ("Marie Curie", ".died > 2000", "The filter rejects it: .died > 2000 is false, died is 1934."),
        ("Nobody", "", "There is no element Nobody in the set."),
    ],
)
async def test_other_causes_are_explained_and_have_no_options(
    newest: RedisServer, embedder: Embedder, element: str, filter_: str, said: str
) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people") as driver:
        await driver.type("science")
        driver.main.search_view.filter_bar.set(filter_)
        await driver.press("enter", "W", "ctrl+u")
        await driver.type(element)
        await driver.press("enter")
        await driver.until(lambda: said in driver.screen_text())
        await driver.press("ctrl+s")
        assert "there are no options that would find it" in driver.screen_text()
        await driver.press("escape")
        assert driver.app.screen is driver.main


async def test_without_a_query_there_is_nothing_to_explain(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people") as driver:
        await driver.press("escape", "W")
        assert driver.app.screen is driver.main
        assert "type a query first" in driver.status()


async def test_the_words_of_a_result_are_weighed(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    description = next(one["description"] for one in GOLDEN["people"] if one["name"] == "Marie Curie")
    newest.client().execute_command("VSETATTR", "people", "Marie Curie", json.dumps({"description": description}))
    async with running(newest, embedder, key=b"people") as driver:
        await driver.type("radioactivity")
        await driver.press("enter", "W", "ctrl+u")
        await driver.type("Marie Curie")
        await driver.press("enter")
        await driver.until(lambda: "the words that carry the similarity are marked" in driver.screen_text())
        rows = [row.split() for row in driver.screen_text().splitlines()]
        weights = [row for row in rows if len(row) == 2 and row[0].startswith("+0.")]
        assert weights
        assert all(word in description for _, word in weights)


async def test_findings_are_listed_and_their_examples_open(sparse: RedisServer, embedder: Embedder) -> None:
    sparse.client().execute_command("VSETATTR", "k", "e5", '{"n": 5,')
    async with running(sparse, embedder, key=b"k") as driver:
        await driver.press("escape", "I")
        screen = driver.app.screen
        assert isinstance(screen, HealthScreen)
        await driver.until(lambda: screen.report is not None)
        assert "invalid attributes (1 of 800)" in driver.screen_text()
        options = screen.query_one(OptionList)
        place = next(
            index
            for index in range(options.option_count)
            if str(options.get_option_at_index(index).prompt).strip() == "e5"
        )
        options.highlighted = place
        await driver.settle()
        assert "Some attributes are not valid JSON objects" in driver.screen_text()
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, ElementScreen))
        assert driver.app.screen.element == b"e5"  # type: ignore[attr-defined]


async def test_results_are_rated_and_the_ratings_kept(
    newest: RedisServer, embedder: Embedder, tmp_path: Path
) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", state=tmp_path) as driver:
        await driver.press("escape", "1")
        assert "search for something" in driver.status()
        await driver.press("slash")
        await driver.type("science")
        await driver.press("enter", "1")
        assert f"relevant: {driver.names()[0]} · 1 rated for this search" in driver.status()
        assert "rated relevant" in driver.screen_text()
        await driver.press("j", "3", "j", "2", "0")
        assert "2 rated for this search" in driver.status()
        names = driver.names()
        place = driver.main.session.explorer.place
    async with running(newest, embedder, key=b"people", state=tmp_path) as driver:
        await driver.type("science")
        assert "rated relevant" in driver.screen_text()
    state = UserState(tmp_path)
    grades = state.ratings.of_set(place, b"people")
    assert grades == {("science", ""): {names[0].encode(): 2, names[1].encode(): 0}}
    assert state.history.found(place, b"people")[0].search.line == "science"
    state.close()


async def test_recall_is_measured_while_nothing_is_typed(sparse: RedisServer, embedder: Embedder) -> None:
    async with running(sparse, embedder, key=b"k", count=10, measure=True) as driver:
        await driver.until(lambda: driver.main.search_view.filter_bar.facts is not None)
        await driver.type("@e7")
        assert "recall" not in driver.screen_text()
        await driver.until(lambda: "10 results · recall 0." in driver.screen_text())
        await driver.until(lambda: "by 20 queries" in driver.screen_text())
        poor = driver.screen_text().splitlines()[2]
        await driver.press("enter", "O")
        driver.app.screen.query_one("#option-ef", Input).value = "2000"
        await driver.press("escape")
        assert "recall" not in driver.screen_text(), "other options have another recall"
        await driver.until(lambda: "recall 1.00" in driver.screen_text())
        await driver.press("O")
        driver.app.screen.query_one("#option-ef", Input).value = ""
        await driver.press("escape")
        assert driver.screen_text().splitlines()[2] == poor, "it is remembered"
        await driver.press("t")
        await driver.until(lambda: "TRUTH" in driver.screen_text().splitlines()[2])
        assert "recall" not in driver.screen_text().splitlines()[2]


async def test_scores_are_shown_among_those_of_all_elements(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", count=5) as driver:
        await driver.press("escape", "S")
        assert "type a query first" in driver.status()
        await driver.press("slash")
        await driver.type("science")
        await driver.press("enter", "S")
        screen = driver.app.screen
        assert isinstance(screen, ScoresScreen)
        await driver.until(lambda: screen.found is not None)
        assert screen.found is not None
        shown = driver.screen_text()
        assert "scores · people · science" in shown
        assert "by all 8 elements" in shown
        page = driver.main.search_view.results.page
        assert page is not None
        assert screen.found.results == tuple(hit.score for hit in page.hits)
        gap = screen.found.gap()
        await driver.press("ctrl+s")
        if gap is None:
            assert "there is no visible gap" in driver.screen_text()
        else:
            assert driver.main.search_view.options.current.epsilon == gap.epsilon
            assert len(driver.names()) == gap.kept


async def test_epsilon_at_a_gap_is_taken(newest: RedisServer, embedder: Embedder) -> None:
    random = np.random.default_rng(6)
    center = random.normal(size=16)
    pipe = newest.client().pipeline(transaction=False)
    for place in range(60):
        vector = center + random.normal(size=16) * (0.05 if place < 6 else 4)
        pipe.execute_command("VADD", "k", "FP32", vector.astype("<f4").tobytes(), f"e{place}")
    pipe.execute()
    async with running(newest, embedder, key=b"k", count=20) as driver:
        await driver.type("@e0")
        await driver.press("enter", "S")
        await driver.until(lambda: "A gap follows result 6" in driver.screen_text())
        await driver.press("ctrl+s")
        assert sorted(driver.names()) == [f"e{place}" for place in range(6)]
        assert "EPSILON" in driver.screen_text()


async def test_bars_are_scaled_to_the_scores_of_the_set(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", count=8, measure=True) as driver:
        table = driver.main.search_view.results.table
        await driver.type("science")
        assert table.scale == (0.5, 1.0)
        await driver.until(lambda: table.scale != (0.5, 1.0))
        page = driver.main.search_view.results.page
        assert page is not None
        scores = [hit.score or 0.0 for hit in page.hits]
        assert list(table.scale) == pytest.approx([float(np.median(scores)), scores[0]], abs=1e-4)
        await driver.press("ctrl+u")
        await driver.type("music")
        await driver.until(lambda: table.scale[1] not in (1.0, scores[0]))
