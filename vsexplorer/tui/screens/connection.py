"""Keeping the main screen connected: the first connection, the model, the heartbeat, and coming back."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from vsexplorer.core.errors import ConnectionFailed, NoServer, NotFound, TimedOut, VsexplorerError
from vsexplorer.core.progress import Progress
from vsexplorer.core.text import sanitize
from vsexplorer.tui.start import MakeExplorer

if TYPE_CHECKING:
    from vsexplorer.services.explorer import Explorer
    from vsexplorer.tui.screens.explorer import ExplorerScreen

_HEARTBEAT = 2.0
"""Seconds between looks at the open set: one VINFO, which also shows that the server is there."""
_PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds between attempts to reconnect; the last repeats."""


class ConnectionKeeper:
    """Owns the explorer and its connection on behalf of the main screen."""

    def __init__(self, screen: ExplorerScreen, make_explorer: MakeExplorer) -> None:
        self._screen = screen
        self._make_explorer = make_explorer
        self._explorer: Explorer | None = None
        self.connected = False
        self._coming_back = False
        self.fetching = False
        """A model is being downloaded or prepared, which may be stopped."""

    @property
    def explorer(self) -> Explorer:
        """What answers; made by ``start``."""
        assert self._explorer is not None, "start() comes first"
        return self._explorer

    def start(self) -> None:
        """Connect and load the model, side by side."""
        self._screen.run_worker(self._start(), group="connect", exclusive=True, description="connecting")

    async def close(self) -> None:
        """Close the explorer."""
        self.connected = False
        if self._explorer is not None:
            await self._explorer.close()

    def retry(self) -> None:
        """Try again after the first connection failed; a lost one is retried without being asked."""
        if not self._coming_back:
            self.start()

    async def _start(self) -> None:
        screen = self._screen
        screen.tell("Connecting …")
        if self._explorer is None:
            self._explorer = await self._make_explorer(screen.start)
            screen.set_interval(_HEARTBEAT, self._look)
        self.load_model()
        try:
            await self._explorer.connect()
            self.connected = True
            self._show_server()
            if screen.start.demo == "people":
                from vsexplorer.services.demo import load_people

                await load_people(self._explorer, self._show_progress)
            if screen.start.demo == "unicode":
                self._load_characters()
                return
            await screen.open_first_set()
        except VsexplorerError as error:
            self.connected = False
            screen.server_bar.set_text("not connected", "vsexplorer")
            screen.tell_error(error)
            screen.say("ctrl+r tries again")

    def _load_characters(self) -> None:
        from vsexplorer.services.demo import characters_plan
        from vsexplorer.transfer.characters import Characters

        # The set opens with its first elements, and grows while one searches it.
        self._screen.loads.start([Characters()], characters_plan())

    def note(self, words: str = "vsexplorer") -> None:
        """Say something at the right of the header; ``words`` are harmless already."""
        if self.connected:
            self._show_server(words)

    def load_model(self, again: bool = False) -> None:
        """Load the model in the background."""
        if not self.explorer.models.embedder.ready:
            self._screen.run_worker(
                self._load_model(again), group="model", exclusive=True, description="loading the model"
            )

    async def _load_model(self, again: bool) -> None:
        try:
            await self.explorer.models.embedder.open(self._show_model_progress, again)
        except VsexplorerError as error:
            self._screen.say(sanitize(error.message), error=True)
            return
        finally:
            self.fetching = False
        # What the model brought stays; looking through it for garbage would hold up a key by 50 ms.
        gc.freeze()
        self._show_set()
        self._screen.show_status()

    def stop_fetching(self) -> None:
        """Stop a download; what has come stays and is continued the next time."""
        self._screen.workers.cancel_group(self._screen, "model")
        self.fetching = False
        self._screen.say("stopped getting the model; ctrl+r goes on with it")

    def use_model(self, name: str, then: Callable[[], None] | None = None) -> None:
        """Change the model; ``then`` is called once it is in use."""
        self._screen.run_worker(
            self._use_model(name, then), group="model", exclusive=True, description="changing the model"
        )

    async def _use_model(self, name: str, then: Callable[[], None] | None) -> None:
        screen = self._screen
        try:
            await self.explorer.models.use(name, self._show_model_progress)
        except VsexplorerError as error:
            screen.say(sanitize(error.message), error=True)
            return
        finally:
            self.fetching = False
        self._show_set()
        screen.ask()
        if then is not None:
            then()

    def _show_server(self, note: str = "vsexplorer") -> None:
        rights = "read-write" if self._screen.start.write else "read-only"
        self._screen.show_server(self.explorer.target.label, self.explorer.capabilities, rights, note)

    def _show_set(self) -> None:
        if self._screen.info is not None:
            self._screen.show_set(self._screen.info, self.explorer.models.embedder.name)

    def _show_progress(self, progress: Progress) -> None:
        self._screen.tell_progress(progress)

    def _show_model_progress(self, progress: Progress) -> None:
        if progress.unit or "preparing" in progress.what:
            self.fetching = True
            self._screen.say(f"{progress.what} {progress.amount} · esc stops it")

    def lost(self, error: ConnectionFailed) -> None:
        """Begin to come back; the last results stay."""
        if self.connected:
            self.connected = False
            self._coming_back = True
            self._screen.run_worker(
                self._come_back(error), group="connect", exclusive=True, description="reconnecting"
            )

    async def _come_back(self, error: VsexplorerError) -> None:
        screen = self._screen
        since = datetime.now().strftime("%H:%M:%S")
        screen.live.forget()
        screen.mark_stale()
        screen.server_bar.set_text(f"{sanitize(self.explorer.target.label)} · disconnected", "vsexplorer")
        attempt = 0
        while not self.connected:
            pause = _PAUSES[min(attempt, len(_PAUSES) - 1)]
            attempt += 1
            reason = sanitize(error.message.rpartition(": ")[2])
            screen.say(f"disconnected since {since}, trying again every few seconds: {reason}", error=True)
            await asyncio.sleep(pause)
            try:
                await self.explorer.connect()
            except (ConnectionFailed, TimedOut, NoServer) as failure:
                error = failure
            except VsexplorerError as failure:
                self._coming_back = False
                screen.tell_error(failure)
                screen.say("ctrl+r tries again")
                return
            else:
                self.connected = True
        self._coming_back = False
        self._show_server(f"reconnected at {datetime.now():%H:%M:%S}")
        screen.ask()

    async def _look(self) -> None:
        """The heartbeat."""
        info = self._screen.info
        if not self.connected or info is None or self._screen.live.busy:
            return
        try:
            self._screen.watcher.saw(await self.explorer.sets.info(info.key))
        except ConnectionFailed as error:
            self.lost(error)
        except NotFound:
            self._screen.watcher.missing()
        except VsexplorerError:
            # The next search says it better, where it matters.
            return
