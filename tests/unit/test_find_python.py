"""The Makefile's search for an interpreter, with interpreters that only pretend."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "find-python"


def pretend(path: Path, minor: int | None) -> Path:
    """An interpreter of version 3.minor; ``None`` is a shim whose version is not active."""
    path.parent.mkdir(parents=True, exist_ok=True)
    answer = f"echo $((3000 + {minor}))" if minor is not None else "echo 'not active' >&2; exit 127"
    path.write_text(f"#!/bin/sh\n{answer}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def shims(tmp_path: Path) -> Path:
    return tmp_path / "bin"


def find(tmp_path: Path, shims: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(shims), "PYENV_ROOT": str(tmp_path / "pyenv"), "HOME": str(tmp_path)}
    return subprocess.run(["/bin/sh", SCRIPT], env=environment, capture_output=True, text=True, check=False)


def test_a_failing_shim_is_passed_over_and_pyenvs_folder_looked_into(tmp_path: Path, shims: Path) -> None:
    pretend(shims / "python3.13", None)
    pretend(shims / "python3", 11)
    pretend(tmp_path / "pyenv/versions/3.12.1/bin/python3", 12)
    newest = pretend(tmp_path / "pyenv/versions/3.13.0/bin/python3", 13)
    assert find(tmp_path, shims).stdout.strip() == str(newest)


def test_path_is_enough(tmp_path: Path, shims: Path) -> None:
    found = pretend(shims / "python3.12", 12)
    assert find(tmp_path, shims).stdout.strip() == str(found)


def test_without_any_it_says_what_to_install(tmp_path: Path, shims: Path) -> None:
    pretend(shims / "python3", 11)
    done = find(tmp_path, shims)
    assert done.returncode == 1
    assert "3.12" in done.stderr
    assert "install" in done.stderr


def test_the_one_found_here_runs() -> None:
    done = subprocess.run([SCRIPT], capture_output=True, text=True, check=True, env=dict(os.environ))
    subprocess.run([done.stdout.strip(), "-c", "import sys; assert sys.version_info >= (3, 12)"], check=True)
