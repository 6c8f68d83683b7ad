"""Group elements by a field, so that a picture can show the groups in colours."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vsexplorer.core.attributes import Json

MOST = 8
"""Groups that have a colour of their own."""
_MOST_DISTINCT = 0.5
"""A text field whose share of distinct values is larger holds names or texts, which are no groups."""
_OTHER = "other values"
_MISSING = "no value"


@dataclass(frozen=True, slots=True)
class Colouring:
    """The groups of the elements by one field."""

    field: str
    """Empty if the elements are not grouped."""
    labels: tuple[str, ...]
    """What each group is called; not sanitized."""
    groups: tuple[int, ...]
    """For each element the index of its group."""
    own: int
    """Number of groups with a value or a range of their own; those after them hold what is left."""
    scale: bool = False
    """The groups are ranges of numbers in ascending order."""

    @property
    def counts(self) -> tuple[int, ...]:
        """Number of elements in each group."""
        found = Counter(self.groups)
        return tuple(found[group] for group in range(len(self.labels)))

    def label(self, element: int) -> str:
        """The group of an element; empty if the elements are not grouped."""
        return self.labels[self.groups[element]] if self.field else ""


def ungrouped(number: int) -> Colouring:
    """All elements in one group."""
    return Colouring("", ("",), (0,) * number, 1)


def groupable(elements: Sequence[Mapping[str, Json]]) -> list[str]:
    """Return the fields by which elements can be grouped: those with repeated texts or flags, and with numbers.

    Fields with few values come first, fields with many last, each in the order in which elements have them.

    Args:
        elements: The fields of each element.
    """
    present: Counter[str] = Counter(name for one in elements for name in one)
    found: list[tuple[int, str]] = []
    for name, count in present.items():
        values = [_value(one.get(name)) for one in elements if name in one]
        distinct = len(set(values) - {None})
        numbers = sum(isinstance(value, float) for value in values)
        if distinct > 1 and (numbers > count / 2 or distinct <= max(MOST, _MOST_DISTINCT * count)):
            found.append((0 if distinct <= MOST else 1 if distinct <= 4 * MOST else 2, name))
    return [name for _, name in sorted(found, key=lambda one: one[0])]


def colouring(elements: Sequence[Mapping[str, Json]], name: str) -> Colouring:
    """Group elements by a field: numbers by ranges with equal counts, anything else by the most frequent values.

    Of an array, its first item counts.

    Args:
        elements: The fields of each element.
        name: The field.
    """
    values = [_value(one.get(name)) for one in elements]
    numbers = sorted(value for value in values if isinstance(value, float))
    known = sum(value is not None for value in values)
    if len(set(numbers)) > MOST and len(numbers) > known / 2:
        return _by_range(name, values, numbers)
    counts = Counter(value for value in values if value is not None)
    frequent = sorted(counts, key=lambda value: (-counts[value], str(value)))
    own = frequent if len(frequent) <= MOST else frequent[: MOST - 1]
    labels = [_label(value) for value in own]
    places: dict[str | float | None, int] = {value: place for place, value in enumerate(own)}
    other = missing = len(labels)
    if len(own) < len(frequent):
        labels.append(_OTHER)
        missing = len(labels)
    if known < len(values):
        labels.append(_MISSING)
    groups = tuple(places.get(value, other) if value is not None else missing for value in values)
    return Colouring(name, tuple(labels), groups, len(own))


def _by_range(name: str, values: Sequence[str | float | None], numbers: Sequence[float]) -> Colouring:
    edges = sorted({numbers[len(numbers) * part // (MOST - 1)] for part in range(1, MOST - 1)} - {numbers[0]})
    ends = [numbers[0], *edges]
    labels = [f"{_label(low)} to below {_label(high)}" for low, high in zip(ends, edges, strict=False)]
    labels.append(f"{_label(ends[-1])} to {_label(numbers[-1])}")
    missing = len(labels)
    groups = tuple(bisect_right(edges, value) if isinstance(value, float) else missing for value in values)
    if missing in groups:
        labels.append(_MISSING)
    return Colouring(name, tuple(labels), groups, missing, scale=True)


def _value(value: Json) -> str | float | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return None
    return value if isinstance(value, str) else None


def _label(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.6g}"
