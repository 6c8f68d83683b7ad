"""The one seam between the screen and what answers it."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from vsexplorer.model import Capabilities, ElementDetails, Neighbour, Query, ResultPage, SetInfo, SetSummary
from vsexplorer.progress import ProgressCallback, ignore_progress

if TYPE_CHECKING:
    from vsexplorer.browsing import Browser
    from vsexplorer.editing import Editor
    from vsexplorer.insight.matching import Matches
    from vsexplorer.language.dialect import Dialect
    from vsexplorer.language.known import SetFacts
    from vsexplorer.transfer.desk import TransferDesk
    from vsexplorer.vectorset.target import Where


@dataclass(frozen=True, slots=True)
class Start:
    """What the screen begins with."""

    where: Where
    model: str
    cache: Path
    key: bytes | None = None
    demo: str = ""
    """Data to load first: ``people`` or ``unicode``."""
    write: bool = False
    """Whether anything may be changed."""
    count: int = 100
    state: Path | None = None
    """Folder of what is remembered; ``None`` for until the program ends."""
    history: bool = True
    """Whether searches are remembered without being told to."""
    model_given: bool = False
    """The model was named for this run, so that no set changes it."""
    theme: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)


class FittingModel(Protocol):
    """A model that could be used for a set."""

    @property
    def name(self) -> str:
        """Its name for fastembed."""

    @property
    def size(self) -> float:
        """Bytes to download, roughly."""


class Model(Protocol):
    """The embedding model; ``Embedder`` is one."""

    @property
    def ready(self) -> bool:
        """Whether it is loaded."""

    @property
    def name(self) -> str:
        """Its name."""

    async def open(self, progress: ProgressCallback = ignore_progress, again: bool = False) -> None:
        """Load it."""


class Backend(Protocol):
    """What the screen asks of the rest; ``Explorer`` is one. Failures are ``VsexplorerError``s."""

    @property
    def embedder(self) -> Model:
        """The model in use."""

    @property
    def label(self) -> str:
        """The server in use."""

    @property
    def place(self) -> str:
        """The server and database, for telling sets of one key apart."""

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do."""

    @property
    def dialect(self) -> Dialect:
        """The filter language of the server."""

    async def connect(self) -> None:
        """Connect, or connect again."""

    async def close(self) -> None:
        """Leave nothing behind."""

    def sets(self) -> AsyncIterator[list[SetInfo]]:
        """The vector sets as they are found."""

    def summaries(self) -> AsyncIterator[list[SetSummary]]:
        """The same with what else is known of them."""

    async def info(self, key: bytes) -> SetInfo:
        """Describe a set."""

    async def noted_model(self, info: SetInfo) -> str:
        """The model a set was made with, where that is noted in Redis."""

    async def note_model(self, info: SetInfo) -> None:
        """Note that the model in use is the set's."""

    async def count_matching(self, info: SetInfo, filter: str) -> Matches | None:
        """How many elements pass a filter, counted or estimated; ``None`` where neither can be had cheaply."""

    async def facts(self, key: bytes) -> SetFacts:
        """What the attributes of a set hold, from a sample."""

    def browser(self, info: SetInfo) -> Browser:
        """A window on all elements of a set."""

    async def names(self, key: bytes, prefix: bytes) -> list[bytes]:
        """Some elements whose names begin so."""

    async def neighbours(self, key: bytes, element: bytes) -> list[list[Neighbour]]:
        """What an element is linked to in the graph."""

    async def element(self, key: bytes, element: bytes) -> ElementDetails:
        """One element on its own."""

    def snippet(self, page: ResultPage, client: str) -> str:
        """The command behind an answer as code."""

    @property
    def editor(self) -> Editor:
        """Changing elements and sets."""

    @property
    def transfers(self) -> TransferDesk:
        """Loading, exporting and copying."""

    async def fitting_models(self, info: SetInfo) -> Sequence[FittingModel]:
        """The models whose vectors fit a set."""

    async def use_model(self, model: str, cache: Path, progress: ProgressCallback = ignore_progress) -> None:
        """Embed with another model."""

    def prepare(self, query: Query) -> Any:
        """Embed a query's text; awaitable."""

    async def run(self, prepared: Any) -> ResultPage:
        """Ask Redis."""


class Opener(Protocol):
    """Makes the backend, not connected yet, and prepares what the start asks for once it is."""

    async def make(self, start: Start) -> Backend:
        """The backend; whatever takes time to import is imported off the event loop."""

    async def prepare(self, backend: Any, start: Start, progress: ProgressCallback) -> None:
        """Load the demo where it was asked for."""


class RealOpener:
    """The real Redis and the real model."""

    async def make(self, start: Start) -> Backend:
        """Import redis in a thread, then make an ``Explorer``."""
        await asyncio.to_thread(importlib.import_module, "vsexplorer.explorer")
        from vsexplorer.embedding.embedder import Embedder
        from vsexplorer.explorer import Explorer

        return Explorer(start.where, Embedder(start.model, start.cache))

    async def prepare(self, backend: Any, start: Start, progress: ProgressCallback) -> None:
        """Load the demo data set that is small enough to wait for."""
        if start.demo == "people":
            from vsexplorer.demo import load_people

            await load_people(backend, progress)
