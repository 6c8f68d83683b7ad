"""The program told to end: the terminal is given back as it was."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.support.command import PROGRAM
from tests.support.servers import RedisServer, fill
from tests.support.tmux import Terminal


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_restores_the_terminal(newest: RedisServer, number: signal.Signals) -> None:
    fill(newest.client(), "k", [("a", (1.0, 0.0), None)])
    with Terminal(PROGRAM, "k", *newest.options) as terminal:
        terminal.until("1 of 1 element")
        os.kill(terminal.process_id("vsexplorer"), number)
        screen = terminal.until(f"[status {128 + number}]")
        assert "query ›" not in screen
        assert terminal.modes() == "0 0 1", "no alternate screen, no mouse, a visible cursor"


def ends(process: int) -> bool:
    """Whether a process ends within some seconds; one that nobody waits for counts as ended."""
    stat = Path(f"/proc/{process}/stat")
    for _ in range(300):
        try:
            state = stat.read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("typed", ["", "[1, 0] " * 40])
def test_a_closed_terminal_ends_the_program(newest: RedisServer, typed: str) -> None:
    fill(newest.client(), "k", [("a", (1.0, 0.0), None)])
    for _ in range(3):
        with Terminal(PROGRAM, "k", *newest.options) as terminal:
            terminal.until("1 of 1 element")
            process = terminal.process_id("vsexplorer")
            with terminal.keyboard() as type_text:
                type_text(typed, 0)
        ended = ends(process)
        if not ended:
            os.kill(process, signal.SIGKILL)
        assert ended


def test_the_program_is_suspended_and_comes_back(newest: RedisServer) -> None:
    fill(newest.client(), "k", [("a", (1.0, 0.0), None)])
    with Terminal("bash", "--norc", "-i") as terminal:
        terminal.type(f"{PROGRAM} k {' '.join(newest.options)}")
        terminal.press("Enter")
        terminal.until("1 of 1 element")
        terminal.press("C-z")
        terminal.until("Stopped")
        assert terminal.modes() == "0 0 1"
        terminal.type("fg")
        terminal.press("Enter")
        terminal.until("1 of 1 element")


def test_without_a_shell_the_program_stays(newest: RedisServer) -> None:
    fill(newest.client(), "k", [("a", (1.0, 0.0), None)])
    with Terminal(PROGRAM, "k", *newest.options) as terminal:
        terminal.until("1 of 1 element")
        terminal.press("C-z")
        terminal.until("no shell with job control")
