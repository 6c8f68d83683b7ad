"""Read bytes from plain, gzip or zstd files, or standard input, and track the position."""

from __future__ import annotations

import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from vsexplorer.core.errors import UsageError

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_COMPRESSED = (".gz", ".zst", ".zstd")
STDIN = "-"


@dataclass(slots=True)
class Stream:
    """A file being read."""

    content: IO[bytes]
    """Decompressed."""
    _raw: Any
    _plain: bool
    size: int | None
    """Size of the file on disk; ``None`` if unknown."""

    @property
    def done(self) -> int:
        """Bytes of the file on disk that have been read; if it is compressed, including those read ahead."""
        if self.size is None:
            return 0
        return int((self.content if self._plain else self._raw).tell())

    def peek(self, number: int) -> bytes:
        """The first bytes, without reading on."""
        start: bytes = self.content.peek(number)[:number]  # type: ignore[attr-defined]
        return start


@contextmanager
def open_stream(name: str) -> Iterator[Stream]:
    """Open a file, or standard input for ``-``.

    Raises:
        UsageError: there is no such file, it cannot be read, or the package to decompress it is not installed.
    """
    try:
        raw = io.FileIO(sys.stdin.fileno(), closefd=False) if name == STDIN else io.FileIO(name)
    except OSError as error:
        raise UsageError(f"Cannot read {name}: {error.strerror or error}.") from error
    try:
        size = os.fstat(raw.fileno()).st_size if name != STDIN else None
        buffered: io.BufferedReader = io.BufferedReader(raw, 1 << 17)
        content = _decompressed(buffered, name)
        yield Stream(content, raw, content is buffered, size)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UsageError(f"{name} is damaged or ends too early: {error}.") from error
    except OSError as error:
        raise UsageError(f"Cannot read {name}: {error.strerror or error}.") from error
    finally:
        raw.close()


def plain_name(name: str) -> Path:
    """Return the name without the suffix of its compression."""
    path = Path(name)
    return path.with_suffix("") if path.suffix.lower() in _COMPRESSED else path


def _decompressed(buffered: io.BufferedReader, name: str) -> IO[bytes]:
    start = buffered.peek(4)[:4]
    if start.startswith(_GZIP):
        return io.BufferedReader(gzip.GzipFile(fileobj=buffered), 1 << 17)
    if start == _ZSTD:
        try:
            import zstandard
        except ImportError as error:
            hint = "To read it: pip install 'vsexplorer[zstd]'"
            raise UsageError(f"{name} is compressed with zstd, which needs the zstandard package.", hint) from error
        return io.BufferedReader(_Zstd(buffered, zstandard), 1 << 17)
    return buffered


class _Zstd(io.RawIOBase):
    """Decompresses a zstd file frame by frame; unlike the library's own reader, it detects a truncated file."""

    def __init__(self, packed: IO[bytes], zstandard: Any) -> None:
        self._packed = packed
        self._zstandard = zstandard
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._begun = False
        self._ready = b""

    def readable(self) -> bool:
        """Return ``True``."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; 0 is the end."""
        while not self._ready:
            chunk = self._packed.read(1 << 17)
            if not chunk:
                if self._begun and not self._frame.eof:
                    raise EOFError("the last frame is incomplete")
                return 0
            try:
                self._ready = self._unpacked(chunk)
            except self._zstandard.ZstdError as error:
                raise OSError(str(error)) from error
        number = min(len(buffer), len(self._ready))
        buffer[:number] = self._ready[:number]
        self._ready = self._ready[number:]
        return number

    def _unpacked(self, chunk: bytes) -> bytes:
        found = b""
        while chunk:
            if self._frame.eof:
                self._frame = self._zstandard.ZstdDecompressor().decompressobj()
            self._begun = True
            found += self._frame.decompress(chunk)
            chunk = self._frame.unused_data if self._frame.eof else b""
        return found
