"""Copy a set to another, with its vectors or with new embeddings of a text in its attributes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from vsexplorer.core.attributes import fields
from vsexplorer.core.errors import CommandRefused
from vsexplorer.core.progress import Progress, ProgressCallback
from vsexplorer.core.text import display
from vsexplorer.core.values import SetInfo
from vsexplorer.embedding.bulk import BulkEmbedder
from vsexplorer.embedding.text_embedder import TextEmbedder
from vsexplorer.transfer.elements import StoredElement, elements
from vsexplorer.transfer.mapping import text_of
from vsexplorer.transfer.plan import OnExisting
from vsexplorer.vectorset.changes import restorable
from vsexplorer.vectorset.store import VectorSetStore
from vsexplorer.vectorset.stored_vector import StoredVector
from vsexplorer.vectorset.writer import NewElement, SetOptions, add, existing, replace

_REMEMBERED = 20


@dataclass(frozen=True, slots=True)
class CopyPlan:
    """Where a copy goes and how it is built."""

    destination: bytes
    options: SetOptions = field(default_factory=SetOptions)
    text: str = ""
    """A field or template of the attributes to embed again; empty keeps the vectors."""
    existing: OnExisting | None = None
    """What to do with existing elements; ``None`` rejects a destination that has any."""


@dataclass(slots=True)
class CopyReport:
    """What was copied."""

    copied: int = 0
    skipped: int = 0
    without_text: list[bytes] = field(default_factory=list)
    """The first elements that have no such text."""
    left_out: int = 0
    seconds: float = 0.0


async def copy(
    source: VectorSetStore,
    info: SetInfo,
    target: VectorSetStore,
    there: SetInfo | None,
    plan: CopyPlan,
    embedder: TextEmbedder,
    progress: ProgressCallback,
) -> CopyReport:
    """Copy all elements, page by page.

    Args:
        source: The store to copy from.
        info: The set to copy.
        target: The store to copy to; the same one for the same server.
        there: The destination set; ``None`` if it does not exist.
        plan: What to copy, and how.
        embedder: Open, if a text is embedded.
        progress: Called for each page.

    Raises:
        CommandRefused: the destination has elements and ``plan.existing`` is not set, or it has other options; or
            reduced vectors would have to be reduced to another dimension.
        VsexplorerError: the server or the connection failed; pages before it are copied.
    """
    started = time.monotonic()
    options = plan.options.fitting(there) if there is not None else _like(info, plan)
    if there is not None and there.size and plan.existing is None:
        raise CommandRefused(
            f"{display(plan.destination)} already has {there.size:,} elements.",
            "Use --existing skip to resume an interrupted copy, or --existing replace to overwrite them.",
        )
    report = CopyReport()
    bulk = BulkEmbedder(embedder) if plan.text else None
    try:
        async for page in elements(source, info, vectors=bulk is None):
            known: set[bytes] = set()
            if there is not None:
                names = [one.name for one in page]
                found = await existing(target.connection, plan.destination, names, there.dimension)
                known = {name for name, one in zip(names, found, strict=True) if one is not None}
            if plan.existing is OnExisting.SKIP:
                report.skipped += len(known)
                page = [one for one in page if one.name not in known]
            if bulk is not None:
                fresh = await _embedded(page, plan, bulk, report)
            else:
                fresh = await asyncio.to_thread(_kept, page, info if options.reduce else None)
            await add(target.connection, plan.destination, [one for one in fresh if one.name not in known], options)
            await replace(target.connection, plan.destination, [one for one in fresh if one.name in known], options)
            report.copied += len(fresh)
            _tell(plan, info, report, time.monotonic() - started, progress)
    finally:
        if bulk is not None:
            bulk.close()
    report.seconds = time.monotonic() - started
    return report


def _like(info: SetInfo, plan: CopyPlan) -> SetOptions:
    """Return the options of a new destination, by default those of the source."""
    options = plan.options
    kept = info.dimension if info.reduced and not plan.text else None
    if kept is not None and options.reduce not in (None, kept):
        raise CommandRefused(
            f"The vectors are already reduced to {kept:,} dimensions; the original vectors are not in Redis."
        )
    quantization = options.quantization or info.quantization
    return SetOptions(quantization, options.reduce or kept, options.links or info.links, options.ef)


def _kept(page: Sequence[StoredElement], reduced: SetInfo | None) -> list[NewElement]:
    """Return elements with their stored vectors, lifted to the input dimension if the set is reduced."""

    def vector(one: StoredVector) -> bytes:
        return one.packed() if reduced is None else restorable(reduced, one)

    return [NewElement(one.name, vector(one.vector), one.attributes) for one in page if one.vector is not None]


async def _embedded(
    page: Sequence[StoredElement], plan: CopyPlan, bulk: BulkEmbedder, report: CopyReport
) -> list[NewElement]:
    described: list[tuple[StoredElement, str]] = []
    for one in page:
        try:
            described.append((one, text_of(fields(one.attributes), plan.text)))
        except ValueError:
            report.left_out += 1
            if len(report.without_text) < _REMEMBERED:
                report.without_text.append(one.name)
    made: list[NewElement] = []
    async for some in bulk.embed([text for _, text in described]):
        for place, vector in zip(some.places, some.vectors, strict=True):
            one = described[place][0]
            made.append(NewElement(one.name, vector, one.attributes))
    return made


def _tell(plan: CopyPlan, info: SetInfo, report: CopyReport, elapsed: float, progress: ProgressCallback) -> None:
    done = report.copied + report.skipped + report.left_out
    rate = done / max(1e-3, elapsed)
    left = max(0, info.size - done) / rate if rate and elapsed > 2 else None
    progress(Progress(f"copying to {display(plan.destination)}", done, info.size, "elements", rate, left))
