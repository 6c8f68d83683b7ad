"""Convert results to JSON, JSON Lines, CSV and Markdown, for files and the clipboard."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vsexplorer.core.attributes import Json, parse, to_json
from vsexplorer.core.columns import cell, tabulate
from vsexplorer.core.text import decode, sanitize
from vsexplorer.core.values import ByElement, ByText, ResultPage
from vsexplorer.language.query_source import line_of


@dataclass(frozen=True, slots=True)
class Listing:
    """Records, prepared for all output formats."""

    document: Mapping[str, Any] | Sequence[Any]
    """What ``json`` writes."""
    records: Sequence[Mapping[str, Any]]
    """What ``jsonl`` writes, one a line."""
    header: Sequence[str]
    rows: Sequence[Sequence[Json]]
    """What ``table``, ``csv``, ``markdown`` and, unless ``plain`` is given, ``plain`` write."""
    numeric: frozenset[int] = frozenset()
    """Indices of the columns that align right."""
    plain: Sequence[Sequence[Json]] | None = None
    """What ``plain`` writes, if its columns must not depend on the data."""


def page_listing(page: ResultPage) -> Listing:
    """Convert a page of results to a listing."""
    match page.query.source:
        case ByText(text):
            asked: dict[str, str | None] = {"query": text}
        case ByElement(element):
            asked = {"query": None, "like": decode(element)}
        case source:
            asked = {"query": line_of(source) or None}
    records = [
        {
            "rank": hit.rank,
            **element_fields(hit.element),
            "score": hit.score,
            **attribute_fields(hit.attributes),
        }
        for hit in page.hits
    ]
    document = {
        "key": decode(page.query.key),
        **asked,
        "filter": page.query.filter or None,
        "command": page.command,
        "results": records,
        "timings_ms": {
            "embed": round(page.timings.embed, 3),
            "redis": round(page.timings.redis, 3),
            "total": round(page.timings.total, 3),
        },
    }
    table = tabulate([hit.attributes for hit in page.hits])
    rows = [
        [
            hit.rank,
            None if hit.score is None else round(hit.score, 4),
            decode(hit.element),
            *(fields.get(column.field) for column in table.columns),
        ]
        for hit, fields in zip(page.hits, table.rows, strict=True)
    ]
    numeric = frozenset({0, 1} | {index for index, column in enumerate(table.columns, 3) if column.numeric})
    header = ["rank", "score", "element", *(column.field for column in table.columns)]
    plain = [
        [row[0], row[1], row[2], to_json(record["attributes"]) if record["attributes"] is not None else None]
        for row, record in zip(rows, records, strict=True)
    ]
    return Listing(document, records, header, rows, numeric, plain)


def element_fields(element: bytes) -> dict[str, Json]:
    """Return an element's name for JSON, with its bytes in base64 if it is not UTF-8."""
    try:
        return {"element": element.decode()}
    except UnicodeDecodeError:
        import base64

        return {"element": decode(element), "element_base64": base64.b64encode(element).decode()}


def attribute_fields(attributes: bytes | None) -> dict[str, Json]:
    """Return attributes for JSON; those that are not valid JSON are text in ``attributes_raw``."""
    if attributes is None:
        return {"attributes": None}
    valid, value = parse(attributes)
    if not valid:
        return {"attributes": None, "attributes_raw": decode(attributes)}
    return {"attributes": value}


def as_json(listing: Listing) -> str:
    """One JSON document."""
    return to_json(listing.document, indent=2)


def as_csv(listing: Listing) -> str:
    """Return CSV with a header; values other than texts and numbers are written as JSON."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(listing.header)
    for row in listing.rows:
        writer.writerow([_csv_cell(value) for value in row])
    return buffer.getvalue()


def as_markdown(listing: Listing) -> str:
    """A Markdown table."""
    rule = ["---:" if index in listing.numeric else "---" for index in range(len(listing.header))]
    lines = [_markdown_row(listing.header), "|" + "|".join(rule) + "|"]
    lines += [_markdown_row(["" if value is None else cell(value) for value in row]) for row in listing.rows]
    return "\n".join(lines) + "\n"


def _markdown_row(cells: Sequence[str]) -> str:
    shown = (sanitize(one).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;") for one in cells)
    return f"| {' | '.join(shown)} |"


def _csv_cell(value: Json) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    return to_json(value)
