"""What the attributes of a set say, from a sample: which fields, of which types, how often, with which values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from vsexplorer.attributes import Json, fields

_MOST_VALUES = 10
"""Most frequent values kept of a field."""
_MOST_DISTINCT = 10_000
"""Distinct values counted of a field; further ones are left out."""
_LONGEST_VALUE = 80
"""Characters from which on a text is no value to choose."""


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """One top-level field, as far as the sample shows it."""

    name: str
    present: int
    """Elements of the sample that have it."""
    types: tuple[tuple[str, int], ...]
    """JSON types with their counts, the most frequent first."""
    smallest: float | None
    largest: float | None
    """Of the numbers."""
    top: tuple[tuple[Json, int], ...]
    """The most frequent values with their counts; of an array, its items."""


@dataclass(frozen=True, slots=True)
class SetFacts:
    """What a sample of elements shows."""

    sampled: int
    with_attributes: int
    fields: tuple[FieldFacts, ...]
    """The most widespread first."""

    @property
    def names(self) -> frozenset[str]:
        """All fields met."""
        return frozenset(field.name for field in self.fields)


def summarise(sample: Sequence[bytes | None]) -> SetFacts:
    """Look through the attributes of a sample; those that are no JSON object have no fields."""
    present: Counter[str] = Counter()
    types: dict[str, Counter[str]] = {}
    numbers: dict[str, list[float]] = {}
    values: dict[str, Counter[str | int | float | bool | None]] = {}
    for raw in sample:
        for name, value in fields(raw).items():
            present[name] += 1
            types.setdefault(name, Counter())[_type(value)] += 1
            kept = values.setdefault(name, Counter())
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, dict | list) or (isinstance(item, str) and len(item) > _LONGEST_VALUE):
                    continue
                if item in kept or len(kept) < _MOST_DISTINCT:
                    kept[item] += 1
            if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e308:
                numbers.setdefault(name, []).append(float(value))
    found = tuple(
        FieldFacts(
            name,
            count,
            tuple(types[name].most_common()),
            min(numbers[name]) if name in numbers else None,
            max(numbers[name]) if name in numbers else None,
            tuple(values[name].most_common(_MOST_VALUES)),
        )
        for name, count in present.most_common()
    )
    return SetFacts(len(sample), sum(1 for raw in sample if raw), found)


def _type(value: Json) -> str:
    if isinstance(value, bool):
        return "boolean"
    if value is None:
        return "null"
    names = {str: "text", int: "number", float: "number", list: "array", dict: "object"}
    return names[type(value)]
