"""Summarize the attributes of a sample: fields, types, frequencies and values."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from vsexplorer.core.attributes import Json, fields
from vsexplorer.language import fields as server
from vsexplorer.language.known import FieldFacts, KnownValue, Scalar, SetFacts
from vsexplorer.language.literals import literal
from vsexplorer.language.tokens import Value

_MOST_VALUES = 1_000
"""Most frequent values kept of a field."""
_MOST_DISTINCT = 10_000
"""Distinct values counted of a field; further ones are left out."""
_MOST_FIELDS = 500
"""Distinct fields looked at; further ones are left out."""
_LONGEST_VALUE = 80
"""Maximum length of a text that is kept as a value."""
_RANGES = 12
"""Ranges of a histogram; a field with no more values than that has none."""
_TYPES = {bool: "boolean", str: "text", int: "number", float: "number", list: "array", dict: "object"}


@dataclass(slots=True)
class _Tally:
    """Counts of one field so far."""

    present: int = 0
    places: int = 0
    """Sum of its places among the fields of each element, so that equally frequent fields keep their order."""
    types: Counter[str] = field(default_factory=Counter)
    smallest: float | None = None
    largest: float | None = None
    values: Counter[tuple[str, Scalar]] = field(default_factory=Counter)
    literals: dict[str, str | None] = field(default_factory=dict)
    """Literals of texts that the server reads differently from JSON."""
    complete: bool = True

    def add(self, value: Json, as_read: Value) -> None:
        self.present += 1
        self.types[_type(value)] += 1
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e308:
            self.smallest = min(value, value if self.smallest is None else self.smallest)
            self.largest = max(value, value if self.largest is None else self.largest)
        for item, seen in _items(value, as_read):
            if isinstance(item, dict | list) or (isinstance(item, str) and len(item) > _LONGEST_VALUE):
                self.complete = False
                continue
            key = (_type(item), item)
            if key not in self.values and len(self.values) >= _MOST_DISTINCT:
                self.complete = False
                continue
            self.values[key] += 1
            if isinstance(item, str) and isinstance(seen, bytes) and seen != item.encode("utf-8", "surrogatepass"):
                self.literals[item] = literal(seen.decode("utf-8", "surrogateescape"))

    def facts(self, name: str) -> FieldFacts:
        values = tuple(
            KnownValue(
                value,
                count,
                self.literals[value] if isinstance(value, str) and value in self.literals else literal(value),
            )
            for (_, value), count in sorted(self.values.items(), key=_by_count)[:_MOST_VALUES]
        )
        return FieldFacts(
            name,
            self.present,
            tuple(self.types.most_common()),
            self.smallest,
            self.largest,
            values,
            self.complete and len(values) == len(self.values),
            self._histogram(),
        )

    def _histogram(self) -> tuple[int, ...]:
        numbers = [(value, count) for (kind, value), count in self.values.items() if kind == "number"]
        if self.smallest is None or self.largest is None or len(numbers) <= _RANGES:
            return ()
        extent = self.largest - self.smallest
        if not math.isfinite(extent):
            return ()
        counts = [0] * _RANGES
        for value, count in numbers:
            if isinstance(value, int | float) and self.smallest <= value <= self.largest:
                counts[min(_RANGES - 1, int((value - self.smallest) / extent * _RANGES))] += count
        return tuple(counts)


def summarise(sample: Sequence[bytes | None], uniform: bool = True, whole: bool = False) -> SetFacts:
    """Summarize the attributes of a sample; attributes that are not a JSON object have no fields.

    Args:
        sample: The attributes of elements, as stored.
        uniform: Each element of the set was as likely to be in it as any other.
        whole: It holds all elements of the set.
    """
    tallies: dict[str, _Tally] = {}
    escaped = 0
    for raw in sample:
        unlike = raw is not None and b"\\u" in raw
        escaped += unlike
        for place, (name, value) in enumerate(fields(raw).items()):
            if name not in tallies and len(tallies) >= _MOST_FIELDS:
                continue
            as_read = _as_read(raw, name) if unlike and raw else None
            tally = tallies.setdefault(name, _Tally())
            tally.add(value, as_read)
            tally.places += place
    found = sorted(tallies.items(), key=lambda item: (-item[1].present, item[1].places / item[1].present, item[0]))
    return SetFacts(
        len(sample),
        sum(1 for raw in sample if raw),
        escaped,
        tuple(tally.facts(name) for name, tally in found),
        uniform,
        whole,
    )


def _by_count(item: tuple[tuple[str, Scalar], int]) -> tuple[Any, ...]:
    """Sort the most frequent first, and ties in an order that does not depend on the sample."""
    (kind, value), count = item
    return -count, kind, "" if value is None else value


def _items(value: Json, as_read: Value) -> Iterator[tuple[Json, Value]]:
    """Yield a value, or the items of an array, each with the value that the server reads, if known."""
    if not isinstance(value, list):
        yield value, as_read
        return
    for place, item in enumerate(value):
        yield item, as_read[place] if isinstance(as_read, tuple) and place < len(as_read) else None


def _as_read(raw: bytes, name: str) -> Value:
    try:
        return server.field(raw, name.encode("utf-8", "surrogatepass"))
    except server.Unreadable:
        return None


def _type(value: Json) -> str:
    return "null" if value is None else _TYPES[type(value)]
