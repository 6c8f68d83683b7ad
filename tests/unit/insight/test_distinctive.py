"""What sets a group of elements apart."""

from __future__ import annotations

from vsexplorer.core.attributes import Json
from vsexplorer.insight.distinctive import Vocabulary, describe, texts_of
from vsexplorer.language.dialect import NEWEST
from vsexplorer.language.evaluator import compiled

_ELEMENTS: list[dict[str, Json]] = [
    {"kind": "bird" if number % 4 == 0 else "fish", "size": number, "tags": ["a"] if number < 10 else ["b", "c"]}
    for number in range(40)
]


def chosen(*places: int) -> list[bool]:
    return [place in places for place in range(len(_ELEMENTS))]


def test_words_of_a_group_are_those_that_others_lack() -> None:
    texts = ["the red house by the sea"] * 30 + ["the blue boat by the sea"] * 10
    vocabulary = Vocabulary(texts)
    assert vocabulary.typical(range(30, 40), 2) == ["blue", "boat"]
    assert vocabulary.typical([], 2) == []
    assert vocabulary.typical(range(40), 2) == []


def test_texts_are_the_name_and_the_text_fields() -> None:
    assert texts_of([{"a": "one", "b": 2, "c": "three"}], ["name"]) == ["name one three"]


def test_a_value_describes_a_group() -> None:
    found = describe(_ELEMENTS, chosen(*range(0, 40, 4)))
    assert found is not None
    assert (found.condition, found.found, found.group, found.others) == ('.kind == "bird"', 10, 10, 0)


def test_a_range_describes_a_group() -> None:
    found = describe(_ELEMENTS, chosen(*range(20, 31)))
    assert found is not None
    assert (found.condition, found.others) == (".size >= 20 and .size <= 30", 0)


def test_an_item_of_an_array_describes_a_group() -> None:
    found = describe([{"tags": one["tags"]} for one in _ELEMENTS], chosen(*range(10)))
    assert found is not None
    assert found.condition == '"a" in .tags'


def test_the_counts_are_those_of_the_filter() -> None:
    for group in (chosen(*range(7)), chosen(1, 2, 5, 30), chosen(*range(0, 40, 4), 1)):
        found = describe(_ELEMENTS, group)
        assert found is not None
        import json

        filter_ = compiled(found.condition, NEWEST)
        passing = [filter_.matches(json.dumps(one).encode()) for one in _ELEMENTS]
        both = sum(passes and belongs for passes, belongs in zip(passing, group, strict=True))
        assert (found.found, found.others) == (both, sum(passing) - both)


def test_texts_that_occur_once_describe_nothing() -> None:
    elements: list[dict[str, Json]] = [{"text": f"a long text {number}"} for number in range(40)]
    assert describe(elements, chosen(1, 2, 3)) is None
