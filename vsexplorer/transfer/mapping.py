"""Map rows to elements: fields for the id, for the text or the vector, and for the attributes."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import sys
from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from vsexplorer.core.attributes import Json, to_stored
from vsexplorer.core.attributes import fields as parse_fields
from vsexplorer.core.columns import PLACEHOLDER, template_fields
from vsexplorer.core.errors import UsageError
from vsexplorer.core.text import decode, sanitize
from vsexplorer.language.check import caret, check
from vsexplorer.language.evaluator import Filter
from vsexplorer.language.literals import reachable
from vsexplorer.transfer.rows import BadRow, Row

if TYPE_CHECKING:
    from vsexplorer.transfer.npy import Array


_LIKE_A_NAME = re.compile(r"(?:^|[\W_])(?:id|uuid|key|name|title|code|slug|url)$", re.IGNORECASE)
_LONGEST_NAME = 80
"""Maximum mean length of a field's texts for it to be an id."""
_EXPORTED = frozenset(["element", "element_base64", "attributes", "attributes_base64", "vector", "vector_base64"])
"""The fields that an export writes."""
_NAMES = ("id", "_id", "uuid", "key", "name", "title", "element")
"""Fields to use as the id if none is given: the first that is unique."""
HASH = "hash"
"""In the place of an id: a digest of the row's content."""
_SHOWN_FIELDS = 30
_NPY = ".npy"
SAMPLE = 1_000
"""Number of rows from which a mapping is determined."""


@dataclass(frozen=True, slots=True)
class Item:
    """An element to load, made from a row."""

    number: int
    """Rows before it in all files."""
    row: Row
    name: bytes
    text: str | None
    """To embed; ``None`` if the row has a vector."""
    vector: bytes | None
    """float32, little-endian."""
    attributes: bytes | None


@dataclass(frozen=True, slots=True)
class Mapping:
    """The fields, or templates such as ``{title}. {body}``, that make an element."""

    id: str = ""
    """A field, a template, or ``hash``; if empty, chosen from the first rows."""
    text: str = ""
    """A field or a template; if empty and no vector is given, chosen from the first rows."""
    vector: str = ""
    """A field with an array of numbers, or a ``.npy`` file with a vector for each row, instead of a text."""
    attributes: tuple[str, ...] | None = None
    """Fields to keep; ``None`` keeps all but the id and the vector, ``()`` none."""
    where: str = ""
    """A filter expression that rows must pass."""
    exported: bool = False
    """The rows were written by ``vsexplorer export``: names, attributes and vectors as they were.

    ``text`` then names a field of the attributes, for files without vectors.
    """
    rename: tuple[tuple[str, str], ...] = ()
    """Fields and the names they are kept under."""
    filterable: bool = False
    """Rename fields that filters cannot use."""
    notes: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """Notes for the user on how the fields were chosen."""

    @property
    def embeds(self) -> bool:
        """Whether texts are embedded."""
        return not self.vector and (not self.exported or bool(self.text))

    @property
    def kept_text(self) -> str:
        """The text that is embedded, by the names under which its fields are kept."""
        names = dict(self.rename)
        if not PLACEHOLDER.search(self.text):
            return _new_name(self.text, names, self.filterable)
        return PLACEHOLDER.sub(lambda found: f"{{{_new_name(found[1], names, self.filterable)}}}", self.text)

    @property
    def text_is_kept(self) -> bool:
        """Whether the text is among the attributes, so that equal attributes mean an equal text."""
        fields = set(PLACEHOLDER.findall(self.text)) or {self.text}
        return self.attributes is None or fields <= set(self.attributes)


