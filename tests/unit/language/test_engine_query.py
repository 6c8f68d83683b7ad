"""Filters in the language of the query engine."""

from __future__ import annotations

import pytest

from vsexplorer.language.check import check
from vsexplorer.language.completion import complete
from vsexplorer.language.dialect import ENGINE
from vsexplorer.language.engine_query import escaped, toggled
from vsexplorer.language.evaluator import compiled
from vsexplorer.language.known import FieldFacts, KnownValue, SetFacts
from vsexplorer.language.program import Refusal


@pytest.mark.parametrize(
    "expression",
    [
        *("", "*", "@year:[1950 +inf]", "@year:[(1950 (1960]", "@a:{x|y} -@b:{z}", '@t:"two words"'),
        *("(@a:{x}) | (@b:{y})", r"@a:{New\ York}"),
    ],
)
def test_what_the_engine_accepts(expression: str) -> None:
    report = check(expression, ENGINE)
    assert report.ok
    assert not report.findings


@pytest.mark.parametrize("expression", ["@", "@ye", "@year:", "@year:[1950", "@a:{x", '@t:"two', "(@a:{x}"])
def test_what_is_not_finished(expression: str) -> None:
    report = check(expression, ENGINE)
    assert not report.ok
    assert report.unfinished


@pytest.mark.parametrize("expression", ["@a:{x}]", "*=>[KNN 3 @v $B]", "@a:{x})"])
def test_what_is_wrong(expression: str) -> None:
    report = check(expression, ENGINE)
    assert not report.ok
    assert not report.unfinished


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        (".year > 5", "fields begin with @ here, as in @year:[1950 +inf]"),
        ("@a:{x} and @b:{y}", "side by side means and"),
        ("@a == 5", "there are no such signs here"),
    ],
)
def test_words_of_the_other_language_are_named(expression: str, said: str) -> None:
    assert any(said in finding.sentence for finding in check(expression, ENGINE).findings)


def test_only_the_engine_evaluates() -> None:
    with pytest.raises(Refusal):
        compiled("@a:{x}", ENGINE)


_FACTS = SetFacts(
    9,
    9,
    0,
    (
        FieldFacts("year", 9, (("number", 9),), 1, 9, (), True),
        FieldFacts(
            "city", 9, (("text", 9),), None, None,
            (KnownValue("New York", 5, '"New York"'), KnownValue("Lima", 4, '"Lima"')), True,
        ),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "proposed"),
    [
        ("@", ["@year:[", "@city:{"]),
        ("@y", ["@year:["]),
        ("@city:{", [r"New\ York}", "Lima}"]),
        ("@city:{Lima|n", [r"New\ York}"]),
        ("@city:{x", []),
    ],
)
def test_completion(typed: str, proposed: list[str]) -> None:
    assert [one.text for one in complete(typed, len(typed), _FACTS, ENGINE)] == proposed


def test_values_are_escaped() -> None:
    assert escaped("a-b c's") == r"a\-b\ c\'s"


@pytest.mark.parametrize(
    ("condition", "written"),
    [
        ('.city == "New York"', r"@city:{New\ York}"),
        (".year == 5", "@year:[5 5]"),
        ('"a" in .tags', "@tags:{a}"),
        (".year > 5", None),
    ],
)
def test_conditions_are_added_and_removed(condition: str, written: str | None) -> None:
    assert toggled("@a:{x}", condition) == (f"@a:{{x}} {written}" if written else None)
    if written:
        assert toggled(f"@a:{{x}} {written}", condition) == "@a:{x}"
