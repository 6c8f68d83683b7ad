"""Write rejected rows to a file that can be corrected and loaded again, and the reasons to another."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from vsexplorer.core.errors import UsageError
from vsexplorer.core.text import sanitize
from vsexplorer.transfer.kinds import KINDS
from vsexplorer.transfer.output_file import open_to_append
from vsexplorer.transfer.rows import BadRow
from vsexplorer.transfer.streams import STDIN, plain_name


def default_path(name: str, kind: str = "") -> Path:
    """Name the file for the rejected rows of a file, in the working folder, so that ``load`` can read it.

    Args:
        name: The file that is loaded.
        kind: ``csv``, ``jsonl`` or ``parquet`` if the name does not tell.
    """
    plain = plain_name(name)
    csv = (kind or KINDS.get(plain.suffix.lower())) == "csv"
    stem = "stdin" if name == STDIN else plain.stem
    return Path(f"{stem}.rejected.{'csv' if csv else 'jsonl'}")


class Rejects:
    """The files of rejected rows and of reasons, created with the first rejected row.

    The reasons have a file of their own, with ``.reasons`` after the same name, so that the rows stay loadable.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rows: IO[bytes] | None = None
        self._reasons: IO[bytes] | None = None

    @property
    def reasons_path(self) -> Path:
        """The path of the file of reasons."""
        return self.path.with_name(f"{self.path.name}.reasons")

    def resume(self, rows: int, reasons: int) -> None:
        """Continue both files after the given numbers of bytes, from a checkpoint; 0 starts over.

        Files of an earlier load may have been corrected by hand, so they are kept with ``~`` after their names.
        """
        for path, length in ((self.path, rows), (self.reasons_path, reasons)):
            if not path.is_file() or path.is_symlink():
                continue
            if reasons == 0:
                path.replace(path.with_name(f"{path.name}~"))
            else:
                os.truncate(path, length)

    def add(self, source: str, row: BadRow, header: bytes = b"") -> None:
        """Write a rejected row; a new file begins with ``header``.

        Raises:
            UsageError: the file cannot be written.
        """
        try:
            if self._rows is None or self._reasons is None:
                fresh = not self.path.exists()
                self._rows = open_to_append(self.path)
                self._reasons = open_to_append(self.reasons_path)
                if fresh and header:
                    self._rows.write(header + b"\n")
            if row.raw:
                self._rows.write(row.raw + b"\n")
            self._reasons.write(f"{source}:{row.place}: {sanitize(row.reason)}\n".encode())
        except OSError as error:
            raise UsageError(f"Cannot write rejected rows to {self.path}: {error.strerror or error}.") from error

    def flush(self) -> tuple[int, int]:
        """Flush both files; return the bytes written of rows and of reasons.

        Raises:
            UsageError: the files cannot be written.
        """
        if self._rows is None or self._reasons is None:
            paths = (self.path, self.reasons_path)
            rows, reasons = (path.stat().st_size if path.is_file() else 0 for path in paths)
            return rows, reasons
        try:
            self._rows.flush()
            self._reasons.flush()
        except OSError as error:
            raise UsageError(f"Cannot write rejected rows to {self.path}: {error.strerror or error}.") from error
        return self._rows.tell(), self._reasons.tell()

    def close(self) -> None:
        """Close both files."""
        for file in (self._rows, self._reasons):
            if file is not None:
                file.close()
