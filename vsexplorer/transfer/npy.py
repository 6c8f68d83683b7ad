"""Read and write vectors in NumPy's file format: float numbers, one vector per row, not all in memory."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np
from numpy.lib import format as npy_format

from vsexplorer.core.errors import UsageError
from vsexplorer.transfer.elements import StoredElement


class ArrayWriter:
    """Writes float32 vectors, one per row, after the first ``rows``, which exist.

    NumPy leaves room in the header for a growing first axis, so that the header can be written again at the end.
    """

    def __init__(self, file: IO[bytes], dimension: int, rows: int = 0) -> None:
        self._file, self._dimension, self.rows = file, dimension, rows
        begin = self._write_header()
        self._file.seek(begin + 4 * dimension * rows)
        self._file.truncate()

    def write(self, elements: Sequence[StoredElement]) -> None:
        """Add the vectors of elements."""
        for element in elements:
            assert element.vector is not None
            self._file.write(element.vector.packed())
        self.rows += len(elements)

    def _write_header(self) -> int:
        """Write the header for the rows there are; return its length."""
        header = io.BytesIO()
        shape = (self.rows, self._dimension)
        npy_format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": shape})
        self._file.seek(0)
        self._file.write(header.getvalue())
        return len(header.getvalue())

    def close(self) -> None:
        """Write how many rows there are."""
        self._write_header()


class Array:
    """The rows of a two-dimensional array of float numbers, read from its file as they are needed."""

    def __init__(self, path: Path) -> None:
        """
        Raises:
            UsageError: it is not such a file.
        """
        try:
            self._rows = np.load(path, mmap_mode="r", allow_pickle=False)
            if self._rows.ndim != 2 or self._rows.dtype.kind != "f":
                raise ValueError("other numbers")
        except OSError as error:
            raise UsageError(f"Cannot read {path}: {error.strerror or error}.") from error
        except (ValueError, AttributeError) as error:
            raise UsageError(
                f"{path} is not a two-dimensional array of float numbers in NumPy's format."
            ) from error

    def row(self, number: int) -> bytes:
        """Return a row as little-endian float32.

        Raises:
            ValueError: there is no such row, or it contains a number that is not finite.
        """
        if number >= len(self._rows):
            raise ValueError(f"has no vector: the array has {len(self._rows):,} rows")
        with np.errstate(over="ignore"):
            found = np.asarray(self._rows[number], "<f4")
        if not np.isfinite(found).all():
            raise ValueError("its vector contains a number that is not finite")
        return found.tobytes()
