"""Keys typed faster than the screen follows: each reaches the place it was meant for."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.support.command import PROGRAM
from tests.support.servers import RedisServer, fill
from tests.support.tmux import Terminal

SPEEDS = [pytest.param(0.0, id="burst"), *(pytest.param(ms / 1000, id=f"{ms} ms") for ms in (5, 30, 60))]
TRIES = int(os.environ.get("VSEXPLORER_TYPING_TRIES", "3"))
"""How often each text is typed at each speed."""
CLEAR = "\x1b/\x15\x1bf\x15\x1b/"
"""Escape, into each line, and empty it."""


@pytest.fixture
def people(newest: RedisServer) -> RedisServer:
    names = ("Marie Curie", "day", "Ada")
    rows = [(name, (1.0,) * 383 + (float(place),), '{"born": 1910}') for place, name in enumerate(names)]
    fill(newest.client(), "k", rows)
    return newest


def lines(screen: str) -> tuple[str, str]:
    """The texts of the query and of the filter line."""
    found = {}
    for line in screen.splitlines():
        for label in ("query › ", "filter › "):
            if line.strip().startswith(label.strip()):
                found[label] = line.split("›", 1)[1]
    return found["query › "], found["filter › "]


def typed(terminal: Terminal, query: str, filter: str) -> Callable[[str], bool]:
    def holds(screen: str) -> bool:
        in_query, in_filter = lines(screen)
        return in_query.lstrip().startswith(query) and in_filter.lstrip().startswith(filter)

    return holds


@pytest.mark.parametrize("pause", SPEEDS)
def test_a_query_and_a_filter_reach_their_lines(people: RedisServer, pause: float) -> None:
    with Terminal(PROGRAM, "k", *people.options) as terminal, terminal.keyboard() as type_text:
        terminal.until("3 of 3 elements")
        for _ in range(TRIES):
            type_text("women in science\t.born > 1900", pause)
            terminal.until(typed(terminal, "women in science ", ".born > 1900 "))
            type_text(CLEAR, max(pause, 0.0))
            terminal.until(typed(terminal, "type a text, @element or [vector]", "for example"))


@pytest.mark.parametrize("pause", SPEEDS)
def test_letters_of_a_query_delete_nothing(people: RedisServer, pause: float) -> None:
    with Terminal(PROGRAM, "k", "--write", *people.options) as terminal, terminal.keyboard() as type_text:
        terminal.until("3 of 3 elements")
        for _ in range(TRIES):
            type_text("\x1b/day\r", pause)
            terminal.until(typed(terminal, "day ", "for example"))
            assert people.client().execute_command("VCARD", "k") == 3
            type_text(CLEAR, max(pause, 0.0))
            terminal.until(typed(terminal, "type a text, @element or [vector]", "for example"))


@pytest.mark.parametrize("pause", SPEEDS[:2])
def test_a_question_takes_no_key_typed_before_it_was_seen(people: RedisServer, pause: float) -> None:
    with Terminal(PROGRAM, "k", "--write", *people.options) as terminal, terminal.keyboard() as type_text:
        terminal.until("3 of 3 elements")
        for _ in range(TRIES):
            type_text("\x1bd\r\r", pause)
            terminal.until("enter: confirm · esc: cancel")
            assert people.client().execute_command("VCARD", "k") == 3
            type_text("\x1b", 0.2)
            terminal.until(lambda screen: "enter: confirm" not in screen)
