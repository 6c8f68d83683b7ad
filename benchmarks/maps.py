"""``python -m benchmarks.maps [KEY URL]``: laying out maps, and typing while one is shown.

The layout of a set is compared with its first two principal components alone, and with UMAP and PaCMAP in the same
run where they are installed. Without arguments the set of the other benchmarks is used.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.__main__ import _PYTHON, _bare, _keys, _parts, report
from benchmarks.data import KEY, bench_server
from benchmarks.terminal import Terminal
from vsexplorer.core import paths
from vsexplorer.core.progress import ignore_progress
from vsexplorer.embedding import packaged
from vsexplorer.insight import layout
from vsexplorer.insight.drawing import draw
from vsexplorer.insight.set_map import read_elements
from vsexplorer.server.session import Session
from vsexplorer.server.target import Where, parse_url
from vsexplorer.vectorset.store import VectorSetStore

if TYPE_CHECKING:
    from vsexplorer.core.matrix import Floats

_NUMBER = 10_000
_SEED = 1


def main() -> None:
    """Print the figures of the layouts, then of typing."""
    if len(sys.argv) > 2:
        layouts(asyncio.run(vectors(Where(parse_url(sys.argv[2], "the argument")), sys.argv[1].encode())))
        return
    with bench_server() as socket:
        layouts(asyncio.run(vectors(Where(parse_url(f"unix://{socket}", "the benchmark")), KEY.encode())))
        typing(socket)


async def vectors(where: Where, key: bytes) -> Floats:
    """Read a uniform sample of a set's vectors."""
    from random import Random

    session = await Session.open(where)
    store = VectorSetStore(session.connection, session.capabilities)
    info = await store.info(key)
    names = (await draw(store, info, _NUMBER, Random(_SEED))).names[:_NUMBER]
    started = time.perf_counter()
    _, _, rows = await read_elements(store, info, names, ignore_progress)
    print(f"{len(rows):,} of {info.size:,} elements, {rows.shape[1]} dimensions, read in "
          f"{time.perf_counter() - started:.1f} s")  # fmt: skip
    await session.close()
    return rows


def layouts(rows: Floats) -> None:
    """Lay out the same rows in several ways."""
    print(f"{'':<12} {'seconds':>8} {'MiB more':>9} {'kept':>7} {'±':>6} {'trustworthiness':>16}")
    _row("ours", rows, _ours)
    _row("PCA alone", rows, lambda given: layout.start(given, _SEED)[3])
    for name, module in (("UMAP", "umap"), ("PaCMAP", "pacmap")):
        try:
            found = importlib.import_module(module)
        except ImportError:
            print(f"{name:<12} not installed")
            continue
        kind: Any = getattr(found, name)
        _row(name, rows, kind(random_state=_SEED).fit_transform)


def typing(socket: Path) -> None:
    """From a key to painted results while a map of 10,000 points is shown, against the floor of a query edit."""
    model = packaged.converted_folder(paths.cache_folder())
    with Terminal(_bare("rows")) as terminal:
        terminal.wait_for(b"painted")
        terminal.settle()
        repaint = [terminal.press(key) for key in _keys()]
    embed, vsim, _ = _parts(socket, model)
    floor = sum(statistics.median(part) for part in (embed, vsim, repaint))
    explorer = [str(Path(_PYTHON).parent / "vsexplorer"), "-s", str(socket), KEY]
    with Terminal(explorer) as terminal:
        terminal.wait_for(b"all-MiniLM-L6-v2")
        terminal.press(b"\x1b")
        terminal.press(b"v")
        terminal.wait_for(b"keeps", patience=120)
        terminal.settle(2.0)
        terminal.press(b"/")
        ours = [terminal.press(key) for key in _keys()]
    report("query edit on the map, p50, ms", statistics.median(ours), floor)


def _ours(rows: Floats) -> Floats:
    *_, reduced, begin = layout.start(rows, _SEED)
    near = layout.joined([*layout.nearest(reduced, reduced, layout.NEIGHBOURS, skip_itself=True)])
    return [*layout.settle(begin, near, _SEED)][-1]


def _row(name: str, rows: Floats, lay_out: Callable[[Floats], Any]) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    points = np.asarray(lay_out(rows), np.float32)
    took = time.perf_counter() - started
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    found = layout.quality(rows, points, _SEED)
    assert found is not None
    figures = f"{took:>8.1f} {more:>9.0f} {found.kept:>7.1%} {found.error:>6.1%} {found.trustworthiness:>16.3f}"
    print(f"{name:<12} {figures}", flush=True)


if __name__ == "__main__":
    os.chdir(Path(__file__).parent.parent)
    main()
