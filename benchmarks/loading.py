"""``python -m benchmarks.loading [texts] [vectors] [memory]``: loading against floors measured in the same run."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import redis

from tests.support.servers import RedisServer
from vsexplorer.core import paths
from vsexplorer.core.config import DEFAULT_MODEL
from vsexplorer.embedding import packaged
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.server.binary import find_server
from vsexplorer.server.target import Where
from vsexplorer.services.explorer import Explorer
from vsexplorer.transfer.mapping import Mapping
from vsexplorer.transfer.plan import LoadPlan
from vsexplorer.transfer.readers import RowFile

_TEXTS, _VECTORS, _DIMENSION = 5_000, 10_000, 384
_TOKENS = 512
_SMALL, _LARGE, _FEW = 10_000, 1_000_000, 4
_WORDS = re.findall(
    r"\w+",
    "river stone window music engine garden winter letter market silver captain forest kitchen signal weather "
    "teacher bridge cotton planet doctor mirror village harbour pencil thunder library voyage",
)


def main() -> None:
    """Print all ratios."""
    with tempfile.TemporaryDirectory() as name, RedisServer(find_server("")) as server:
        folder = Path(name)
        for part in (texts, vectors, memory):
            if part.__name__ in sys.argv[1:] or not sys.argv[1:]:
                part(folder, server)


def texts(folder: Path, server: RedisServer) -> None:
    """Loading texts, against bare onnxruntime on all cores with VADD, and against a plain ``embed()`` loop."""
    chance = random.Random(1)
    rows = [" ".join(chance.choices(_WORDS, k=max(2, round(chance.gauss(12, 5))))) for _ in range(_TEXTS)]
    path = folder / "texts.jsonl"
    path.write_text("".join(json.dumps({"id": place, "text": text}) + "\n" for place, text in enumerate(rows)))
    floors, ours, plain = [], [], []
    for _ in range(2):
        floors.append(_bare_embedding(server, rows))
        ours.append(_load(server, path, Mapping("id", "text")))
    plain.append(_plain(rows))
    print(f"texts: {_TEXTS / min(ours):,.0f}/s")
    for what, floor in (
        ("bare onnxruntime and VADD", min(floors)),
        ("plain embed()", min(plain)),
    ):
        print(f"  {what}: {_TEXTS / floor:,.0f}/s, ratio {floor / min(ours):.2f}")


def vectors(folder: Path, server: RedisServer) -> None:
    """Loading vectors that come with the file, against a bare pipeline of VADD with the same vectors."""
    chance = random.Random(2)
    path = folder / "vectors.jsonl"
    found = [[round(chance.gauss(0, 1), 5) for _ in range(_DIMENSION)] for _ in range(_VECTORS)]
    with path.open("w") as file:
        for place, row in enumerate(found):
            file.write(json.dumps({"id": f"e{place}", "v": row, "n": place}) + "\n")
    floors, ours = [], []
    for _ in range(2):
        floors.append(_bare_vadd(server, found))
        ours.append(_load(server, path, Mapping("id", vector="v")))
    print(f"vectors of {_DIMENSION}: {_VECTORS / min(ours):,.0f}/s")
    print(f"  bare pipelined VADD: {_VECTORS / min(floors):,.0f}/s, ratio {min(floors) / min(ours):.2f}")


def memory(folder: Path, server: RedisServer) -> None:
    """Peak memory of the loader for a million rows against ten thousand."""
    peaks = []
    for number in (_SMALL, _LARGE):
        path = folder / f"{number}.jsonl"
        chance = random.Random(3)
        with path.open("w") as file:
            for place in range(number):
                vector = [round(chance.random(), 3) for _ in range(_FEW)]
                file.write(f'{{"id": "e{place}", "v": {vector}, "n": {place}}}\n')
        server.client().flushall()
        command = [
            str(Path(sys.executable).parent / "vsexplorer"),
            "load",
            "k",
            str(path),
            "--id",
            "id",
            "--vector",
            "v",
        ]
        started = time.perf_counter()
        process = subprocess.Popen([*command, *server.options], stderr=subprocess.DEVNULL)
        peak = 0
        while process.poll() is None:
            # Not the rusage of a child, which begins with what its parent held when it was started.
            with contextlib.suppress(OSError, IndexError):
                status = Path(f"/proc/{process.pid}/status").read_text()
                peak = max(peak, int(status.partition("VmHWM:")[2].split()[0]))
            time.sleep(0.05)
        assert process.returncode == 0
        peaks.append(peak)
        rate = number / (time.perf_counter() - started)
        print(f"{number:,} rows: peak {peak / 1024:,.0f} MiB, {rate:,.0f}/s")
    print(f"  memory ratio {peaks[1] / peaks[0]:.2f}")


def _load(server: RedisServer, path: Path, mapping: Mapping) -> float:
    server.client().flushall()

    async def run() -> float:
        explorer = Explorer(Where(server.target), Embedder(DEFAULT_MODEL, paths.cache_folder()))
        await explorer.connect()
        await explorer.models.embedder.open()
        started = time.perf_counter()
        plan = LoadPlan(b"k", mapping, checkpoints=path.parent / "loads")
        report = await explorer.transfers.load([RowFile(str(path))], plan)
        took = time.perf_counter() - started
        assert report.rejected == 0
        await explorer.close()
        return took

    return asyncio.run(run())


def _plain(rows: list[str]) -> float:
    from fastembed import TextEmbedding

    model = TextEmbedding(DEFAULT_MODEL, specific_model_path=str(packaged.converted_folder(paths.cache_folder())))
    list(model.embed(rows[:10]))
    started = time.perf_counter()
    for _ in model.embed(rows):
        pass
    return time.perf_counter() - started


def _bare_embedding(server: RedisServer, rows: list[str]) -> float:
    """onnxruntime without anything around it, and VADD: sorted by length, a session a core, one thread each."""
    import numpy as np
    import onnxruntime
    from tokenizers import Tokenizer

    folder = packaged.converted_folder(paths.cache_folder())
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(256)
    tokenizer.enable_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    cores = os.cpu_count() or 1
    sessions = [onnxruntime.InferenceSession(str(folder / "model.onnx"), options) for _ in range(cores)]
    own = threading.local()
    lock = threading.Lock()

    def take() -> None:
        with lock:
            own.session = sessions.pop()
            own.inputs = {one.name for one in own.session.get_inputs()}

    def run(batch: list[str]) -> Any:
        encoded = tokenizer.encode_batch(batch)
        mask = np.array([one.attention_mask for one in encoded], dtype=np.int64)
        feed = {"input_ids": np.array([one.ids for one in encoded], dtype=np.int64), "attention_mask": mask}
        if "token_type_ids" in own.inputs:
            feed["token_type_ids"] = np.zeros_like(mask)
        hidden = own.session.run(None, feed)[0]
        pooled = (hidden * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]
        return pooled / np.linalg.norm(pooled, axis=1, keepdims=True)

    started = time.perf_counter()
    lengths: list[int] = []
    for start in range(0, len(rows), 256):
        lengths += [sum(one.attention_mask) for one in tokenizer.encode_batch(rows[start : start + 256])]
    client: Any = server.client()
    client.flushall()
    pipe = client.pipeline(transaction=False)
    number = 0
    with ThreadPoolExecutor(cores, initializer=take) as threads:
        for vectors in threads.map(run, _batches(rows, lengths)):
            for vector in vectors:
                pipe.execute_command("VADD", "k", "FP32", vector.astype("<f4").tobytes(), f"e{number}")
                number += 1
            if len(pipe) >= 100:
                pipe.execute()
        pipe.execute()
    return time.perf_counter() - started


def _batches(rows: list[str], lengths: list[int]) -> Iterator[list[str]]:
    batch: list[str] = []
    for place in sorted(range(len(rows)), key=lengths.__getitem__):
        if batch and lengths[place] * (len(batch) + 1) > _TOKENS:
            yield batch
            batch = []
        batch.append(rows[place])
    yield batch


def _bare_vadd(server: RedisServer, found: list[list[float]]) -> float:
    from array import array

    client: Any = redis.Redis(unix_socket_path=str(server.socket), protocol=2)
    client.flushall()
    started = time.perf_counter()
    pipe = client.pipeline(transaction=False)
    for place, row in enumerate(found):
        pipe.execute_command(
            "VADD", "k", "FP32", array("f", row).tobytes(), f"e{place}", "SETATTR", f'{{"n": {place}}}'
        )
        if place % 100 == 99:
            pipe.execute()
    pipe.execute()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
