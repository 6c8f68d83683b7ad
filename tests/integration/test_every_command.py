"""Every command and option of the data type, from the command line to servers of both versions."""

import json
from pathlib import Path

import pytest

from tests.support.servers import RedisServer, fill
from vsexplorer.cli.main import run
from vsexplorer.insight import drawing

A = str([1.0, 0.5, 0.25, 0.125])

CASES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("VADD", ("REDUCE", "2"), ("add", "new", "x", "--vector", A, "--reduce", "2", "--yes")),
    ("VADD", ("FP32",), ("add", "new", "x", "--vector", A, "--yes")),
    ("VADD", ("Q8",), ("add", "new", "x", "--vector", A, "--quantization", "int8", "--yes")),
    ("VADD", ("NOQUANT",), ("add", "new", "x", "--vector", A, "--quantization", "f32", "--yes")),
    ("VADD", ("BIN",), ("add", "new", "x", "--vector", A, "--quantization", "bin", "--yes")),
    ("VADD", ("EF", "50"), ("add", "new", "x", "--vector", A, "--ef", "50", "--yes")),
    ("VADD", ("SETATTR", '{"n": 1}'), ("add", "new", "x", "--vector", A, "--attributes", '{"n": 1}', "--yes")),
    ("VADD", ("M", "8"), ("add", "new", "x", "--vector", A, "--m", "8", "--yes")),
    ("VREM", ("points", "p1"), ("delete", "points", "p1", "--yes")),
    ("VREM", ("points", "p1"), ("rename", "points", "p1", "q", "--yes")),
    ("VSIM", ("ELE", "p1"), ("query", "points", "--like", "p1")),
    ("VSIM", ("FP32",), ("query", "points", A)),
    ("VSIM", ("COUNT", "3"), ("query", "points", "--like", "p1", "--count", "3")),
    ("VSIM", ("EF", "77"), ("query", "points", "--like", "p1", "--ef", "77")),
    ("VSIM", ("FILTER", ".n > 1"), ("query", "points", "--like", "p1", "--filter", ".n > 1")),
    (
        "VSIM",
        ("FILTER-EF", "55"),
        ("query", "points", "--like", "p1", "--filter", ".n > 1", "--filter-ef", "55"),
    ),
    ("VSIM", ("EPSILON",), ("query", "points", "--like", "p1", "--epsilon", "0.5")),
    ("VSIM", ("TRUTH",), ("query", "points", "--like", "p1", "--exact")),
    ("VSIM", ("NOTHREAD",), ("query", "points", "--like", "p1", "--no-thread")),
    ("VSIM", ("WITHSCORES",), ("query", "points", "--like", "p1")),
    ("VSIM", ("WITHATTRIBS",), ("query", "points", "--like", "p1")),
    ("VCARD", (), ("sets",)),
    ("VEMB", ("p1", "RAW"), ("show", "points", "p1")),
    ("VLINKS", ("p1", "WITHSCORES"), ("neighbours", "points", "p1")),
    ("VINFO", ("points",), ("sets",)),
    ("VINFO", ("points",), ("show", "points")),
    ("VSETATTR", ("p1", '{"n": 9}'), ("set-attributes", "points", "p1", '{"n": 9}', "--yes")),
    ("VGETATTR", ("p1",), ("show", "points", "p1")),
    ("VRANDMEMBER", ("points",), ("fields", "points")),
    ("VISMEMBER", ("points", "x"), ("add", "points", "x", "--vector", A, "--yes")),
    ("VRANGE", ("(p1", "+"), ("browse", "points", "--after", "p1")),
    ("VRANGE", ("[p1", "(p2"), ("browse", "points", "--prefix", "p1")),
)
_LATER = {"WITHATTRIBS", "VRANGE"}
"""Not in 8.0.2."""


def sent(server: RedisServer, command: list[str]) -> list[str]:
    """What the server was sent while a command ran."""
    with server.client().monitor() as monitor:
        assert run([command[0], *server.options, *command[1:]]) == 0
        server.client().echo("finished")
        seen: list[str] = []
        for event in monitor.listen():
            line = str(event["command"]).replace('\\"', '"')
            if line.endswith("finished"):
                return seen
            seen.append(line)
    return seen


def _id(part: str | tuple[str, ...]) -> str:
    return part if isinstance(part, str) else "-".join(part)[:30] or "-"


@pytest.mark.parametrize(("name", "words", "command"), CASES, ids=_id)
def test_a_command_of_the_data_type_is_reached(
    server: RedisServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    words: tuple[str, ...],
    command: tuple[str, ...],
) -> None:
    if name == "VRANDMEMBER":
        # As in a set that is too large to draw from all of its names.
        monkeypatch.setattr(drawing, "_MOST_NAMES", 0)
        monkeypatch.setattr(drawing, "_MOST_AT_ONCE", 0)
    if {name, *words} & _LATER and server.client().info()["redis_version"] == "8.0.2":
        pytest.skip("this version does not have it")
    fill(server.client(), "points", [(f"p{n}", (1.0, n, 0.5, 0.1), json.dumps({"n": n})) for n in range(5)])
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(json.dumps({"n": f"r{n}", "v": [n, 1, 2, 3]}) + "\n" for n in range(3)))
    seen = sent(server, [str(rows) if word == "ROWS" else word for word in command])
    matching = [line for line in seen if line.partition(" ")[0] == name and " ".join(words) in line]
    assert matching, seen
