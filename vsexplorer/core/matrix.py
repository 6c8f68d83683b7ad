"""Matrices of vectors, a row each; numpy is imported when one is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    type Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]
    type Row = np.ndarray[tuple[int], np.dtype[np.float64]]
    type Floats = np.ndarray[tuple[int, int], np.dtype[np.float32]]
    """Rows of float32: half of the memory, and twice as fast."""
    type Row32 = np.ndarray[tuple[int], np.dtype[np.float32]]
    type Places = np.ndarray[tuple[int, int], np.dtype[np.int64]]
    """Indexes of rows."""
    type Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]


def normalized[Rows: (Matrix, Floats)](rows: Rows) -> Rows:
    """Return rows of length one, of the same type; rows of zeros stay zeros."""
    import numpy as np

    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, np.where(lengths > 0, lengths, 1), dtype=rows.dtype)
