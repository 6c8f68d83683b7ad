"""The filter line on a real server: explained, completed, corrected, counted, set from the panel of fields."""

import pytest
from textual.widgets import Input

from tests.support.samples import stored
from tests.support.servers import RedisServer, fill
from tests.tui.driving import Driver, running
from vsexplorer.core.values import SearchOptions
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.insight import drawing, samples
from vsexplorer.insight import match_counts as matching


async def test_a_wrong_filter_is_explained_and_keeps_the_last_good_results_visibly_stale(people: Driver) -> None:
    await people.press("tab")
    await people.type(".born > 1950")
    good = people.names()
    await people.type(" and .died = 1985")
    assert people.names() == good
    assert people.main.search_view.results.table.stale
    assert people.main.search_view.filter_bar.children[0].has_class("-error")
    line = people.screen_text().splitlines()[4]
    assert line.index("^") == people.screen_text().splitlines()[3].index("= 1985")
    assert "= is not an operator; use == for equality" in line
    await people.press("ctrl+y")
    assert people.main.search_view.filter_bar.value == ".born > 1950 and .died == 1985"
    assert people.names() == ["Masako Natsume"]
    assert not people.main.search_view.results.table.stale
    assert not people.main.search_view.filter_bar.children[0].has_class("-error")
    assert "✓ .born > 1950 is true, born is 1957; .died == 1985 is true, died is 1985" in " ".join(
        people.screen_text().split()
    ).replace(" │ ", " ")


async def test_a_filter_half_typed_is_unfinished_not_wrong(people: Driver) -> None:
    await people.until(lambda: people.main.search_view.filter_bar.facts is not None)
    await people.press("tab")
    await people.type(".born >")
    assert not people.main.search_view.filter_bar.children[0].has_class("-error")
    await people.press("escape")
    assert "> needs a value after it" in people.screen_text()
    assert len(people.names()) == 8


async def test_a_filter_that_surprises_runs_with_a_note(people: Driver) -> None:
    await people.press("tab")
    await people.type("not .born == 1867")
    assert "note: not binds tighter than ==" in people.screen_text()
    assert not people.main.search_view.results.table.stale


async def test_a_misspelt_field_is_pointed_out_and_corrected(people: Driver) -> None:
    await people.until(lambda: people.main.search_view.filter_bar.facts is not None)
    await people.press("tab")
    await people.type(".bron > 1950")
    assert "no element has this field; did you mean .born?" in people.screen_text()
    await people.press("ctrl+y")
    assert people.main.search_view.filter_bar.value == ".born > 1950"
    assert len(people.names()) == 3


async def known(driver: Driver) -> None:
    """Wait for the sample of the attributes."""
    await driver.until(lambda: driver.main.search_view.filter_bar.facts is not None)


async def test_completion_from_the_first_dot_to_the_value(people: Driver) -> None:
    main = people.main
    await known(people)
    await people.press("tab")
    await people.type(".d")
    assert main.search_view.filter_bar.completions.texts == [".died"]
    assert ".died  number · 100%" in people.screen_text()
    assert main.search_view.results.table.stale, "half a name is not searched for"
    await people.press("tab")
    assert main.search_view.filter_bar.value == ".died"
    assert not main.search_view.filter_bar.completions.chosen is not None
    await people.type(" ")
    assert main.search_view.filter_bar.completions.texts[:2] == [">", ">="]
    await people.type("==")
    assert " 1991" in main.search_view.filter_bar.completions.texts
    await people.type(" 19")
    await people.press("down", "down", "up")
    chosen = main.search_view.filter_bar.completions.chosen
    assert chosen is not None
    await people.press("tab")
    assert main.search_view.filter_bar.value == f".died == {chosen.text}"
    assert len(people.names()) == 1


async def test_escape_closes_the_proposals_first_and_enter_is_never_taken(people: Driver) -> None:
    await known(people)
    await people.press("tab")
    await people.type(".bo")
    await people.press("escape")
    assert people.main.search_view.filter_bar.completions.chosen is None
    assert people.main.search_view.filter_bar.query_one(Input).has_focus
    assert people.main.search_view.filter_bar.value == ".bo"
    await people.type("r")
    assert people.main.search_view.filter_bar.completions.chosen is not None
    await people.press("enter")
    assert people.main.search_view.filter_bar.value == ".bor"
    assert people.main.search_view.results.table.has_focus
    assert people.main.search_view.filter_bar.completions.chosen is None


async def test_proposals_belong_to_the_place_they_were_made_for(people: Driver) -> None:
    await known(people)
    await people.press("tab")
    await people.type(".bo")
    await people.press("left")
    assert people.main.search_view.filter_bar.completions.chosen is None
    await people.press("tab")
    assert people.main.search_view.filter_bar.value == ".bo"


