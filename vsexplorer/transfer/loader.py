"""From rows to elements: map the fields, embed the texts, add the vectors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import batched

from vsexplorer.attributes import Json, to_stored
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.errors import UsageError
from vsexplorer.model import SetInfo
from vsexplorer.progress import Progress, ProgressCallback
from vsexplorer.text import display, sanitize
from vsexplorer.transfer.readers import BadRow, Row, RowFile
from vsexplorer.vectorset.connection import Connection
from vsexplorer.vectorset.writer import NewElement, add

_BATCH = 64
"""Rows embedded and written at a time: progress moves several times a second, and pipelines are filled."""
_REMEMBERED_REJECTIONS = 100
_SHOWN_FIELDS = 30


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """How rows become elements."""

    key: bytes
    id_field: str
    text_field: str
    attributes: tuple[str, ...] | None = None
    """Fields to keep as attributes; ``None`` keeps all but the id, ``()`` none."""


@dataclass(slots=True)
class LoadReport:
    """What became of the rows."""

    added: int = 0
    replaced: int = 0
    rejected: int = 0
    seconds: float = 0.0
    rejections: list[BadRow] = field(default_factory=list)
    """The first hundred rejected rows."""

    def reject(self, row: BadRow) -> None:
        """Count a row that cannot be loaded."""
        self.rejected += 1
        if len(self.rejections) < _REMEMBERED_REJECTIONS:
            self.rejections.append(row)


@dataclass(frozen=True, slots=True)
class _Item:
    name: bytes
    text: str
    attributes: bytes | None


async def load(
    file: RowFile,
    plan: LoadPlan,
    embedder: Embedder,
    connection: Connection,
    info: SetInfo | None,
    progress: ProgressCallback,
) -> LoadReport:
    """Load a file; later rows of the same id replace earlier ones.

    Raises:
        UsageError: the file as a whole cannot be read, or no row has a field that was named.
        VsexplorerError: the server refuses or is lost; what was confirmed before stays.
    """
    report = LoadReport()
    started = time.monotonic()
    what = f"loading {display(plan.key)}"
    total, fields = await asyncio.to_thread(file.survey)
    _check_fields(file, plan, fields)
    progress(Progress(what, 0, total, "rows"))
    for batch in batched(_items(file, plan, report), _BATCH):
        items = list({item.name: item for item in batch}.values())
        vectors = await embedder.embed_documents([item.text for item in items])
        elements = [
            NewElement(item.name, vector, item.attributes) for item, vector in zip(items, vectors, strict=True)
        ]
        added, replaced = await add(connection, plan.key, elements, info)
        report.added += added
        report.replaced += replaced + len(batch) - len(items)
        done = report.added + report.replaced + report.rejected
        progress(Progress(what, done, total, "rows", done / max(1e-3, time.monotonic() - started)))
    report.seconds = time.monotonic() - started
    return report


def _check_fields(file: RowFile, plan: LoadPlan, fields: list[str]) -> None:
    missing = [name for name in (plan.id_field, plan.text_field, *(plan.attributes or ())) if name not in fields]
    if missing and fields:
        shown = ", ".join(sanitize(name) for name in fields[:_SHOWN_FIELDS])
        raise UsageError(f"No row of {file.path} has a field {missing[0]!r}.", f"Its fields are: {shown}.")


def _items(file: RowFile, plan: LoadPlan, report: LoadReport) -> Iterator[_Item]:
    for row in file:
        item = row if isinstance(row, BadRow) else _item(row, plan)
        if isinstance(item, BadRow):
            report.reject(item)
        else:
            yield item


def _item(row: Row, plan: LoadPlan) -> _Item | BadRow:
    name = row.values.get(plan.id_field)
    text = row.values.get(plan.text_field)
    if isinstance(name, bool) or not isinstance(name, str | int) or name == "":
        return BadRow(row.place, _complaint(plan.id_field, name, "a name"))
    if not isinstance(text, str) or not text.strip():
        return BadRow(row.place, _complaint(plan.text_field, text, "a text"))
    try:
        return _Item(str(name).encode(), text, _attributes(row.values, plan))
    except UnicodeEncodeError:
        return BadRow(row.place, "holds half of a surrogate pair, which is not text")


def _complaint(field_name: str, value: Json, wanted: str) -> str:
    if value is None or value == "":
        return f"has no {field_name}"
    return f"{field_name} is not {wanted}"


def _attributes(values: dict[str, Json], plan: LoadPlan) -> bytes | None:
    if plan.attributes is None:
        kept = {name: value for name, value in values.items() if name != plan.id_field}
    else:
        kept = {name: values[name] for name in plan.attributes if name in values}
    return to_stored(kept) if kept else None
