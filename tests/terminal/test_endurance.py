"""Hours of use in minutes: servers killed under a screen, and memory while somebody types."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.support.command import PROGRAM
from tests.support.servers import RedisServer, fill
from tests.support.tmux import Terminal

_KILLS = 30
_MINUTES = float(os.environ.get("VSEXPLORER_TYPING_MINUTES", "15"))
_WORDS = [
    "women",
    "in",
    "science",
    "who",
    "loved",
    "music",
    "and",
    "mathematics",
    "far",
    "from",
    "home",
    "during",
    "long",
    "winters",
]
_MOST_GROWTH = 120 << 20
"""Bytes by which a screen may grow: onnxruntime's arena and the vectors remembered of 512 texts level off below."""


def memory(process: int) -> int:
    """The resident memory of a process, in bytes."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.slow
def test_a_screen_survives_thirty_kills_of_its_server(newest_binary: Path) -> None:
    with RedisServer(newest_binary) as server:
        fill(server.client(), "k", [("element 0", (1.0, 0.0), None)])
        with Terminal(PROGRAM, "k", *server.options) as terminal:
            terminal.until("1 of 1 element")
            for kill in range(1, _KILLS + 1):
                server.stop(kill=True)
                terminal.until("disconnected")
                server.start()
                fill(server.client(), "k", [(f"element {number}", (1.0, 0.0), None) for number in range(kill + 1)])
                terminal.until(f"{kill + 1} of {kill + 1} elements")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_memory_levels_off_while_somebody_types(newest: RedisServer) -> None:
    chance = random.Random(5)
    elements = [(f"element {number}", [chance.gauss(0, 1) for _ in range(384)], None) for number in range(500)]
    fill(newest.client(), "k", elements)
    with Terminal(PROGRAM, "k", *newest.options) as terminal:
        terminal.until("of 500 elements")
        process = terminal.process_id("vsexplorer")
        taken = []
        end = time.monotonic() + 60 * _MINUTES
        while time.monotonic() < end:
            terminal.type(" ".join(chance.choices(_WORDS, k=6)))
            terminal.press("C-u")
            taken.append(memory(process))
        first = taken[min(len(taken) - 1, 10)]
        assert max(taken) - first < _MOST_GROWTH
        later = taken[len(taken) // 2 :]
        assert max(later) - min(later) < _MOST_GROWTH / 3, "no steady growth in the second half"
        os.kill(process, signal.SIGTERM)
        terminal.until("[status")
