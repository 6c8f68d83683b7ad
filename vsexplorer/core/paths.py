"""Where vsexplorer keeps its files. Nothing is created here; whoever writes creates its own folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs

_NAME = "vsexplorer"


def config_file() -> Path:
    """The TOML configuration: ``VSEXPLORER_CONFIG`` or ``config.toml`` in the user's config folder."""
    override = os.environ.get("VSEXPLORER_CONFIG")
    return Path(override) if override else platformdirs.user_config_path(_NAME) / "config.toml"


def data_folder() -> Path:
    """The private server's data."""
    return platformdirs.user_data_path(_NAME)


def cache_folder() -> Path:
    """Prepared and downloaded models; may be deleted at any time."""
    return platformdirs.user_cache_path(_NAME)


def state_folder() -> Path:
    """What vsexplorer remembers between runs: the progress of interrupted loads."""
    return platformdirs.user_state_path(_NAME)


def runtime_folder() -> Path:
    """Sockets of running servers; inside the home folder where the system has no place for them."""
    if sys.platform == "linux" and not os.environ.get("XDG_RUNTIME_DIR"):
        return cache_folder() / "run"
    return platformdirs.user_runtime_path(_NAME)


def log_file() -> Path:
    """Where an unexpected failure leaves its traceback."""
    return platformdirs.user_log_path(_NAME) / "vsexplorer.log"


def people_file() -> Path:
    """The demo data set: inside the installed package, or in the checkout's ``assets``."""
    package = Path(__file__).parent.parent
    packaged = package / "data" / "people.jsonl"
    return packaged if packaged.exists() else package.parent / "assets" / "people.jsonl"
