import json

import pytest

from vsexplorer.language.dialect import OLDEST
from vsexplorer.language.evaluator import Filter
from vsexplorer.language.program import Refusal

MARIE = json.dumps(
    {
        "name": "Marie",
        "died": 1934,
        "fields": ["physics", "chemistry"],
        "living": False,
        "note": None,
        "deep": {"a": 1},
    }
).encode()


@pytest.mark.parametrize(
    ("expression", "match", "because"),
    [
        (".died < 2000", True, ".died < 2000 is true, died is 1934"),
        (".died < 1900", False, ".died < 1900 is false, died is 1934"),
        (".born < 2000", False, "the element has no field born that the server can read"),
        (".deep == 1", False, "has no field deep that the server can read"),
        (".died < 2000 or .born > 1", False, "has no field born"),
        ("not .living", True, "not .living is true, living is 0"),
        (".died < 1900 or .name == 'Marie'", True, ".name == 'Marie' is true, name is \"Marie\""),
        (".died < 2000 and .name == 'Paul'", False, ".name == 'Paul' is false"),
        ("'chemistry' in .fields", True, 'fields is ["physics", "chemistry"]'),
        (".note == null", True, "note is null"),
        ("not (.died > 1900 and .living)", True, ".living is false"),
        ("'ari' in .name", True, "'ari' in .name is true"),
    ],
)
def test_verdicts_name_the_clause_that_decided(expression: str, match: bool, because: str) -> None:
    verdict = Filter(expression).explain(MARIE)
    assert verdict.match is match
    assert because in verdict.because
    assert Filter(expression).matches(MARIE) is match


@pytest.mark.parametrize("attributes", [None, b""])
def test_an_element_without_attributes_never_matches(attributes: bytes | None) -> None:
    verdict = Filter("1").explain(attributes)
    assert not verdict.match
    assert "no attributes" in verdict.because


def test_the_dialect_counts() -> None:
    assert not Filter("'ari' in .name", OLDEST).matches(MARIE)
    with pytest.raises(Refusal):
        Filter(".note == null", OLDEST)


def test_a_deep_chain_is_explained() -> None:
    expression = ".died and " * 2_000 + ".living"
    assert Filter(expression).explain(MARIE).because == ".living is false, living is 0"