def parse_renames(pairs: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Convert renamings, each written ``OLD=NEW``, to pairs of names.

    Raises:
        UsageError: one is written differently.
    """
    found = []
    for typed in pairs:
        old, equals, new = (part.strip() for part in typed.rpartition("="))
        if not (equals and old and new):
            raise UsageError(f"The renaming {typed!r} is not written as OLD=NEW.")
        found.append((old, new))
    return tuple(found)


def settle(wanted: Mapping, sample: Sequence[Row], where: str, columns: Collection[str] = ()) -> Mapping:
    """Complete a mapping from the first rows of a file, and from its columns if it has any.

    Raises:
        UsageError: a field that was named is in none of the rows, or nothing can be embedded.
    """
    fields = list(dict.fromkeys(name for row in sample for name in row.values))
    if not fields:
        return wanted
    beside = wanted.vector if wanted.vector.endswith(_NPY) else ""
    if not wanted.id and (beside or not wanted.vector) and _looks_exported(fields, columns, beside):
        return _settled_export(wanted, sample, where, beside)
    text, vector = wanted.text, wanted.vector
    if not text and not vector and _holds_vectors(sample):
        vector = "vector"
    named = [
        name for pattern in (wanted.id, text) if pattern not in ("", HASH) for name in template_fields(pattern)
    ]
    # A field that is kept may first come later in a long file.
    kept = (wanted.attributes or ()) if len(sample) < SAMPLE else ()
    renamed = [name for name, _ in wanted.rename] if len(sample) < SAMPLE else []
    for name in (*named, *([vector] if vector and not beside else []), *kept, *renamed):
        if name not in fields:
            raise _no_field(name, fields, where)
    if not text and not vector:
        text = _prose(sample, fields)
    name, reason = (wanted.id, "") if wanted.id else _unique(sample, fields, text)
    settled = replace(wanted, id=name, text=text, vector=vector)
    return replace(settled, notes=tuple(filter(None, (reason, _unfilterable(settled, fields)))))


def _settled_export(wanted: Mapping, sample: Sequence[Row], where: str, beside: str) -> Mapping:
    if wanted.rename or wanted.filterable or wanted.attributes is not None:
        raise UsageError(
            f"{where} is a vsexplorer export, whose attributes are kept byte for byte.",
            "Leave out --attributes, --rename and --filterable, or map the fields of the file with --id element.",
        )
    bare = not beside and not any(row.values.keys() & {"vector", "vector_base64"} for row in sample)
    if bare and not wanted.text:
        raise UsageError(
            f"{where} is a vsexplorer export without vectors.",
            "Name the attribute to embed with --text FIELD.",
        )
    if wanted.text and not bare:
        raise UsageError(f"{where} is a vsexplorer export with vectors: no text is embedded.", "Leave out --text.")
    if wanted.text:
        fields = list(dict.fromkeys(name for row in sample for name in _exported_fields(row.values)))
        for name in template_fields(wanted.text):
            if name not in fields:
                raise _no_field(name, fields, where)
    return Mapping(text=wanted.text, vector=beside, where=wanted.where, exported=True)


def _exported_fields(values: dict[str, Json]) -> dict[str, Json]:
    """The fields of the attributes of an exported row."""
    if isinstance(found := values.get("attributes"), dict):
        return found
    try:
        return parse_fields(_bytes(values, "attributes"))
    except ValueError:
        return {}


def _no_field(name: str, fields: Sequence[str], where: str) -> UsageError:
    shown = ", ".join(sanitize(field) for field in fields[:_SHOWN_FIELDS])
    return UsageError(f"No row of {where} has a field {name!r}.", f"Its fields are: {shown}.")


def _holds_vectors(sample: Sequence[Row]) -> bool:
    found = [row.values["vector"] for row in sample if "vector" in row.values]
    return bool(found) and all(
        isinstance(one, list) and one and all(isinstance(number, int | float) for number in one) for one in found
    )


def _unique(sample: Sequence[Row], fields: Sequence[str], text: str) -> tuple[str, str]:
    """Return the field for the id, or ``HASH``, and the reason if the choice may be unexpected."""
    likely = [name for name in _NAMES if name in fields]
    candidates = [*likely, *(name for name in fields if _LIKE_A_NAME.search(name))]
    candidates += [name for name in fields if name != text and _reads_like_a_name(sample, name)]
    found = next((name for name in candidates if _names_each_row(sample, name)), None)
    if found is not None and (not likely or found == likely[0]):
        return found, ""
    passed_over = f"{likely[0]} is not unique" if likely else "no field is unique"
    if found is not None:
        return found, f"{passed_over}, so {found} is the id"
    return HASH, f"{passed_over}, so a digest of each row is the id"


def _names_each_row(sample: Sequence[Row], name: str) -> bool:
    seen: set[str] = set()
    for row in sample:
        value = row.values.get(name)
        if value in (None, "") or isinstance(value, bool) or not isinstance(value, str | int):
            return False
        seen.add(row.texts.get(name, str(value)))
    return len(seen) == len(sample)


def _reads_like_a_name(sample: Sequence[Row], name: str) -> bool:
    values = [row.values.get(name) for row in sample]
    texts = [value for value in values if isinstance(value, str)]
    return len(texts) == len(values) and sum(map(len, texts)) <= _LONGEST_NAME * len(texts)


def _unfilterable(mapping: Mapping, fields: Sequence[str]) -> str:
    """A note of fields that no filter can name."""
    renamed = dict(mapping.rename)
    kept = [
        name
        for name in (fields if mapping.attributes is None else mapping.attributes)
        if name not in (mapping.id, mapping.vector) and not reachable(renamed.get(name, name))
    ]
    if not kept or mapping.filterable:
        return ""
    shown = ", ".join(sanitize(name) for name in kept[:_SHOWN_FIELDS])
    return f"filters cannot use the fields {shown}: rename them (--rename, or --filterable for all)"


class RowMapper:
    """Converts rows to items, or to bad rows with a reason."""

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
        """Convert a row; ``None`` if it does not pass the filter."""
        try:
            if self._where is not None and not self._where.matches(to_stored(row.values)):
                return None
            if self._mapping.exported:
                return _exported(number, row, self._beside(number), self._mapping.text)
            return self._mapped(number, row)
        except UnicodeEncodeError:
            return BadRow(row.place, "contains a lone surrogate, which is not valid text", row.raw)
        except RecursionError:
            return BadRow(row.place, "is nested too deeply", row.raw)
        except ValueError as error:
            return BadRow(row.place, str(error), row.raw)

    def _beside(self, number: int) -> bytes | None:
        """Return the vector of a row from the ``.npy`` file, if there is one."""
        if not self._mapping.vector.endswith(_NPY):
            return None
        if self._array is None:
            from vsexplorer.transfer.npy import Array

            self._array = Array(Path(self._mapping.vector))
        return self._array.row(number)

    def _mapped(self, number: int, row: Row) -> Item:
        mapping = self._mapping
        name = _digest(row.values) if mapping.id == HASH else _name({**row.values, **row.texts}, mapping.id)
        text: str | None = None
        vector: bytes | None = None
        if mapping.vector:
            vector = self._beside(number) or _vector(row.values.get(mapping.vector), mapping.vector)
        else:
            text = text_of(row.values, mapping.text)
            text.encode()
        return Item(number, row, name, text, vector, _attributes(row.values, mapping))


def _prose(sample: Sequence[Row], fields: Sequence[str]) -> str:
    """The field with the most words, of those that hold text."""
    words, lengths = dict.fromkeys(fields, 0), dict.fromkeys(fields, 0)
    for row in sample:
        for name, value in row.values.items():
            if isinstance(value, str):
                lengths[name] += len(value)
                words[name] += sum(any(map(str.isalpha, word)) for word in value.split())
    best = max(fields, key=lambda name: (words[name], lengths[name]))
    if not lengths[best]:
        raise UsageError("No field of the first rows contains text to embed.", "For vectors, use --vector FIELD.")
    return best


def _filled(values: dict[str, Json], pattern: str) -> str | None:
    """Fill a template with a row's values; ``None`` if the row has none of them."""
    found = False

    def put(match: re.Match[str]) -> str:
        nonlocal found
        value = values.get(match.group(1))
        if value is None or value == "":
            return ""
        found = True
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    filled = PLACEHOLDER.sub(put, pattern)
    return filled if found else None


def _name(values: dict[str, Json], pattern: str) -> bytes:
    if PLACEHOLDER.search(pattern):
        absent = [field for field in template_fields(pattern) if values.get(field) in (None, "")]
        if absent:
            raise ValueError(f"has no {absent[0]}")
        return (_filled(values, pattern) or "").encode()
    value = values.get(pattern)
    if value is None or value == "":
        raise ValueError(f"has no {pattern}")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"{pattern} is not a name")
    return str(value).encode()


