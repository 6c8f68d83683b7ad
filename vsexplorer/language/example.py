"""An example of a filter for a set, from what a sample shows of its fields."""

from __future__ import annotations

from vsexplorer.language.known import FieldFacts, SetFacts
from vsexplorer.language.literals import literal, reachable

_LONGEST_TEXT = 20
"""Characters of a value that is shown as an example."""


def example(facts: SetFacts) -> str:
    """Return a filter on the most frequent number field and text field; empty if there is neither."""
    clauses: list[str] = []
    for clause in (_number, _text):
        found = (clause(field) for field in facts.fields if reachable(field.name))
        clauses += [text for text in found if text][:1]
    return " and ".join(clauses)


def _number(field: FieldFacts) -> str:
    if field.kinds - {"null"} != {"number"} or field.smallest == field.largest:
        return ""
    numbers = sorted(
        number for one in field.values if isinstance(number := one.value, int | float) for _ in range(one.count)
    )
    # With the median, some elements pass and some do not, whatever the distribution.
    median = numbers[(len(numbers) - 1) // 2] if numbers else 0
    return f".{field.name} > {literal(median)}"


def _text(field: FieldFacts) -> str:
    if field.kinds - {"null"} != {"text"}:
        return ""
    short = (one for one in field.values if isinstance(one.value, str) and 0 < len(one.value) <= _LONGEST_TEXT)
    first = next(short, None)
    # A value that occurs only once is probably a name or a text, which is useless in a filter.
    return f".{field.name} == {first.literal}" if first is not None and first.count > 1 and first.literal else ""
