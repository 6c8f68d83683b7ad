"""Parse and format the attributes of elements: JSON by convention, although Redis accepts any bytes."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from vsexplorer.core.text import decode, json_safe

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None


_BRIEF = 60
"""Maximum length of a value in a line of ``difference``."""
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
        finite: Reject numbers outside the range of a float, which takes four times as long; otherwise they become
            infinite.

    Returns:
        ``(True, value)``, or ``(False, None)`` when the bytes are not JSON, nest too deeply, or contain a
        number that cannot be written as JSON again (``NaN``, ``1e999``, integers of thousands of digits).
    """
    try:
        parse_float = _finite if finite else None
        value: Json = json.loads(raw, parse_constant=_refuse_constant, parse_float=parse_float)
    except (ValueError, RecursionError):
        return False, None
    return True, value


def fields(raw: bytes | None) -> dict[str, Json]:
    """Return the top-level fields of attributes that are a JSON object; empty for anything else."""
    if not raw:
        return {}
    _, value = parse(raw)
    return value if isinstance(value, dict) else {}


def to_json(value: Any, indent: int | None = None) -> str:
    """Write JSON with non-ASCII characters unescaped, but without any that a terminal could interpret."""
    return json_safe(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent))


def to_stored(value: dict[str, Json]) -> bytes:
    """Serialize attributes as they are stored in Redis.

    Characters stay as they are: the server's filter parser does not decode ``\\u`` escapes, so an escaped
    value could never be matched. Only a lone surrogate, which JSON allows and UTF-8 does not, is escaped.

    Raises:
        ValueError: a number is not finite.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))
    except ValueError as error:
        if "Out of range" in str(error):
            raise ValueError("contains a number that is not finite, which JSON does not allow") from None
        raise
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()


def pretty(raw: bytes | None) -> str:
    """Format attributes for reading: as indented JSON, or unchanged if they are not JSON."""
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
