"""Seeing to whom a program speaks: its connections and look-ups, also those of libraries in C."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

_SOURCE = Path(__file__).with_suffix(".c")


def build(folder: Path) -> Path:
    """Compile the library that is loaded before all others."""
    library = folder / "connects.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, _SOURCE, "-ldl"], check=True, timeout=60)
    return library


def seen(library: Path, folder: Path, command: Sequence[str]) -> list[str]:
    """Run a command and return what it looked up and connected to over the network."""
    log = folder / "connects.log"
    log.unlink(missing_ok=True)
    environment = {**os.environ, "LD_PRELOAD": str(library), "CONNECTS_LOG": str(log)}
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=120)
    return log.read_text().splitlines() if log.exists() else []
