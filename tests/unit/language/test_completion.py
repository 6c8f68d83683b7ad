from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.filters import expressions
from tests.support.samples import known, samples, stored
from vsexplorer.insight.fields import summarise
from vsexplorer.language.check import check
from vsexplorer.language.completion import complete
from vsexplorer.language.dialect import NEWEST, OLDEST
from vsexplorer.language.evaluator import Filter
from vsexplorer.language.literals import reachable

FACTS = known()


def proposed(expression: str, cursor: int | None = None, asked: bool = False) -> list[str]:
    """What the expression would be with each proposal taken."""
    place = len(expression) if cursor is None else cursor
    return [one.apply(expression)[0] for one in complete(expression, place, FACTS, asked=asked)]


@pytest.mark.parametrize(
    ("expression", "first"),
    [
        (".", [".name", ".born", ".fields", ".alive", ".died", ".prize"]),
        (".bo", [".born"]),
        (".or", [".born"]),
        ("di", [".died"]),
        ("not .al", ["not .alive"]),
        (".born > 1900 and ", [".born > 1900 and .name", ".born > 1900 and .born"]),
        (".born > 1900 an", [".born > 1900 and"]),
        (".born > 1900 ", [".born > 1900 and", ".born > 1900 or"]),
        (".born ", [".born >", ".born >=", ".born <", ".born <=", ".born ==", ".born !=", ".born in"]),
        (".name ", [".name ==", ".name !=", ".name in"]),
        (".alive ", [".alive ==", ".alive !="]),
        (".fields ", ['"chemistry" in .fields', '"physics" in .fields']),
        (".born ==", [".born == 1867", ".born == 1901"]),
        (".born == 19", [".born == 1901", ".born == 1943", ".born == 1959"]),
        (".alive == ", [".alive == 0", ".alive == 1"]),
        ('.name == "Mar', ['.name == "Marie Curie"']),
        (".name == 'Poppy", [".name == 'Frances \"Poppy\" Northcutt'"]),
        (".name == pauling", ['.name == "Linus Pauling"']),
        (".name in ", ['.name in ["Donna Strickland"]']),
        ('.name in ["Donna Strickland",', ['.name in ["Donna Strickland", \'Frances "Poppy" Northcutt\'']),
        ('.name in ["Marie Curie"', ['.name in ["Marie Curie"]', '.name in ["Marie Curie", ']),
        ('.name in ["L', ['.name in ["Linus Pauling"']),
        ('"physics" ', ['"physics" in', '"physics" and', '"physics" or']),
        ('"physics" in ', ['"physics" in .name', '"physics" in .fields']),
    ],
)
def test_what_is_proposed(expression: str, first: list[str]) -> None:
    assert proposed(expression)[: len(first)] == first


@pytest.mark.parametrize(
    "expression", ["", ".born", ".nope == ", ".born > 1900", '.name == "Marie Curie"', ".born - "]
)
def test_where_nothing_is_proposed(expression: str) -> None:
    assert proposed(expression) == []


def test_in_the_middle_the_whole_word_is_replaced() -> None:
    assert proposed(".bo and .died", 3) == [".born and .died"]
    assert proposed('.name == "Mar old" and .born', 13) == ['.name == "Marie Curie" and .born']


def test_an_empty_line_proposes_fields_when_asked() -> None:
    assert proposed("", asked=True)[0] == ".name"


def test_the_detail_says_what_is_known() -> None:
    details = {one.text: one.detail for one in complete(".", 1, FACTS)}
    assert details[".born"] == "number · 100%"
    assert details[".died"] == "number · 50%"
    assert {one.detail for one in complete(".alive == ", 10, FACTS)} == {"false · 2×", "true · 2×"}
    assert complete(".born ", 6, FACTS)[0].detail == "greater than · 1867 to 1959"


def test_null_is_proposed_to_servers_that_know_it_only() -> None:
    assert [one.text for one in complete(".prize == ", 10, FACTS, NEWEST)] == ["null"]
    assert complete(".prize == ", 10, FACTS, OLDEST) == []


@given(samples)
@settings(max_examples=150)
def test_a_proposed_value_matches_the_elements_that_have_it(elements: tuple[dict[str, Any], ...]) -> None:
    facts = known(elements)
    for field in facts.fields:
        if not reachable(field.name) or field.kinds & {"array", "object"}:
            continue
        typed = f".{field.name} == "
        for one in complete(typed, len(typed), facts):
            expression, cursor = one.apply(typed)
            assert cursor == len(expression)
            filter_ = Filter(expression)
            matching = sum(filter_.matches(raw) for raw in stored(elements))
            assert matching >= int(one.detail.split()[-1].rstrip("×")), expression


@given(samples, expressions, st.data())
@settings(max_examples=200)
def test_proposals_never_break_what_was_right(
    elements: tuple[dict[str, Any], ...], expression: str, data: st.DataObject
) -> None:
    facts = known(elements)
    cursor = data.draw(st.integers(0, len(expression)))
    for one in complete(expression, cursor, facts, asked=True):
        assert 0 <= one.start <= cursor <= one.end <= len(expression)
        applied, after = one.apply(expression)
        assert after <= len(applied)
        check(applied, NEWEST, facts)


def test_fields_that_no_filter_can_name_are_shown_and_not_inserted() -> None:
    facts = summarise([b'{"IMDB Rating": 7.5, "id": 1}'])
    found = complete(".I", 2, facts)
    assert [(one.shown, one.apply(".I")[0]) for one in found] == [(".id", ".id"), ("IMDB Rating", ".I")]
