"""Transfer data in and out: load files, export, copy and re-embed sets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from vsexplorer.core.errors import CommandRefused
from vsexplorer.core.progress import ProgressCallback, ignore_progress
from vsexplorer.core.values import SetInfo
from vsexplorer.embedding.text_embedder import TextEmbedder
from vsexplorer.language.evaluator import compiled
from vsexplorer.server.session import Session
from vsexplorer.server.target import Where
from vsexplorer.services.models import ModelService
from vsexplorer.transfer.copying import CopyPlan, CopyReport, copy
from vsexplorer.transfer.exporter import ExportPlan, ExportReport, export
from vsexplorer.transfer.load_run import LoadPlace, described, load
from vsexplorer.transfer.plan import LoadPlan, LoadReport
from vsexplorer.transfer.preview import Preview, preview
from vsexplorer.transfer.rows import RowSource
from vsexplorer.vectorset import set_records as records
from vsexplorer.vectorset.partitioned_connection import PartitionedConnection
from vsexplorer.vectorset.store import VectorSetStore


class Transfers:
    """Moves data between files and the vector sets of one database."""

    def __init__(self, store: VectorSetStore, models: ModelService) -> None:
        self._store = store
        self._models = models

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[LoadPlace]:
        """Yield the destination of a load; a model opened only for the load is closed afterwards."""
        target = self._store.connection.target
        async with AsyncExitStack() as stack:

            async def suit(info: SetInfo | None, mix: bool, progress: ProgressCallback) -> TextEmbedder:
                record = (await records.read(self._store, [info]))[0] if info is not None and info.size else None
                believed = record if record is not None and not mix else None
                embedder = await self._models.embedder_for(believed, info, stack)
                await embedder.open(progress)
                if info is not None:
                    self._models.check(info, embedder)
                return embedder

            yield LoadPlace(self._store, f"{target.address}/{target.db}", suit)

    async def load(
        self, files: Sequence[RowSource], plan: LoadPlan, progress: ProgressCallback = ignore_progress
    ) -> LoadReport:
        """Add the rows of files to a set, embedding their texts if they have no vectors.

        Raises:
            DimensionMismatch: the set exists and does not fit the model.
            CommandRefused: the set exists and was made with another model than the one that was named.
            VsexplorerError: the server or the connection failed; the hint says where to resume.
        """
        async with self._place() as place:
            return await load(place, files, plan, progress)

    async def preview(
        self, files: Sequence[RowSource], plan: LoadPlan, progress: ProgressCallback = ignore_progress
    ) -> Preview:
        """Determine what a load would do, without writing anything.

        Raises:
            VsexplorerError: the files cannot be read, or the model does not fit the set.
        """
        async with self._place() as place:
            return await preview(place, files, plan, progress)

    async def export(
        self, info: SetInfo, plan: ExportPlan, progress: ProgressCallback = ignore_progress
    ) -> ExportReport:
        """Write elements to a file; the plan's filter must be one that the server accepts.

        Raises:
            UsageError: the file cannot be written.
            VsexplorerError: the server or the connection failed.
        """
        dialect = self._store.dialect_of(plan.key)
        if dialect.engine and plan.where.strip() and plan.names is None:
            # Only the query engine evaluates its language.
            plan = replace(plan, where="", names=tuple(await self._store.passing(info, plan.where)))
        filter_ = compiled(plan.where, dialect) if plan.where.strip() else None
        return await export(self._store, info, plan, filter_, progress)

    async def copy(
        self,
        info: SetInfo,
        plan: CopyPlan,
        to: Where | None = None,
        progress: ProgressCallback = ignore_progress,
    ) -> CopyReport:
        """Copy a set, to another server if ``to`` is given.

        Raises:
            VsexplorerError: the server or the connection failed.
        """
        if plan.text:
            await self._models.embedder.open(progress)
        if to is None:
            return await self._copied(info, plan, self._store, progress)
        session = await Session.open(to)
        try:
            connection = PartitionedConnection(session.connection, to.collections)
            return await self._copied(info, plan, VectorSetStore(connection, session.capabilities), progress)
        finally:
            await session.close()

    async def _copied(
        self, info: SetInfo, plan: CopyPlan, store: VectorSetStore, progress: ProgressCallback
    ) -> CopyReport:
        here, there = self._store.connection.target, store.connection.target
        if plan.destination == info.key and (here.address, here.db) == (there.address, there.db):
            raise CommandRefused("A set cannot be copied onto itself.")
        existing = await described(store, plan.destination)
        if existing is not None and plan.text:
            self._models.check(existing)
        report = await copy(self._store, info, store, existing, plan, self._models.embedder, progress)
        made = await described(store, plan.destination)
        record = (await records.read(self._store, [info]))[0]
        if plan.text:
            record = records.SetRecord.of(self._models.embedder, plan.text)
        if made is not None and record is not None:
            await records.write(store, made, record)
        return report
