"""How rows become elements: which fields name them, which are embedded, which are kept."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import sys
from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from vsexplorer.core.attributes import Json, to_stored
from vsexplorer.core.errors import UsageError
from vsexplorer.core.text import sanitize
from vsexplorer.language.check import caret, check
from vsexplorer.language.evaluator import Filter
from vsexplorer.transfer.npy import Array
from vsexplorer.transfer.rows import BadRow, Row

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_NAMES = ("id", "_id", "uuid", "key", "name", "title", "element")
"""Fields that name an element where none is given, the first that is there."""
HASH = "hash"
"""In the place of an id: a digest of the row's content."""
_SHOWN_FIELDS = 30
_NPY = ".npy"
SAMPLE = 1_000
"""Rows from which a mapping is settled."""


@dataclass(frozen=True, slots=True)
class Item:
    """What a row becomes."""

    number: int
    """Rows before it in all files."""
    row: Row
    name: bytes
    text: str | None
    """To embed; ``None`` where the vector comes with the row."""
    vector: bytes | None
    """float32, little-endian."""
    attributes: bytes | None


@dataclass(frozen=True, slots=True)
class Mapping:
    """Fields and templates such as ``{title}. {body}``."""

    id: str = ""
    """A field, a template, or ``hash``; empty is decided by the first rows."""
    text: str = ""
    """A field or a template; empty is decided by the first rows where no vector is given."""
    vector: str = ""
    """A field with an array of numbers, or a ``.npy`` file with a row for each row, in the place of a text."""
    attributes: tuple[str, ...] | None = None
    """Fields to keep; ``None`` keeps all but the id and the vector, ``()`` none."""
    where: str = ""
    """A filter expression that rows must pass."""
    exported: bool = False
    """The rows were written by ``vsexplorer export``: names, attributes and vectors as they were."""

    @property
    def text_is_kept(self) -> bool:
        """Equal attributes mean an equal text."""
        fields = set(_PLACEHOLDER.findall(self.text)) or {self.text}
        return self.attributes is None or fields <= set(self.attributes)


def settle(wanted: Mapping, sample: Sequence[Row], where: str, columns: Collection[str] = ()) -> Mapping:
    """Decide what was left open, from the first rows of a file, and its columns where it has such.

    Raises:
        UsageError: a field that was named is in none of the rows, or nothing can be embedded.
    """
    fields = list(dict.fromkeys(name for row in sample for name in row.values))
    if not fields:
        return wanted
    beside = wanted.vector if wanted.vector.endswith(_NPY) else ""
    open_still = not (wanted.id or wanted.text) and (beside or not wanted.vector)
    if open_still and _looks_exported(sample[0], columns, beside):
        return Mapping(vector=beside, where=wanted.where, exported=True)
    named = [
        name for pattern in (wanted.id, wanted.text) if pattern not in ("", HASH) for name in _fields_of(pattern)
    ]
    # A field that is kept may first come later in a long file.
    kept = (wanted.attributes or ()) if len(sample) < SAMPLE else ()
    for name in (*named, *([wanted.vector] if wanted.vector and not beside else []), *kept):
        if name not in fields:
            shown = ", ".join(sanitize(field) for field in fields[:_SHOWN_FIELDS])
            raise UsageError(f"No row of {where} has a field {name!r}.", f"Its fields are: {shown}.")
    text = wanted.text
    if not text and not wanted.vector:
        text = _longest(sample, fields)
    name = wanted.id or next((field for field in _NAMES if field in fields), HASH)
    return Mapping(name, text, wanted.vector, wanted.attributes, wanted.where)


class RowMapper:
    """Turns rows into items, or says why it cannot."""

    def __init__(self, mapping: Mapping) -> None:
        """
        Raises:
            UsageError: the filter is not valid.
        """
        self._mapping = mapping
        self._array: Array | None = None
        self._where: Filter | None = None
        if mapping.where.strip():
            report = check(mapping.where)
            if not report.ok:
                finding = report.findings[0]
                hint = caret(mapping.where, finding)
                raise UsageError(f"The filter on rows is not valid: {finding.sentence}.", hint)
            self._where = Filter(mapping.where)

    def item(self, number: int, row: Row) -> Item | BadRow | None:
        """What a row becomes; ``None`` where it does not pass the filter."""
        try:
            if self._where is not None and not self._where.matches(to_stored(row.values)):
                return None
            if self._mapping.exported:
                return _exported(number, row, self._beside(number))
            return self._mapped(number, row)
        except UnicodeEncodeError:
            return BadRow(row.place, "holds half of a surrogate pair, which is not text", row.raw)
        except (ValueError, RecursionError) as error:
            return BadRow(row.place, str(error), row.raw)

    def _beside(self, number: int) -> bytes | None:
        """The vector of a row in a file beside; rows are asked for in rising order."""
        if not self._mapping.vector.endswith(_NPY):
            return None
        if self._array is None:
            self._array = Array(Path(self._mapping.vector))
        return self._array.row(number)

    def _mapped(self, number: int, row: Row) -> Item:
        mapping = self._mapping
        name = _digest(row.values) if mapping.id == HASH else _name(row.values, mapping.id)
        text: str | None = None
        vector: bytes | None = None
        if mapping.vector:
            vector = self._beside(number) or _vector(row.values.get(mapping.vector), mapping.vector)
        else:
            text = text_of(row.values, mapping.text)
            text.encode()
        return Item(number, row, name, text, vector, _attributes(row.values, mapping))


