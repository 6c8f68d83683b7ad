"""Loading the embedding model in the background, and finding the model of a set."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Protocol

from vsexplorer.core.progress import Progress, ProgressCallback
from vsexplorer.core.values import SetInfo

if TYPE_CHECKING:
    from vsexplorer.services.explorer import Explorer
    from vsexplorer.services.set_memory import SetMemory


class _Session(Protocol):
    @property
    def explorer(self) -> Explorer: ...

    @property
    def memory(self) -> SetMemory: ...


class ModelLoader:
    """Loads one model at a time; getting its files can be stopped.

    Args:
        session: Has the explorer, and what is remembered of the open set.
    """

    def __init__(self, session: _Session) -> None:
        self._session = session
        self._task: asyncio.Task[None] | None = None
        self.fetching = False
        """A model's files are being downloaded or converted, which may be stopped."""
        self.made_with = ""
        """The model the open set is known to be made with; empty if that is not known."""

    async def load(self, progress: ProgressCallback, again: bool = False) -> bool:
        """Load the model in use; returns whether it was loaded now.

        Raises:
            ModelUnavailable: it cannot be found, fetched or loaded.
        """
        embedder = self._session.explorer.models.embedder
        return not embedder.ready and await self._run(embedder.open(self._watch(progress), again))

    async def use(self, name: str, progress: ProgressCallback) -> bool:
        """Use another model; returns whether it is in use now.

        Raises:
            ModelUnavailable: it cannot be found, fetched or loaded.
        """
        return await self._run(self._session.explorer.models.use(name, self._watch(progress)))

    async def find(self, info: SetInfo) -> str:
        """Find the model to search a set with; empty if it is the one in use."""
        explorer, remembered = self._session.explorer, self._session.memory.model
        recorded = await explorer.sets.recorded_model(info)
        self.made_with = remembered or recorded
        wanted = explorer.models.resolve(remembered, recorded)
        used = explorer.models.embedder
        return "" if wanted in (used.model, used.name) else wanted

    def stop(self) -> None:
        """Stop getting a model's files; what has come stays."""
        self.fetching = False
        if self._task is not None:
            self._task.cancel()

    def _watch(self, progress: ProgressCallback) -> ProgressCallback:
        def watched(now: Progress) -> None:
            self.fetching = self.fetching or now.stoppable
            progress(now)

        return watched

    async def _run(self, work: Awaitable[None]) -> bool:
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
        task.result()
        return True
