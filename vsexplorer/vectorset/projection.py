"""The projection of REDUCE, worked out on our side.

Redis multiplies a vector of ``n`` dimensions by the first rows of a Hadamard matrix and by ``1 / sqrt(n)``: row
``i``, column ``j`` is -1 where ``i & j`` has an odd number of bits, else 1 (``vset.c`` of Redis 8; tests compare
with real servers). That is the beginning of a fast Walsh-Hadamard transform.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

_PRECISION = 1e-12
_MOST_STEPS = 500


def project(vector: Sequence[float], dimension: int) -> list[float]:
    """What REDUCE makes of a vector: ``dimension`` numbers."""
    return _transform(vector, len(vector), dimension)


def lift(reduced: Sequence[float], input_dimension: int) -> list[float]:
    """The shortest vector that REDUCE makes ``reduced`` of, so that it can be added to such a set again.

    Found by conjugate gradients on ``P Pᵀ z = reduced``, then ``x = Pᵀ z``.
    """
    z = [0.0] * len(reduced)
    rest = list(reduced)
    direction = list(rest)
    size = _dot(rest, rest)
    enough = size * _PRECISION**2
    for _ in range(_MOST_STEPS):
        if size <= enough:
            break
        image = project(_transform(direction, input_dimension, input_dimension), len(reduced))
        step = size / (_dot(direction, image) or 1.0)
        z = [one + step * other for one, other in zip(z, direction, strict=True)]
        rest = [one - step * other for one, other in zip(rest, image, strict=True)]
        size, before = _dot(rest, rest), size
        direction = [one + size / before * other for one, other in zip(rest, direction, strict=True)]
    return _transform(z, input_dimension, input_dimension)


def _transform(vector: Sequence[float], input_dimension: int, wanted: int) -> list[float]:
    length = 1 << max(len(vector) - 1, wanted - 1, input_dimension - 1, 0).bit_length()
    numbers = [*vector, *([0.0] * (length - len(vector)))]
    half = 1
    while half < length:
        for start in range(0, length, 2 * half):
            for place in range(start, start + half):
                one, other = numbers[place], numbers[place + half]
                numbers[place], numbers[place + half] = one + other, one - other
        half *= 2
    scale = 1 / math.sqrt(input_dimension)
    return [one * scale for one in numbers[:wanted]]


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))
