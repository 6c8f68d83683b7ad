"""Rejected rows: a file of them that can be loaded again once mended, and one that says why."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from vsexplorer.errors import UsageError
from vsexplorer.text import sanitize
from vsexplorer.transfer.rows import BadRow


class Rejects:
    """Both files are made with the first rejected row.

    The reasons stand in a file of their own, with the same name and ``.reasons``, so that the rows stay loadable.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rows: IO[bytes] | None = None
        self._reasons: IO[str] | None = None

    @property
    def reasons_path(self) -> Path:
        """Where the reasons stand."""
        return self.path.with_name(f"{self.path.name}.reasons")

    def resume(self, length: int) -> None:
        """Go on behind the rows that a checkpoint knows of; 0 begins anew."""
        if length == 0:
            self.path.unlink(missing_ok=True)
            self.reasons_path.unlink(missing_ok=True)
        elif self.path.is_file():
            with self.path.open("r+b") as rows:
                rows.truncate(length)

    def add(self, source: str, row: BadRow, header: bytes = b"") -> None:
        """Write a row down; ``header`` stands at the top of a new file.

        Raises:
            UsageError: the file cannot be written.
        """
        try:
            if self._rows is None or self._reasons is None:
                fresh = not self.path.exists()
                self._rows = self.path.open("ab")
                self._reasons = self.reasons_path.open("a", encoding="utf-8")
                if fresh and header:
                    self._rows.write(header + b"\n")
            if row.raw:
                self._rows.write(row.raw + b"\n")
            self._reasons.write(f"{source}:{row.place}: {sanitize(row.reason)}\n")
        except OSError as error:
            raise UsageError(f"Cannot write rejected rows to {self.path}: {error.strerror or error}.") from error

    def flush(self) -> int:
        """Bytes of rejected rows that are safely on their way to the disk."""
        if self._rows is None or self._reasons is None:
            return self.path.stat().st_size if self.path.is_file() else 0
        try:
            self._rows.flush()
            self._reasons.flush()
        except OSError as error:
            raise UsageError(f"Cannot write rejected rows to {self.path}: {error.strerror or error}.") from error
        return self._rows.tell()

    def close(self) -> None:
        """Close both files."""
        for file in (self._rows, self._reasons):
            if file is not None:
                file.close()