def values_of(element: bytes, attributes: bytes | None) -> dict[str, Json]:
    """Return the fields that an element's text can be made of: its attributes, and its name as ``element``."""
    return {"element": decode(element), **parse_fields(attributes)}


def text_of(values: dict[str, Json], pattern: str) -> str:
    """The text of a field, or of a template.

    Raises:
        ValueError: there is none.
    """
    if PLACEHOLDER.search(pattern):
        text = _filled(values, pattern)
        if text is None or not text.strip():
            raise ValueError(f"has no {', '.join(template_fields(pattern))}")
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
    """Encode numbers as little-endian float32.

    Raises:
        ValueError: a value is not a number, not finite, or too large.
    """
    try:
        numbers: array[float] = array("f", cast("Sequence[float]", value))
    except (TypeError, OverflowError):
        raise ValueError(f"{field} contains a value that is not a 32-bit number") from None
    if not math.isfinite(sum(numbers)) or bool in set(map(type, value)):
        raise ValueError(f"{field} contains a value that is not a finite number")
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _attributes(values: dict[str, Json], mapping: Mapping) -> bytes | None:
    if mapping.attributes is None:
        left_out = (mapping.id if mapping.id != HASH else "", mapping.vector)
        kept = {name: value for name, value in values.items() if name not in left_out}
    else:
        kept = {name: values[name] for name in mapping.attributes if name in values}
    if mapping.rename or mapping.filterable:
        kept = _renamed(kept, mapping)
    return to_stored(kept) if kept else None


