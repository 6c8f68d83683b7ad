"""The projection of REDUCE, computed by the client.

Redis multiplies a vector of ``n`` dimensions by the first rows of a Hadamard matrix and by ``1 / sqrt(n)``: row
``i``, column ``j`` is -1 where ``i & j`` has an odd number of bits, else 1 (``vset.c`` of Redis 8; tests compare
with real servers).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vsexplorer.core.matrix import Matrix


def project(vector: Sequence[float], dimension: int) -> list[float]:
    """Project a vector to ``dimension`` numbers, as REDUCE does."""
    import numpy as np

    found: list[float] = (_matrix(dimension, len(vector)) @ np.asarray(vector, np.float64)).tolist()
    return found


def lift(reduced: Sequence[float], input_dimension: int) -> list[float]:
    """Return the shortest vector that REDUCE projects to ``reduced``, so that it can be added to such a set again.

    It is the projection's pseudoinverse times ``reduced``.
    """
    import numpy as np

    found: list[float] = (_inverse(len(reduced), input_dimension) @ np.asarray(reduced, np.float64)).tolist()
    return found


def _matrix(dimension: int, input_dimension: int) -> Matrix:
    import numpy as np

    size = 1 << max(dimension - 1, input_dimension - 1, 0).bit_length()
    signs = np.ones((1, 1), np.int8)
    while len(signs) < size:
        signs = np.block([[signs, signs], [signs, -signs]])
    projection: Matrix = signs[:dimension, :input_dimension] / np.sqrt(input_dimension)
    return projection


@lru_cache(maxsize=2)
def _inverse(dimension: int, input_dimension: int) -> Matrix:
    import numpy as np

    projection = _matrix(dimension, input_dimension)
    # The rows of a truncated Hadamard matrix may be linearly dependent.
    inverse: Matrix = np.linalg.pinv(projection)
    return inverse
