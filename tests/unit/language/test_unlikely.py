from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.samples import PEOPLE, known, samples, stored
from vsexplorer.insight.fields import summarise
from vsexplorer.language.check import Finding, Severity, check
from vsexplorer.language.dialect import NEWEST
from vsexplorer.language.evaluator import Filter

FACTS = known()


def findings(expression: str, severity: Severity = Severity.WARNING) -> list[Finding]:
    return [finding for finding in check(expression, NEWEST, FACTS).findings if finding.severity is severity]


@pytest.mark.parametrize(
    ("expression", "said", "better"),
    [
        (".bron > 1900", "no such field in 4 sampled elements; did you mean .born?", ".born > 1900"),
        (".colour == 1", "no such field in 4 sampled", None),
        (".home == 1", ".home has objects, which filters cannot read", None),
        (".born > 1990", ".born lies between 1867 and 1959 in 4 sampled", None),
        ("1990 < .born", ".born lies between 1867 and 1959", None),
        (".born <= 1066", ".born lies between 1867 and 1959", None),
        (".born == 1700", ".born lies between 1867 and 1959", None),
        (".born == 1900", ".born has this value in none of 4 sampled", None),
        ('.born == "old"', ".born has numbers, and this text counts as 0", None),
        (".name == 5", ".name has texts, which a number never equals", '.name == "5"'),
        (".name == 0", ".name has texts, and every text that is not a number counts as 0", None),
        (".name < 5", ".name has texts; those that are not numbers count as 0", None),
        ('.name == "marie curie"', 'did you mean "Marie Curie"?', '.name == "Marie Curie"'),
        ('.name == "Linus Paulin"', 'did you mean "Linus Pauling"?', '.name == "Linus Pauling"'),
        ('.name in ["Marie Curie", "nobody"]', '.name has the value "nobody" in none of 4 sampled', None),
        ('.fields == "physics"', ".fields has lists, which compare as 0", '"physics" in .fields'),
        ('.fields != "physics"', ".fields has lists", 'not ("physics" in .fields)'),
        (".fields > 1", ".fields has lists, which count as 0 here", None),
        ('.fields in ["physics"]', ".fields has lists; write the item before in", '"physics" in .fields'),
        ('"phisics" in .fields', 'did you mean "physics"?', '"physics" in .fields'),
        ('"x" in .born', ".born has neither lists nor texts: this is always false", None),
        ("5 in .name", ".name has texts, of which a number is never a part", None),
        ('.alive == "true"', ".alive is true or false, which count as 1 and 0", ".alive == 1"),
        (".alive == 2", ".alive is true or false, which count as 1 and 0", None),
        (".born == null", ".born has the value null in none of 4 sampled", None),
        (".died > 1900 or .born > 1900", "50% of 4 sampled lack .died and never match", None),
        ("not (.died > 1900)", "50% of 4 sampled lack .died and never match", None),
        (".died != 1934", "50% of 4 sampled lack .died and never match", None),
    ],
)
def test_what_the_sample_speaks_against(expression: str, said: str, better: str | None) -> None:
    (finding,) = findings(expression)
    assert said in finding.sentence
    assert (finding.correction.apply(expression) if finding.correction else None) == better


@pytest.mark.parametrize(
    "expression",
    [
        ".born > 1900",
        '.name == "Marie Curie"',
        '.name != "nobody"',
        '"Marie" in .name',
        '"physics" in .fields',
        ".alive == 1",
        ".alive",
        ".born == 1867 or .born == 1901",
        ".born - 1900 > 500",
        "not (.born == 1867)",
        ".name == 'Frances \"Poppy\" Northcutt'",
    ],
)
def test_what_it_does_not_speak_against(expression: str) -> None:
    assert check(expression, NEWEST, FACTS).findings == ()


def test_that_some_lack_a_field_is_only_a_note_where_nobody_expects_them() -> None:
    report = check(".died < 1950", NEWEST, FACTS)
    assert [(finding.severity, finding.sentence) for finding in report.findings] == [
        (Severity.NOTE, "50% of 4 sampled lack .died")
    ]
    assert report.primary is None


