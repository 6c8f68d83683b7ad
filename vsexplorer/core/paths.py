"""Locations of vsexplorer's files. Nothing is created here; the code that writes a file creates its folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs

_NAME = "vsexplorer"


def config_file() -> Path:
    """Return the configuration file: ``VSEXPLORER_CONFIG``, or ``config.toml`` in the user's config folder."""
    override = os.environ.get("VSEXPLORER_CONFIG")
    return Path(override) if override else platformdirs.user_config_path(_NAME) / "config.toml"


def data_folder() -> Path:
    """Return the folder of the private server's data."""
    return platformdirs.user_data_path(_NAME)


def cache_folder() -> Path:
    """Return the folder of downloaded and converted models; it may be deleted at any time."""
    return platformdirs.user_cache_path(_NAME)


def state_folder() -> Path:
    """Return the folder of saved state: search history, set settings and the progress of interrupted loads."""
    return platformdirs.user_state_path(_NAME)


def runtime_folder() -> Path:
    """Return the folder for server sockets; in the cache folder if the system has no runtime folder."""
    if sys.platform == "linux" and not _is_usable(os.environ.get("XDG_RUNTIME_DIR", "")):
        return cache_folder() / "run"
    return platformdirs.user_runtime_path(_NAME)


def _is_usable(folder: str) -> bool:
    """Return whether a folder exists and may be written to; a relative path is none."""
    return Path(folder).is_absolute() and Path(folder).is_dir() and os.access(folder, os.W_OK | os.X_OK)


def log_file() -> Path:
    """Return the log file for tracebacks of unexpected failures."""
    return platformdirs.user_log_path(_NAME) / "vsexplorer.log"


def people_file() -> Path:
    """The demo data set: inside the installed package, or in the checkout's ``assets``."""
    package = Path(__file__).parent.parent
    packaged = package / "data" / "people.jsonl"
    return packaged if packaged.exists() else package.parent / "assets" / "people.jsonl"
