"""Exported elements as files: JSON Lines, CSV, Parquet, and vectors beside them as a NumPy array.

A name or attributes that are not UTF-8 are written in base64 as ``element_base64`` and ``attributes_base64``.
Attributes are a JSON object where writing that object gives the same bytes again, else the text as it is stored.
"""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Sequence
from typing import IO, Any, Protocol

from vsexplorer.core.attributes import parse, to_stored
from vsexplorer.transfer import parquet
from vsexplorer.transfer.elements import StoredElement

_COLUMNS = ("element", "element_base64", "attributes", "attributes_base64", "vector", "vector_base64")


class Writer(Protocol):
    """A file of elements."""

    def write(self, elements: Sequence[StoredElement]) -> None:
        """Add elements."""

    def close(self) -> None:
        """Finish the file."""


class JsonLines:
    """One JSON object a line; ``vectors`` is ``numbers``, ``base64`` or nothing."""

    def __init__(self, file: IO[bytes], vectors: str, attributes: bool) -> None:
        self._file, self._vectors, self._attributes = file, vectors, attributes

    def write(self, elements: Sequence[StoredElement]) -> None:
        """Add elements."""
        self._file.write("".join(self._line(element) for element in elements).encode())

    def _line(self, element: StoredElement) -> str:
        fields = [_field("element", element.name)]
        if self._attributes and element.attributes is not None:
            fields.append(_attributes(element.attributes))
        if element.vector is not None and self._vectors == "numbers":
            fields.append(f'"vector": {_numbers(element)}')
        elif element.vector is not None and self._vectors == "base64":
            fields.append(f'"vector_base64": "{_base64(element)}"')
        return "{" + ", ".join(fields) + "}\n"

    def close(self) -> None:
        """Do nothing: the format has no trailer."""


class CsvFile:
    """CSV with a column for each field; attributes and vectors are JSON in their cells.

    Args:
        file: The output file.
        vectors: ``numbers``, ``base64`` or nothing.
        attributes: Whether to write them.
        header: Whether to begin with the names of the columns.
        safe: Put an apostrophe before what a spreadsheet would take for a formula.
    """

    def __init__(self, file: IO[bytes], vectors: str, attributes: bool, header: bool, safe: bool = False) -> None:
        self._file, self._vectors, self._attributes, self._safe = file, vectors, attributes, safe
        if header:
            self._rows([_COLUMNS])

    def write(self, elements: Sequence[StoredElement]) -> None:
        """Add elements."""
        self._rows(map(self._row, elements))

    def _row(self, element: StoredElement) -> tuple[str, ...]:
        name, name_base64 = _text(element.name)
        stored = element.attributes if self._attributes else None
        attributes, attributes_base64 = _text(stored or b"")
        wanted = self._vectors if element.vector is not None else ""
        numbers = _numbers(element) if wanted == "numbers" else ""
        packed = _base64(element) if wanted == "base64" else ""
        return name, name_base64, attributes, attributes_base64, numbers, packed

    def _rows(self, rows: Any) -> None:
        buffer = io.StringIO(newline="")
        if self._safe:
            rows = [[no_formula(cell) for cell in row] for row in rows]
        csv.writer(buffer, lineterminator="\r\n").writerows(rows)
        self._file.write(buffer.getvalue().encode())

    def close(self) -> None:
        """Do nothing: the format has no trailer."""


class ParquetFile:
    """Parquet with the same columns; vectors are lists of float32."""

    def __init__(self, file: IO[bytes], vectors: str, attributes: bool) -> None:
        arrow = self._arrow = parquet.arrow()
        self._vectors, self._attributes = vectors, attributes
        text = arrow.string()
        fields = [(name, text) for name in _COLUMNS[:4]]
        if vectors:
            fields.append(("vector", arrow.list_(arrow.float32())))
        self._schema = arrow.schema(fields)
        self._writer = arrow.parquet.ParquetWriter(file, self._schema, compression="zstd")

    def write(self, elements: Sequence[StoredElement]) -> None:
        """Add elements."""
        self._writer.write_table(self._arrow.Table.from_pylist(list(map(self._row, elements)), self._schema))

    def _row(self, element: StoredElement) -> dict[str, Any]:
        stored = element.attributes if self._attributes else None
        cells = (*_text(element.name), *(_text(stored) if stored is not None else ("", "")))
        row: dict[str, Any] = {name: cell or None for name, cell in zip(_COLUMNS, cells, strict=False)}
        if not element.name:
            row["element"] = ""
        if self._vectors:
            row["vector"] = element.vector.numbers() if element.vector is not None else None
        return row

    def close(self) -> None:
        """Write the end of the file, without which it cannot be read."""
        self._writer.close()


def no_formula(cell: str) -> str:
    """Put an apostrophe before a CSV cell that a spreadsheet would read as a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _field(name: str, raw: bytes) -> str:
    text, coded = _text(raw)
    if coded:
        return f'"{name}_base64": "{coded}"'
    return f'"{name}": {json.dumps(text, ensure_ascii=False)}'


def _attributes(raw: bytes) -> str:
    valid, value = parse(raw)
    try:
        if valid and isinstance(value, dict) and to_stored(value) == raw and b"\n" not in raw:
            return f'"attributes": {raw.decode()}'
    except (ValueError, RecursionError):
        pass
    return _field("attributes", raw)


def _text(raw: bytes) -> tuple[str, str]:
    """Return bytes as text, or in base64 if they are not UTF-8."""
    try:
        return raw.decode(), ""
    except UnicodeDecodeError:
        return "", base64.b64encode(raw).decode("ascii")


def _numbers(element: StoredElement) -> str:
    assert element.vector is not None
    # Nine significant digits reproduce every float32 exactly.
    return "[" + ", ".join(f"{one:.9g}" for one in element.vector.numbers()) + "]"


def _base64(element: StoredElement) -> str:
    assert element.vector is not None
    return base64.b64encode(element.vector.packed()).decode("ascii")
