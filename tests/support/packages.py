"""Packages that only some tests use, from the registry that pip uses, outside of the environment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.debian import Unavailable


def install(home: Path, *packages: str) -> None:
    """Install packages into a folder, without what they depend on.

    Raises:
        Unavailable: they cannot be had, with the reason.
    """
    staged = home.with_name(f"{home.name}.part")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [*pip, "--no-deps", "--upgrade", "--target", str(staged), *packages],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unavailable(f"pip: {done.stderr.strip()[-300:]}")
    staged.rename(home)
