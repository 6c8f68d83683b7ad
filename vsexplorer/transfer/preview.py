"""Preview a load: the mapping, the first elements, and estimates of memory and time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from vsexplorer.core.progress import ProgressCallback
from vsexplorer.embedding.bulk import BulkEmbedder
from vsexplorer.embedding.text_embedder import RequestCost, TextEmbedder
from vsexplorer.transfer.load_run import LoadPlace, described
from vsexplorer.transfer.mapping import Item, Mapping
from vsexplorer.transfer.plan import LoadPlan
from vsexplorer.transfer.rows import BadRow, RowSource
from vsexplorer.transfer.windows import RowCount, Window, WindowReader
from vsexplorer.vectorset.memory import element_memory

_TRIED = 256
"""Number of texts embedded to measure the speed."""
_SHOWN = 3
_LOOKED_AT = 100
"""Number of rows read while the user chooses fields."""
_WRITTEN_PER_SECOND = 1_200
"""Approximate number of elements of 384 dimensions added per second; it falls as the graph grows."""


@dataclass(frozen=True, slots=True)
class Look:
    """The first rows of some files."""

    mapping: Mapping
    words: str
    """How the first file is read."""
    fields: tuple[str, ...]
    """The fields of the first rows."""
    types: dict[str, str]
    """Of a CSV file's columns."""
    items: tuple[Item, ...]
    """The first elements."""
    bad: tuple[tuple[RowSource, BadRow], ...]
    """Rows that cannot be loaded, among those looked at."""
    rows: RowCount | None
    """Total number of rows; ``None`` if the size of the files is unknown."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a load would do."""

    look: Look
    looked_at: int
    rows: RowCount | None
    """Total number of rows, if the size of the files is known."""
    exists: bool
    """The vector set is there already."""
    memory: float | None
    """Bytes in Redis."""
    seconds: float | None
    cost: RequestCost | None = None
    """What the embedding server has to do; ``None`` without one."""


def look(files: Sequence[RowSource], plan: LoadPlan) -> Look:
    """Read and map the first rows; blocks.

    Raises:
        UsageError: the files cannot be read or mapped.
    """
    reader = WindowReader(files, plan.limit)
    mapping = reader.map(plan.mapping)
    window = reader.window(_LOOKED_AT)
    return _looked(files, reader, mapping, window)


def _looked(files: Sequence[RowSource], reader: WindowReader, mapping: Mapping, window: Window) -> Look:
    items, bad = tuple(window.items[:_SHOWN]), tuple(window.bad)
    return Look(mapping, files[0].words, reader.fields, files[0].types, items, bad, reader.expected)


async def preview(
    place: LoadPlace, files: Sequence[RowSource], plan: LoadPlan, progress: ProgressCallback
) -> Preview:
    """Look at the first rows and embed some of them; nothing is written.

    Raises:
        VsexplorerError: the files cannot be read, or the model does not fit the set.
    """
    reader = WindowReader(files, plan.limit)
    mapping = await asyncio.to_thread(reader.map, plan.mapping)
    window = await asyncio.to_thread(reader.window)
    info = await described(place.store, plan.key)
    needs_model = mapping.embeds
    rate, dimension = float(_WRITTEN_PER_SECOND), reader.dimension
    cost: RequestCost | None = None
    if needs_model:
        embedder = await place.suit(info, plan.mix_models, progress)
        dimension = embedder.dimension
        texts = [item.text or "" for item in window.items]
        rate = min(rate, await _rate(embedder, texts[:_TRIED]))
        cost = await asyncio.to_thread(embedder.cost, texts)
    seen = max(1, window.rows)
    rows = reader.expected
    share = len(window.items) / seen
    each = _each(plan, dimension, window.items)
    return Preview(
        _looked(files, reader, mapping, window),
        window.rows,
        rows,
        info is not None,
        None if rows is None else rows.number * share * each,
        None if rows is None else rows.number * share / rate,
        None if rows is None or cost is None else cost.scaled(rows.number * share / max(1.0, cost.texts)),
    )


async def _rate(embedder: TextEmbedder, texts: Sequence[str]) -> float:
    """Texts a second; infinite without any."""
    if not texts:
        return float("inf")
    bulk = BulkEmbedder(embedder)
    started = time.perf_counter()
    async for _ in bulk.embed(texts):
        pass
    bulk.close()
    return len(texts) / (time.perf_counter() - started)


def _each(plan: LoadPlan, dimension: int, items: Sequence[Item]) -> float:
    """Bytes an element takes."""
    options, number = plan.options, max(1, len(items))
    attributes = [len(item.attributes) for item in items if item.attributes]
    return element_memory(
        options.reduce or dimension,
        options.quantization or "int8",
        options.links or 16,
        sum(len(item.name) for item in items) / number,
        sum(attributes) / max(1, len(attributes)),
        len(attributes) / number,
    ).total
