"""Writes go where they were meant to, as they were given, and nothing is lost on the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import CACHE
from tests.support.command import vsexplorer
from tests.support.servers import RedisServer, fill, free_port
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


def test_a_copy_goes_from_a_host_and_port_to_the_other(newest_binary: Path, other: RedisServer) -> None:
    fill(other.client(), "k", [("elsewhere", (0.0, 1.0), None)])
    with RedisServer(newest_binary, port=free_port()) as source:
        fill(source.client(), "k", [("source", (1.0, 0.0), None)])
        address = ["-h", "127.0.0.1", "-p", str(source.port)]
        done = vsexplorer("copy", "k", "copied", "--to", f"unix://{other.socket}", *address)
        assert done.returncode == 0, done.stderr
        assert other.client().execute_command("VRANGE", "copied", "-", "+") == [b"source"]
        assert not source.client().exists("copied")


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
from vsexplorer.embedding.factory import make_embedder
asyncio.run(make_embedder({DEFAULT_MODEL!r}, Path({str(CACHE)!r})).open())
"""
    environment = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache")}
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=60)
    assert [str(path.relative_to(home)) for path in home.rglob("*")] == []


def test_rejected_rows_get_a_name_that_can_be_loaded() -> None:
    assert default_path("cars.json") == Path("cars.rejected.jsonl")
    assert default_path("cars.csv.gz") == Path("cars.rejected.csv")


def test_an_export_without_vectors_is_loaded_again_byte_for_byte(newest: RedisServer, tmp_path: Path) -> None:
    stored = '{"plot":  "a dog runs", "n": 1.10, "n": 2}'
    fill(newest.client(), "k", [("a", (1.0, 0.0), stored), ("b", (0.0, 1.0), '{"plot": "a cat"}')])
    for suffix in ("jsonl", "csv"):
        file = str(tmp_path / f"out.{suffix}")
        assert vsexplorer("export", "k", file, "--vectors", "none", *newest.options).returncode == 0
        refused = vsexplorer("load", "again", file, *newest.options)
        assert refused.returncode == 2
        assert "without vectors" in refused.stderr
        assert "--text FIELD" in refused.stderr
        done = vsexplorer("load", f"again-{suffix}", file, "--text", "plot", *newest.options)
        assert done.returncode == 0, done.stderr
        assert newest.client().execute_command("VGETATTR", f"again-{suffix}", "a") == stored.encode()


def test_a_strict_load_stops_at_the_first_refusal(newest: RedisServer, tmp_path: Path) -> None:
    fill(newest.client(), "k", [("b", (1.0, 0.0), None)])
    rows = tmp_path / "in.jsonl"
    rows.write_text("".join(f'{{"id": "{name}", "v": [1, 2]}}\n' for name in "abc"))
    load = ("load", "k", str(rows), "--vector", "v", "--existing", "refuse", "--strict")
    done = vsexplorer(*load, *newest.options)
    assert done.returncode == 1
    assert "in.jsonl:2: its element already exists" in done.stderr
    assert newest.client().execute_command("VCARD", "k") == 1


def test_a_noted_model_is_neither_ignored_nor_overwritten(newest: RedisServer, tmp_path: Path) -> None:
    rows = tmp_path / "in.jsonl"
    rows.write_text('{"id": "a", "about": "a dog runs"}\n')
    assert vsexplorer("load", "k", str(rows), *newest.options).returncode == 0
    record = json.loads(newest.client().hget("vsexplorer:sets", "k"))
    other = json.dumps(record | {"model": "BAAI/bge-small-en-v1.5"})
    newest.client().hset("vsexplorer:sets", "k", other)
    rows.write_text('{"id": "b", "about": "a cat"}\n')
    given = ("--model", record["model"])
    refused = vsexplorer("load", "k", str(rows), *given, *newest.options)
    assert refused.returncode == 1
    assert "was made with BAAI/bge-small-en-v1.5" in refused.stderr
    assert newest.client().execute_command("VCARD", "k") == 1
    mixed = vsexplorer("load", "k", str(rows), *given, "--mix-models", *newest.options)
    assert mixed.returncode == 0, mixed.stderr
    assert newest.client().execute_command("VCARD", "k") == 2
    assert newest.client().hget("vsexplorer:sets", "k").decode() == other


def test_what_a_query_line_finds_is_exported(newest: RedisServer) -> None:
    fill(newest.client(), "k", [("a", (1.0, 0.0), None), ("b", (0.9, 0.1), None), ("c", (0.0, 1.0), None)])
    done = vsexplorer("export", "k", "--query", "@a", "--count", "2", "--vectors", "none", *newest.options)
    assert [json.loads(line)["element"] for line in done.stdout.splitlines()] == ["a", "b"]


def test_the_record_names_the_field_as_it_is_kept(newest: RedisServer, tmp_path: Path) -> None:
    (tmp_path / "jobs.csv").write_text("id,Job Description\na,somebody who bakes bread\nb,somebody who sails\n")
    arguments = ["--id", "id", "--text", "{Job Description}", "--filterable", *newest.options]
    assert vsexplorer("load", "jobs", str(tmp_path / "jobs.csv"), *arguments).returncode == 0
    record = json.loads(newest.client().hget("vsexplorer:sets", "jobs"))
    assert record["text"] == "{Job_Description}"
