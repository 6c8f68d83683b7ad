"""The menu of what can be taken along."""

import json
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.tui.driving import Driver


async def taken(driver: Driver, *keys: str) -> str:
    driver.app.copy_to_clipboard("")
    await driver.press("y", *keys)
    await driver.until(lambda: driver.app.clipboard)
    return driver.app.clipboard


async def test_everything_on_the_screen_can_be_taken(people: Driver) -> None:
    await people.type("science")
    await people.press("enter", "j")
    second = people.names()[1]
    assert await taken(people, "n") == second
    assert "sent to clipboard: name" in people.main.search_view.status_bar.left
    assert json.loads(await taken(people, "a"))["born"]
    vector = json.loads(await taken(people, "v"))
    assert len(vector) == 384
    assert await taken(people, "@") == f"@{second}"
    rows = json.loads(await taken(people, "J"))["results"]
    assert [row["element"] for row in rows] == people.names()
    assert (await taken(people, "C")).splitlines()[0] == "rank,score,element,born,died"
    markdown = (await taken(people, "M")).splitlines()
    assert markdown[1] == "|---:|---:|---|---:|---:|"
    assert markdown[2].startswith("| 1 | 0.")
    assert (await taken(people, "r")).startswith("redis-cli -s ")
    assert " VSIM people VALUES 384 " in people.app.clipboard
    assert "vset().vsim('people', vector, count=100" in await taken(people, "p")
    assert "redis.VSimArgs{Count: 100}" in await taken(people, "g")
    assert await taken(people, "j", "enter") == await taken(people, "a"), "by the list as well"


async def test_a_vector_is_saved_beside_the_work(
    people: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await people.type("@Marie Curie")
    await people.press("enter", "enter", "y", "V")
    file = tmp_path / "Marie_Curie.vector.json"
    await people.until(lambda: "written to Marie_Curie.vector.json" in people.screen_text())
    vector = json.loads(file.read_text())
    await people.press("escape", "slash", "ctrl+u")
    people.main.search_view.query_bar.query_one(Input).value = f"[{file}]"
    await people.settle()
    assert people.names()[0] == "Marie Curie", "and can be asked with again"
    assert len(vector) == 384


async def test_a_menu_can_be_left(people: Driver) -> None:
    await people.type("science")
    await people.press("enter", "y", "escape")
    assert people.main.search_view.results.table.has_focus
    assert people.app.clipboard == ""
