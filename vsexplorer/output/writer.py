"""Write results to standard output, as a table or in a format for other programs."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from rich.cells import cell_len

from vsexplorer.core.attributes import to_json
from vsexplorer.core.columns import Column, cell, widths
from vsexplorer.core.errors import UsageError
from vsexplorer.core.text import sanitize
from vsexplorer.output.formats import FOR_PROGRAMS
from vsexplorer.output.listing import Listing, as_csv, as_json, as_markdown


def write(listing: Listing, output_format: str) -> None:
    """Write a listing to standard output: formats for programs in UTF-8, others in the terminal's encoding."""
    if output_format in FOR_PROGRAMS and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    with _tolerant_output():
        WRITERS[output_format](listing)


def say(text: str) -> None:
    """Write a line to standard output."""
    with _tolerant_output():
        print(text)


@contextmanager
def _tolerant_output() -> Iterator[None]:
    """Ignore a closed pipe, and raise ``UsageError`` for other failures to write, such as a full disk."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        # Discard the rest of the output, also when Python flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise UsageError(f"Cannot write the output: {error.strerror}.") from error


def _write_json(listing: Listing) -> None:
    print(as_json(listing))


def _write_json_lines(listing: Listing) -> None:
    for record in listing.records:
        print(to_json(record))


def _write_markdown(listing: Listing) -> None:
    sys.stdout.write(as_markdown(listing))


def _write_plain(listing: Listing) -> None:
    for row in listing.rows if listing.plain is None else listing.plain:
        print("\t".join(cell(value) if value is not None else "" for value in row))


def _write_csv(listing: Listing) -> None:
    text = as_csv(listing)
    sys.stdout.write(sanitize(text, keep_newlines=True) if sys.stdout.isatty() else text)


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


WRITERS: dict[str, Callable[[Listing], None]] = {
    "table": _write_table,
    "json": _write_json,
    "jsonl": _write_json_lines,
    "csv": _write_csv,
    "markdown": _write_markdown,
    "plain": _write_plain,
}
"""How each format is written."""
