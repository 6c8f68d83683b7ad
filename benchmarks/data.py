"""Vector sets on servers of their own, built once and kept in the cache folder."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import redis

from vsexplorer.core import paths
from vsexplorer.server.binary import find_server

SIZE = 100_000
DIMENSION = 384
KEY = "bench"
_BATCH = 200


MANY = 1_000_000
MANY_KEY = "million"
SETS = 20_000
OTHER_KEYS = 300_000


def bench_server() -> AbstractContextManager[Path]:
    """The socket of a server with 100,000 elements as a model makes them."""
    return _server("benchmarks", KEY, SIZE, _fill)


def million_server() -> AbstractContextManager[Path]:
    """The socket of a server with 1,000,000 elements of few dimensions and small attributes."""
    return _server("benchmarks-million", MANY_KEY, MANY, _fill_many)


def many_sets_server() -> AbstractContextManager[Path]:
    """The socket of a server with 20,000 small vector sets among 300,000 other keys."""
    return _server("benchmarks-sets", "set 0", 1, _fill_sets)


@contextmanager
def _server(name: str, key: str, size: int, fill: Callable[[Any], None]) -> Iterator[Path]:
    folder = paths.cache_folder() / name
    folder.mkdir(parents=True, exist_ok=True)
    socket = folder / "redis.sock"
    command = [str(find_server("")), "--port", "0", "--unixsocket", str(socket), "--dir", str(folder), "--save", ""]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    client: Any = redis.Redis(unix_socket_path=str(socket))
    try:
        _wait(client)
        if client.execute_command("VCARD", key) != size:
            client.flushall()
            fill(client)
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


def _fill_many(client: Any) -> None:
    random = np.random.default_rng(2)
    for start in range(0, MANY, 1_000):
        if start % 100_000 == 0:
            print(f"building the set: {start:,} of {MANY:,}", file=sys.stderr)
        pipe = client.pipeline(transaction=False)
        for number, vector in enumerate(random.normal(size=(1_000, 4)).astype("<f4"), start):
            pipe.execute_command(
                *("VADD", MANY_KEY, "FP32", vector.tobytes(), many_name(number), "EF", 4, "M", 4, "SETATTR"),
                json.dumps({"year": 1900 + number % 120, "number": number}),
            )
        pipe.execute()


def _fill_sets(client: Any) -> None:
    pipe = client.pipeline(transaction=False)
    for number in range(SETS):
        pipe.execute_command("VADD", f"set {number}", "VALUES", 2, number, 1, "a")
    for number in range(OTHER_KEYS):
        pipe.set(f"key {number}", number)
    pipe.execute()


def many_name(number: int) -> str:
    """A name; the order of names is that of the numbers."""
    return f"element {number:07d}"
