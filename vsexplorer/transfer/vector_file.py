"""One vector from a file: a JSON array, NumPy's format, or raw float32."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path

from vsexplorer.core.errors import UsageError
from vsexplorer.core.vectors import packed, unpacked

_NUMPY = b"\x93NUMPY"
"""The first bytes of a file in NumPy's format."""
_LARGEST = 4 * 65536 + 1024 * 1024
"""Bytes read at most: the largest vector Redis takes, with room for its numbers as text."""


def read_vector(path: str) -> bytes:
    """Read the vector in a file, as little-endian float32.

    Raises:
        UsageError: the file cannot be read, or holds something else.
    """
    place = Path(path).expanduser()
    try:
        with place.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        raise UsageError(f"Cannot read {path}: {getattr(error, 'strerror', None) or error}.") from error
    if len(content) > _LARGEST:
        raise UsageError(f"{path} is too large to hold one vector.")
    if content.startswith(_NUMPY):
        vector = _from_numpy(path, content)
    elif content.lstrip()[:1] in (b"[", b"{"):
        vector = _from_json(path, content)
    elif content and len(content) % 4 == 0:
        vector = content
    else:
        raise UsageError(
            f"{path} contains no vector.", "A vector is a JSON array of numbers, an .npy file, or raw float32."
        )
    if not all(map(math.isfinite, unpacked(vector))):
        raise UsageError(f"{path} contains a number that is not finite.")
    return vector


def _from_json(path: str, content: bytes) -> bytes:
    try:
        found = json.loads(content)
        numbers = found.get("vector") if isinstance(found, dict) else found
        if not numbers or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in numbers):
            raise ValueError("no numbers")
        return packed(numbers)
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise UsageError(
            f"{path} is not a JSON array of numbers.", 'An object with such an array as "vector" is also possible.'
        ) from error


def _from_numpy(path: str, content: bytes) -> bytes:
    import numpy as np

    try:
        found = np.load(io.BytesIO(content), allow_pickle=False)
        if found.dtype.kind != "f" or not found.size or found.size != max(found.shape, default=0):
            raise ValueError("more than one vector")
    except (ValueError, EOFError, OSError, AttributeError) as error:
        raise UsageError(f"{path} is not an .npy file with one vector of float numbers.") from error
    with np.errstate(over="ignore"):
        vector: bytes = found.astype("<f4").tobytes()
    return vector