async def test_without_proposals_tab_goes_on_and_asking_for_them_helps(people: Driver) -> None:
    await known(people)
    await people.press("tab", "ctrl+@")
    assert people.main.search_view.filter_bar.completions.texts == [".born", ".died"]
    await people.press("escape", "tab")
    assert people.main.search_view.results.table.has_focus


async def test_the_panel_of_fields_sets_conditions_and_takes_them_away(
    newest: RedisServer, embedder: Embedder
) -> None:
    rows = [(f"e{place}", (1.0, float(place)), (raw or b"").decode()) for place, raw in enumerate(stored())]
    fill(newest.client(), "k", rows)
    async with running(newest, embedder, key=b"k") as driver:
        main = driver.main
        await known(driver)
        await driver.press("escape", "F")
        screen = driver.screen_text()
        assert "fields of all 4 elements" in screen
        assert ".died  number · 50% · 1934 to 1994" in screen
        assert main.search_view.results.fields.has_focus
        await driver.press(*["l"] * 2, "j", "j", "enter")
        assert main.search_view.filter_bar.value == '"physics" in .fields'
        assert sorted(driver.names()) == ["e0", "e2"]
        assert "✓ physics" in driver.screen_text()
        await driver.press("l", "j", "space")
        assert main.search_view.filter_bar.value == '"physics" in .fields and .alive == 0'
        assert driver.names() == ["e0"]
        await driver.press("space")
        assert main.search_view.filter_bar.value == '"physics" in .fields'
        await driver.press("F")
        assert not main.search_view.results.fields.display
        assert main.search_view.results.table.has_focus
        await driver.press("F", "escape")
        assert not main.search_view.results.fields.display


async def test_a_value_no_filter_can_express_says_so(newest: RedisServer, embedder: Embedder) -> None:
    fill(newest.client(), "k", [("a", (1.0, 0.0), '{"two words": "x"}')])
    async with running(newest, embedder, key=b"k") as driver:
        await known(driver)
        await driver.press("escape", "F", "j", "enter")
        assert driver.main.search_view.filter_bar.value == ""
        assert "no filter can express this" in driver.screen_text()


async def test_a_filter_that_is_wrong_is_not_added_to(people: Driver) -> None:
    await known(people)
    await people.press("tab")
    await people.type(".born =")
    await people.press("escape", "escape", "F", "enter", "j", "enter")
    assert people.main.search_view.filter_bar.value == ".born ="
    assert "fix the filter first" in people.screen_text()


async def test_an_estimate_is_called_one(people: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "_BUDGET", 0.0)
    monkeypatch.setattr(samples, "_SAMPLE", 5)
    monkeypatch.setattr(samples, "WHOLE", 0)
    monkeypatch.setattr(drawing, "WHOLE", 0)
    await people.press("ctrl+r")
    await people.until(
        lambda: (
            people.main.search_view.filter_bar.facts is not None
            and not people.main.search_view.filter_bar.facts.whole
        )
    )
    await people.press("tab")
    await people.type(".died < 2000")
    await people.until(lambda: "from 5 sampled)" in people.screen_text())
    assert "✓ ≈ " in people.screen_text()


async def test_a_search_that_stopped_early_is_widened_by_key(newest: RedisServer, embedder: Embedder) -> None:
    rows = [(f"e{place}", (1.0, place / 500), f'{{"a": {int(place % 97 == 96)}}}') for place in range(500)]
    fill(newest.client(), "k", rows)
    async with running(newest, embedder, key=b"k", count=10) as driver:
        main = driver.main
        await driver.press("escape", "down", "s")
        await driver.press("f")
        await driver.type(".a == 1")
        main.search_view.options.choose(SearchOptions(10, filter_ef=20), None)
        main.search_view.search()
        await driver.settle()
        await driver.until(lambda: "of 5 matches · w: widen" in driver.screen_text())
        found = len(driver.names())
        await driver.press("escape", "w")
        assert "FILTER-EF 200" in main.search_view.status_bar.left or "of 200" in main.search_view.status_bar.left
        assert found < len(driver.names()) < 5
        await driver.press("w")
        assert len(driver.names()) == 5
        assert "TRUTH" in main.search_view.status_bar.left
        await driver.press("w")
        assert "already comparing with every element" in main.search_view.status_bar.left
        await driver.press("f")
        await driver.type(" ")
        assert not main.search_view.options.current.exact, "another filter is not widened"


async def test_asking_again_counts_and_samples_again(people: Driver, newest: RedisServer) -> None:
    await known(people)
    await people.press("tab")
    await people.type(".died < 2000")
    await people.until(lambda: "✓ 5 match" in people.screen_text())
    newest.client().execute_command("VSETATTR", "people", "Marie Curie", '{"died": 2001, "new": 1}')
    await people.press("escape", "r")
    await people.until(lambda: "✓ 4 match" in people.screen_text())
    await people.until(
        lambda: (
            people.main.search_view.filter_bar.facts is not None
            and people.main.search_view.filter_bar.facts.field("new")
        )
    )
