"""Draws the pictures of the README: the real program on the demo data, as SVG.

python scripts/pictures.py
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from tests.support.real_embedders import llama_server
from vsexplorer.core import paths
from vsexplorer.core.config import DEFAULT_MODEL
from vsexplorer.server.target import Where
from vsexplorer.transfer.copying import CopyPlan
from vsexplorer.tui.app import ExplorerApp
from vsexplorer.tui.main.screen import MainScreen
from vsexplorer.tui.start import Start
from vsexplorer.vectorset.writer import SetOptions

_LONG = {"why": 3.0, "quality": 9.0, "map": 1.0, "models": 1.0}
"""Seconds that a picture needs to be complete."""
ASSETS = Path(__file__).parents[1] / "assets"
PICTURES: dict[str, tuple[tuple[int, int], str, list[str]]] = {
    "explorer": ((120, 30), "", [*"science", "tab", *'.died < 1950 and "chemistry" in .fields', "down", "down"]),
    "similar": ((100, 24), "textual-light", [*"chess", "enter", "s"]),
    "refused": ((100, 24), "", [*"voices", "tab", *".born = 1950"]),
    "completion": ((100, 24), "", [*"voices", "tab", *'.country == "So']),
    "corrected": ((100, 24), "", [*"voices", "tab", *".bron > 1950"]),
    "sets": ((120, 30), "", ["escape", "o", "tab", *"]]]]]"]),
    "element": ((120, 30), "textual-light", [*"science", "enter", "enter", "tab", "j"]),
    "why": ((110, 26), "", [*"women in science", "enter", "W"]),
    "quality": ((110, 28), "", [*"women in science", "tab", *".born > 1900", "enter", "M"]),
    "map": ((120, 34), "", [*"space exploration", "enter", "v", "wait", "right", "right"]),
    "models": ((100, 24), "", [*"women in science", "enter", "m"]),
    "fields": ((120, 30), "", [*"science", "enter", "F", *"jjjjjjjjj", "enter"]),
}


async def draw(name: str, size: tuple[int, int], theme: str, keys: list[str]) -> None:
    """Run the application without a terminal, press the keys, save what it shows."""
    with contextlib.ExitStack() as stack:
        model = DEFAULT_MODEL
        if name == "models":
            model = f"{stack.enter_context(llama_server(paths.cache_folder()))}#minilm"
        await _draw(name, size, theme, keys, model)


async def _draw(name: str, size: tuple[int, int], theme: str, keys: list[str], model: str) -> None:
    start = Start(Where(temporary=True), model, demo="people", write=True, measure=False, theme=theme)
    app = ExplorerApp(start)
    async with app.run_test(size=size) as pilot:
        screen = app.screen
        assert isinstance(screen, MainScreen)
        search = screen.search_view
        while search.filter_bar.facts is None or search.busy or not search.results.selected:
            await pilot.pause(0.1)
        if name == "sets":
            await _more_sets(screen)
        for key in keys:
            if key == "wait":
                await pilot.pause(3.0)
            else:
                await pilot.press(_key(key))
        await search.settled()
        await pilot.pause(_LONG.get(name, 0.3))
        path = ASSETS / f"{name}.svg"
        path.write_text(app.export_screenshot(title="vsexplorer"), encoding="utf-8")
        print(path)


async def _more_sets(screen: MainScreen) -> None:
    """Copies of the demo set, made otherwise."""
    explorer = screen.session.explorer
    info = await explorer.sets.info(b"people")
    for key, options in (
        ("people:bits", SetOptions(quantization="bin")),
        ("people:exact", SetOptions(quantization="f32", links=32)),
        ("people:reduced", SetOptions(reduce=100)),
    ):
        await explorer.transfers.copy(info, CopyPlan(key.encode(), options))


def _key(character: str) -> str:
    names = {
        " ": "space",
        ".": "full_stop",
        "<": "less_than_sign",
        ">": "greater_than_sign",
        "=": "equals_sign",
        '"': "quotation_mark",
        "]": "right_square_bracket",
    }
    return names.get(character, character)


if __name__ == "__main__":
    for picture, (size, theme, keys) in PICTURES.items():
        asyncio.run(draw(picture, size, theme, keys))
