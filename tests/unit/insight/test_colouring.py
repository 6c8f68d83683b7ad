"""Groups of elements by a field."""

from __future__ import annotations

from vsexplorer.core.attributes import Json
from vsexplorer.insight.colouring import MOST, colouring, groupable, ungrouped


def elements(name: str, values: list[Json]) -> list[dict[str, Json]]:
    return [{name: value} if value is not None else {} for value in values]


def test_frequent_values_have_groups_of_their_own() -> None:
    found = colouring(elements("a", ["x", "y", "x", None, "x", "y"]), "a")
    assert found.labels == ("x", "y", "no value")
    assert found.groups == (0, 1, 0, 2, 0, 1)
    assert (found.counts, found.own, found.scale) == ((3, 2, 1), 2, False)
    assert found.label(3) == "no value"


def test_further_values_share_a_group() -> None:
    values: list[Json] = [f"v{number}" for number in range(20) for _ in range(20 - number)]
    found = colouring(elements("a", values), "a")
    assert found.labels == (*[f"v{number}" for number in range(MOST - 1)], "other values")
    assert found.own == MOST - 1
    assert sum(found.counts) == len(values)


def test_a_value_called_like_the_rest_is_a_value() -> None:
    found = colouring(elements("a", ["other values", "other values", None]), "a")
    assert (found.labels, found.own) == (("other values", "no value"), 1)


def test_numbers_are_ranges_with_about_equal_counts() -> None:
    found = colouring(elements("n", [float(number) for number in range(700)] + [None]), "n")
    assert found.scale
    assert found.own == 7
    assert all(90 <= count <= 110 for count in found.counts[:7])
    assert found.labels[0] == "0 to below 100"
    assert found.labels[6:] == ("600 to 699", "no value")
    assert found.groups[0] == 0
    assert found.groups[699] == 6


def test_few_numbers_are_values() -> None:
    assert colouring(elements("n", [1, 2, 1, True]), "n").labels == ("1", "2", "true")


def test_an_array_counts_by_its_first_item() -> None:
    assert colouring(elements("a", [["x", "y"], "x", []]), "a").groups == (0, 0, 1)


def test_names_and_constants_do_not_group() -> None:
    described: list[dict[str, Json]] = [
        {"name": f"n{number}", "same": 1, "kind": "ab"[number % 2], "year": number, "many": f"m{number % 40}"}
        for number in range(100)
    ]
    assert groupable(described) == ["kind", "year", "many"]


def test_huge_numbers_are_no_values() -> None:
    assert colouring(elements("n", [10**400, 1]), "n").labels == ("1", "no value")


def test_without_a_field_there_is_one_group() -> None:
    found = ungrouped(3)
    assert (found.groups, found.label(0), found.counts) == ((0, 0, 0), "", (3,))
