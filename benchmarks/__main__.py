"""``python -m benchmarks``: the explorer against the sum of its unavoidable parts."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import redis

from benchmarks.data import KEY, bench_server
from benchmarks.terminal import Terminal
from vsexplorer.core import paths
from vsexplorer.core.config import DEFAULT_MODEL
from vsexplorer.embedding import packaged

_TEXTS = ("the science of small things", "songs about the sea", "who painted the night")
_FILTER = '.field in ["music", "law"] and .year > 19'
"""A filter that stays valid while a digit is added and taken away; about a tenth of the set passes."""
_DIGITS = "0123456789" * 2
_SENTENCE = "people number {} who explored the cold seas"
_SENTENCES, _PAUSE = 10, 0.03
"""Sentences typed, and seconds between two of their keys."""
_IDLE = 10.0
_STARTS = 7
_PYTHON = sys.executable


def main() -> None:
    """Print all ratios."""
    model = packaged.converted_folder(paths.cache_folder())
    with bench_server() as socket:
        explorer = [str(Path(_PYTHON).parent / "vsexplorer"), "-s", str(socket), KEY]
        first_paint(explorer)
        keystrokes(explorer, socket, model)
        idle_and_memory(explorer, model)


def first_paint(explorer: Sequence[str]) -> None:
    """(a) From the start of the process to the first picture, against an application with as many widgets."""
    floor, ours = [], []
    for _ in range(_STARTS):
        floor.append(_painted(_bare("widgets"), b"painted"))
        ours.append(_painted(explorer, b"for example .year"))
    report("first paint, ms", statistics.median(ours) * 1000, statistics.median(floor) * 1000)


def keystrokes(explorer: Sequence[str], socket: Path, model: Path) -> None:
    """(b) From a key to painted results, against embedding + VSIM + repainting the same rows from memory."""
    with Terminal(_bare("rows")) as terminal:
        terminal.wait_for(b"painted")
        terminal.settle()
        repaint = [terminal.press(key) for key in _keys()]
    embed, vsim, filtered = _parts(socket, model)
    with Terminal(explorer) as terminal:
        terminal.wait_for(b"all-MiniLM-L6-v2")
        terminal.settle()
        query = [terminal.press(key) for key in _keys()]
        sentences = [_sentence(terminal, number) for number in range(_SENTENCES)]
        terminal.press(b"\t")
        terminal.press(_FILTER.encode())
        edits = [terminal.press(key) for key in _filter_keys()]
    for name, ours, parts in (
        ("query edit", query, (embed, vsim, repaint)),
        ("filter edit", edits, (filtered, repaint)),
    ):
        for label, pick in (("p50", statistics.median), ("p95", _p95)):
            floor = sum(pick(part) for part in parts)
            detail = " + ".join(f"{pick(part):.1f}" for part in parts)
            report(f"{name} to painted, {label}, ms", pick(ours), floor, detail)
    floor = sum(statistics.median(part) for part in (embed, vsim, repaint))
    report("sentence typed, last key to painted, ms", statistics.median(sentences), floor)


def idle_and_memory(explorer: Sequence[str], model: Path) -> None:
    """(c) Processor use of an explorer nobody touches; (d) its memory against fastembed and Textual alone."""
    with Terminal(_bare("model", str(model))) as terminal:
        terminal.wait_for(b"painted")
        terminal.settle()
        floor = terminal.resident_bytes() / 2**20
    with Terminal(explorer) as terminal:
        terminal.wait_for(b"all-MiniLM-L6-v2")
        terminal.press(b"science")
        terminal.settle(2.0)
        before = terminal.processor_seconds()
        time.sleep(_IDLE)
        share = (terminal.processor_seconds() - before) / _IDLE * 100
        memory = terminal.resident_bytes() / 2**20
    print(f"{'idle, % of a core':<32} {share:8.2f}")
    report("resident memory, MiB", memory, floor)


def _parts(socket: Path, model: Path) -> tuple[list[float], list[float], list[float]]:
    from fastembed import TextEmbedding

    bare = TextEmbedding(DEFAULT_MODEL, specific_model_path=str(model))
    client: Any = redis.Redis(unix_socket_path=str(socket), protocol=2)
    embed: list[float] = []
    vsim: list[float] = []
    filtered: list[float] = []
    list(bare.embed("warm up"))
    options = (b"COUNT", 100, b"WITHSCORES", b"WITHATTRIBS")
    for text in _TEXTS:
        for end in range(1, len(text) + 1):
            time.sleep(0.05)
            vector = next(iter(_timed(embed, lambda: list(bare.embed(text[:end]))))).tobytes()
            _timed(vsim, lambda: client.execute_command(b"VSIM", KEY, b"FP32", vector, *options))
    for digit in _DIGITS:
        for expression in (f"{_FILTER}{digit}", _FILTER):
            argv = (b"VSIM", KEY, b"FP32", vector, *options, b"FILTER", expression)
            time.sleep(0.05)
            _timed(filtered, lambda: client.execute_command(*argv))
    return embed, vsim, filtered


def _timed[T](times: list[float], work: Callable[[], T]) -> T:
    """Do the work and note its milliseconds."""
    started = time.perf_counter()
    result = work()
    times.append((time.perf_counter() - started) * 1000)
    return result


def _keys() -> list[bytes]:
    return [character.encode() for text in _TEXTS for character in (*text, "\x15")][:-1]


def _filter_keys() -> list[bytes]:
    return [key for digit in _DIGITS for key in (digit.encode(), b"\x7f")]


def _sentence(terminal: Terminal, number: int) -> float:
    """Type a sentence that was not typed before at a fast typist's pace; milliseconds from its last key."""
    terminal.press(b"\x15")
    terminal.settle()
    return terminal.type(_SENTENCE.format(number).encode(), _PAUSE)


def _painted(command: Sequence[str], text: bytes) -> float:
    with Terminal(command) as terminal:
        return terminal.wait_for(text)


def _bare(kind: str, *arguments: str) -> list[str]:
    return [_PYTHON, "-m", "benchmarks.bare_app", kind, *arguments]


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def report(name: str, ours: float, floor: float, detail: str = "") -> None:
    """Print one ratio."""
    detail = f"   ({detail})" if detail else ""
    print(f"{name:<32} {ours:8.1f}   floor {floor:7.1f}   ratio {ours / floor:5.2f}{detail}", flush=True)


if __name__ == "__main__":
    os.chdir(Path(__file__).parent.parent)
    main()
