"""Loads that are cut off, by whatever, end in the same set as undisturbed ones."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import PROGRAM, vsexplorer
from tests.support.proxy import CuttingProxy
from tests.support.servers import RedisServer

_ROWS, _DIMENSION = 6_000, 8
_SEEN_BYTES = 50_000
"""Bytes to the server that only a load sends: some hundred rows."""


@pytest.fixture
def durable(newest_binary: Path) -> Iterator[RedisServer]:
    with RedisServer(newest_binary, "--appendonly", "yes", "--appendfsync", "everysec") as server:
        yield server


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """Rows with vectors, some of them bad, some twice."""
    chance = random.Random(5)
    path = tmp_path / "rows.jsonl"
    with path.open("w") as file:
        for place in range(_ROWS):
            row: dict[str, Any] = {
                "id": f"e{place}",
                "v": [chance.gauss(0, 1) for _ in range(_DIMENSION)],
                "n": place,
            }
            if place % 97 == 0:
                row["v"] = "none"
            if place % 101 == 0:
                row["id"] = f"e{place // 2}"
            file.write(json.dumps(row) + "\n")
    return path


def contents(server: RedisServer, key: str) -> dict[bytes, tuple[bytes, bytes]]:
    """All elements with attributes and stored vectors."""
    client = server.client()
    names = client.execute_command("VRANGE", key, "-", "+")
    pipe = client.pipeline(transaction=False)
    for name in names:
        pipe.execute_command("VGETATTR", key, name)
        pipe.execute_command("VEMB", key, name, "RAW")
    found = pipe.execute()
    return {name: (found[2 * place], found[2 * place + 1][1]) for place, name in enumerate(names)}


def arguments(rows: Path, key: str, options: list[str]) -> list[str]:
    return ["load", key, str(rows), "--id", "id", "--vector", "v", "--rejects", str(rows.parent / key), *options]


def _written(stats: dict[str, Any]) -> int:
    return int(stats["total_net_input_bytes"])


class Disturbed:
    """A load that is cut off at random moments and begun again until it is done."""

    def __init__(self, server: RedisServer, rows: Path, seed: int) -> None:
        self._server = server
        self._rows = rows
        self._chance = random.Random(seed)

    def _start(self, options: list[str]) -> subprocess.Popen[bytes]:
        with (self._rows.parent / "log").open("ab") as log:
            return subprocess.Popen([PROGRAM, *arguments(self._rows, "k", options)], stderr=log, stdout=log)

    def _wait_for_writes(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the load writes to the server, however fast the machine is."""
        client = self._server.client()
        before = written = _written(client.info("stats"))
        while process.poll() is None and written < before + _SEEN_BYTES:
            time.sleep(0.002)
            written = _written(client.info("stats"))

    def run(self, kinds: list[str], most: int) -> int:
        """Returns how often it was cut off before it could end."""
        socket = self._rows.parent / "proxy"
        cut = 0
        with CuttingProxy(socket, self._server.socket) as proxy:
            for kind in kinds:
                process = self._start(["-s", str(socket)])
                self._wait_for_writes(process)
                time.sleep(self._chance.uniform(0, 0.05))
                ended = process.poll() is not None
                if kind == "loader":
                    process.kill()
                elif kind == "server":
                    self._server.stop(kill=True)
                    self._server.start()
                elif kind == "connection":
                    proxy.cut()
                else:
                    process.send_signal(signal.SIGINT)
                process.wait(60)
                cut += not ended
                if ended or cut >= most:
                    break
        return cut


def check_rejects(rows: Path) -> None:
    """Every bad row is put aside exactly once, in the order of the file."""
    plain, disturbed = (rows.parent / name for name in ("plain", "k"))
    assert disturbed.read_bytes() == plain.read_bytes()
    reasons = [path.with_name(f"{path.name}.reasons").read_bytes() for path in (plain, disturbed)]
    assert reasons[0] == reasons[1]


