"""Older Redis servers: 8.0, the oldest with vector sets, and 7, which has none.

Taken from the variables ``VSEXPLORER_TEST_REDIS_8_0`` and ``VSEXPLORER_TEST_REDIS_7_0``, else from Debian's
packages, which are downloaded and unpacked once into the cache folder with the libraries they were built against.
Nothing is installed system-wide.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

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


class Unavailable(Exception):
    """There is no such Redis to be had on this machine."""


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
            _unpack(home, *_SUITES[version])
    return _checked(home / "redis-server", version)


def _checked(server: Path, wanted: tuple[int, int]) -> Path:
    version = server_version(server)
    if version is None or version[:2] != wanted:
        raise Unavailable(f"{server} is {version}, not {wanted}")
    return server


def _unpack(home: Path, suite: str, tls_library: str) -> None:
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        raise Unavailable("not a Debian system; name a server in VSEXPLORER_TEST_REDIS_…")
    machine = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    loaders = {"amd64": "ld-linux-x86-64.so.2", "arm64": "ld-linux-aarch64.so.1"}
    loader = loaders.get(machine.stdout.strip())
    if loader is None:
        raise Unavailable(f"no loader known for {machine.stdout.strip()}")
    with tempfile.TemporaryDirectory(dir=home.parent) as scratch:
        work = Path(scratch)
        _download(work, suite, tls_library)
        root = work / "root"
        for package in (work / "packages").glob("*.deb"):
            subprocess.run(["dpkg-deb", "--extract", package, root], check=True)
        loader_path = next(path for path in root.rglob(loader) if path.is_file())
        libraries = {path.parent for path in root.rglob("lib*.so*")}
        final = home / "root"
        search = ":".join(str(final / folder.relative_to(root)) for folder in sorted(libraries))
        script = (
            f'#!/bin/sh\nexec "{final / loader_path.relative_to(root)}" --library-path "{search}" '
            f'"{final}/usr/bin/redis-server" "$@"\n'
        )
        staged = work / "staged"
        staged.mkdir()
        root.rename(staged / "root")
        (staged / "redis-server").write_text(script)
        (staged / "redis-server").chmod(0o755)
        shutil.rmtree(home, ignore_errors=True)
        staged.rename(home)


def _download(work: Path, suite: str, tls_library: str) -> None:
    for folder in ("packages", "lists/partial", "archives/partial"):
        (work / folder).mkdir(parents=True)
    (work / "sources.list").write_text(f"deb {_keyring()}{_mirror()} {suite} main\n")
    settings = {
        "Dir::Etc::sourcelist": work / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": work / "lists",
        "Dir::Cache": work,
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
    }
    options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    for command in (["update"], ["download", tls_library, *_PACKAGES]):
        done = subprocess.run(
            ["apt-get", *options, "-qq", *command],
            cwd=work / "packages",
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        if done.returncode:
            raise Unavailable(f"apt-get {command[0]} failed: {done.stderr.strip()[-300:]}")


def _mirror() -> str:
    for path in (Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")):
        if path.is_file() and (found := re.search(r"https?://\S+/debian(?=/?\s)", path.read_text())):
            return found.group()
    raise Unavailable("no Debian mirror in /etc/apt; name a server in VSEXPLORER_TEST_REDIS_…")


def _keyring() -> str:
    keyring = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
    return f"[signed-by={keyring}] " if keyring.exists() else ""
