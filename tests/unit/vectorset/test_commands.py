import shlex
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from vsexplorer.core.values import SearchOptions
from vsexplorer.vectorset.commands import render, vsim

PLAIN = SearchOptions()


def test_all_options_in_one_command() -> None:
    options = SearchOptions(5, ef=200, filter_ef=1000, epsilon=0.25, exact=True)
    argv = vsim(b"k", None, b"\0" * 8, ".a > 1", options, with_attributes=True)
    assert argv == [
        *(b"VSIM", b"k", b"FP32", b"\0" * 8, b"COUNT", 5, b"EF", 200, b"FILTER", b".a > 1", b"FILTER-EF", 1000),
        *(b"EPSILON", "0.25", b"TRUTH", b"WITHSCORES", b"WITHATTRIBS"),
    ]


def test_filter_ef_needs_a_filter() -> None:
    assert b"FILTER-EF" not in vsim(b"k", b"e", None, "", replace(PLAIN, filter_ef=5), with_attributes=False)


def test_an_element_is_named_as_it_is() -> None:
    assert vsim(b"k", b"\xff", None, "", PLAIN, with_attributes=False)[:4] == [b"VSIM", b"k", b"ELE", b"\xff"]


def test_a_vector_is_shown_by_its_length() -> None:
    shown = render(vsim(b"my set", None, b"\x1b" * 1536, ".a == 'x'", PLAIN, with_attributes=False))
    assert shown == """VSIM 'my set' FP32 ‹384 floats› COUNT 10 FILTER ".a == 'x'" WITHSCORES"""


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_shown_words_read_back_as_they_were(name: str) -> None:
    assert shlex.split(render([b"VSIM", name.encode()])) == ["VSIM", name]


@given(st.binary())
def test_no_element_can_drive_the_terminal_through_the_command(name: bytes) -> None:
    shown = render([b"VSIM", b"k", b"ELE", name])
    assert not [character for character in shown if ord(character) < 32 or 0x7F <= ord(character) < 0xA0]
