"""A program in a pseudo-terminal, with the time of everything it writes."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

QUIET = 0.25
"""Seconds without output after which a program is taken to have finished drawing."""
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK = os.sysconf("SC_CLK_TCK")


class Terminal:
    """Runs a program with a terminal of 120 by 36 cells."""

    def __init__(self, command: Sequence[str], columns: int = 120, rows: int = 36) -> None:
        self.started = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", TEXTUAL_FPS="120")
            os.execv(command[0], list(command))
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(self.pid, signal.SIGTERM)
        time.sleep(0.3)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._fd)

    def wait_for(self, text: bytes, patience: float = 60.0) -> float:
        """Seconds from the start of the program until it has written ``text``."""
        seen = b""
        deadline = time.perf_counter() + patience
        while text not in seen:
            if not self._ready(deadline - time.perf_counter()):
                sys.exit(f"never seen on the screen: {text!r}; last: {seen[-2000:]!r}")
            try:
                seen += os.read(self._fd, 65536)
            except OSError:
                sys.exit(f"the program ended; it wrote: {seen[-2000:]!r}")
        return time.perf_counter() - self.started

    def settle(self, quiet: float = 1.0) -> None:
        """Read until nothing more comes."""
        while self._ready(quiet):
            os.read(self._fd, 65536)

    def press(self, keys: bytes) -> float:
        """Milliseconds from a key until the last thing drawn because of it."""
        pressed = time.perf_counter()
        os.write(self._fd, keys)
        last = pressed
        while self._ready(QUIET):
            os.read(self._fd, 65536)
            last = time.perf_counter()
        return (last - pressed) * 1000

    def type(self, keys: bytes, pause: float) -> float:
        """Type keys with a pause after each; return milliseconds from the last one until all is drawn."""
        for key in keys[:-1]:
            os.write(self._fd, bytes([key]))
            until = time.perf_counter() + pause
            while self._ready(until - time.perf_counter()):
                os.read(self._fd, 65536)
        return self.press(keys[-1:])

    def hold(self, key: bytes, every: float, goal: int, place: bytes) -> tuple[list[float], int, float]:
        """Hold a key down until a number on the screen has reached a goal.

        Args:
            key: What the key sends.
            every: Seconds between its repetitions.
            goal: The number to reach.
            place: A pattern whose group is the number, with thousands separated by commas.

        Returns:
            Seconds between two pictures, the number reached, and seconds in all.
        """
        gaps: list[float] = []
        reached, seen = 0, b""
        began = last = following = time.perf_counter()
        while reached < goal:
            now = time.perf_counter()
            if now >= following:
                os.write(self._fd, key)
                following += every
            if self._ready(max(0.0, following - time.perf_counter())):
                seen = seen[-2_000:] + os.read(self._fd, 65536)
                now = time.perf_counter()
                gaps.append(now - last)
                last = now
                if found := re.findall(place, seen):
                    reached = max(reached, int(found[-1].replace(b",", b"")))
            elif now - last > 60:
                sys.exit(f"nothing was drawn for a minute; reached {reached:,}")
        return gaps, reached, time.perf_counter() - began

    def processor_seconds(self) -> float:
        """Processor time the program has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def resident_bytes(self) -> int:
        """Memory the program holds."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * _PAGE

    def _ready(self, patience: float) -> bool:
        return bool(select.select([self._fd], [], [], max(0.0, patience))[0])
