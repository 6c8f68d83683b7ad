"""The use cases both front ends share; the only door to what lies below."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

from vsexplorer import overview
from vsexplorer.browsing import Browser
from vsexplorer.editing import Editor
from vsexplorer.embedding.embedder import Embedder, models_of_dimension
from vsexplorer.embedding.registry import ModelDescription
from vsexplorer.errors import DimensionMismatch, NotFound, WrongType
from vsexplorer.insight.matching import Matches
from vsexplorer.insight.sampling import Sampling
from vsexplorer.language.dialect import Dialect
from vsexplorer.language.known import SetFacts
from vsexplorer.model import (
    Capabilities,
    ElementDetails,
    Everything,
    Neighbour,
    Query,
    ResultPage,
    SearchOptions,
    SetInfo,
    SetSummary,
    Span,
    Timings,
)
from vsexplorer.progress import ProgressCallback, ignore_progress
from vsexplorer.searching import PreparedQuery, Searcher, accepted
from vsexplorer.text import display
from vsexplorer.transfer.desk import TransferDesk
from vsexplorer.vectorset import records
from vsexplorer.vectorset.records import SetRecord
from vsexplorer.vectorset.session import Session
from vsexplorer.vectorset.snippets import Client, snippet
from vsexplorer.vectorset.store import VectorSetStore
from vsexplorer.vectorset.target import Where


class Explorer:
    """Everything one can ask of the vector sets of one database."""

    def __init__(self, where: Where, embedder: Embedder) -> None:
        self._where = where
        self._opened: Session | None = None
        self.embedder = embedder
        self._infos: dict[bytes, SetInfo] = {}
        self._sampled: Sampling | None = None

    async def connect(self) -> None:
        """Connect, or connect again after the connection was lost.

        The model need not be loaded for that; the first text waits for it.

        Raises:
            VsexplorerError: the server cannot be had, or not yet.
        """
        if self._opened is None:
            self._opened = await Session.open(self._where)
        else:
            await self._opened.reconnect()
        self._infos.clear()
        self._sampled = Sampling(self._store)

    @property
    def _session(self) -> Session:
        assert self._opened is not None, "connect() comes first"
        return self._opened

    @property
    def _sampling(self) -> Sampling:
        assert self._sampled is not None, "connect() comes first"
        return self._sampled

    @property
    def _store(self) -> VectorSetStore:
        return self._session.store

    @property
    def label(self) -> str:
        """The server in use, without its password."""
        return self._session.target.label

    @property
    def address(self) -> str:
        """The server's address alone: host and port, or the socket."""
        return self._session.target.address

    @property
    def place(self) -> str:
        """The server and database, for telling sets of one key apart; without user and password."""
        target = self._session.target
        return f"{target.name or target.address}/{target.db}"

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do."""
        return self._store.capabilities

    @property
    def dialect(self) -> Dialect:
        """The filter language of the server in use."""
        return Dialect(null=self.capabilities.filter_null, substring=self.capabilities.filter_null)

    async def close(self) -> None:
        """Close connections, model and private server."""
        await self.embedder.close()
        if self._opened is not None:
            await self._opened.close()

    async def use_model(self, model: str, cache: Path, progress: ProgressCallback = ignore_progress) -> None:
        """Embed with another model from now on; the present one stays in use when that fails.

        Raises:
            ModelUnavailable: it cannot be found, fetched or loaded.
        """
        embedder = Embedder(model, cache)
        await embedder.open(progress)
        previous, self.embedder = self.embedder, embedder
        await previous.close()

    async def sets(self) -> AsyncIterator[list[SetInfo]]:
        """All vector sets of the database as they are found, each once; those without permission are left out."""
        seen: set[bytes] = set()
        async for page in self._store.keys():
            fresh = [key for key in dict.fromkeys(page) if key not in seen]
            seen.update(fresh)
            yield [info for info in await self._store.infos(fresh) if isinstance(info, SetInfo)]

    async def summaries(self) -> AsyncIterator[list[SetSummary]]:
        """The same with what each takes in memory, and the model it was made with."""
        async for page in self.sets():
            yield await overview.summarize(self._store, page)

    async def summary(self, key: bytes) -> SetSummary:
        """One set with what else is known of it.

        Raises:
            NotFound: there is no such key.
        """
        return (await overview.summarize(self._store, [await self.info(key)]))[0]

    async def keys(self, prefix: bytes) -> list[bytes]:
        """Names of vector sets, for completion; the first thousand or so."""
        found: dict[bytes, None] = {}
        async for page in self._store.keys(prefix + b"*"):
            found.update(dict.fromkeys(page))
            if len(found) > 1000:
                break
        return sorted(found)

    async def info(self, key: bytes) -> SetInfo:
        """Describe a set, freshly.

        Raises:
            NotFound: there is no such key.
            WrongType: it is not a vector set.
        """
        self._infos.pop(key, None)
        try:
            info = await self._store.info(key)
        except NotFound as error:
            raise NotFound(
                f"There is no vector set {display(key)!r} in database {self._session.target.db} of {self.label}."
            ) from error
        except WrongType as error:
            raise WrongType(f"{display(key)} holds something other than a vector set.") from error
        self._infos[key] = info
        return info

    async def noted_model(self, info: SetInfo) -> str:
        """The model a set was made with, where that is noted in Redis and fastembed knows it; else empty.

        What stands in Redis shall not make anyone load or fetch anything else.
        """
        record = (await records.read(self._store, [info]))[0]
        if record is None or record.model == self.embedder.name:
            return record.model if record is not None else ""
        known = {model.name for model in await self.fitting_models(info)}
        return record.model if record.model in known else ""

    async def note_model(self, info: SetInfo) -> None:
        """Note in Redis that the model in use is the one the set was made with.

        Raises:
            VsexplorerError: the server refuses.
        """
        await records.write(self._store, info, SetRecord(self.embedder.name, ""))

    def check_model(self, info: SetInfo) -> None:
        """Make sure that the model's vectors fit a set.

        Raises:
            DimensionMismatch: they do not; the message names both numbers.
        """
        dimension = self.embedder.dimension
        if dimension and dimension != info.input_dimension:
            reduced = f", reduced to {info.dimension}" if info.reduced else ""
            fitting = ", ".join(model.name for model in models_of_dimension(info.input_dimension))
            raise DimensionMismatch(
                f"{display(info.key)} holds vectors of {info.input_dimension} dimensions{reduced}; "
                f"{self.embedder.name} makes {dimension}.",
                "Text can only be compared by the model the set was made with: name it with --model.\n"
                f"Models of {info.input_dimension} dimensions: {fitting or 'none that fastembed knows'}.",
            )

    async def fitting_models(self, info: SetInfo) -> list[ModelDescription]:
        """The models whose vectors have the set's dimension."""
        return await asyncio.to_thread(models_of_dimension, info.input_dimension)

    async def search(self, query: Query) -> ResultPage:
        """Answer one query: ``prepare`` and ``run`` in one.

        Raises:
            DimensionMismatch: the model does not fit the set; nothing was sent.
            FilterRefused: the server cannot parse the filter.
            NotFound: the set, or the element to compare with, does not exist.
            VsexplorerError: of the kind that fits what happened.
        """
        return await self.run(await self.prepare(query))

    async def prepare(self, query: Query) -> PreparedQuery:
        """Do what a query needs before Redis is asked: embed its text, check that the model fits.

        Raises:
            FilterRefused: the server would not accept the filter; the message says why and where.
            DimensionMismatch: the model, or a vector given, does not fit the set.
            NotFound: there is no such set, or an element of a sum does not exist.
            UsageError: a file holds no vector, or a sum comes to nothing.
            ModelUnavailable: the model could not be opened.
        """
        started = time.perf_counter()
        accepted(query.filter, self.dialect)
        info = self._infos.get(query.key) or await self.info(query.key)
        return await self._searcher.prepare(query, info, started)

    async def run(self, prepared: PreparedQuery) -> ResultPage:
        """Ask Redis.

        Raises:
            FilterRefused: the server cannot parse the filter.
            NotFound: the element to compare with does not exist.
            VsexplorerError: of the kind that fits what happened.
        """
        return await self._searcher.run(prepared)

    @property
    def _searcher(self) -> Searcher:
        return Searcher(self._store, self.embedder, self.check_model)

    def snippet(self, page: ResultPage, client: str) -> str:
        """The command behind an answer as code for ``redis-cli``, ``redis-py`` or ``go-redis``.

        Raises:
            UsageError: it cannot be written for a shell.
        """
        return snippet(Client(client), page.argv, self._session.target)

    async def count_matching(self, info: SetInfo, filter: str) -> Matches | None:
        """How many elements pass a filter: counted, or estimated from the sample that ``facts`` took.

        A count looks at every element, and a write to the set waits for it, so it is made where the set's size
        and the time of the last count allow it.

        Returns:
            ``None`` where it cannot be counted and no sample was taken.

        Raises:
            FilterRefused: the server would not accept the filter.
            VsexplorerError: of the kind that fits what happened.
        """
        accepted(filter, self.dialect)
        return await self._sampling.matching(info, filter, self.dialect)

    async def facts(self, key: bytes) -> SetFacts:
        """What the attributes of a set hold, from a random sample bounded in count and bytes.

        Raises:
            NotFound: there is no such set.
        """
        await self.info(key)
        return await self._sampling.facts(key)

    async def browse(self, key: bytes, span: Span, count: int) -> ResultPage:
        """The first elements of a part of a set in the order of their names, with their attributes.

        Raises:
            NotFound: there is no such set.
            CommandRefused: a part was asked for, and the server cannot list in order.
        """
        started = time.perf_counter()
        await self.info(key)
        answer = await self._store.first(key, count, span)
        total = (time.perf_counter() - started) * 1000
        query = Query(key, Everything(), options=SearchOptions(count))
        return ResultPage(
            query, answer.hits, answer.command, Timings(0.0, answer.milliseconds, total), answer.notes, answer.argv
        )

    def browser(self, info: SetInfo) -> Browser:
        """A window on all elements of a set, in the order of their names."""
        return Browser(self._store, info)

    async def names(self, key: bytes, prefix: bytes) -> list[bytes]:
        """Some elements whose names begin with what was typed, also where it was typed without capitals."""
        typed = prefix.decode("utf-8", "surrogateescape")
        other = typed[:1].swapcase() + typed[1:]
        wanted = dict.fromkeys((typed, other, typed.title(), typed.upper()))
        return await self._store.some_names(key, [one.encode("utf-8", "surrogateescape") for one in wanted])

    async def neighbours(self, key: bytes, element: bytes) -> list[list[Neighbour]]:
        """What an element is linked to in the HNSW graph, from the lowest level upward.

        Raises:
            NotFound: the set or the element does not exist.
        """
        await self.info(key)
        return await self._store.neighbours(key, element)

    async def element(self, key: bytes, element: bytes) -> ElementDetails:
        """One element on its own.

        Raises:
            NotFound: the set or the element does not exist.
        """
        info = self._infos.get(key) or await self.info(key)
        return await self._store.element(info, element)

    @property
    def editor(self) -> Editor:
        """Changing elements and sets."""
        return Editor(self._store, self.embedder, self.check_model)

    @property
    def transfers(self) -> TransferDesk:
        """Loading, exporting and copying."""
        return TransferDesk(self._session, self.embedder, self.check_model, self.dialect)
