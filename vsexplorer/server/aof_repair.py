"""Repair an append-only file that has ``VADD … CAS`` commands, which Redis aborts on when it reads the file.

``python -m vsexplorer.server.aof_repair FILE`` removes the CAS arguments, which only say how an element was added,
and keeps the original as ``FILE.before-repair``. Commands in the file are arrays of bulk strings (RESP).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO


def repair(path: Path) -> int:
    """Remove CAS from the VADD commands of a file; return how many were changed.

    Raises:
        OSError: the file cannot be read or written.
        ValueError: the file is damaged; nothing was changed.
    """
    changed = 0
    part = path.with_name(f"{path.name}.repaired")
    with path.open("rb") as source, part.open("xb") as target:
        try:
            for command in _commands(source):
                kept = _without_cas(command)
                changed += len(kept) != len(command)
                target.write(_encoded(kept))
            target.flush()
            os.fsync(target.fileno())
        except BaseException:
            part.unlink()
            raise
    path.rename(path.with_name(f"{path.name}.before-repair"))
    part.rename(path)
    return changed


def _commands(source: IO[bytes]) -> Iterator[list[bytes]]:
    while line := source.readline():
        if line.startswith(b"#"):
            # A time annotation, which Redis ignores.
            continue
        yield [_string(source) for _ in range(_number(line, b"*"))]


def _string(source: IO[bytes]) -> bytes:
    length = _number(source.readline(), b"$")
    found = source.read(length + 2)
    if len(found) != length + 2 or not found.endswith(b"\r\n"):
        raise ValueError("a string is cut off")
    return found[:-2]


def _number(line: bytes, kind: bytes) -> int:
    if not line.startswith(kind) or not line.endswith(b"\r\n"):
        raise ValueError(f"not a command: {line[:20]!r}")
    return int(line[1:-2])


def _without_cas(command: list[bytes]) -> list[bytes]:
    """VADD key [REDUCE dim] FP32 blob | VALUES n number… element [CAS] …: options follow the element."""
    if command[0].upper() != b"VADD":
        return command
    place = 2
    if command[place].upper() == b"REDUCE":
        place += 2
    place += 2 if command[place].upper() == b"FP32" else 2 + int(command[place + 1])
    head, options = command[: place + 1], command[place + 1 :]
    kept: list[bytes] = []
    while options:
        width = 2 if options[0].upper() in (b"EF", b"M", b"SETATTR") else 1
        if options[0].upper() != b"CAS":
            kept += options[:width]
        options = options[width:]
    return [*head, *kept]


def _encoded(command: list[bytes]) -> bytes:
    parts = [b"*%d\r\n" % len(command), *(b"$%d\r\n%b\r\n" % (len(one), one) for one in command)]
    return b"".join(parts)


if __name__ == "__main__":
    print(f"{repair(Path(sys.argv[1])):,} commands repaired")
