"""Opens vector sets and follows changes to the open one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from vsexplorer.core.errors import ConnectionFailed, NotFound, VsexplorerError
from vsexplorer.core.values import SetInfo
from vsexplorer.tui.services.set_monitor import SetMonitor, SetNews

if TYPE_CHECKING:
    from vsexplorer.language.known import SetFacts
    from vsexplorer.services.explorer import Explorer
    from vsexplorer.services.set_memory import SetMemory
    from vsexplorer.tui.selection import Selection

_SETTLED = 0.25
"""Seconds after an answer until the set is described, as the baseline for detecting later changes."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A set was opened."""

    info: SetInfo


@dataclass(frozen=True, slots=True)
class Missing:
    """A set cannot be described: it does not exist, or the server refuses."""

    key: bytes
    error: VsexplorerError


@dataclass(frozen=True, slots=True)
class Deleted:
    """The open set was deleted by this application."""

    key: bytes


@dataclass(frozen=True, slots=True)
class Described:
    """The description of the open set has changed; ``searches`` tells whether to search it again."""

    info: SetInfo
    searches: bool


@dataclass(frozen=True, slots=True)
class Sampled:
    """The fields of the open set were sampled; ``None`` while that is under way."""

    facts: SetFacts | None


@dataclass(frozen=True, slots=True)
class ChangedByOthers:
    """The result of a check for changes by other clients, which may be none."""

    key: bytes
    news: SetNews


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection was lost."""

    error: VsexplorerError


@dataclass(frozen=True, slots=True)
class Failed:
    """The server refuses to describe the open set."""

    error: VsexplorerError


@dataclass(frozen=True, slots=True)
class NoChoice:
    """No set was named, and the database has none or several."""

    several: bool


type SetEvent = Opened | Missing | Deleted | Described | Sampled | ChangedByOthers | Lost | Failed | NoChoice


class _Session(Protocol):
    info: SetInfo | None

    @property
    def explorer(self) -> Explorer: ...

    @property
    def memory(self) -> SetMemory: ...

    @property
    def selection(self) -> Selection: ...


class SetTracker:
    """Opens sets one at a time and keeps the description of the open one up to date.

    Args:
        session: Provides the explorer, the open set and its remembered state.
        run: Runs a coroutine in the background.
        tell: Called with each event.
    """

    def __init__(
        self,
        session: _Session,
        run: Callable[[Coroutine[Any, Any, None]], Any],
        tell: Callable[[SetEvent], None],
    ) -> None:
        self._session = session
        self._run = run
        self._tell = tell
        self._monitor = SetMonitor()
        self._opening = 0
        self.describing = False
        """Whether the description that serves as the baseline is being fetched."""

    @property
    def gone(self) -> bool:
        """Whether the open set no longer exists, or was replaced."""
        return self._monitor.gone

    async def open(self, key: bytes) -> None:
        """Open a vector set; if called again meanwhile, the last call wins."""
        self._opening += 1
        opening, session = self._opening, self._session
        try:
            info = await session.explorer.sets.info(key)
        except VsexplorerError as error:
            if opening == self._opening:
                session.info = None
                self._tell(Missing(key, error))
            return
        await session.memory.open(session.explorer.place, info)
        if opening != self._opening:
            return
        session.info = info
        session.selection.clear()
        self._monitor.opened(info, self._server_run)
        self._tell(Opened(info))
        self.sample()

    async def open_only(self) -> None:
        """Open the only set of the database.

        Raises:
            VsexplorerError: the sets cannot be listed.
        """
        found: list[SetInfo] = []
        async for page in self._session.explorer.sets.pages():
            found += page
            if len(found) > 1:
                break
        if len(found) == 1:
            await self.open(found[0].key)
        else:
            self._tell(NoChoice(several=bool(found)))

    async def refresh_after_change(self, key: bytes) -> None:
        """Describe the open set again after a change by this application."""
        try:
            info = await self._session.explorer.sets.info(key)
        except NotFound:
            self._session.info = None
            self._tell(Deleted(key))
        except ConnectionFailed as error:
            self._tell(Lost(error))
        except VsexplorerError as error:
            self._tell(Failed(error))
        else:
            self._describe(info, searches=True)
            self.sample()

    async def refresh(self, key: bytes) -> None:
        """Open a set that is being loaded, or update its description."""
        try:
            info = await self._session.explorer.sets.info(key)
        except VsexplorerError:
            # It may not exist before the first elements are written.
            return
        before = self._session.info
        if before is None:
            await self.open(key)
        elif before.key == key and info.size != before.size:
            self._describe(info, searches=True)

    async def check(self, changing: bool) -> None:
        """Check the open set for changes by other clients, and whether the server still answers.

        Args:
            changing: Whether this application is changing the set; changes are not reported then.
        """
        session = self._session
        if session.info is None:
            return
        key = session.info.key
        try:
            info = await session.explorer.sets.info(key)
        except ConnectionFailed as error:
            self._tell(Lost(error))
        except NotFound:
            self._tell(ChangedByOthers(key, self._monitor.missing()))
        except VsexplorerError:
            # The next search reports the error if it persists.
            return
        else:
            if not changing:
                self._tell(ChangedByOthers(key, self._monitor.compare(info, self._server_run)))
                if not self._monitor.gone:
                    self._describe(info, searches=False)

    def answered(self) -> None:
        """Describe the open set shortly after an answer, as the baseline for later changes."""
        if not self.describing:
            self.describing = True
            self._run(self._note_answered())

    def sample(self) -> None:
        """Sample the fields of the open set."""
        if self._session.info is not None:
            self._tell(Sampled(None))
            self._run(self._sample(self._session.info.key))

    @property
    def _server_run(self) -> str:
        return self._session.explorer.capabilities.run

    async def _note_answered(self) -> None:
        try:
            await asyncio.sleep(_SETTLED)
            if self._session.info is not None:
                info = await self._session.explorer.sets.info(self._session.info.key)
                self._monitor.answered(info, self._server_run)
        except VsexplorerError:
            # The next check reports the error.
            return
        finally:
            self.describing = False

    async def _sample(self, key: bytes) -> None:
        samples = self._session.explorer.samples
        for take in (samples.first_facts, samples.facts):
            try:
                facts = await take(key)
            except VsexplorerError:
                # The sample is optional: without it, there are no hints about fields.
                return
            if self._session.info is None or self._session.info.key != key:
                return
            if facts is not None:
                self._tell(Sampled(facts))

    def _describe(self, info: SetInfo, searches: bool) -> None:
        before = self._session.info
        if before is None or info.key != before.key:
            return
        self._session.info = info
        if searches or info != before:
            self._tell(Described(info, searches))
