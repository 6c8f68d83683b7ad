"""``python -m benchmarks.quality``: what measuring recall costs others: the person who types, and other clients."""

from __future__ import annotations

import os
import statistics
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import redis

from benchmarks.__main__ import _PYTHON, report
from benchmarks.data import DIMENSION, bench_server
from benchmarks.terminal import Terminal

_KEY = "bench:small"
_SIZE = 20_000
_REST = 2.5
"""Seconds without a key, after which recall is being measured."""
_EDITS = 20
_LISTENED = 12.0


def main() -> None:
    """Print both ratios."""
    with bench_server() as socket:
        fill(redis.Redis(unix_socket_path=str(socket)))
        program = [str(Path(_PYTHON).parent / "vsexplorer"), "-s", str(socket), _KEY]
        typing(program)
        others(program, socket)


def fill(client: Any) -> None:
    """Make the set, once."""
    if client.execute_command("VCARD", _KEY) == _SIZE:
        return
    client.delete(_KEY)
    random = np.random.default_rng(2)
    centres = random.normal(size=(200, DIMENSION))
    pipe = client.pipeline(transaction=False)
    for place in range(_SIZE):
        vector = (centres[place % 200] + random.normal(size=DIMENSION)).astype("<f4").tobytes()
        pipe.execute_command("VADD", _KEY, "FP32", vector, f"e{place}", "SETATTR", f'{{"year": {place % 100}}}')
        if place % 500 == 499:
            pipe.execute()
    pipe.execute()


def typing(program: list[str]) -> None:
    """From a key to painted results, pressed while recall is being measured, and with measuring turned off."""
    config = Path(os.environ.get("XDG_CONFIG_HOME", Path.home() / ".config")) / "vsexplorer-bench"
    times: dict[bool, list[float]] = {}
    for measures in (False, True):
        home = config / str(measures)
        (home / "vsexplorer").mkdir(parents=True, exist_ok=True)
        (home / "vsexplorer" / "config.toml").write_text(f"measure = {str(measures).lower()}\n")
        os.environ["XDG_CONFIG_HOME"] = str(home)
        with Terminal(program) as terminal:
            terminal.wait_for(b"all-MiniLM-L6-v2")
            terminal.settle()
            terminal.press(b"a")
            found = []
            for number in range(_EDITS):
                time.sleep(_REST)
                found.append(terminal.press(b"b" if number % 2 else b"\x7f"))
            times[measures] = found
    report("query edit while measuring, ms", statistics.median(times[True]), statistics.median(times[False]))


def others(program: list[str], socket: Path) -> None:
    """VSIM of another client, while the quality screen measures and while nothing does."""
    alone = _listen(socket)
    with Terminal(program) as terminal:
        terminal.wait_for(b"all-MiniLM-L6-v2")
        terminal.press(b"science")
        terminal.press(b"\r")
        terminal.press(b"M")
        beside = _listen(socket)
    report("VSIM of another client, p95, ms", _p95(beside), _p95(alone))


def _listen(socket: Path) -> list[float]:
    client: Any = redis.Redis(unix_socket_path=str(socket))
    random = np.random.default_rng(3)
    found: list[float] = []
    ended = threading.Event()
    threading.Timer(_LISTENED, ended.set).start()
    while not ended.is_set():
        vector = random.normal(size=DIMENSION).astype("<f4").tobytes()
        started = time.perf_counter()
        client.execute_command("VSIM", _KEY, "FP32", vector, "COUNT", 10)
        found.append((time.perf_counter() - started) * 1000)
        time.sleep(0.01)
    return found


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


if __name__ == "__main__":
    os.chdir(Path(__file__).parent.parent)
    main()
