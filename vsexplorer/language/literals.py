"""Write values and fields in the filter language."""

from __future__ import annotations

import re

from vsexplorer.language.known import FieldFacts, KnownValue, Scalar

_REACHABLE = re.compile(r"[A-Za-z0-9_-]+")
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
_LONGEST_NUMBER = 255


def reachable(name: str) -> bool:
    """Whether a filter can name a field."""
    return _REACHABLE.fullmatch(name) is not None


def literal(value: Scalar) -> str | None:
    """Format a value as a filter literal; ``None`` if no literal can express it.

    A text has no literal if it contains both kinds of quotes, ends in a backslash that would escape the closing
    quote, or contains a zero byte, which would end the expression, or a lone surrogate.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int | float):
        return _number(value)
    quote = "'" if '"' in value else '"'
    if quote in value or value.endswith("\\") or _UNWRITABLE.search(value):
        return None
    return f"{quote}{value}{quote}"


def clause(field: FieldFacts, known: KnownValue, null: bool = True) -> str | None:
    """Return the comparison that elements with this value pass; ``None`` if there is none.

    Args:
        field: The field.
        known: One of its values; of a field with arrays, an item.
        null: Whether the server knows ``null``.
    """
    if known.literal is None or not reachable(field.name) or (known.value is None and not null):
        return None
    if "array" in field.kinds:
        return f"{known.literal} in .{field.name}" if known.value is not None else None
    return f".{field.name} == {known.literal}"


def _number(value: float) -> str | None:
    # The plus sign of an exponent is an operator in a filter.
    shown = str(value).replace("e+", "e")
    finite = shown[-1].isdigit()
    return shown if finite and len(shown) < _LONGEST_NUMBER else None
