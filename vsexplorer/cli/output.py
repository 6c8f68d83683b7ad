"""How results are written to standard output: for a person's eyes, or for the next program."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from rich.cells import cell_len

from vsexplorer.attributes import Json, parse, to_json
from vsexplorer.columns import Column, cell, widths
from vsexplorer.errors import UsageError
from vsexplorer.text import decode, sanitize


@dataclass(frozen=True, slots=True)
class Listing:
    """Records in all the shapes a command can write them."""

    document: Mapping[str, Any] | Sequence[Any]
    """What ``json`` writes."""
    records: Sequence[Mapping[str, Any]]
    """What ``jsonl`` writes, one a line."""
    header: Sequence[str]
    rows: Sequence[Sequence[Json]]
    """What ``table``, ``csv`` and, where nothing else is given, ``plain`` write."""
    numeric: frozenset[int] = frozenset()
    """Indices of the columns that align right."""
    plain: Sequence[Sequence[Json]] | None = None
    """What ``plain`` writes where its columns must not depend on the data."""


def element_fields(element: bytes) -> dict[str, Json]:
    """An element's name for JSON; one that is not UTF-8 comes with its bytes as well."""
    try:
        return {"element": element.decode()}
    except UnicodeDecodeError:
        import base64

        return {"element": decode(element), "element_base64": base64.b64encode(element).decode()}


def attribute_fields(attributes: bytes | None) -> dict[str, Json]:
    """Attributes for JSON; those that are not JSON stand as text in ``attributes_raw``."""
    if attributes is None:
        return {"attributes": None}
    valid, value = parse(attributes)
    if not valid:
        return {"attributes": None, "attributes_raw": decode(attributes)}
    return {"attributes": value}


def write(listing: Listing, output_format: str) -> None:
    """Write the listing to standard output."""
    with _tolerant_output():
        _write(listing, output_format)


def say(text: str) -> None:
    """Write a line to standard output."""
    with _tolerant_output():
        print(text)


@contextmanager
def _tolerant_output() -> Iterator[None]:
    """A reader that has had enough is no failure; a disk that is full is one with a sentence."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        # Whatever is left, and Python's own flush at exit, goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise UsageError(f"Cannot write the output: {error.strerror}.") from error


def _write(listing: Listing, output_format: str) -> None:
    if output_format == "json":
        print(to_json(listing.document, indent=2))
    elif output_format == "jsonl":
        for record in listing.records:
            print(to_json(record))
    elif output_format == "csv":
        _write_csv(listing)
    elif output_format == "plain":
        for row in listing.rows if listing.plain is None else listing.plain:
            print("\t".join(cell(value) if value is not None else "" for value in row))
    else:
        _write_table(listing)


def _write_csv(listing: Listing) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(listing.header)
    for row in listing.rows:
        writer.writerow([_csv_cell(value) for value in row])
    text = buffer.getvalue()
    sys.stdout.write(sanitize(text, keep_newlines=True) if sys.stdout.isatty() else text)


def _csv_cell(value: Json) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    return to_json(value)


def _write_table(listing: Listing) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    cells = [[cell(value) if value is not None else "" for value in row] for row in listing.rows]
    columns = [
        Column(title, sanitize(title), index in listing.numeric, _width(title, [row[index] for row in cells]))
        for index, title in enumerate(listing.header)
    ]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    shown = widths(columns, console.width, 3)
    for column, width in zip(columns, shown, strict=False):
        justify: Literal["right", "left"] = "right" if column.numeric else "left"
        table.add_column(Text(column.title), justify=justify, width=width, no_wrap=True, overflow="ellipsis")
    for row in cells:
        table.add_row(*(Text(text) for text in row[: len(shown)]))
    console.print(table)
    console.print()


def _width(title: str, cells: Sequence[str]) -> int:
    return max(cell_len(text) for text in (title, *cells))
