"""The memory of sets, against what real servers use."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.support.command import vsexplorer
from tests.support.servers import RedisServer

_NUMBER = 2_000


def fill(server: RedisServer, dimension: int, options: tuple[str, ...], attributes: int, name: int) -> float:
    """Make a set, and return the memory it takes."""
    client = server.client()
    before = client.info("memory")["used_memory"]
    text = json.dumps({"t": "x" * (attributes - 9)}) if attributes else ""
    vectors = np.random.default_rng(1).normal(size=(_NUMBER, dimension)).astype("<f4")
    for first in range(0, _NUMBER, 250):
        pipe = client.pipeline(transaction=False)
        for place in range(first, first + 250):
            argv = ["VADD", "k", "FP32", vectors[place].tobytes(), f"{place:0{name}d}", *options, "EF", 20]
            pipe.execute_command(*argv, *(["SETATTR", text] if text else []))
        pipe.execute()
    return float(client.info("memory")["used_memory"] - before)


@pytest.mark.parametrize(
    ("dimension", "options", "attributes", "name"),
    [
        (64, ("Q8", "M", "16"), 0, 8),
        (384, ("Q8", "M", "16"), 200, 20),
        (384, ("NOQUANT", "M", "8"), 60, 8),
        (384, ("BIN", "M", "32"), 0, 40),
    ],
)
def test_the_calculation_is_within_five_percent(
    server: RedisServer, dimension: int, options: tuple[str, ...], attributes: int, name: int
) -> None:
    used = fill(server, dimension, options, attributes, name)
    found = json.loads(vsexplorer("size", "k", "--json", *server.options).stdout)
    assert found["elements"] == _NUMBER
    assert found["bytes"] == pytest.approx(used, rel=0.05)
    assert found["memory_usage"] == pytest.approx(used, rel=0.15)


def test_what_another_shape_would_take(newest: RedisServer) -> None:
    fill(newest, 384, ("Q8", "M", "16"), 100, 8)
    arguments = ["--quantization", "f32", "--elements", "4000", "--attributes", "0", "--json"]
    found = json.loads(vsexplorer("size", "k", *arguments, *newest.options).stdout)
    newest.client().flushall()
    used = fill(newest, 384, ("NOQUANT", "M", "16"), 0, 8)
    assert found["bytes"] / 2 == pytest.approx(used, rel=0.05)


def test_without_a_set_no_server_is_needed(tmp_path: Path) -> None:
    done = vsexplorer("size", "--elements", "10M", "--dim", "768", "--json", "-p", "1")
    found = json.loads(done.stdout)
    assert (found["elements"], found["bytes"]) == (10_000_000, (10_000_000 * (768 + 300 + 465 + 20)))
    table = vsexplorer("size", "--elements", "1.5k", "--dim", "8", "--format", "table").stdout
    assert table.startswith("1,500 elements, 8 dimensions, int8, M 16")
    assert vsexplorer("size", "--elements", "many", "--dim", "8").returncode == 2
    assert "--elements and --dim are needed" in vsexplorer("size").stderr


def test_a_preview_of_a_load_estimates_the_same(newest: RedisServer, tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    rows = [
        {"id": f"e{number:04d}", "vector": random.normal(size=64).tolist(), "text": "x" * 80}
        for number in range(1_000)
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    arguments = ["load", "k", str(tmp_path / "rows.jsonl"), "--vector", "vector", *newest.options]
    said = vsexplorer(*arguments, "--dry-run").stdout
    before = newest.client().info("memory")["used_memory"]
    assert vsexplorer(*arguments).returncode == 0
    used = newest.client().info("memory")["used_memory"] - before
    number, unit = said.partition("· about ")[2].split()[:2]
    assert float(number) * {"KiB": 1024, "MiB": 1 << 20}[unit] == pytest.approx(used, rel=0.07)
