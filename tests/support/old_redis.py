"""Older Redis servers: 8.0, the oldest with vector sets, and 7, which has none.

Taken from the variables ``VSEXPLORER_TEST_REDIS_8_0`` and ``VSEXPLORER_TEST_REDIS_7_0``, else from Debian's
packages, which are downloaded and unpacked once into the cache folder with the libraries they were built against.
Nothing is installed system-wide.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from tests.support.debian import Unavailable, unpack
from vsexplorer.core import paths
from vsexplorer.server.binary import server_version

_SUITES = {(8, 0): ("trixie", "libssl3t64"), (7, 0): ("bookworm", "libssl3")}
"""Debian's release for a version of Redis, and the name of the TLS library there."""
_PACKAGES = [
    "redis-server",
    "redis-tools",
    "libc6",
    "libjemalloc2",
    "liblzf1",
    "libstdc++6",
    "libgcc-s1",
    "libsystemd0",
    "libatomic1",
    "libcap2",
    "zlib1g",
    "libzstd1",
]


def old_redis(version: tuple[int, int]) -> Path:
    """The server's path.

    Raises:
        Unavailable: with the reason.
    """
    name = f"{version[0]}_{version[1]}"
    if named := os.environ.get(f"VSEXPLORER_TEST_REDIS_{name}"):
        return _checked(Path(named), version)
    home = paths.cache_folder() / "tests" / f"redis-{name}"
    home.parent.mkdir(parents=True, exist_ok=True)
    with (home.parent / f"{home.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "redis-server").exists():
            suite, tls_library = _SUITES[version]
            unpack(home, suite, [tls_library, *_PACKAGES], "usr/bin/redis-server")
    return _checked(home / "redis-server", version)


def _checked(server: Path, wanted: tuple[int, int]) -> Path:
    version = server_version(server)
    if version is None or version[:2] != wanted:
        raise Unavailable(f"{server} is {version}, not {wanted}")
    return server
