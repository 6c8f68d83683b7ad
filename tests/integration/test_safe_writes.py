"""Writes go where they were meant to, as they were given, and nothing is lost on the way."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import CACHE
from tests.support.command import vsexplorer
from tests.support.servers import RedisServer, fill
from vsexplorer.core import paths
from vsexplorer.core.config import DEFAULT_MODEL
from vsexplorer.transfer.rejects import default_path


@pytest.fixture
def other(newest_binary: Path) -> Iterator[RedisServer]:
    with RedisServer(newest_binary) as server:
        yield server


@pytest.mark.parametrize("way", ["socket", "url", "environment", "profile"])
def test_a_copy_goes_from_the_server_named_to_the_other(newest: RedisServer, other: RedisServer, way: str) -> None:
    fill(newest.client(), "k", [("source", (1.0, 0.0), None)])
    fill(other.client(), "k2", [("destination", (0.0, 1.0), None)])
    fill(other.client(), "k", [("elsewhere", (0.0, 1.0), None)])
    url = f"unix://{newest.socket}"
    options, environment = list[str](), dict[str, str]()
    if way == "socket":
        options = newest.options
    elif way == "url":
        options = ["-u", url]
    elif way == "environment":
        environment = {"REDIS_URL": url}
    else:
        options = ["--profile", "source"]
        paths.config_file().parent.mkdir(parents=True, exist_ok=True)
        paths.config_file().write_text(f'[profiles.source]\nurl = "{url}"\n')
    done = vsexplorer("copy", "k", "copied", "--to", f"unix://{other.socket}", *options, **environment)
    assert done.returncode == 0, done.stderr
    assert other.client().execute_command("VRANGE", "copied", "-", "+") == [b"source"]
    assert not newest.client().exists("copied")


@pytest.mark.parametrize("vectors", ["numbers", "npy", "none"])
def test_an_element_that_is_missing_is_not_exported(newest: RedisServer, tmp_path: Path, vectors: str) -> None:
    fill(newest.client(), "k", [("there", (1.0, 0.0), None)])
    file = tmp_path / "k.jsonl"
    names = ["--element", "there", "--element", "missing"]
    done = vsexplorer("export", "k", str(file), "--vectors", vectors, *names, *newest.options)
    assert done.returncode == 1
    assert "k has no element 'missing'" in done.stderr
    assert not file.exists()


def test_attributes_are_stored_as_they_were_given(newest: RedisServer) -> None:
    fill(newest.client(), "k", [("a", (1.0, 0.0), None)])
    given = '{"price": 1.10, "price": 2.50,  "n": 1e2}'
    done = vsexplorer("set-attributes", "k", "a", given, "--yes", *newest.options)
    assert done.returncode == 0, done.stderr
    assert newest.client().execute_command("VGETATTR", "k", "a") == given.encode()


@pytest.mark.usefixtures("embedder")
def test_loading_the_model_reports_nothing_to_its_maker(own_folders: Path) -> None:
    """onnxruntime keeps an identifier of the device under the home folder when it reports its use."""
    home = own_folders / "home"
    home.mkdir()
    code = f"""
import asyncio
from pathlib import Path
from vsexplorer.embedding.embedder import make_embedder
asyncio.run(make_embedder({DEFAULT_MODEL!r}, Path({str(CACHE)!r})).open())
"""
    environment = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache")}
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=60)
    assert [str(path.relative_to(home)) for path in home.rglob("*")] == []


def test_rejected_rows_get_a_name_that_can_be_loaded() -> None:
    assert default_path("cars.json") == Path("cars.rejected.jsonl")
    assert default_path("cars.csv.gz") == Path("cars.rejected.csv")
