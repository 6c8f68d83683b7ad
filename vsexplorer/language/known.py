"""What a sample of elements shows about the fields of a set, used to check and complete expressions."""

from __future__ import annotations

from dataclasses import dataclass

_LEAST_SPACES = 2
"""Spaces in a value that is a text rather than a name or a category."""

type Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class KnownValue:
    """A value found in the sample."""

    value: Scalar
    """As in JSON."""
    count: int
    """Number of occurrences."""
    literal: str | None
    """The filter literal that matches it; ``None`` if there is none."""


@dataclass(frozen=True, slots=True, eq=False)
class FieldFacts:
    """What a sample shows about one top-level field. Compared by identity, so that it can be a cache key."""

    name: str
    present: int
    """Elements of the sample that have it."""
    types: tuple[tuple[str, int], ...]
    """JSON types with their counts, the most frequent first: text, number, boolean, null, array, object."""
    smallest: float | None
    largest: float | None
    """Smallest and largest number."""
    values: tuple[KnownValue, ...]
    """The most frequent values first; of an array, its items."""
    complete: bool
    """``values`` contains every value in the sample."""
    histogram: tuple[int, ...] = ()
    """Counts of numbers in equal ranges from ``smallest`` to ``largest``; empty if there are few values."""

    @property
    def kinds(self) -> frozenset[str]:
        """The JSON types found."""
        return frozenset(name for name, _ in self.types)


@dataclass(frozen=True, slots=True, eq=False)
class SetFacts:
    """What a sample of elements shows. Compared by identity, so that it is a cheap cache key."""

    sampled: int
    with_attributes: int
    escaped: int
    """Elements with characters written as ``\\u`` escapes, which the server does not decode."""
    fields: tuple[FieldFacts, ...]
    """The most frequent first."""
    uniform: bool = True
    """Each element was as likely to be in the sample as any other."""
    whole: bool = False
    """The sample holds all elements."""

    @property
    def source(self) -> str:
        """The basis of the facts, such as ``1,000 sampled elements``."""
        if self.whole:
            return "the only element" if self.sampled == 1 else f"all {self.sampled:,} elements"
        return f"{self.sampled:,} sampled elements" + ("" if self.uniform else ", not a uniform sample")

    @property
    def names(self) -> frozenset[str]:
        """The names of all fields found."""
        return frozenset(field.name for field in self.fields)

    def field(self, name: str) -> FieldFacts | None:
        """Return the facts of a field; ``None`` if no sampled element has it."""
        return next((field for field in self.fields if field.name == name), None)


def has_texts(facts: SetFacts) -> bool:
    """Whether elements have a field with texts, from which vectors may have been made: most have several words."""
    return any("text" in field.kinds and (not field.complete or _is_prose(field)) for field in facts.fields)


def _is_prose(field: FieldFacts) -> bool:
    texts = [one.value for one in field.values if isinstance(one.value, str)]
    return sum(text.count(" ") >= _LEAST_SPACES for text in texts) > len(texts) / 2
