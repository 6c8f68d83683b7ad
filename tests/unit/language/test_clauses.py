import pytest
from hypothesis import given, settings

from tests.support.filters import expressions
from vsexplorer.language.check import check
from vsexplorer.language.clauses import conditions, identity, toggle

CLAUSE = '.field == "physics"'


@pytest.mark.parametrize(
    ("expression", "added"),
    [
        ("", CLAUSE),
        ("  ", CLAUSE),
        (".born > 1900", f".born > 1900 and {CLAUSE}"),
        (".a or .b", f"(.a or .b) and {CLAUSE}"),
        ("(.a or .b)", f"(.a or .b) and {CLAUSE}"),
        (".a and (.b or .c)", f".a and (.b or .c) and {CLAUSE}"),
        (".a && .b", f".a && .b and {CLAUSE}"),
    ],
)
def test_a_condition_is_added_and_taken_away(expression: str, added: str) -> None:
    assert toggle(expression, CLAUSE) == added
    assert identity(CLAUSE) in conditions(added)
    assert conditions(toggle(added, CLAUSE)) == conditions(expression)


@pytest.mark.parametrize(
    ("expression", "left"),
    [
        (".field=='physics'", ""),
        (".field == 'physics' and .born > 1900", ".born > 1900"),
        (".born > 1900 and (.field == 'physics')", ".born > 1900"),
        (".a and .field == 'physics' and .b", ".a and .b"),
        (".a && .field == 'physics'&&.b", ".a && .b"),
    ],
)
def test_it_is_recognised_however_it_is_written(expression: str, left: str) -> None:
    assert toggle(expression, CLAUSE) == left


def test_one_of_two_alternatives_is_no_condition() -> None:
    expression = f"{CLAUSE} or .born > 1900"
    assert toggle(expression, CLAUSE) == f"({expression}) and {CLAUSE}"


@given(expressions)
@settings(max_examples=300)
def test_adding_keeps_an_accepted_expression_accepted(expression: str) -> None:
    dotted = expression.rstrip().endswith(".") and not expression.rstrip()[-2:-1].isdigit()
    if not check(expression).ok or dotted or identity(CLAUSE) in conditions(expression):
        return
    added = toggle(expression, CLAUSE)
    assert check(added).ok
    assert check(toggle(added, CLAUSE)).ok


def test_values_of_one_field_become_a_list_and_one_again() -> None:
    expression = toggle('.n > 1 and .kind == "a"', '.kind == "b"')
    assert expression == '.n > 1 and .kind in ["a", "b"]'
    assert {identity('.kind == "a"'), identity('.kind == "b"')} <= conditions(expression)
    assert toggle(expression, ".n == 2") == '.n > 1 and .kind in ["a", "b"] and .n == 2'
    expression = toggle(expression, '.kind == "c"')
    assert expression == '.n > 1 and .kind in ["a", "b", "c"]'
    expression = toggle(toggle(expression, '.kind == "a"'), '.kind == "c"')
    assert expression == '.n > 1 and .kind == "b"'
    assert toggle(expression, '.kind == "b"') == ".n > 1"
    assert toggle('.kind in ["a"]', '.kind == "a"') == ""


def test_items_of_a_list_must_all_be_in_it() -> None:
    assert toggle('"a" in .tags', '"b" in .tags') == '"a" in .tags and "b" in .tags'
