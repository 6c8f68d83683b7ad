"""A vector set of 100,000 elements on a server of its own, built once and kept in the cache folder."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import redis

from vsexplorer import paths
from vsexplorer.vectorset.binary import find_server

SIZE = 100_000
DIMENSION = 384
KEY = "bench"
_BATCH = 200


@contextmanager
def bench_server() -> Iterator[Path]:
    """The socket of a server that holds the set."""
    folder = paths.cache_folder() / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    socket = folder / "redis.sock"
    command = [str(find_server("")), "--port", "0", "--unixsocket", str(socket), "--dir", str(folder), "--save", ""]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    client: Any = redis.Redis(unix_socket_path=str(socket))
    try:
        _wait(client)
        if client.execute_command("VCARD", KEY) != SIZE:
            client.flushall()
            _fill(client)
            client.save()
        yield socket
    finally:
        server.terminate()
        server.wait()


def _wait(client: Any) -> None:
    while True:
        try:
            client.ping()
        except (redis.ConnectionError, redis.BusyLoadingError):
            time.sleep(0.05)
        else:
            return


def _fill(client: Any) -> None:
    random = np.random.default_rng(1)
    centres = random.normal(size=(500, DIMENSION))
    fields = ["physics", "chemistry", "music", "painting", "film", "sport", "law", "poetry"]
    for start in range(0, SIZE, _BATCH):
        if start % 10_000 == 0:
            print(f"building the set: {start:,} of {SIZE:,}", file=sys.stderr)
        near = centres[random.integers(0, 500, _BATCH)] + random.normal(scale=0.7, size=(_BATCH, DIMENSION))
        pipe = client.pipeline(transaction=False)
        for number, vector in enumerate(near.astype("<f4"), start):
            attributes = {"year": 1900 + number % 120, "field": fields[number % 8], "score": number % 1000 / 10}
            pipe.execute_command(
                *("VADD", KEY, "FP32", vector.tobytes(), f"element {number}", "EF", 100, "SETATTR"),
                json.dumps(attributes),
            )
        pipe.execute()
