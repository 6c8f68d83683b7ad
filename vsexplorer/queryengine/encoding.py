"""Encode vectors as the fields of indexes hold them, and read them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vsexplorer.core.errors import CommandRefused

if TYPE_CHECKING:
    import numpy as np

    from vsexplorer.core.matrix import Row32

_TYPES = {"FLOAT32": "<f4", "FLOAT64": "<f8", "FLOAT16": "<f2", "INT8": "<i1", "UINT8": "<u1"}


def encode(vector: bytes, data_type: str) -> bytes:
    """Return a float32 vector in the type of a field.

    Raises:
        CommandRefused: the type is not known.
    """
    import numpy as np

    numbers = np.frombuffer(vector, "<f4")
    if data_type == "BFLOAT16":
        return _bfloat16(numbers)
    if data_type not in _TYPES:
        raise CommandRefused(f"Vectors of the type {data_type} are not known.")
    if data_type in ("INT8", "UINT8"):
        limits = np.iinfo(_TYPES[data_type])
        numbers = np.clip(np.rint(numbers), limits.min, limits.max)
    return numbers.astype(_TYPES[data_type]).tobytes()


def decode(stored: bytes, data_type: str) -> Row32:
    """Return a stored vector as float32.

    Raises:
        CommandRefused: the type is not known, or the length is no multiple of its size.
    """
    import numpy as np

    try:
        if data_type == "BFLOAT16":
            halves = np.frombuffer(stored, "<u2").astype("<u4") << 16
            return halves.view("<f4")
        return np.frombuffer(stored, _TYPES[data_type]).astype("<f4")
    except (KeyError, ValueError) as error:
        raise CommandRefused(f"A vector of {len(stored):,} bytes is not of the type {data_type}.") from error


def similarity(distance: float, metric: str) -> float:
    """Return the similarity for the distance that the engine gives.

    For COSINE it is that of vector sets, (1 + cosine) / 2; for IP, whose distance is 1 - product, the same formula;
    for L2, whose distance is the squared one, 1 / (1 + distance).
    """
    return 1 / (1 + distance) if metric == "L2" else 1 - distance / 2


def _bfloat16(numbers: np.ndarray[tuple[int], np.dtype[np.float32]]) -> bytes:
    """Round to the upper halves of float32, to even."""

    bits = numbers.astype("<f4").view("<u4").astype("<u8")
    rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
    return bytes(rounded.astype("<u2").tobytes())
