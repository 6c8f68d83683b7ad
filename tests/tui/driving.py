"""Driving the screen in a test: the real Explorer behind it, and readable access to what it shows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual import events
from textual.keys import _character_to_key, key_to_character
from textual.pilot import Pilot
from textual.strip import Strip

from tests.support.servers import RedisServer
from vsexplorer.core.config import DEFAULT_MODEL
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.embedding.text_embedder import TextEmbedder
from vsexplorer.server.target import Where
from vsexplorer.services.explorer import Explorer
from vsexplorer.transfer.mapping import Mapping
from vsexplorer.transfer.plan import LoadPlan
from vsexplorer.transfer.readers import RowFile
from vsexplorer.tui.app import ExplorerApp
from vsexplorer.tui.main.screen import MainScreen
from vsexplorer.tui.start import MakeExplorer, Start, import_explorer

PAGE = Path(__file__).parents[1] / "golden" / "famous_people.json"
GOLDEN = json.loads(PAGE.read_text())
_PATIENCE = 20.0


async def load_people(server: RedisServer, embedder: Embedder) -> None:
    """Make the published example's set."""
    explorer = Explorer(Where(server.target), embedder)
    await explorer.connect()
    plan = LoadPlan(b"people", Mapping("name", "description", attributes=("born", "died")))
    await explorer.transfers.load([RowFile.at(PAGE, "people")], plan)
    await explorer.close()


def lend(embedder: TextEmbedder) -> MakeExplorer:
    """The real explorer with a model that is loaded already."""

    async def make(start: Start) -> Explorer:
        return Explorer(start.where, embedder, start.model_given)

    return make


def key_event(key: str) -> events.Key:
    """The event of a key, named as in a binding or by its character."""
    name = _character_to_key(key) if len(key) == 1 else key
    character = key if len(key) == 1 else key_to_character(key)
    return events.Key(name, character)


class Driver:
    """A running application."""

    def __init__(self, app: ExplorerApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def main(self) -> MainScreen:
        """The main screen, also while another one lies over it."""
        screen = self.app.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    async def press(self, *keys: str) -> None:
        """Press keys and let everything that follows from them happen."""
        for key in keys:
            async with asyncio.timeout(_PATIENCE):
                taken = asyncio.Event()
                self.app.call_later(self._put, key_event(key), taken)
                await taken.wait()
                await self.app.key_queue.settled()
        await self.settle()

    async def _put(self, event: events.Key, taken: asyncio.Event) -> None:
        await self.app.key_queue.put(event)
        taken.set()

    async def type(self, text: str) -> None:
        """Type a text."""
        names = {" ": "space", ".": "full_stop", "<": "less_than_sign", ">": "greater_than_sign"}
        await self.press(*(names.get(character, character) for character in text))

    async def paste(self, text: str) -> None:
        """Paste a text, which arrives as a whole."""
        async with asyncio.timeout(_PATIENCE):
            await self.app.key_queue.put(events.Paste(text))
            await self.app.key_queue.settled()
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        async with asyncio.timeout(_PATIENCE):
            await self.pilot.pause()
            await self.app.key_queue.settled()
            await self.main.search_view.settled()
            await self.pilot.pause()

    async def until(self, holds: Callable[[], Any]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(_PATIENCE):
            while not holds():
                await self.pilot.pause(0.02)

    def names(self) -> list[str]:
        """The elements in the results, from the top."""
        table = self.main.search_view.results.table
        return [table.line(row).name for row in range(table.count)]

    def status(self) -> str:
        """The status line of the main screen."""
        return self.main.search_view.status_bar.left

    def strips(self) -> list[Strip]:
        """The lines of the active screen; Textual has no public way to what it draws but a picture."""
        return self.app.screen._compositor.render_strips()

    def screen_text(self) -> str:
        """What a person reads."""
        return "\n".join(strip.text.rstrip() for strip in self.strips())

    def toasts(self) -> list[str]:
        """The notifications that are shown."""
        return [str(note.message) for note in self.app._notifications]


@asynccontextmanager
async def running(
    server: RedisServer | None,
    embedder: TextEmbedder | None = None,
    *,
    make: MakeExplorer = import_explorer,
    size: tuple[int, int] = (120, 36),
    **start: Any,
) -> AsyncIterator[Driver]:
    """The application on a server, connected."""
    where = start.pop("where", None) or Where(server.target if server else None)
    start.setdefault("measure", False)
    begin = Start(where=where, model=start.pop("model", DEFAULT_MODEL), **start)
    if embedder is not None:
        make = lend(embedder)
    app = ExplorerApp(begin, make)
    async with app.run_test(size=size, notifications=True) as pilot:
        driver = Driver(app, pilot)
        await driver.until(
            lambda: (
                driver.main.session.connection.connected
                or "Connecting" not in driver.main.search_view.results.notice.words
            )
        )
        await driver.settle()
        yield driver
