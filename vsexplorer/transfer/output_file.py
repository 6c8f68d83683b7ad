"""Files that appear under their names once they are whole.

A file grows as ``NAME.part`` in the same folder. A part file is never opened through a link, nor while another
process writes it. What is no regular file, such as a pipe or a device, is written to directly.
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
    """Whether something stands there that is no regular file: a pipe, a device, a socket."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def part_of(path: Path) -> Path:
    """Where a file grows: beside it, or beside the file that a symbolic link leads to."""
    real = path.resolve() if path.is_symlink() else path
    return real.with_name(f"{real.name}.part")


class OutputFile:
    """A file while it is written.

    Args:
        path: Its name; through a symbolic link, that of the file the link leads to.
        resume: Go on with a part file that an interrupted run has left.

    Raises:
        UsageError: the part file is a link or something else that is no file of one's own, or is being written.
        OSError: it cannot be written.
    """

    def __init__(self, path: Path, resume: bool) -> None:
        self.path = path.resolve() if path.is_symlink() else path
        self.part = part_of(path)
        self.file: IO[bytes] = _open_part(self.part, resume)

    def commit(self) -> None:
        """Give the file its name, in place of whatever had it."""
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
            f"{part} is in the way: it is a link, or no file of yours.", "Remove it, or name another file."
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
