"""Run a load: inspect the files, check the set and the model, load, and record the model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from vsexplorer.core.errors import NotFound, VsexplorerError
from vsexplorer.core.progress import ProgressCallback
from vsexplorer.core.values import SetInfo
from vsexplorer.embedding.text_embedder import TextEmbedder
from vsexplorer.transfer.loader import Loader
from vsexplorer.transfer.plan import LoadPlan, LoadReport
from vsexplorer.transfer.rows import RowSource
from vsexplorer.vectorset import set_records as records
from vsexplorer.vectorset.store import VectorSetStore


@dataclass(frozen=True, slots=True)
class LoadPlace:
    """The destination of a load, and how to open its model."""

    store: VectorSetStore
    name: str
    """The server and database, for telling loads apart."""
    suit: Callable[[SetInfo | None, bool, ProgressCallback], Awaitable[TextEmbedder]]
    """Opens the model to embed with, given the set, or ``None`` for a new one, and whether models may be mixed.

    Raises ``DimensionMismatch`` where it does not fit the set, ``CommandRefused`` where another one made it.
    """


async def load(
    place: LoadPlace, files: Sequence[RowSource], plan: LoadPlan, progress: ProgressCallback
) -> LoadReport:
    """Load files into a set.

    Raises:
        DimensionMismatch: the set exists and does not fit the model.
        CommandRefused: the set exists and was made with another model.
        VsexplorerError: the server or the connection failed; the hint says where the same load will resume.
    """
    loader = Loader(files, plan, place.store.connection, place.store.capabilities.run)
    mapping = await loader.prepare()
    info = await described(place.store, plan.key)
    embedder = await place.suit(info, plan.mix_models, progress) if loader.needs_model else None
    try:
        report = await loader.run(embedder, info, place.name, progress)
    except VsexplorerError as error:
        if loader.resumes_at:
            error.hint = f"{error.hint}\nThe same command resumes after row {loader.resumes_at:,}.".strip()
        raise
    made = await described(place.store, plan.key)
    if made is not None:
        if embedder is not None:
            record = records.SetRecord.of(embedder, mapping.kept_text)
            await _record(place, made, record, report)
        elif info is None:
            report.notes.append(
                "the vectors came with the rows, so the model of the set is unknown: choose it with m"
            )
        report.memory = (await place.store.memory([plan.key]))[0]
    return report


async def described(store: VectorSetStore, key: bytes) -> SetInfo | None:
    """Return the description of a set; ``None`` if it does not exist."""
    try:
        return await store.info(key)
    except NotFound:
        return None


async def _record(place: LoadPlace, made: SetInfo, record: records.SetRecord, report: LoadReport) -> None:
    """Record the model of a set, unless another one is recorded already."""
    before = (await records.read(place.store, [made]))[0]
    if before is not None and before.model not in ("", record.model):
        return
    try:
        await records.write(place.store, made, record)
    except VsexplorerError as error:
        report.notes.append(f"the model of the set could not be recorded in Redis: {error.message}")