@pytest.mark.parametrize("expression", [".", ".n", ".bo", ".born > 1900 and .di"])
def test_a_field_half_typed_is_unfinished(expression: str) -> None:
    report = check(expression, NEWEST, FACTS)
    assert report.ok, "the server accepts it"
    assert report.unfinished
    assert not findings(expression)


def test_escaped_characters_are_corrected_to_what_the_server_reads() -> None:
    elements: tuple[dict[str, Any], ...] = ({"city": "Köln"}, {"city": "Bonn"})
    expression = '.city == "Köln"'
    escaped = check(expression, NEWEST, known(elements, escaped=True))
    corrections = {finding.correction.apply(expression) for finding in escaped.findings if finding.correction}
    assert corrections == {'.city == "Ku00f6ln"'}
    assert check(corrections.pop(), NEWEST, known(elements, escaped=True)).findings == ()
    assert check(expression, NEWEST, known(elements)).findings == (), "nothing to warn of where nothing is escaped"


_literals = st.sampled_from(["0", "1", "-2", "0.5", '"a"', '"10"', '"zzz"', "null", "[1]", '["a", "q"]', "1e20"])
_clauses = st.builds(
    lambda turned, name, operator, text: f"{text} {operator} .{name}" if turned else f".{name} {operator} {text}",
    st.booleans(),
    st.sampled_from(["a", "b", "x-y"]),
    st.sampled_from(["==", "!=", "<", ">", "<=", ">=", "in"]),
    _literals,
)


@given(samples, _clauses)
@settings(max_examples=400)
def test_what_is_said_never_to_hold_holds_for_no_sampled_element(
    elements: tuple[dict[str, Any], ...], expression: str
) -> None:
    report = check(expression, NEWEST, known(elements))
    never = ("always false", "in none of", "lies between", "no such field", "no number is part", "never equals")
    # Of a list, the sentence is about one of its items.
    if " in [" not in expression and any(words in one.sentence for one in report.findings for words in never):
        assert not any(Filter(expression).matches(raw) for raw in stored(elements))


@given(samples, _clauses)
@settings(max_examples=200)
def test_corrections_are_accepted(elements: tuple[dict[str, Any], ...], expression: str) -> None:
    facts = known(elements)
    for finding in check(expression, NEWEST, facts).findings:
        if finding.correction:
            assert check(finding.correction.apply(expression)).ok


def test_a_sample_of_nothing_says_nothing() -> None:
    assert check(".yaer > 1950", NEWEST, known(())).findings == ()
    assert len(PEOPLE) == FACTS.sampled


@pytest.mark.parametrize("operator", ["==", "!=", "<", ">"])
def test_a_null_among_the_values_silences_nothing(operator: str) -> None:
    rows = [b'{"n": 1, "t": "a"}', b'{"n": 2, "t": "b"}', b'{"n": null, "t": null}']
    facts = summarise(rows, whole=True)
    report = check(f'.n {operator} 90 and .t == "zzz"', NEWEST, facts)
    said = " ".join(finding.sentence for finding in report.findings)
    assert ".t never has this value" in said
    assert (".n lies between 1 and 2" in said) == (operator in ("==", ">"))


def test_a_rare_value_is_not_said_never_to_occur() -> None:
    rows = [b'{"t": "a"}'] * 3_000
    said = check('.t == "rare"', NEWEST, summarise(rows)).findings[0].sentence
    assert said == ".t has this value in none of 3,000 sampled elements"


def test_a_field_with_a_name_that_filters_cannot_use_is_named() -> None:
    facts = summarise([b'{"Birth Year": 1950, "a.b": 1}'])
    for expression, name in ((".Birth Year > 1940", "'Birth Year'"), (".a.b == 1", "'a.b'")):
        finding = check(expression, NEWEST, facts).findings[0]
        assert name in finding.sentence
        assert "--filterable" in finding.sentence
        assert finding.correction is None
