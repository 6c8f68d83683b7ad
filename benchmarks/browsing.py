"""``python -m benchmarks.browsing``: any place of a set of 1,000,000 elements, against bare VRANGE.

(a) jumping to a name, with the attributes one sees, and a page back from there, (b) turning a page on the screen,
(c) scrolling 200,000 rows with a key held down, (d) memory after that, against the same screen on the demo set.
Then (e) listing 20,000 vector sets among 300,000 other keys, against a bare SCAN with the same commands about each.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import redis

from benchmarks.__main__ import _bare, _keys, report
from benchmarks.data import MANY, MANY_KEY, SETS, many_name, many_sets_server, million_server
from benchmarks.terminal import Terminal
from vsexplorer.core import paths
from vsexplorer.server.node_connection import NodeConnection
from vsexplorer.server.target import Target
from vsexplorer.services.browse import PAGE, Browser
from vsexplorer.vectorset.store import VectorSetStore

_JUMPS = 200
_VISIBLE = 30
"""Rows of a terminal of 36 lines."""
_SCROLLED = 200_000
_REPEAT = 1 / 30
"""Seconds between the presses of a key held down."""


def main() -> None:
    """Print all ratios."""
    with million_server() as socket:
        vrange = asyncio.run(jumps(socket))
        explorer = [str(Path(sys.executable).parent / "vsexplorer"), "-s", str(socket), MANY_KEY]
        turning(explorer, vrange)
        held = scrolling(explorer)
        report("memory, MiB", held / 2**20, demo_memory(socket) / 2**20)
    with many_sets_server() as socket:
        listing(socket)


async def jumps(socket: Path) -> float:
    """(a) Returns the median of the bare round trip, in milliseconds."""
    store = await VectorSetStore.open(NodeConnection(Target(socket=str(socket))))
    info = await store.info(MANY_KEY.encode())
    client: Any = redis.Redis(unix_socket_path=str(socket))
    chosen = random.Random(3)
    ours, back, floor = [], [], []
    for _ in range(_JUMPS):
        name = many_name(chosen.randrange(MANY)).encode()
        began = time.perf_counter()
        browser = Browser(store, info)
        place = await browser.jump(name)
        await browser.attributes(browser.names[place : place + _VISIBLE])
        ours.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        await browser.extend_back()
        back.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        names = client.execute_command("VRANGE", MANY_KEY, b"[" + name, "+", PAGE)
        pipe = client.pipeline(transaction=False)
        for one in names[:_VISIBLE]:
            pipe.execute_command("VGETATTR", MANY_KEY, one)
        pipe.execute()
        floor.append((time.perf_counter() - began) * 1000)
    await store.close()
    bare = statistics.median(floor)
    report("a page at any place, p50, ms", statistics.median(ours), bare)
    report("a page back from there, p50, ms", statistics.median(back), bare)
    return bare


def turning(explorer: list[str], vrange: float) -> None:
    """(b) A page on the screen, at ten places of the set."""
    with Terminal(_bare("rows")) as terminal:
        terminal.wait_for(b"painted")
        terminal.settle()
        repaint = statistics.median(terminal.press(key) for key in _keys())
    times = []
    chosen = random.Random(4)
    with Terminal(explorer) as terminal:
        _browse(terminal)
        for _ in range(10):
            terminal.press(b"/")
            terminal.press(b"\x15" + many_name(chosen.randrange(MANY)).encode())
            terminal.press(b"\r")
            times += [terminal.press(b"\x1b[6~") for _ in range(5)]
    parts = f"({vrange:.1f} + {repaint:.1f})"
    report("a page on the screen, p50, ms", statistics.median(times), vrange + repaint, parts)


def scrolling(explorer: list[str]) -> int:
    """(c) Returns the bytes the explorer holds afterwards."""
    with Terminal(explorer) as terminal:
        _browse(terminal)
        gaps, rows, seconds = terminal.hold(b"\x1b[6~", _REPEAT, _SCROLLED, rb"([\d,]+) of 1,000,000")
        gaps.sort()
        print(
            f"scrolled {rows:,} rows in {seconds:.0f} s with a key held down: between two pictures "
            f"p50 {gaps[len(gaps) // 2] * 1000:.0f} ms, p99 {gaps[int(len(gaps) * 0.99)] * 1000:.0f} ms, "
            f"longest {gaps[-1] * 1000:.0f} ms"
        )
        return terminal.resident_bytes()


def demo_memory(socket: Path) -> int:
    """(d) The bytes held where the demo set was browsed."""
    program = str(Path(sys.executable).parent / "vsexplorer")
    server = ["-s", str(socket), "-n", "1"]
    subprocess.run([program, "load", "people", str(paths.people_file()), *server], check=True, capture_output=True)
    with Terminal([program, *server, "people"]) as terminal:
        _browse(terminal)
        for _ in range(20):
            terminal.press(b"\x1b[6~")
        return terminal.resident_bytes()


def _browse(terminal: Terminal) -> None:
    terminal.wait_for(b"elements")
    terminal.settle()
    terminal.press(b"\x1b")
    terminal.press(b"b")
    terminal.settle()


def listing(socket: Path) -> None:
    """(e) From the key that opens the list to its last set."""
    client: Any = redis.Redis(unix_socket_path=str(socket), protocol=2)
    began = time.perf_counter()
    cursor, found = 0, 0
    while True:
        cursor, keys = client.scan(cursor, count=1_000, _type="vectorset")
        pipe = client.pipeline(transaction=False)
        for key in keys:
            pipe.execute_command("VINFO", key)
            pipe.memory_usage(key)
        pipe.execute()
        found += len(keys)
        if not cursor:
            break
    floor = time.perf_counter() - began
    with Terminal([str(Path(sys.executable).parent / "vsexplorer"), "-s", str(socket), "set 0"]) as terminal:
        terminal.wait_for(b"VRANGE")
        terminal.settle()
        terminal.press(b"\r")
        took = terminal.press(b"o")
    assert found == SETS
    report("20,000 sets listed, ms", took, floor * 1000)


if __name__ == "__main__":
    main()
