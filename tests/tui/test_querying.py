"""The query line in the screen: every way to ask, what was understood, names completed, weights by a key."""

from pathlib import Path

from textual import events
from textual.widgets import Input

from tests.support.servers import RedisServer
from tests.tui.driving import Driver, load_people, running
from vsexplorer.core.vectors import packed
from vsexplorer.embedding.embedder import Embedder


def proposed(driver: Driver) -> list[str]:
    return driver.main.search_view.query_bar.completions.texts


async def test_names_are_completed_from_the_set_on_both_versions(server: RedisServer, embedder: Embedder) -> None:
    await load_people(server, embedder)
    async with running(server, embedder, key=b"people") as driver:
        await driver.type("@ma")
        await driver.until(lambda: proposed(driver)[:2] == ["@Marie Curie", "@Marie Fredriksson"])
        await driver.press("tab")
        assert driver.main.search_view.query_bar.value == "@Marie Curie"
        assert driver.main.search_view.query_bar.query_one(Input).has_focus
        await driver.until(lambda: "ELE 'Marie Curie'" in driver.main.search_view.status_bar.left)
        await driver.until(lambda: driver.names()[0] == "Marie Curie")
        await driver.press("ctrl+u")
        await driver.type("= 2*@Lin")
        await driver.until(lambda: proposed(driver) == ["@Linus Pauling"])
        await driver.press("tab")
        await driver.until(lambda: driver.names()[0] == "Linus Pauling")
        await driver.type(" - 3*@Marie Curie")
        await driver.until(lambda: driver.names()[-1] == "Marie Curie")


async def test_a_sum_is_understood_and_its_weights_change_by_a_key(people: Driver) -> None:
    await people.type("= science - chemistry")
    assert "+1× “science”   −1× “chemistry”" in people.screen_text()
    away = people.names()
    await people.press("ctrl+up", "alt+up", "ctrl+up", "ctrl+up", "ctrl+up")
    assert people.main.search_view.query_bar.value == "= science + 0.5*chemistry"
    assert people.names() != away
    assert people.names()[0] in ("Marie Curie", "Linus Pauling")
    await people.press("ctrl+u")
    await people.type("science")
    await people.press("ctrl+up")
    assert people.main.search_view.query_bar.value == "science"
    assert "have weights" in people.screen_text()


async def test_a_vector_pasted_or_from_a_file(people: Driver, tmp_path: Path) -> None:
    vector = [0.0] * 383 + [1.0]
    people.main.search_view.query_bar.query_one(Input).value = str(vector)
    await people.settle()
    assert "like a vector of 384 numbers" in people.screen_text()
    pasted = people.names()
    assert len(pasted) == 8
    (tmp_path / "v.f32").write_bytes(packed(vector))
    people.main.search_view.query_bar.query_one(Input).value = f"[{tmp_path}/v.f32]"
    await people.settle()
    assert people.names() == pasted
    people.main.search_view.query_bar.query_one(Input).value = "[1, 2]"
    await people.settle()
    assert "2 dimensions; the vectors of people have 384" in people.screen_text()


async def test_half_typed_and_wrong_queries_are_not_sent(people: Driver) -> None:
    await people.type("= science")
    before = people.main.search_view.status_bar.left
    await people.type(" -")
    assert "is still missing" in people.screen_text()
    assert people.main.search_view.status_bar.left == before
    await people.press("ctrl+u")
    await people.type("[draft] x")
    assert "✗" in people.screen_text().splitlines()[2]
    await people.press("ctrl+y")
    assert people.main.search_view.query_bar.value == '= "[draft] x"'
    assert "+1× “[draft] x”" in people.screen_text()
    assert len(people.names()) == 8


async def test_an_element_that_is_not_there_is_said(people: Driver) -> None:
    await people.type("@nobody")
    await people.until(lambda: "people has no element 'nobody'" in people.screen_text())
    await people.press("escape", "slash", "ctrl+u")
    assert len(people.names()) == 8


async def test_a_pasted_text_of_several_lines_becomes_one(people: Driver) -> None:
    people.app.post_message(events.Paste("women in\r\n  science\n\n"))
    await people.until(lambda: people.main.search_view.query_bar.value == "women in science")


async def test_what_limits_the_search_is_shown(people: Driver) -> None:
    await people.type("science")
    await people.press("enter", "t")
    await people.until(lambda: "8 results · TRUTH" in people.screen_text())
