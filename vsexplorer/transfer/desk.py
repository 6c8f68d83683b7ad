"""Everything that goes in or out: loading files, exporting, copying, embedding anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vsexplorer.embedding.embedder import Embedder
from vsexplorer.errors import CommandRefused
from vsexplorer.language.dialect import Dialect
from vsexplorer.language.evaluator import compiled
from vsexplorer.model import SetInfo
from vsexplorer.progress import ProgressCallback, ignore_progress
from vsexplorer.transfer.copying import CopyPlan, CopyReport, copy
from vsexplorer.transfer.exporter import ExportPlan, ExportReport, export
from vsexplorer.transfer.loading import LoadPlace, described, load
from vsexplorer.transfer.plan import LoadPlan, LoadReport
from vsexplorer.transfer.preview import Preview, preview
from vsexplorer.transfer.rows import RowSource
from vsexplorer.vectorset import records
from vsexplorer.vectorset.session import Session
from vsexplorer.vectorset.store import VectorSetStore
from vsexplorer.vectorset.target import Where


class TransferDesk:
    """What moves data between files and the sets of one server."""

    def __init__(
        self, session: Session, embedder: Embedder, check_model: Callable[[SetInfo], None], dialect: Dialect
    ) -> None:
        self._session = session
        self._embedder = embedder
        self._check_model = check_model
        self._dialect = dialect

    @property
    def _place(self) -> LoadPlace:
        name = f"{self._session.target.address}/{self._session.target.db}"
        return LoadPlace(self._session.store, self._embedder, name, self._check_model)

    async def load(
        self, files: Sequence[RowSource], plan: LoadPlan, progress: ProgressCallback = ignore_progress
    ) -> LoadReport:
        """Add the rows of files to a set, embedding their texts where they bring no vectors.

        Raises:
            DimensionMismatch: the set exists and does not fit the model.
            VsexplorerError: of the kind that fits what happened; an interrupted load says where it goes on.
        """
        return await load(self._place, files, plan, progress)

    async def preview(
        self, files: Sequence[RowSource], plan: LoadPlan, progress: ProgressCallback = ignore_progress
    ) -> Preview:
        """What a load would do; nothing is written.

        Raises:
            VsexplorerError: the files cannot be read, or the model does not fit the set.
        """
        return await preview(self._place, files, plan, progress)

    async def export(
        self, info: SetInfo, plan: ExportPlan, progress: ProgressCallback = ignore_progress
    ) -> ExportReport:
        """Write elements to a file; the plan's filter must be one that the server accepts.

        Raises:
            UsageError: the file cannot be written.
            VsexplorerError: of the kind that fits what happened.
        """
        filter_ = compiled(plan.where, self._dialect) if plan.where.strip() else None
        return await export(self._session.store, info, plan, filter_, progress)

    async def copy(
        self,
        info: SetInfo,
        plan: CopyPlan,
        to: Where | None = None,
        progress: ProgressCallback = ignore_progress,
    ) -> CopyReport:
        """Copy a set, to another server where ``to`` names one.

        Raises:
            VsexplorerError: of the kind that fits what happened.
        """
        if plan.text:
            await self._embedder.open(progress)
        if to is None:
            return await self._copied(info, plan, self._session.store, progress)
        session = await Session.open(to)
        try:
            return await self._copied(info, plan, session.store, progress)
        finally:
            await session.close()

    async def _copied(
        self, info: SetInfo, plan: CopyPlan, store: VectorSetStore, progress: ProgressCallback
    ) -> CopyReport:
        here, there = self._session.target, store.connection.target
        if plan.destination == info.key and (here.address, here.db) == (there.address, there.db):
            raise CommandRefused("A set cannot be copied onto itself.")
        existing = await described(store, plan.destination)
        if existing is not None and plan.text:
            self._check_model(existing)
        report = await copy(self._session.store, info, store, existing, plan, self._embedder, progress)
        made = await described(store, plan.destination)
        record = (await records.read(self._session.store, [info]))[0]
        if plan.text:
            record = records.SetRecord(self._embedder.name, plan.text)
        if made is not None and record is not None:
            await records.write(store, made, record)
        return report
