"""Loads, changes and selects the embedding model in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from vsexplorer.core.columns import template_fields
from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.progress import Progress
from vsexplorer.core.values import SetInfo

if TYPE_CHECKING:
    from vsexplorer.services.explorer import Explorer
    from vsexplorer.services.set_memory import SetMemory
    from vsexplorer.tui.services.connection import ConnectionService


class _Session(Protocol):
    info: SetInfo | None
    embedded_fields: Sequence[str]

    @property
    def connection(self) -> ConnectionService: ...

    @property
    def explorer(self) -> Explorer: ...

    @property
    def memory(self) -> SetMemory: ...


class ModelLoader:
    """Loads and changes the model; fetching a model's files can be stopped.

    Args:
        session: Provides the explorer, the open set and its remembered state.
        run: Runs a coroutine in the background.
        say: Shows a message; the flag marks an error.
        ready: Called once the model in use is known; the flag tells whether it has changed.
    """

    def __init__(
        self,
        session: _Session,
        run: Callable[[Awaitable[None]], Any],
        say: Callable[[str, bool], None],
        ready: Callable[[bool], None],
    ) -> None:
        self._session = session
        self._run = run
        self._say = say
        self._ready = ready
        self._task: asyncio.Future[None] | None = None
        self.fetching = False
        """Whether a model's files are being downloaded or converted, which can be stopped."""
        self.made_with = ""
        """The model the open set was made with; empty if unknown."""
        self.unrecorded = False
        """Whether it was looked for, and is neither recorded nor remembered."""

    def forget(self) -> None:
        """Forget the model of the set that was open before."""
        self.made_with, self.unrecorded = "", False

    def load(self, again: bool = False) -> None:
        """Load the model in use unless it is loaded; with ``again``, retry also after a failure."""
        self._run(self._load(again))

    def suit(self, info: SetInfo) -> None:
        """Switch to the model remembered or recorded for a set."""
        self._run(self._suit(info))

    def choose(self, name: str, info: SetInfo, record: bool) -> None:
        """Use a model for a set and remember it.

        Args:
            name: The model.
            info: The set.
            record: Whether to record it for the set in Redis, too.
        """
        self._run(self._choose(name, info, record))

    def stop(self) -> None:
        """Stop fetching a model's files; what was fetched stays."""
        self.fetching = False
        if self._task is not None:
            self._task.cancel()

    async def _load(self, again: bool) -> None:
        embedder = (await self._session.connection.prepare()).models.embedder
        if not embedder.ready and await self._done(embedder.open(self._show, again)):
            self._ready(again)

    async def _suit(self, info: SetInfo) -> None:
        explorer, remembered = self._session.explorer, self._session.memory.model
        record = await explorer.sets.record(info)
        if not self._is_open(info):
            return
        self.made_with = remembered or record.model
        self.unrecorded = not self.made_with
        self._session.embedded_fields = template_fields(record.text) if record.text else ()
        used = explorer.models.embedder
        if not explorer.models.changes(remembered, record):
            self._ready(False)
        elif await self._done(explorer.models.suit(remembered, record, self._show)):
            self._ready(explorer.models.embedder is not used)

    async def _choose(self, name: str, info: SetInfo, record: bool) -> None:
        explorer = self._session.explorer
        if not await self._done(explorer.models.use(name, self._show)):
            return
        if self._is_open(info):
            self.made_with, self.unrecorded = name, False
            self._session.memory.choose_model(name)
            if record:
                try:
                    await explorer.sets.record_model(info)
                except VsexplorerError as error:
                    self._say(error.message, True)
        self._ready(True)

    def _is_open(self, info: SetInfo) -> bool:
        return self._session.info is not None and self._session.info.key == info.key

    def _show(self, progress: Progress) -> None:
        if progress.stoppable:
            self.fetching = True
            self._say(f"{progress.what} {progress.amount} · esc: stop", False)

    async def _done(self, work: Awaitable[None]) -> bool:
        """Wait for a model to load; returns whether it is in use now, and shows the error if not."""
        task = self._task = asyncio.ensure_future(work)
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.cancel()
            raise
        finally:
            self.fetching = False
        if task.cancelled():
            return False
        if isinstance(error := task.exception(), VsexplorerError):
            self._say(error.message, True)
            return False
        task.result()
        return True
