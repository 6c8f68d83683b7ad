import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.filters import expressions
from tests.support.traps import TRAPS, UNFINISHED, Trap
from vsexplorer.language.check import Severity, caret, check
from vsexplorer.language.dialect import NEWEST, OLDEST, for_version
from vsexplorer.language.tokens import tokenize


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.expression)
def test_every_trap_is_explained_at_its_place(trap: Trap) -> None:
    report = check(trap.expression)
    finding = report.findings[0]
    assert report.ok == trap.accepted
    assert finding.severity is (Severity.WARNING if trap.accepted else Severity.ERROR)
    assert trap.said in finding.sentence
    assert 0 <= finding.start < finding.end <= len(trap.expression)
    if trap.better is not None:
        assert finding.correction is not None
        assert finding.correction.apply(trap.expression) == trap.better


@pytest.mark.parametrize("expression", UNFINISHED)
def test_half_typed_is_unfinished_not_wrong(expression: str) -> None:
    report = check(expression)
    assert not report.ok
    assert report.unfinished


@pytest.mark.parametrize("trap", [trap for trap in TRAPS if trap.better], ids=lambda trap: trap.expression)
def test_a_correction_leaves_nothing_to_correct(trap: Trap) -> None:
    assert trap.better is not None
    assert not [finding for finding in check(trap.better).findings if finding.severity is Severity.ERROR]


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "   ",
        ".year > 1950",
        '.a == "x" and not (.b in [1, 2])',
        ".a ** 2 ** 3 >= -5",
        ".x == null",
        "!.a || .b",
    ],
)
def test_what_is_fine_gets_no_finding(expression: str) -> None:
    report = check(expression)
    assert (report.ok, report.findings) == (True, ())


def test_what_the_oldest_server_lacks() -> None:
    assert not check(".x == null", OLDEST).ok
    assert "Redis 8.2" in check('"a" in "abc"', OLDEST).findings[0].sentence
    assert check('"a" in "abc"', NEWEST).findings == ()
    assert (for_version("8.0.2"), for_version("8.2"), for_version("8.10.2")) == (OLDEST, NEWEST, NEWEST)


def test_the_caret_stands_under_the_place() -> None:
    report = check(".year = 1950")
    assert caret(".year = 1950", report.findings[0]) == ".year = 1950\n      ^"


@settings(max_examples=400)
@given(st.one_of(expressions, st.text()))
def test_any_text_yields_tokens_in_order_and_findings_inside_it(text: str) -> None:
    place = 0
    for token in tokenize(text):
        assert place <= token.start < token.end <= len(text)
        assert text[token.start : token.end] == token.text
        place = token.end
    for dialect in (NEWEST, OLDEST):
        report = check(text, dialect)
        assert report.ok or report.findings, "a refusal is explained"
        for finding in report.findings:
            assert 0 <= finding.start <= finding.end <= len(text)
            assert finding.sentence


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 10_000,
        "!" * 10_000,
        ".a and " * 1_500 + ".b",
        "not (" * 2_000 + ".a" + ")" * 2_000,
        '["a",' * 2_000,
        "a" * 10_000,
    ],
    ids=["parentheses", "bangs", "chain", "nested", "lists", "word"],
)
def test_long_and_deep_expressions_neither_hang_nor_overflow(expression: str) -> None:
    check(expression)
