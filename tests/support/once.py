"""What is made once and kept in the cache folder, also if several tests want it at the same time."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path


def once(cache: Path, name: str, make: Callable[[Path], None]) -> Path:
    """Return a file or folder, made if it does not exist yet."""
    folder = cache / "tests"
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / name
    with (folder / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            make(made)
    return made
