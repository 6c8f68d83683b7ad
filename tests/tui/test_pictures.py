"""Every screen in its main states, in three sizes and two themes, as text with colours.

`pytest tests/tui/test_pictures.py --snapshot-update` accepts what the screens show now; the difference is readable.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.style import Style
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from tests.support.servers import RedisServer, fill
from tests.tui.driving import Driver, running
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.server.target import Where
from vsexplorer.tui.main import status_line
from vsexplorer.tui.screens.confirm import ConfirmScreen
from vsexplorer.tui.screens.element import ElementScreen
from vsexplorer.tui.screens.load import LoadScreen
from vsexplorer.tui.widgets.links import LinksList

_PLANETS = (
    ("Mercury", (1.0, 0.1, 0.0), '{"moons": 0, "kind": "rocky", "radius": 2439.7, "visited": true}'),
    ("Venus", (0.9, 0.3, 0.1), '{"moons": 0, "kind": "rocky", "radius": 6051.8, "visited": true}'),
    ("Earth", (0.8, 0.4, 0.3), '{"moons": 1, "kind": "rocky", "radius": 6371, "names": ["Terra", "Gaia"]}'),
    ("Mars", (0.7, 0.5, 0.1), '{"moons": 2, "kind": "rocky", "radius": 3389.5, "visited": true}'),
    ("Jupiter", (0.2, 0.9, 0.4), '{"moons": 95, "kind": "gas giant", "radius": 69911, "visited": true}'),
    ("Saturn", (0.1, 0.9, 0.6), '{"moons": 146, "kind": "gas giant", "radius": 58232, "rings": {"main": 7}}'),
    ("海王星", (0.0, 0.6, 1.0), '{"moons": 16, "kind": "ice giant", "radius": 24622}'),
)
_VOLATILE = (
    (re.compile(r"Redis \d+\.\d+\.\d+"), "Redis x.y.z"),
    (re.compile(r"\d+(\.\d+)? [KM]iB"), "memory"),
    (re.compile(r"(vset-uid|max-level|hnsw-max-node-uid|levels) +\d+"), r"\1 n"),
    (re.compile(r"redis [\d.]+ ms"), "redis 1.0 ms"),
)


class TextFile(SingleFileSnapshotExtension):
    """One text file a picture."""

    _file_extension = "txt"
    file_extension = "txt"
    _write_mode = WriteMode.TEXT


@pytest.fixture(autouse=True)
def no_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status_line, "milliseconds", lambda _: "1.0")


def picture(driver: Driver) -> str:
    """The characters of the screen, then a letter for the style of each, then what the letters stand for."""
    letters: dict[str, str] = {}
    lines, styles = [], []
    for strip in driver.strips():
        text = strip.text
        for volatile, instead in _VOLATILE:
            text = volatile.sub(instead, text)
        lines.append(text.rstrip())
        if text == strip.text:
            drawn = "".join(
                _letter(segment.style or Style.null(), letters) * segment.cell_length
                for segment in strip
                if not segment.control
            )
            styles.append(drawn)
    legend = [f"{letter} {style}" for style, letter in letters.items()]
    return "\n".join([*lines, "", *styles, "", *legend, ""])


def _letter(style: Style, letters: dict[str, str]) -> str:
    color = style.color.name if style.color is not None else "default"
    background = style.bgcolor.name if style.bgcolor is not None else "default"
    looks = " ".join(name for name in ("bold", "dim", "italic", "underline", "reverse") if getattr(style, name))
    return letters.setdefault(f"{color} on {background} {looks}".strip(), chr(ord("A") + len(letters)))


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 12)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_screen_looks_as_it_did(
    newest: RedisServer,
    embedder: Embedder,
    snapshot: SnapshotAssertion,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    theme: str,
) -> None:
    _fill_planets(newest)
    fill(newest.client(), "others", [("a", (1.0, 0.0), None)], "NOQUANT")
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "planets.csv").write_text("name,text,moons\nPluto,a dwarf planet,5\n")
    monkeypatch.chdir(folder)
    where = Where(replace(newest.target, name="server"))
    async with running(
        newest, embedder, where=where, key=b"planets", size=size, theme=theme, write=True, state=tmp_path / "state"
    ) as driver:

        async def compare(name: str, ready: Callable[[], object] = lambda: True) -> None:
            await driver.until(ready)
            await driver.settle()
            assert picture(driver) == snapshot(name=name, extension_class=TextFile)

        await driver.until(lambda: driver.main.search_view.filter_bar.facts is not None)
        await compare("list")
        await driver.paste("@Earth")
        await compare("similar", lambda: driver.names()[0] == "Earth")
        await driver.press("tab")
        await driver.paste(".moons = 1")
        await compare("wrong-filter")
        await driver.press("ctrl+u")
        await driver.paste(".kind == ")
        await compare("completion", lambda: driver.main.search_view.filter_bar.completions.texts)
        await driver.press("escape")
        driver.main.search_view.filter_bar.set('.kind == "rocky"')
        await driver.press("escape")
        await compare("filtered", lambda: "4 match" in driver.screen_text())
        await driver.press("F")
        await compare("fields")
        await driver.press("F", "x", "O")
        await compare("options")
        await driver.press("escape", "b")
        await compare("browse", lambda: "7 of 7" in driver.screen_text() or "1 of 7" in driver.screen_text())
        await driver.press("escape", "enter")
        await compare("element", lambda: _has_element(driver))
        await driver.press("e")
        await compare("edit", lambda: "valid JSON" in driver.screen_text())
        await driver.press("escape", "escape", "d")
        await compare("confirm", lambda: _can_confirm(driver))
        await driver.press("escape", "W")
        await compare(
            "why", lambda: "carry the similarity" in driver.screen_text() or "no text" in driver.screen_text()
        )
        await driver.press("escape", "I")
        await compare("health", lambda: "looked at" in driver.screen_text())
        await driver.press("escape", "S")
        await compare("scores", lambda: "from      to" in driver.screen_text())
        await driver.press("escape", "question_mark")
        await compare("help")
        await driver.press("escape", "L")
        await compare("load", lambda: _shows_files(driver))


def _fill_planets(server: RedisServer) -> None:
    """Fill the set until the element that is shown is on the lowest level alone: levels are drawn at random."""
    client = server.client()
    while True:
        fill(client, "planets", _PLANETS, "NOQUANT")
        if len(client.execute_command("VLINKS", "planets", "Mars")) == 1:
            return
        client.delete("planets")


def _has_element(driver: Driver) -> bool:
    screen = driver.app.screen
    return isinstance(screen, ElementScreen) and screen.query_one(LinksList).count > 0


def _can_confirm(driver: Driver) -> bool:
    return isinstance(driver.app.screen, ConfirmScreen) and driver.app.screen.takes_keys


def _shows_files(driver: Driver) -> bool:
    return isinstance(driver.app.screen, LoadScreen) and "planets" in driver.screen_text()