def _renamed(kept: dict[str, Json], mapping: Mapping) -> dict[str, Json]:
    """The fields under other names.

    Raises:
        ValueError: two of them would have the same name.
    """
    names, found = dict(mapping.rename), dict[str, Json]()
    for name, value in kept.items():
        new = _new_name(name, names, mapping.filterable)
        if new in found:
            raise ValueError(f"two of its fields would be renamed to {new}")
        found[new] = value
    return found


def _new_name(name: str, names: dict[str, str], filterable: bool) -> str:
    """The name under which a field is kept."""
    new = names.get(name, name)
    if filterable and not reachable(new):
        new = re.sub(r"[^A-Za-z0-9_]+", "_", new).strip("_") or "field"
    return new


def _digest(values: dict[str, Json]) -> bytes:
    content = json.dumps(values, sort_keys=True, ensure_ascii=True, allow_nan=False).encode()
    return hashlib.blake2b(content, digest_size=10).hexdigest().encode()


def _looks_exported(fields: Sequence[str], columns: Collection[str], beside: str) -> bool:
    """Return whether rows have an element name, and only fields that an export writes."""
    there = {*fields, *columns}
    named = bool({"element", "element_base64"} & there)
    return named and there <= _EXPORTED and (len(there) > 1 or bool(beside))


def _exported(number: int, row: Row, beside: bytes | None, text: str) -> Item:
    values = row.values
    # In a CSV file, the empty name is an empty cell, which is read as missing.
    name = _bytes(values, "element") or b""
    attributes: bytes | None
    if isinstance(values.get("attributes"), dict):
        attributes = to_stored(values["attributes"])  # type: ignore[arg-type]
    else:
        attributes = _bytes(values, "attributes")
    if text:
        embedded = text_of(_exported_fields(values), text)
        embedded.encode()
        return Item(number, row, name, embedded, None, attributes)
    return Item(number, row, name, None, beside or _exported_vector(values), attributes)


def _exported_vector(values: dict[str, Json]) -> bytes:
    if values.get("vector_base64") is None:
        return _vector(values.get("vector"), "vector")
    vector = _decoded(values["vector_base64"], "vector_base64")
    if not vector or len(vector) % 4 or not math.isfinite(sum(array("f", vector))):
        raise ValueError("vector_base64 does not contain finite 32-bit numbers")
    return vector


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
