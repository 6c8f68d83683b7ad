"""The open set: opening one, and following what happens to it."""

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
"""Seconds after an answer at which the set is described, to tell later what is newer than the answer."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A set was opened."""

    info: SetInfo


@dataclass(frozen=True, slots=True)
class Missing:
    """A set cannot be described: there is none, or the server says why."""

    key: bytes
    error: VsexplorerError


@dataclass(frozen=True, slots=True)
class Deleted:
    """The open set was deleted from here."""

    key: bytes


@dataclass(frozen=True, slots=True)
class Described:
    """The open set is described otherwise than before; ``searches`` tells whether to search it again."""

    info: SetInfo
    searches: bool


@dataclass(frozen=True, slots=True)
class Sampled:
    """The fields of the open set are known, or ``None`` while they are not."""

    facts: SetFacts | None


@dataclass(frozen=True, slots=True)
class ChangedByOthers:
    """Somebody else has changed the open set, or not."""

    key: bytes
    news: SetNews


@dataclass(frozen=True, slots=True)
class Lost:
    """The server does not answer any more."""

    error: VsexplorerError


@dataclass(frozen=True, slots=True)
class Failed:
    """The server refuses to describe the open set."""

    error: VsexplorerError


@dataclass(frozen=True, slots=True)
class NoChoice:
    """No set was named and there is none, or there are several."""

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
        session: Has the explorer, the open set and what is remembered of it.
        run: Runs a coroutine in the background.
        tell: Is given what has happened.
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
        """The set is about to be described, to tell later what is newer than the results."""

    @property
    def gone(self) -> bool:
        """Whether the set that was open is not there any more."""
        return self._monitor.gone

    async def open(self, key: bytes) -> None:
        """Open a vector set; of several that are asked for at once the last one counts."""
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

    async def follow(self, key: bytes) -> None:
        """Describe the open set after a change that was made from here."""
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
        """Open a set that is being filled, or show what has been added to it."""
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

    async def look(self, changing: bool) -> None:
        """Describe the open set from time to time, which also shows that the server is there.

        Args:
            changing: The set is being changed from here, so that nothing is told of changes.
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
            # The next search says it better, where it matters.
            return
        else:
            if not changing:
                self._tell(ChangedByOthers(key, self._monitor.saw(info, self._server_run)))
                if not self._monitor.gone:
                    self._describe(info, searches=False)

    def answered(self) -> None:
        """Describe the open set as it is at the time of an answer, soon."""
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
            # The next look says what is to be said of it.
            return
        finally:
            self.describing = False

    async def _sample(self, key: bytes) -> None:
        samples = self._session.explorer.samples
        for take in (samples.first_facts, samples.facts):
            try:
                facts = await take(key)
            except VsexplorerError:
                # Nothing depends on it: without a sample nothing is said about fields.
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
