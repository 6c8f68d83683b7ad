"""Changing things on the screen: only with --write, commands first, and back again."""

import json

from textual.widgets import Input, TextArea

from tests.support.servers import RedisServer
from tests.tui.driving import Driver, load_people, running
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.tui.screens.confirm import ConfirmScreen
from vsexplorer.tui.screens.element import ElementScreen
from vsexplorer.tui.screens.forms import AddForm, AttributesForm, NameForm


def attributes(server: RedisServer, name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(server.client().execute_command("VGETATTR", "people", name))
    return found


def size(server: RedisServer) -> int:
    return int(server.client().execute_command("VCARD", "people"))


def toasts(driver: Driver) -> str:
    return " ".join(driver.toasts())


async def confirmed(driver: Driver, *keys: str) -> str:
    await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen) and driver.app.screen.takes_keys)
    shown = driver.screen_text()
    await driver.press(*(keys or ("enter",)))
    await driver.until(lambda: not isinstance(driver.app.screen, ConfirmScreen))
    return shown


async def test_without_write_each_says_how_to_get_it(people: Driver, newest: RedisServer) -> None:
    await people.press("enter")
    for key in ("a", "e", "R", "d", "D", "u"):
        await people.press(key)
        await people.until(lambda: "vsexplorer --write" in toasts(people))
        people.app.clear_notifications()
        assert people.app.screen is people.main
    assert size(newest) == 8


async def test_attributes_are_edited_seen_and_taken_back_on_both_versions(
    server: RedisServer, embedder: Embedder
) -> None:
    await load_people(server, embedder)
    async with running(server, embedder, key=b"people", write=True) as driver:
        await driver.type("@Marie Curie")
        await driver.press("enter", "e")
        await driver.until(lambda: "valid JSON" in driver.screen_text())
        area = driver.app.screen.query_one(TextArea)
        area.text = '{"born": 1867, "died": }'
        await driver.settle()
        assert "Expecting value, line 1, column 24" in driver.screen_text()
        await driver.press("ctrl+s")
        assert attributes(server, "Marie Curie") == {"born": 1867, "died": 1934}
        area.text = '{"born": 1866, "name": "Skłodowska"}'
        await driver.press("ctrl+s")
        shown = await confirmed(driver)
        assert "- died: 1934" in shown
        assert "~ born: 1867 → 1866" in shown
        assert 'VSETATTR people \'Marie Curie\' \'{"born": 1866, "name": "Skłodowska"}\'' in shown
        await driver.until(lambda: "1866" in driver.screen_text())
        assert "Skłodowska".encode() in server.client().execute_command("VGETATTR", "people", "Marie Curie")
        await driver.press("u")
        await driver.until(lambda: attributes(server, "Marie Curie")["born"] == 1867)
        await driver.until(lambda: "1867" in driver.screen_text())
        await driver.press("u")
        await driver.until(lambda: "nothing to undo" in toasts(driver))


