"""Read and write vectors in NumPy's file format, version 1.0: float32, one per row, not all in memory."""

from __future__ import annotations

import ast
import math
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from vsexplorer.core.errors import UsageError
from vsexplorer.transfer.elements import StoredElement

_HEADER = 128
"""Bytes before the numbers, enough for any number of rows, so that it can be written again at the end."""
_LONGEST_HEADER = 10 + 0xFFFF
MAGIC = b"\x93NUMPY\x01\x00"
"""The first bytes of such a file."""


def parse_header(start: bytes) -> tuple[dict[str, Any], int]:
    """Parse the header of such a file; return it and the offset of the numbers.

    Raises:
        ValueError, SyntaxError: it is not such a file.
    """
    length = int.from_bytes(start[8:10], "little")
    header = ast.literal_eval(start[10 : 10 + length].decode("latin-1").strip())
    if not start.startswith(MAGIC) or not isinstance(header, dict):
        raise ValueError("another format")
    return header, 10 + length


class ArrayWriter:
    """Writes vectors, one per row, after the first ``rows``, which exist."""

    def __init__(self, file: IO[bytes], dimension: int, rows: int = 0) -> None:
        self._file, self._dimension, self.rows = file, dimension, rows
        self._header()
        self._file.seek(_HEADER + 4 * dimension * rows)
        self._file.truncate()

    def write(self, elements: Sequence[StoredElement]) -> None:
        """Add their vectors."""
        for element in elements:
            assert element.vector is not None
            self._file.write(element.vector.packed())
        self.rows += len(elements)

    def _header(self) -> None:
        shape = f"({self.rows}, {self._dimension})"
        words = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".encode()
        self._file.seek(0)
        length = (_HEADER - len(MAGIC) - 2).to_bytes(2, "little")
        self._file.write(MAGIC + length + words.ljust(_HEADER - len(MAGIC) - 3) + b"\n")

    def close(self) -> None:
        """Write how many rows there are."""
        self._header()


class Array:
    """The rows of such a file."""

    def __init__(self, path: Path) -> None:
        """
        Raises:
            UsageError: it is not such a file.
        """
        try:
            self._file = path.open("rb")
            header, self._begin = parse_header(self._file.read(_LONGEST_HEADER))
            self.rows, self.dimension = map(int, header["shape"])
            if header["descr"] != "<f4" or header["fortran_order"]:
                raise ValueError("other numbers")
        except OSError as error:
            raise UsageError(f"Cannot read {path}: {error.strerror or error}.") from error
        except (ValueError, KeyError, TypeError, SyntaxError) as error:
            raise UsageError(f"{path} is not a two-dimensional array of float32 in NumPy's format.") from error

    def row(self, number: int) -> bytes:
        """One row: float32, little-endian.

        Raises:
            ValueError: there is no such row, or it contains a number that is not finite.
        """
        size = 4 * self.dimension
        self._file.seek(self._begin + number * size)
        found = self._file.read(size) if number < self.rows else b""
        if len(found) < size:
            raise ValueError(f"has no vector: the array has {self.rows:,} rows")
        if not math.isfinite(sum(array("f", found))):
            raise ValueError("its vector contains a number that is not finite")
        return found
