"""Output files that get their names once they are complete.

A file is written as ``NAME.part`` in the same folder. A part file is never opened through a link, nor while another
process writes it. Anything that is not a regular file, such as a pipe or a device, is written to directly.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from pathlib import Path
from typing import IO

from vsexplorer.core.errors import UsageError


def is_stream(path: Path) -> bool:
    """Return whether the path exists and is not a regular file: a pipe, a device or a socket."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def part_of(path: Path) -> Path:
    """Return the path of the part file: next to the file, or next to the file that a symbolic link points to."""
    real = path.resolve() if path.is_symlink() else path
    return real.with_name(f"{real.name}.part")


class OutputFile:
    """A file while it is written.

    Args:
        path: Its name; through a symbolic link, that of the file the link leads to.
        resume: Continue the part file of an interrupted run.

    Raises:
        UsageError: the part file is a link, not a regular file of the user, or being written by another process.
        OSError: it cannot be written.
    """

    def __init__(self, path: Path, resume: bool) -> None:
        self.path = path.resolve() if path.is_symlink() else path
        self.part = part_of(path)
        self.file: IO[bytes] = _open_part(self.part, resume)

    def commit(self) -> None:
        """Rename the part file to the final name, replacing any existing file."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.part.replace(self.path)

    def close(self) -> None:
        """Close the file; a part file stays."""
        self.file.close()


def open_to_append(path: Path) -> IO[bytes]:
    """Open a file to add to it; a regular file never through a link.

    Raises:
        UsageError: it is a link.
        OSError: it cannot be written.
    """
    if is_stream(path):
        return path.open("ab")
    if path.is_symlink():
        raise UsageError(f"{path} is a link, which is not followed.", "Remove it, or name another file.")
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, 0o666), "ab")


def replace_text(path: Path, text: str) -> None:
    """Replace a small text file as a whole; never through a link.

    Raises:
        OSError: it cannot be written.
    """
    fresh = path.with_name(f"{path.name}.new")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666), "w") as file:
        file.write(text)
    fresh.replace(path)


def _open_part(part: Path, resume: bool) -> IO[bytes]:
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        found = os.lstat(part)
    except FileNotFoundError:
        return _locked(part, os.open(part, flags | os.O_CREAT | os.O_EXCL, 0o666))
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1 or found.st_uid != os.geteuid():
        raise UsageError(
            f"Cannot use {part}: it is a link, or not a file that you own.", "Remove it, or name another file."
        )
    file = _locked(part, os.open(part, flags))
    if not resume:
        file.truncate()
    return file


def _locked(part: Path, descriptor: int) -> IO[bytes]:
    file = os.fdopen(descriptor, "r+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise UsageError(f"Another process is writing {part}.", "Wait for it, or name another file.") from None
    return file
