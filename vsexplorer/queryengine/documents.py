"""Read the fields of documents as attributes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from vsexplorer.core.attributes import Json, to_stored
from vsexplorer.queryengine.index_info import IndexInfo
from vsexplorer.server.connection import Reply

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")


def from_hash(info: IndexInfo, flat: Sequence[bytes]) -> bytes | None:
    """Return the fields of a hash as a JSON object, without its vectors; ``None`` if there are none."""
    vectors = {info.vector.identifier, *(one.identifier for one in info.other_vectors)}
    numeric = {one.identifier for one in info.fields if one.kind == "NUMERIC"}
    found: dict[str, Json] = {}
    for name, value in zip(flat[::2], flat[1::2], strict=True):
        if name not in vectors:
            found[_text(name)] = _value(value, name in numeric)
    return _stored(found)


def from_json(info: IndexInfo, document: bytes) -> bytes | None:
    """Return a JSON document without its vectors; unchanged if it is no object."""
    try:
        found = json.loads(document)
    except (ValueError, RecursionError):
        return document
    if not isinstance(found, dict):
        return document
    for vector in (info.vector, *info.other_vectors):
        found.pop(vector.identifier.decode("utf-8", "replace").removeprefix("$."), None)
    return _stored(found)


def from_search(info: IndexInfo, returned: Mapping[bytes, Reply]) -> bytes | None:
    """Return the fields that FT.SEARCH returned as a JSON object."""
    kinds = {one.name: one.kind for one in info.fields}
    found = {
        _text(name): _value(value, kinds[name] == "NUMERIC")
        for name, value in returned.items()
        if name in kinds and isinstance(value, bytes)
    }
    return _stored(found)


def vector_of(info: IndexInfo, reply: Reply) -> list[float] | None:
    """Return the numbers at the path of the vector, from the reply to JSON.GET; ``None`` if there are none."""
    if not isinstance(reply, bytes):
        return None
    found: Any = json.loads(reply)
    while isinstance(found, list) and len(found) == 1 and isinstance(found[0], list):
        found = found[0]
    return [float(one) for one in found] if isinstance(found, list) and found else None


def _value(value: bytes, numeric: bool) -> Json:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return f"({len(value):,} bytes)"
    if numeric and _NUMBER.fullmatch(text):
        number: Json = json.loads(text)
        return number
    return text


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")


def _stored(found: dict[str, Json]) -> bytes | None:
    return to_stored(found) if found else None
