"""Attributes of an element: JSON as Redis stores it, which is any bytes at all."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from vsexplorer.core.text import decode, json_safe

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None


_BRIEF = 60
"""Characters of a value in a line that says how attributes differ."""
_SURROGATE = re.compile("[\ud800-\udfff]")


class _NotJson(ValueError):
    pass


def _refuse_constant(name: str) -> NoReturn:
    raise _NotJson(name)


def _finite(literal: str) -> float:
    value = float(literal)
    if math.isinf(value):
        raise _NotJson(literal)
    return value


def parse(raw: bytes, finite: bool = True) -> tuple[bool, Json]:
    """Read attributes as strict JSON.

    Args:
        raw: The bytes.
        finite: Look for numbers beyond the largest float as well, which costs four times the reading; without it
            they come back as infinite.

    Returns:
        ``(True, value)``, or ``(False, None)`` when the bytes are not JSON, nest too deeply, or hold a number
        that no JSON writer could give back (``NaN``, ``1e999``, integers of thousands of digits).
    """
    try:
        parse_float = _finite if finite else None
        value: Json = json.loads(raw, parse_constant=_refuse_constant, parse_float=parse_float)
    except (ValueError, RecursionError):
        return False, None
    return True, value


def fields(raw: bytes | None) -> dict[str, Json]:
    """The top-level fields of JSON-object attributes; empty for anything else."""
    if not raw:
        return {}
    _, value = parse(raw)
    return value if isinstance(value, dict) else {}


def to_json(value: Any, indent: int | None = None) -> str:
    """Write JSON that keeps every script readable and no terminal controllable."""
    return json_safe(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent))


def to_stored(value: dict[str, Json]) -> bytes:
    """Write attributes for Redis.

    Characters stay as they are: the server's filter parser does not decode ``\\u`` escapes, so an escaped
    value could never be matched. Only half of a surrogate pair, which JSON allows and UTF-8 does not, is escaped.

    Raises:
        ValueError: a number is not finite.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))
    except ValueError as error:
        if "Out of range" in str(error):
            raise ValueError("holds a number that is not finite, which JSON cannot hold") from None
        raise
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()


def pretty(raw: bytes | None) -> str:
    """Lay attributes out for reading: indented JSON, or the text itself where it is not JSON."""
    if not raw:
        return ""
    valid, value = parse(raw)
    if not valid:
        return decode(raw)
    try:
        return to_json(value, indent=2)
    except (ValueError, RecursionError):
        return decode(raw)


def difference(before: bytes | None, after: bytes | None) -> list[str]:
    """Describe how top-level fields differ, one line each: ``+`` added, ``-`` removed, ``~`` changed.

    Empty where either is something other than a JSON object. Not sanitized.
    """
    old, new = fields(before), fields(after)
    if (before and not old) or (after and not new):
        return []
    lines = [f"- {name}: {_brief(value)}" for name, value in old.items() if name not in new]
    lines += [
        f"~ {name}: {_brief(old[name])} → {_brief(value)}"
        for name, value in new.items()
        if name in old and to_json(old[name]) != to_json(value)
    ]
    lines += [f"+ {name}: {_brief(value)}" for name, value in new.items() if name not in old]
    return lines


def _brief(value: Json) -> str:
    text = to_json(value)
    return text if len(text) <= _BRIEF else f"{text[: _BRIEF - 1]}…"
