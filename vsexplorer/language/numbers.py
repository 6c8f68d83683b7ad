"""Numbers as in C: what ``strtod`` parses, and arithmetic that returns infinities and NaN instead of raising."""

from __future__ import annotations

import math
import re

_DECIMAL = re.compile(rb"[ \t\n\v\f\r]*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_HEXADECIMAL = re.compile(
    rb"[ \t\n\v\f\r]*[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?\d+)?", re.ASCII
)
_NAMED = re.compile(rb"[ \t\n\v\f\r]*([+-]?)(inf(?:inity)?|nan(?:\([0-9a-zA-Z_]*\))?)", re.ASCII | re.IGNORECASE)


def to_double(raw: bytes) -> float | None:
    """Parse all of ``raw`` as ``strtod`` does; ``None`` if anything is left over."""
    if _DECIMAL.fullmatch(raw):
        return float(raw)
    if named := _NAMED.fullmatch(raw):
        value = math.nan if named.group(2)[:1] in b"nN" else math.inf
        return -value if named.group(1) == b"-" else value
    if _HEXADECIMAL.fullmatch(raw):
        try:
            return float.fromhex(raw.decode().strip())
        except OverflowError:
            return -math.inf if b"-" in raw.partition(b"0")[0] else math.inf
    return None


def power(base: float, exponent: float) -> float:
    """C's ``pow``."""
    try:
        return math.pow(base, exponent)
    except OverflowError:
        negative = base < 0 and exponent % 2 == 1
        return -math.inf if negative else math.inf
    except ValueError:
        if base == 0:
            odd = exponent % 2 == 1
            return math.copysign(math.inf, base) if odd else math.inf
        return math.nan


def quotient(dividend: float, divisor: float) -> float:
    """C's ``/``."""
    if divisor != 0:
        return dividend / divisor
    if dividend == 0 or math.isnan(dividend):
        return math.nan
    return math.copysign(math.inf, dividend) * math.copysign(1, divisor)


def remainder(dividend: float, divisor: float) -> float:
    """C's ``fmod``."""
    try:
        return math.fmod(dividend, divisor)
    except ValueError:
        return math.nan
