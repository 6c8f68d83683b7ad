"""The program told to end: the terminal is given back as it was."""

from __future__ import annotations

import os
import signal

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
