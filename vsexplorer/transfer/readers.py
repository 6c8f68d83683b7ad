"""Rows out of files: JSON Lines, JSON documents and CSV. A row that cannot be read is reported, never dropped."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vsexplorer.attributes import Json, parse
from vsexplorer.errors import UsageError

_NUMBER = re.compile(r"-?(0|[1-9]\d{0,17})(\.\d+)?([eE][+-]?\d+)?")
_KINDS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "csv", ".tsv": "csv"}


@dataclass(frozen=True, slots=True)
class Row:
    """One record, with the line or position it stands at."""

    place: int
    values: dict[str, Json]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A place in the file where no record could be read, and why."""

    place: int
    reason: str


@dataclass(frozen=True, slots=True)
class RowFile:
    """A file of records; iterating reads it from the start.

    ``records`` names the field that holds the records in a JSON document that is an object.
    """

    path: Path
    kind: str
    records: str = ""

    @classmethod
    def at(cls, path: Path, records: str = "") -> RowFile:
        """A file whose kind its suffix tells.

        Raises:
            UsageError: the suffix tells nothing, or there is no such file.
        """
        kind = _KINDS.get(path.suffix.lower())
        if kind is None:
            raise UsageError(
                f"Cannot tell from its name what kind of file {path} is.", f"Known: {', '.join(_KINDS)}."
            )
        if not path.is_file():
            raise UsageError(f"There is no file {path}.")
        return cls(path, kind, records)

    def __iter__(self) -> Iterator[Row | BadRow]:
        """The records in the file's order.

        Raises:
            UsageError: the file as a whole cannot be read.
        """
        readers = {"jsonl": _json_lines, "json": _json_document, "csv": _csv}
        try:
            yield from readers[self.kind](self)
        except OSError as error:
            raise UsageError(f"Cannot read {self.path}: {error.strerror or error}.") from error

    def survey(self) -> tuple[int, list[str]]:
        """How many rows there are, bad ones included, and the fields met in them; reads the whole file."""
        number = 0
        fields: dict[str, None] = {}
        for row in self:
            number += 1
            if isinstance(row, Row):
                fields.update(dict.fromkeys(row.values))
        return number, list(fields)


def _json_lines(file: RowFile) -> Iterator[Row | BadRow]:
    with file.path.open("rb") as lines:
        for place, line in enumerate(lines, 1):
            if place == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if not line.strip():
                continue
            valid, value = parse(line)
            if not valid:
                yield BadRow(place, "not valid JSON")
            elif not isinstance(value, dict):
                yield BadRow(place, "not a JSON object")
            else:
                yield Row(place, value)


def _json_document(file: RowFile) -> Iterator[Row | BadRow]:
    try:
        document = json.loads(file.path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file.path} is not valid JSON: {error}") from error
    if isinstance(document, dict):
        arrays = [name for name, value in document.items() if isinstance(value, list)]
        if file.records not in arrays:
            raise UsageError(
                f"{file.path} is one JSON object; say which of its arrays holds the rows.",
                f"--records with one of: {', '.join(arrays)}." if arrays else "It has none.",
            )
        document = document[file.records]
    if not isinstance(document, list):
        raise UsageError(f"{file.path} holds neither an array nor an object.")
    for place, value in enumerate(document, 1):
        yield Row(place, value) if isinstance(value, dict) else BadRow(place, "not a JSON object")


def _csv(file: RowFile) -> Iterator[Row | BadRow]:
    try:
        with file.path.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text, delimiter="\t" if file.path.suffix.lower() == ".tsv" else ",")
            header = next(reader, [])
            for cells in reader:
                if len(cells) == len(header):
                    row = zip(header, cells, strict=True)
                    yield Row(reader.line_num, {name: _typed(cell) for name, cell in row if cell})
                elif cells:
                    yield BadRow(reader.line_num, f"{len(cells)} fields where the header has {len(header)}")
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{file.path} is not CSV in UTF-8: {error}") from error


def _typed(cell: str) -> Json:
    """A CSV field that reads as a JSON number is one; everything else is a text."""
    found = _NUMBER.fullmatch(cell)
    if not found:
        return cell
    return float(cell) if found.group(2) or found.group(3) else int(cell)
