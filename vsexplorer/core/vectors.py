"""Vectors as Redis takes them, float32 and little-endian, and what can be reckoned with them."""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Iterable, Sequence


def packed(numbers: Iterable[float]) -> bytes:
    """Numbers as float32, little-endian."""
    floats = array("f", numbers)
    if sys.byteorder == "big":
        floats.byteswap()
    return floats.tobytes()


def unpacked(vector: bytes) -> array[float]:
    """The numbers of a float32, little-endian vector."""
    floats = array("f", vector)
    if sys.byteorder == "big":
        floats.byteswap()
    return floats


def norm(numbers: Iterable[float]) -> float:
    """The L2 norm."""
    return math.sqrt(math.fsum(one * one for one in numbers))


def similarity(one: Sequence[float], other: Sequence[float]) -> float:
    """As VSIM scores it: (1 + cosine) / 2, from 0, opposite, to 1, same; 0.5 where one of them is zero."""
    lengths = norm(one) * norm(other)
    if not lengths:
        return 0.5
    return (1 + math.fsum(a * b for a, b in zip(one, other, strict=True)) / lengths) / 2


def weighted_sum(terms: Sequence[tuple[float, Sequence[float]]]) -> list[float]:
    """The sum of vectors of one dimension, each brought to length one and then multiplied by its weight."""
    total = [0.0] * len(terms[0][1])
    for weight, numbers in terms:
        scale = weight / (norm(numbers) or 1.0)
        total = [one + scale * other for one, other in zip(total, numbers, strict=True)]
    return total
