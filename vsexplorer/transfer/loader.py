"""Load rows as elements: read ahead, embed on all cores, write, and commit only what Redis has confirmed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import batched

from vsexplorer.core.errors import CommandRefused
from vsexplorer.core.progress import Progress, ProgressCallback
from vsexplorer.core.text import display
from vsexplorer.core.values import SetInfo
from vsexplorer.embedding.bulk import BulkEmbedder
from vsexplorer.embedding.text_embedder import TextEmbedder
from vsexplorer.server.connection import Connection
from vsexplorer.transfer.checkpoint import Checkpoint, State
from vsexplorer.transfer.mapping import Item, Mapping
from vsexplorer.transfer.plan import LoadPlan, LoadReport, OnExisting
from vsexplorer.transfer.rejects import Rejects
from vsexplorer.transfer.rows import BadRow, RowSource
from vsexplorer.transfer.windows import Window, WindowReader
from vsexplorer.vectorset.replies import set_info
from vsexplorer.vectorset.writer import NewElement, add, existing, replace, set_attributes

_PIPELINE = 100
"""Elements written in one pipeline; with more, the server is the bottleneck."""
_ASKED = 500
"""Elements read in one pipeline."""
_SETTLED = 2.0
"""Seconds after which rates are meaningful."""
_AT_ONCE = 2
"""Windows in progress: one is written while the next is embedded and the one after it is read."""
_STOPPED = "Loading stopped before it; without --strict, such rows are written to a file of rejected rows."


def _stopped(file: RowSource, row: BadRow) -> CommandRefused:
    return CommandRefused(f"{file.name}:{row.place}: {row.reason}.", _STOPPED)


class Loader:
    """One load. ``prepare`` looks at the files, ``run`` does the work; each is called once."""

    def __init__(self, files: Sequence[RowSource], plan: LoadPlan, connection: Connection, run: str = "") -> None:
        self._plan = plan
        self._connection = connection
        self._run = run
        self._files = files
        self._reader = WindowReader(files, plan.limit)
        # Reading and the checkpoint share a thread, so that neither blocks the screen.
        self._thread = ThreadPoolExecutor(1, "files")
        self._checkpoint: Checkpoint | None = None
        self._rejects: Rejects | None = None
        self._bulk: BulkEmbedder | None = None
        self._state = State()
        self._options = plan.options
        self._checks = False
        self._ours_until = 0
        self._dimension = 0
        self._busy = dict.fromkeys(("the file", "the model", "Redis"), 0.0)
        self.report = LoadReport()
        self.mapping = Mapping()

    async def prepare(self) -> Mapping:
        """Read the first rows and determine how they are mapped.

        Raises:
            UsageError: a file cannot be read, or a field that was named is in none of its first rows.
        """
        self.mapping = await self._in_thread(self._reader.map, self._plan.mapping)
        self.report.mapping = self.mapping
        self.report.notes += self.mapping.notes
        return self.mapping

    @property
    def resumes_at(self) -> int:
        """Number of rows that the same load would skip if it were interrupted now."""
        return self._state.rows if self._checkpoint is not None else 0

    @property
    def needs_model(self) -> bool:
        """Whether texts are embedded."""
        return self.mapping.embeds

    async def run(
        self, embedder: TextEmbedder | None, info: SetInfo | None, place: str, progress: ProgressCallback
    ) -> LoadReport:
        """Load the files; resume an interrupted load of the same files.

        Args:
            embedder: Open; ``None`` where no texts are embedded.
            info: The set as it is; ``None`` for a new one.
            place: The server and database, for telling loads apart.
            progress: Called several times a second.

        Raises:
            UsageError: a file cannot be read, or the progress cannot be saved.
            CommandRefused: ``strict`` is set and a row cannot be loaded, or the set has other options.
            VsexplorerError: the server or the connection failed; confirmed progress is kept.
        """
        started = time.monotonic()
        report, plan = self.report, self._plan
        if info is not None:
            self._options = plan.options.fitting(info)
            self._checks = info.size > 0
            self._reader.dimension = 0 if self.needs_model else info.input_dimension
            self._dimension = info.dimension
        try:
            await self._begin(embedder.name if embedder is not None else "", info, place)
            if embedder is not None:
                self._bulk = BulkEmbedder(embedder)
            await self._pump(started, progress)
            report.cut = self._bulk.cut if self._bulk else 0
            if self._checkpoint is not None:
                await self._in_thread(self._checkpoint.finish)
        finally:
            await self._close()
        report.seconds = time.monotonic() - started
        return report

    async def _begin(self, model: str, info: SetInfo | None, place: str) -> None:
        plan = self._plan
        if plan.rejects is not None:
            self._rejects = Rejects(plan.rejects)
        if plan.checkpoints is not None:
            identity = (place, plan.key.hex(), *(file.identity for file in self._files))
            fingerprint = plan.fingerprint(self.mapping, model)
            self._checkpoint = await self._in_thread(Checkpoint, plan.checkpoints, identity)
            self._state, other = await self._in_thread(self._checkpoint.read, fingerprint)
            reason = await self._restart_reason(info, other)
            if not reason and not await self._in_thread(self._reader.resume, self._state, self._checkpoint):
                reason = "the file has changed since the load was interrupted"
            if reason:
                self._state = State()
                await self._in_thread(self._reader.resume, self._state, self._checkpoint)
            if reason or not self._state.rows:
                intent = 0 if reason else self._state.intent
                await self._in_thread(self._checkpoint.begin, fingerprint)
                self._state = State(intent=intent)
            if reason and reason != "asked":
                self.report.notes.append(f"starting over: {reason}")
        self._ours_until = self._state.intent
        self.report.take_up(self._state.counts)
        self.report.resumed_at = self._state.rows
        if self._rejects is not None:
            await self._in_thread(self._rejects.resume, self._state.rejects, self._state.reasons)

    async def _restart_reason(self, info: SetInfo | None, other: bool) -> str:
        """Return why an interrupted load cannot be resumed; empty if it can, or if there is none."""
        state = self._state
        if self._plan.restart:
            return "asked"
        if other:
            return "the interrupted load had other options"
        if not state.rows:
            return ""
        replaced = info is not None and state.uid not in (None, info.uid) and state.run == self._run
        if info is None or replaced:
            return "the vector set is not the one that the interrupted load wrote to"
        for names in batched(map(bytes.fromhex, state.tail), _ASKED):
            if None in await existing(self._connection, self._plan.key, names, info.dimension):
                return "the server has lost elements that it had confirmed"
        return ""

    async def _pump(self, started: float, progress: ProgressCallback) -> None:
        under_way: list[asyncio.Task[None]] = []
        previous: asyncio.Task[None] | None = None
        told = asyncio.create_task(self._tell(started, progress))
        try:
            while True:
                began = time.monotonic()
                window = await self._in_thread(self._reader.window)
                self._busy["the file"] += time.monotonic() - began
                stop = window.bad[0] if self._plan.strict and window.bad else None
                if stop is not None:
                    window.items = [item for item in window.items if item.row.place < stop[1].place]
                else:
                    if self._checkpoint is not None:
                        await self._in_thread(self._checkpoint.intend, window.rows)
                    previous = asyncio.create_task(self._process(window, previous))
                    under_way.append(previous)
                if stop is not None or window.last or len(under_way) >= _AT_ONCE:
                    await under_way.pop(0) if under_way else None
                if stop is not None or window.last:
                    while under_way:
                        await under_way.pop(0)
                if stop is not None:
                    raise _stopped(*stop)
                if window.last:
                    return
        finally:
            told.cancel()
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, told, return_exceptions=True)
            self._show(started, progress)

    async def _process(self, window: Window, before: asyncio.Task[None] | None) -> None:
        waiting, known = await self._partition(window)
        if self._bulk is not None:
            ready: list[NewElement] = []
            began = time.monotonic()
            async for some in self._bulk.embed([item.text or "" for item in waiting]):
                ready += [
                    NewElement(waiting[place].name, vector, waiting[place].attributes)
                    for place, vector in zip(some.places, some.vectors, strict=True)
                ]
                if len(ready) >= _PIPELINE:
                    self._busy["the model"] += time.monotonic() - began
                    await self._write(ready, known)
                    ready, began = [], time.monotonic()
            self._busy["the model"] += time.monotonic() - began
            await self._write(ready, known)
        else:
            for some_items in batched(waiting, _PIPELINE):
                elements = [NewElement(item.name, item.vector or b"", item.attributes) for item in some_items]
                await self._write(elements, known)
        if before is not None:
            await before
        await self._claim(window)

    async def _partition(self, window: Window) -> tuple[list[Item], set[bytes]]:
        """Return the items to embed and write, and the names of those that already exist."""
        known: set[bytes] = set()
        if not (self._checks or (window.items and window.items[0].number < self._ours_until)):
            return window.items, known
        waiting: list[Item] = []
        for items in batched(window.items, _ASKED):
            names = [item.name for item in items]
            there = await existing(self._connection, self._plan.key, names, self._dimension)
            for item, found in zip(items, there, strict=True):
                if found is None:
                    waiting.append(item)
                elif item.number < self._ours_until and found.attributes in (item.attributes, None):
                    # Written by the interrupted run, but not committed; with CAS the attributes are written after
                    # the vector.
                    waiting.append(item)
                    known.add(item.name)
                elif self._plan.existing is OnExisting.SKIP:
                    self.report.skipped += 1
                elif self._plan.existing is OnExisting.REFUSE:
                    row = BadRow(item.row.place, "its element already exists", item.row.raw)
                    if self._plan.strict:
                        raise _stopped(window.file_of(item), row)
                    window.bad.append((window.file_of(item), row))
                else:
                    waiting.append(item)
                    known.add(item.name)
        return waiting, known

    async def _write(self, elements: Sequence[NewElement], known: set[bytes]) -> None:
        if not elements:
            return
        began = time.monotonic()
        report, key = self.report, self._plan.key
        fresh = [element for element in elements if element.name not in known]
        for some in batched(fresh, _PIPELINE):
            added, replaced = await add(self._connection, key, some, self._options)
            report.added += added
            report.replaced += replaced
        for some in batched([element for element in elements if element.name in known], _ASKED):
            await self._rewrite(some)
        self._busy["Redis"] += time.monotonic() - began

    async def _rewrite(self, elements: Sequence[NewElement]) -> None:
        """Replace existing elements, as far as they have changed."""
        key = self._plan.key
        there = await existing(self._connection, key, [one.name for one in elements], self._dimension, vectors=True)
        changed: list[NewElement] = []
        described: list[tuple[bytes, bytes | None]] = []
        for element, found in zip(elements, there, strict=True):
            if found is None or found.vector is None or not found.vector.equals(element.vector):
                changed.append(element)
            elif found.attributes != element.attributes:
                described.append((element.name, element.attributes))
            else:
                self.report.unchanged += 1
        await replace(self._connection, key, changed, self._options)
        await set_attributes(self._connection, key, described)
        self.report.replaced += len(changed) + len(described)

    async def _claim(self, window: Window) -> None:
        """Commit a window that Redis has confirmed completely."""
        report, state = self.report, self._state
        report.filtered += window.filtered
        for file, row in window.bad:
            report.reject(file.name, row)
            if self._rejects is not None:
                await self._in_thread(self._rejects.add, file.name, row, file.header)
        state.rows, state.digest = window.rows, window.digest
        if self._checkpoint is None:
            return
        if state.uid is None and window.items:
            state.uid, state.run = await self._uid(), self._run
        state.counts = report.counts
        state.tail += [item.name.hex() for item in window.items]
        if self._rejects is not None:
            state.rejects, state.reasons = await self._in_thread(self._rejects.flush)
        await self._in_thread(self._checkpoint.commit, state, list(window.seen.items()))
        await self._in_thread(self._reader.committed, window)

    async def _uid(self) -> int | None:
        reply = await self._connection.call(b"VINFO", self._plan.key)
        return set_info(self._plan.key, reply).uid if reply else None

    async def _tell(self, started: float, progress: ProgressCallback) -> None:
        while True:
            self._show(started, progress)
            await asyncio.sleep(0.2)

    def _show(self, started: float, progress: ProgressCallback) -> None:
        report = self.report
        elapsed = max(1e-3, time.monotonic() - started)
        rows, expected = report.rows, self._reader.expected
        total = expected.number if expected is not None else None
        rate = (rows - report.resumed_at) / elapsed
        settled = elapsed > _SETTLED
        known = settled and rate > 0 and total is not None
        progress(
            Progress(
                f"loading {display(self._plan.key)}",
                rows,
                total,
                "rows",
                rate,
                seconds_left=max(0.0, total - rows) / rate if known and total is not None else None,
                bytes_read=self._reader.bytes_done,
                skipped=report.skipped,
                rejected=report.rejected,
                slowest=max(self._busy, key=lambda name: self._busy[name]) if settled else "",
            )
        )

    async def _in_thread[*A, T](self, work: Callable[[*A], T], *arguments: *A) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)

    async def _close(self) -> None:
        if self._bulk is not None:
            self._bulk.close()
        if self._rejects is not None:
            self._rejects.close()
        if self._checkpoint is not None:
            await self._in_thread(self._checkpoint.close)
        self._thread.shutdown(wait=False, cancel_futures=True)
