"""What an export is pointed at: files appear whole, what was there stays, and nothing is written through a link."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.support.command import PROGRAM, vsexplorer
from tests.support.servers import RedisServer, fill

HOSTILE = 'h\x1b]52;c;aGk=\x07\u009b31m\u202e"x"'
ROWS = [("a", (1.0, 0.0), '{"n": 1}'), (HOSTILE, (0.0, 1.0), json.dumps({"t": HOSTILE}, ensure_ascii=False))]


@pytest.fixture
def server(newest: RedisServer) -> RedisServer:
    fill(newest.client(), "k", ROWS)
    return newest


def export(server: RedisServer, *arguments: str) -> tuple[int, str]:
    done = vsexplorer("export", "k", *arguments, *server.options)
    return done.returncode, done.stderr


def test_a_file_that_exists_is_replaced_only_with_force(server: RedisServer, tmp_path: Path) -> None:
    file = tmp_path / "k.jsonl"
    file.write_text("mine")
    code, said = export(server, str(file))
    assert (code, file.read_text()) == (2, "mine")
    assert "--force" in said
    assert export(server, str(file), "--force")[0] == 0
    assert len(file.read_text().splitlines()) == 2
    assert list(tmp_path.iterdir()) == [file]


def test_an_array_and_its_rows_are_replaced_together_or_not_at_all(server: RedisServer, tmp_path: Path) -> None:
    rows, array = tmp_path / "k.jsonl", tmp_path / "k.npy"
    array.write_bytes(b"mine")
    assert export(server, str(rows), "--vectors", "npy")[0] == 2, "a file of vectors is asked about too"
    assert export(server, str(rows), "--vectors", "npy", "--force", "--element", "nobody")[0] == 1
    assert (array.read_bytes(), rows.exists()) == (b"mine", False)
    assert export(server, str(rows), "--vectors", "npy", "--force")[0] == 0
    assert array.read_bytes().startswith(b"\x93NUMPY")
    assert sorted(tmp_path.iterdir()) == [rows, array]


@pytest.mark.parametrize("planted", ["k.jsonl.part", "k.npy.part"])
@pytest.mark.parametrize("kind", ["symbolic", "hard"])
def test_no_part_file_is_written_through_a_link(
    server: RedisServer, tmp_path: Path, planted: str, kind: str
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    link = tmp_path / planted
    if kind == "hard":
        link.hardlink_to(victim)
    else:
        link.symlink_to(victim)
    code, said = export(server, str(tmp_path / "k.jsonl"), "--vectors", "npy")
    assert code == 2
    assert "Cannot use" in said
    assert victim.read_text() == "precious"


def test_pipes_and_devices_are_written_to(server: RedisServer, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        assert export(server, str(pipe), "--format", "jsonl")[0] == 0
        assert len(reader.communicate(timeout=20)[0].splitlines()) == 2
    assert pipe.is_fifo()
    assert export(server, "/dev/null", "--format", "csv")[0] == 0
    assert Path("/dev/null").is_char_device()
    line = f"{PROGRAM} export k >(cat > got) --format jsonl {' '.join(server.options)}; wait; sleep 0.2"
    subprocess.run(["bash", "-c", line], cwd=tmp_path, check=True, timeout=60)
    assert len((tmp_path / "got").read_text().splitlines()) == 2
    done = vsexplorer("export", "k", "/dev/stdout", "--format", "jsonl", *server.options)
    assert len(done.stdout.splitlines()) == 2


def test_two_exports_do_not_write_the_same_file(server: RedisServer, tmp_path: Path) -> None:
    import fcntl

    part = tmp_path / "k.jsonl.part"
    with part.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        code, said = export(server, str(tmp_path / "k.jsonl"))
    assert code == 2
    assert "Another process" in said


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_a_terminal_gets_nothing_that_drives_it(server: RedisServer, kind: str) -> None:
    ours, theirs = pty.openpty()
    command = [PROGRAM, "export", "k", "--format", kind, *server.options]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL) as program:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:
            pass
        assert program.wait(20) == 0
    os.close(ours)
    text = shown.decode()
    assert not set(text) & {"\x1b", "\x07", "\x9b", "\u202e"}
    if kind == "jsonl":
        assert [json.loads(line)["element"] for line in text.splitlines()] == [ROWS[0][0], HOSTILE]
    assert vsexplorer("export", "k", *server.options).stdout.count("\u202e") == 2, "a file gets what is stored"


def test_formulas_can_be_kept_out_of_a_csv_file(newest: RedisServer, tmp_path: Path) -> None:
    fill(newest.client(), "k", [("=1+2", (1.0, 0.0), None), ("@x", (0.0, 1.0), None), ("plain", (1.0, 1.0), None)])
    file = tmp_path / "k.csv"
    assert export(newest, str(file), "--csv-safe", "--vectors", "none")[0] == 0
    assert [line.split(",")[0] for line in file.read_text().splitlines()] == ["element", "'=1+2", "'@x", "plain"]


def test_rejected_rows_are_not_written_through_a_link(newest: RedisServer, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "in.rejected.jsonl").symlink_to(victim)
    rows = tmp_path / "in.jsonl"
    rows.write_text('{"id": "a", "vector": [1, 2]}\n{"id": "b", "vector": "none"}\n')
    load = [PROGRAM, "load", "new", str(rows), "--vector", "vector", *newest.options]
    done = subprocess.run(load, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2, done.stderr
    assert "link" in done.stderr
    assert victim.read_text() == "precious"
