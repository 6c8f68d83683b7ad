"""The results as searches follow one another: their order, the cursor, and what is marked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.servers import RedisServer, fill
from tests.tui.driving import Driver, running
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.server.target import Where
from vsexplorer.services.explorer import Explorer
from vsexplorer.transfer.mapping import Mapping
from vsexplorer.transfer.plan import LoadPlan
from vsexplorer.transfer.readers import RowFile
from vsexplorer.tui.screens.copy import CopyMenu


def saved(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.glob("a_b*")}


async def test_results_come_by_rank_after_each_new_query(people: Driver) -> None:
    await people.type("science")
    await people.press("escape", "right_square_bracket")
    assert "by born" in people.screen_text()
    await people.press("slash", "ctrl+u")
    await people.type("music")
    assert "by born" not in people.screen_text()
    page = people.main.search_view.results.page
    assert page is not None
    assert people.names() == [hit.element.decode() for hit in page.hits]


async def test_sorting_scrolls_to_its_column(newest: RedisServer, embedder: Embedder) -> None:
    fields = ", ".join(f'"field_number_{number}": {number}' for number in range(20))
    fill(newest.client(), "k", [("a", (1.0, 0.0), f"{{{fields}}}")])
    async with running(newest, embedder, key=b"k", size=(80, 24)) as driver:
        await driver.press("escape", *["right_square_bracket"] * 12)
        assert "field_number_11" in driver.screen_text()
        await driver.press(*["left_square_bracket"] * 12)
        assert "field_number_0" in driver.screen_text()


async def test_what_was_embedded_is_the_first_column(
    newest: RedisServer, embedder: Embedder, tmp_path: Path
) -> None:
    explorer = Explorer(Where(newest.target), embedder)
    await explorer.connect()
    rows = [{"n": place, "kind": "x", "body": f"a text of some length about {place} " * 3} for place in range(3)]
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    await explorer.transfers.load([RowFile(str(file))], LoadPlan(b"k", Mapping("hash", "{kind}: {body}")))
    await explorer.close()
    async with running(newest, embedder, key=b"k") as driver:
        await driver.until(lambda: driver.main.search_view.results.table.columns[0].field == "kind")
        assert [column.field for column in driver.main.search_view.results.table.columns] == ["kind", "body", "n"]
        await driver.press("escape", "b")
        await driver.until(lambda: "kind  body" in driver.screen_text())


async def test_keys_that_can_do_nothing_say_why(newest: RedisServer, embedder: Embedder) -> None:
    fill(newest.client(), "k", [("a", (1.0, 0.0), None)])
    async with running(newest, embedder, key=b"k", write=True) as driver:
        await driver.press("escape", "c")
        assert driver.status() == "no columns: the elements have no attributes"
        await driver.press("f")
        await driver.type(".n == 2")
        await driver.press("escape")
        for key in ("s", "x", "e", "R", "d"):
            driver.main.search_view.say("")
            await driver.press(key)
            assert driver.status() == "no element is selected", key
        driver.main.search_view.say("")
        await driver.press("ctrl+l")
        assert driver.status() == "nothing loaded yet · L: load a file"


async def test_a_search_repeated_leaves_the_cursor_on_its_element(people: Driver) -> None:
    await people.type("science")
    await people.press("escape", "j", "j", "j")
    selected = people.main.search_view.results.selected
    assert selected is not None
    await people.press("plus")
    again = people.main.search_view.results.selected
    assert again is not None
    assert again.element == selected.element
    await people.press("slash", "ctrl+u")
    await people.type("music")
    assert people.main.search_view.results.table.cursor == 0, "another query begins at its best match"


async def test_marks_stay_in_view_whatever_is_searched(people: Driver) -> None:
    await people.press("escape", "x", "x")
    assert "2 marked" in people.screen_text()
    await people.press("slash")
    await people.type("science")
    assert "2 marked" in people.screen_text()


async def test_a_filter_that_nothing_passes_is_no_success(newest: RedisServer, embedder: Embedder) -> None:
    fill(newest.client(), "k", [("a", (1.0, 0.0), '{"n": 1}')])
    async with running(newest, embedder, key=b"k") as driver:
        await driver.press("escape", "f")
        await driver.type(".n == 2")
        await driver.until(lambda: "No element of the set passes the filter." in driver.screen_text())
        assert "✓" not in driver.screen_text().splitlines()[3]


async def test_a_saved_vector_overwrites_nothing(
    newest: RedisServer, embedder: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    fill(newest.client(), "two", [("a/b", (1.0, 0.0), None), ("a b", (0.0, 1.0), None)])
    async with running(newest, embedder, key=b"two") as driver:
        for _ in range(2):
            await driver.press("escape", "y")
            assert isinstance(driver.app.screen, CopyMenu)
            await driver.press("V")
            await driver.until(lambda: "written to" in driver.main.search_view.status_bar.left)
            await driver.press("j")
    files = saved(tmp_path)
    assert set(files) == {"a_b.vector.json", "a_b-2.vector.json"}
    assert len(set(files.values())) == 2