def compare(server: RedisServer, rows: Path) -> None:
    done = vsexplorer(*arguments(rows, "k", server.options))
    assert done.returncode == 1, done.stderr
    undisturbed = vsexplorer(*arguments(rows, "plain", server.options))
    assert undisturbed.returncode == 1, undisturbed.stderr
    assert contents(server, "k") == contents(server, "plain")
    check_rejects(rows)


@pytest.mark.usefixtures("own_folders")
def test_a_load_cut_off_in_every_way_ends_in_the_same_set(durable: RedisServer, rows: Path) -> None:
    disturbed = Disturbed(durable, rows, seed=1)
    assert disturbed.run(["loader", "connection", "server", "interrupt", "loader"], 5) >= 3
    compare(durable, rows)


@pytest.mark.slow
@pytest.mark.usefixtures("own_folders")
def test_a_load_cut_off_a_hundred_times_ends_in_the_same_set(durable: RedisServer, rows: Path) -> None:
    seed = int(os.environ.get("VSEXPLORER_SEED", random.randrange(10**6)))
    print(f"seed {seed}")
    chance = random.Random(seed)
    cut = 0
    while cut < 100:
        durable.client().delete("k", "plain")
        (rows.parent / "k").unlink(missing_ok=True)
        disturbed = Disturbed(durable, rows, chance.randrange(10**6))
        kinds = chance.choices(["loader", "connection", "server", "interrupt"], k=20)
        cut += disturbed.run(kinds, 20)
        compare(durable, rows)


@pytest.mark.usefixtures("own_folders")
def test_it_goes_on_where_it_stopped_and_notices_what_changed(newest: RedisServer, rows: Path) -> None:
    command = arguments(rows, "k", newest.options)
    newest.client().config_set("maxmemory", "4mb")
    full = vsexplorer(*command)
    assert full.returncode == 1
    assert "OOM" in full.stderr
    assert "The same command resumes after row" in full.stderr
    newest.client().config_set("maxmemory", "0")
    done = vsexplorer(*command)
    assert "resumed after row" in done.stderr
    assert newest.client().execute_command("VCARD", "k") == len(contents(newest, "k"))


@pytest.mark.usefixtures("own_folders")
@pytest.mark.parametrize("changed", ["file", "options", "set", "elements"])
def test_a_load_that_cannot_go_on_begins_anew_and_says_why(newest: RedisServer, rows: Path, changed: str) -> None:
    newest.client().config_set("maxmemory", "4mb")
    assert "resumes after row" in vsexplorer(*arguments(rows, "k", newest.options)).stderr
    newest.client().config_set("maxmemory", "0")
    command = arguments(rows, "k", newest.options)
    said = "other options"
    if changed == "file":
        rows.write_text(rows.read_text().replace('"n": 3}', '"n": 4}'))
        said = "the file has changed"
    elif changed == "options":
        command += ["--attributes", "none"]
    elif changed == "set":
        newest.client().delete("k")
        said = "not the one that the interrupted load wrote to"
    else:
        for name in newest.client().execute_command("VRANGE", "k", "-", "+")[:1_000]:
            newest.client().execute_command("VREM", "k", name)
        said = "lost elements"
    done = vsexplorer(*command)
    assert "starting over" in done.stderr
    assert said in done.stderr
    assert vsexplorer(*arguments(rows, "plain", newest.options)).returncode == 1
    assert set(contents(newest, "k")) == set(contents(newest, "plain"))


@pytest.mark.usefixtures("own_folders")
def test_two_loads_of_the_same_file_into_one_set_exclude_each_other(newest: RedisServer, rows: Path) -> None:
    command = [PROGRAM, *arguments(rows, "k", newest.options)]
    first = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert first.wait(60) == 1
    assert second.returncode == 1
    assert "Another vsexplorer is loading the same files" in second.stderr or "unchanged" in second.stderr