async def test_what_someone_else_changed_while_one_edits_is_kept(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", write=True) as driver:
        await driver.type("@Marie Curie")
        await driver.press("enter", "e")
        await driver.until(lambda: "valid JSON" in driver.screen_text())
        newest.client().execute_command("VSETATTR", "people", "Marie Curie", '{"theirs": 1}')
        driver.app.screen.query_one(TextArea).text = '{"mine": 1}'
        await driver.press("ctrl+s")
        await driver.until(lambda: "changed by another client" in driver.screen_text())
        assert driver.app.screen.query_one(TextArea).text == '{"mine": 1}', "what was typed is not lost"
        assert attributes(newest, "Marie Curie") == {"theirs": 1}
        await driver.press("ctrl+s")
        assert "- theirs: 1" in await confirmed(driver, "escape")
        assert attributes(newest, "Marie Curie") == {"theirs": 1}


async def test_deleting_renaming_and_back(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", write=True) as driver:
        await driver.type("science")
        await driver.press("enter")
        first, second = driver.names()[:2]
        await driver.press("x", "x", "d")
        shown = await confirmed(driver)
        assert "delete 2 elements of people" in shown
        assert f"VREM people '{first}'" in shown
        assert "query › science" in " ".join(shown.split()), "what is asked about stays in view"
        await driver.until(lambda: len(driver.names()) == 6)
        await driver.until(lambda: "6 elements" in driver.screen_text())
        await driver.press("u")
        await driver.until(lambda: driver.names()[:2] == [first, second])
        await driver.press("d")
        await confirmed(driver, "escape")
        assert size(newest) == 8
        await driver.press("e")
        await driver.until(lambda: isinstance(driver.app.screen, AttributesForm))
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is driver.main)
        await driver.press("g", "R")
        driver.app.screen.query_one(Input).value = "Another Name"
        await driver.press("enter")
        assert "VREM people" in await confirmed(driver)
        await driver.until(lambda: driver.names()[0] == "Another Name")
        await driver.press("u")
        await driver.until(lambda: driver.names()[0] == first)


async def test_adding_from_a_text_and_from_a_vector(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", write=True) as driver:
        await driver.press("enter", "a")
        await driver.press("ctrl+s")
        assert "are required" in driver.screen_text()
        await driver.type("Ada")
        await driver.press("enter")
        await driver.type("a programmer")
        await driver.press("tab")
        driver.app.screen.query_one(TextArea).text = '{"born": 1815}'
        await driver.press("ctrl+s")
        shown = await confirmed(driver)
        assert "VADD people FP32 ‹384 floats› Ada" in shown
        await driver.until(lambda: size(newest) == 9)
        assert attributes(newest, "Ada") == {"born": 1815}
        await driver.press("escape", "a")
        await driver.type("Bea")
        await driver.press("enter")
        driver.app.screen.query_one("#add-what", Input).value = str([0.1] * 384)
        await driver.press("ctrl+s")
        await confirmed(driver)
        await driver.until(lambda: size(newest) == 10)
        await driver.press("u", "u")
        await driver.until(lambda: size(newest) == 8)


async def test_a_set_is_deleted_only_by_typing_its_name(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", write=True) as driver:
        await driver.press("enter", "D")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen) and driver.app.screen.takes_keys)
        await driver.press("enter")
        await driver.type("peopl")
        await driver.press("enter")
        assert "does not match" in driver.screen_text()
        assert newest.client().exists("people")
        await driver.type("e")
        await driver.press("enter")
        await driver.until(lambda: "people was deleted" in driver.screen_text())
        assert not newest.client().exists("people")


async def test_an_element_is_changed_where_it_is_looked_at(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", write=True) as driver:
        await driver.type("@Marie Curie")
        await driver.press("enter", "enter")
        await driver.until(lambda: "born  1867" in driver.screen_text())
        await driver.press("e")
        await driver.until(lambda: "valid JSON" in driver.screen_text())
        driver.app.screen.query_one(TextArea).text = '{"born": 1}'
        await driver.press("ctrl+s")
        await confirmed(driver)
        await driver.until(lambda: "born  1 " in driver.screen_text())
        await driver.press("u")
        await driver.until(lambda: "born  1867" in driver.screen_text())
        await driver.press("d")
        await confirmed(driver)
        await driver.until(lambda: not isinstance(driver.app.screen, ElementScreen))
        assert size(newest) == 7


async def test_undoing_a_rename_keeps_the_element_open(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", write=True) as driver:
        await driver.type("@Marie Curie")
        await driver.press("enter", "enter", "R")
        await driver.until(lambda: isinstance(driver.app.screen, NameForm))
        driver.app.screen.query_one(Input).value = "Maria"
        await driver.press("enter")
        await confirmed(driver)
        screen = driver.app.screen
        assert isinstance(screen, ElementScreen)
        await driver.until(lambda: screen.details is not None and screen.details.element == b"Maria")
        await driver.press("u")
        await driver.until(lambda: screen.details is not None and screen.details.element == b"Marie Curie")
        assert "no element" not in driver.screen_text()


async def test_a_name_that_is_taken_is_refused_before_the_question(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", write=True) as driver:
        await driver.type("@Marie Curie")
        await driver.press("enter", "R")
        await driver.until(lambda: isinstance(driver.app.screen, NameForm))
        driver.app.screen.query_one(Input).value = "Linus Pauling"
        await driver.press("enter")
        await driver.until(lambda: "already has an element Linus Pauling" in driver.screen_text())
        form = driver.app.screen
        assert isinstance(form, NameForm)
        assert form.query_one(Input).value == "Linus Pauling", "what was typed is not lost"
        await driver.type(" II")
        await driver.press("enter")
        assert "rename Marie Curie to Linus Pauling II" in await confirmed(driver)
        await driver.until(lambda: newest.client().execute_command("VISMEMBER", "people", "Linus Pauling II"))


async def test_a_new_element_that_is_refused_can_be_corrected(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", write=True) as driver:
        await driver.press("escape", "a")
        await driver.until(lambda: isinstance(driver.app.screen, AddForm))
        await driver.type("someone")
        await driver.press("tab")
        await driver.type("[1, 2, 3]")
        await driver.press("tab")
        await driver.type('{"born": 1900}')
        await driver.press("ctrl+s")
        await driver.until(lambda: "The vector has 3 dimensions" in driver.screen_text())
        form = driver.app.screen
        assert isinstance(form, AddForm)
        assert [line.value for line in form.query(Input)] == ["someone", "[1, 2, 3]"]
        assert form.query_one(TextArea).text == '{"born": 1900}'
        form.query_one("#add-what", Input).value = "a physicist"
        await driver.press("ctrl+s")
        await confirmed(driver)
        await driver.until(lambda: size(newest) == 9)


async def test_quitting_a_form_asks_before_text_is_lost(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", write=True) as driver:
        await driver.press("escape", "a")
        await driver.until(lambda: isinstance(driver.app.screen, AddForm))
        await driver.type("x")
        await driver.press("escape")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen) and driver.app.screen.takes_keys)
        assert "discard the input?" in driver.screen_text()
        await driver.press("escape", "ctrl+c")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen) and driver.app.screen.takes_keys)
        await driver.press("escape")
        form = driver.app.screen
        assert isinstance(form, AddForm)
        assert form.query_one("#add-name", Input).value == "x"
        assert driver.app.is_running


async def test_an_editor_that_cannot_be_opened_is_said(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people", write=True) as driver:
        await driver.press("enter", "e")
        await driver.until(lambda: "valid JSON" in driver.screen_text())
        await driver.press("ctrl+o")
        await driver.until(lambda: "failed" in driver.screen_text())


async def test_what_could_not_be_taken_back_now_can_be_later(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    before = attributes(newest, "Marie Curie")
    async with running(newest, embedder, key=b"people", write=True) as driver:
        await driver.type("@Marie Curie")
        await driver.press("enter", "e")
        await driver.until(lambda: isinstance(driver.app.screen, AttributesForm))
        driver.app.screen.query_one(TextArea).text = '{"born": 1}'
        await driver.press("ctrl+s")
        await confirmed(driver)
        await driver.until(lambda: attributes(newest, "Marie Curie") == {"born": 1})
        newest.client().execute_command("ACL", "SETUSER", "default", "-vsetattr")
        try:
            await driver.press("u")
            await driver.until(lambda: "permit" in toasts(driver))
        finally:
            newest.client().execute_command("ACL", "SETUSER", "default", "+vsetattr")
        assert attributes(newest, "Marie Curie") == {"born": 1}
        await driver.press("u")
        await driver.until(lambda: attributes(newest, "Marie Curie") == before)