def _fields_of(pattern: str) -> list[str]:
    return _PLACEHOLDER.findall(pattern) or [pattern]


def _longest(sample: Sequence[Row], fields: Sequence[str]) -> str:
    lengths = {
        name: sum(len(value) for row in sample if isinstance(value := row.values.get(name), str)) for name in fields
    }
    longest = max(fields, key=lambda name: lengths[name])
    if not lengths[longest]:
        raise UsageError("No field of the first rows holds text to embed.", "--vector FIELD takes vectors.")
    return longest


def _filled(values: dict[str, Json], pattern: str) -> str | None:
    """A template with the row's values; ``None`` where none of them is there."""
    found = False

    def put(match: re.Match[str]) -> str:
        nonlocal found
        value = values.get(match.group(1))
        if value is None or value == "":
            return ""
        found = True
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    filled = _PLACEHOLDER.sub(put, pattern)
    return filled if found else None


def _name(values: dict[str, Json], pattern: str) -> bytes:
    if _PLACEHOLDER.search(pattern):
        absent = [field for field in _fields_of(pattern) if values.get(field) in (None, "")]
        if absent:
            raise ValueError(f"has no {absent[0]}")
        return (_filled(values, pattern) or "").encode()
    value = values.get(pattern)
    if value is None or value == "":
        raise ValueError(f"has no {pattern}")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"{pattern} is not a name")
    return str(value).encode()


def text_of(values: dict[str, Json], pattern: str) -> str:
    """The text of a field, or of a template.

    Raises:
        ValueError: there is none.
    """
    if _PLACEHOLDER.search(pattern):
        text = _filled(values, pattern)
        if text is None or not text.strip():
            raise ValueError(f"has no {', '.join(_fields_of(pattern))}")
        return text
    value = values.get(pattern)
    if value is None or value == "":
        raise ValueError(f"has no {pattern}")
    if isinstance(value, bool | list | dict):
        raise ValueError(f"{pattern} is not a text")
    text = value if isinstance(value, str) else json.dumps(value)
    if not text.strip():
        raise ValueError(f"has no {pattern}")
    return text


def _vector(value: Json, field: str) -> bytes:
    if isinstance(value, str):
        # A CSV cell holds the array as JSON.
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise ValueError(f"{field} is not an array of numbers") from None
    if value is None:
        raise ValueError(f"has no {field}")
    if not isinstance(value, list) or not value:
        raise ValueError(f"{field} is not an array of numbers")
    return pack(value, field)


def pack(value: Sequence[Json], field: str) -> bytes:
    """Numbers as float32, little-endian.

    Raises:
        ValueError: something is no number, not finite, or too large.
    """
    try:
        numbers: array[float] = array("f", cast("Sequence[float]", value))
    except (TypeError, OverflowError):
        raise ValueError(f"{field} holds something that is no number of 32 bits") from None
    if not math.isfinite(sum(numbers)) or bool in set(map(type, value)):
        raise ValueError(f"{field} holds something that is no finite number")
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _attributes(values: dict[str, Json], mapping: Mapping) -> bytes | None:
    if mapping.attributes is None:
        left_out = (mapping.id, mapping.vector)
        kept = {name: value for name, value in values.items() if name not in left_out}
    else:
        kept = {name: values[name] for name in mapping.attributes if name in values}
    return to_stored(kept) if kept else None


def _digest(values: dict[str, Json]) -> bytes:
    content = json.dumps(values, sort_keys=True, ensure_ascii=True, allow_nan=False).encode()
    return hashlib.blake2b(content, digest_size=10).hexdigest().encode()


def _looks_exported(row: Row, columns: Collection[str], beside: str) -> bool:
    there = {*row.values, *columns}
    return bool({"element", "element_base64"} & there) and bool(beside or {"vector", "vector_base64"} & there)


def _exported(number: int, row: Row, beside: bytes | None) -> Item:
    values = row.values
    # A CSV file has nothing at all for the empty name.
    name = _bytes(values, "element") or b""
    attributes: bytes | None
    if isinstance(values.get("attributes"), dict):
        attributes = to_stored(values["attributes"])  # type: ignore[arg-type]
    else:
        attributes = _bytes(values, "attributes")
    if beside is not None:
        return Item(number, row, name, None, beside, attributes)
    if values.get("vector_base64") is not None:
        vector = _decoded(values["vector_base64"], "vector_base64")
        if not vector or len(vector) % 4 or not math.isfinite(sum(array("f", vector))):
            raise ValueError("vector_base64 holds no finite numbers of 32 bits")
        return Item(number, row, name, None, vector, attributes)
    return Item(number, row, name, None, _vector(values.get("vector"), "vector"), attributes)


def _bytes(values: dict[str, Json], field: str) -> bytes | None:
    """A text, or bytes in base64 under the same name with ``_base64``."""
    coded = values.get(f"{field}_base64")
    if coded is not None:
        return _decoded(coded, f"{field}_base64")
    value = values.get(field)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{field} is not a text")
    return value.encode() if value is not None else None


def _decoded(coded: Json, field: str) -> bytes:
    try:
        return base64.b64decode(str(coded), validate=True)
    except ValueError:
        raise ValueError(f"{field} is not base64") from None
