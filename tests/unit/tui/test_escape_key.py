import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import constants, events

from vsexplorer.tui.escape_key import EscapeParser


def keys(parser: EscapeParser, *parts: str) -> list[str]:
    return [event.key for part in parts for event in parser.feed(part) if isinstance(event, events.Key)]


@pytest.mark.parametrize("parts", [("\x1bd",), ("\x1b", "d")])
def test_escape_before_a_letter_is_not_alt(parts: tuple[str, ...]) -> None:
    assert keys(EscapeParser(), *parts) == ["escape", "d"]


def test_escape_is_not_lost_before_much_text() -> None:
    assert keys(EscapeParser(), "\x1b" + "a" * 100) == ["escape", *"a" * 100]


@pytest.mark.parametrize(("sequence", "key"), [("\x1b[A", "up"), ("\x1bOP", "f1"), ("\x1b[1;3A", "alt+up")])
def test_sequences_stay_what_they_are(sequence: str, key: str) -> None:
    assert keys(EscapeParser(), sequence) == [key]
    assert keys(EscapeParser(), sequence[:1], sequence[1:]) == [key]


def test_an_escape_that_nothing_follows_comes_after_a_moment() -> None:
    parser = EscapeParser()
    assert keys(parser, "\x1b") == []
    time.sleep(constants.ESCAPE_DELAY)
    assert [event.key for event in parser.tick() if isinstance(event, events.Key)] == ["escape"]
    assert list(parser.tick()) == []


@given(st.lists(st.sampled_from(["\x1b", "d", "/", "\t", "9"]), max_size=12), st.data())
def test_every_key_arrives_in_order_however_the_input_is_cut(typed: list[str], data: st.DataObject) -> None:
    text = "".join(typed) + "."
    names = {"\x1b": "escape", "/": "slash", "\t": "tab", ".": "full_stop"}
    places = sorted(data.draw(st.sets(st.integers(1, len(text)))))
    parts = [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]
    assert keys(EscapeParser(), *filter(None, parts)) == [names.get(key, key) for key in text]
