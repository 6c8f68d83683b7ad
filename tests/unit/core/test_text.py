import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from vsexplorer.core import text


@given(st.text())
def test_sanitized_text_holds_no_character_that_drives_a_terminal(raw: str) -> None:
    safe = text.sanitize(raw)
    assert not [character for character in safe if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")]
    assert not set(safe) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


@given(st.text(st.characters() | st.sampled_from("\u200c\u200d\u202e\x1b\x7f\u00e9a")), st.booleans())
def test_sanitizing_twice_changes_nothing(raw: str, keep_newlines: bool) -> None:
    safe = text.sanitize(raw, keep_newlines)
    assert text.sanitize(safe, keep_newlines) == safe


@given(st.binary())
def test_displayed_bytes_are_safe_and_encodable(raw: bytes) -> None:
    shown = text.display(raw)
    assert "\x1b" not in shown
    assert "\n" not in shown
    shown.encode()


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("a\nb\tc", "a␊b␉c"),
        ("\x7f\x9b2J", "␡‹9b›2J"),
        ("abc\u202etxt", "abc‹202e›txt"),
        ("[red]x[/]", "[red]x[/]"),
        ("名前 émoji 👩‍🔬", "名前 émoji 👩‍🔬"),
    ],
)
def test_controls_become_visible_and_text_stays(raw: str, shown: str) -> None:
    assert text.sanitize(raw) == shown


def test_lines_are_kept_on_request() -> None:
    assert text.sanitize("a\x1b\nb", keep_newlines=True) == "a␛\nb"


def test_bytes_that_are_not_utf8_are_shown_as_escapes() -> None:
    assert text.display(b"caf\xe9") == "caf\\xe9"


@given(st.text(), st.integers(0, 60))
def test_fitted_text_never_exceeds_its_room(raw: str, width: int) -> None:
    assert cell_len(text.fit(text.sanitize(raw), width)) <= width


@given(st.text())
def test_escaped_json_reads_back_the_same(raw: str) -> None:
    import json

    document = json.dumps(raw, ensure_ascii=False)
    assert json.loads(text.json_safe(document)) == raw
    assert "\x9b" not in text.json_safe(document)


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (92_000_000, "87.7 MiB"), (5 * 2**40, "5120 GiB")],
)
def test_byte_sizes(number: int, words: str) -> None:
    assert text.byte_size(number) == words


def test_counting_words() -> None:
    assert text.plural(1, "element") == "1 element"
    assert text.plural(12_345, "element") == "12,345 elements"


def test_milliseconds_lose_their_decimal_when_it_says_nothing() -> None:
    assert [text.milliseconds(value) for value in (0.04, 9.94, 9.96, 123.4)] == ["0.0", "9.9", "10", "123"]
