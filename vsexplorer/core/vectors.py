"""Convert vectors to and from the little-endian float32 format of Redis, and calculate with them."""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Iterable, Sequence


def packed(numbers: Iterable[float]) -> bytes:
    """Encode numbers as little-endian float32."""
    floats = array("f", numbers)
    if sys.byteorder == "big":
        floats.byteswap()
    return floats.tobytes()


def unpacked(vector: bytes) -> array[float]:
    """Decode a little-endian float32 vector."""
    floats = array("f", vector)
    if sys.byteorder == "big":
        floats.byteswap()
    return floats


def norm(numbers: Iterable[float]) -> float:
    """The L2 norm."""
    return math.sqrt(math.fsum(one * one for one in numbers))


def similarity(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the similarity as VSIM scores it: (1 + cosine) / 2, or 0.5 if one of the vectors is zero."""
    lengths = norm(one) * norm(other)
    if not lengths:
        return 0.5
    return (1 + math.fsum(a * b for a, b in zip(one, other, strict=True)) / lengths) / 2


def weighted_sum(terms: Sequence[tuple[float, Sequence[float]]]) -> list[float]:
    """Return the weighted sum of vectors of equal dimension, each normalized first."""
    total = [0.0] * len(terms[0][1])
    for weight, numbers in terms:
        scale = weight / (norm(numbers) or 1.0)
        total = [one + scale * other for one, other in zip(total, numbers, strict=True)]
    return total
