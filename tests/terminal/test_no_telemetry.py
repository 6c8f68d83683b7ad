"""Nothing leaves the machine: no look-up and no connection beside the server that was named."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import pytest

from tests.support import connects
from tests.support.command import PROGRAM
from tests.support.servers import RedisServer, fill
from tests.support.tmux import Terminal

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("gcc") is None, reason="needs gcc and the loader of Linux"
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return connects.build(tmp_path_factory.mktemp("connects"))


def test_what_is_looked_up_or_connected_to_is_seen(library: Path, tmp_path: Path) -> None:
    code = "import socket; socket.getaddrinfo('localhost', 1); socket.socket().connect_ex(('127.0.0.1', 1))"
    assert connects.seen(library, tmp_path, [sys.executable, "-c", code]) == [
        "look-up localhost",
        "connect 127.0.0.1",
    ]


def test_commands_speak_to_nobody_but_the_server(newest: RedisServer, library: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": "a", "about": "a dog runs"}\n{"id": "b", "about": "a cat sleeps"}\n')
    for command in (["load", "k", str(rows)], ["query", "k", "puppy"], ["info"]):
        assert connects.seen(library, tmp_path, [PROGRAM, *command, *newest.options]) == []
    assert newest.client().execute_command("VCARD", "k") == 2


def test_the_screen_speaks_to_nobody_but_the_server(newest: RedisServer, library: Path, tmp_path: Path) -> None:
    fill(newest.client(), "k", [("a", (1.0,) * 384, None)])
    log = tmp_path / "log"
    command = ["env", f"LD_PRELOAD={library}", f"CONNECTS_LOG={log}", PROGRAM, "k", *newest.options]
    with Terminal(*command) as terminal:
        terminal.until("1 of 1 element")
        terminal.type("a dog")
        terminal.until("1 result")
        # Unless it is told otherwise, onnxruntime looks a host up some ten seconds after the first text.
        time.sleep(14)
        terminal.press("Enter", "q")
        terminal.until("[status 0]")
    assert not log.exists() or log.read_text() == ""
