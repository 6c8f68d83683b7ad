"""What a sample of a set's elements shows of its fields: the part of the world an expression speaks about."""

from __future__ import annotations

from dataclasses import dataclass

type Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class KnownValue:
    """A value met in the sample."""

    value: Scalar
    """As JSON has it."""
    count: int
    """Times it was met."""
    literal: str | None
    """As one writes it in a filter, so that it matches; ``None`` where no literal does."""


@dataclass(frozen=True, slots=True, eq=False)
class FieldFacts:
    """One top-level field, as far as the sample shows it. Compared by identity, as a key of caches."""

    name: str
    present: int
    """Elements of the sample that have it."""
    types: tuple[tuple[str, int], ...]
    """JSON types with their counts, the most frequent first: text, number, boolean, null, array, object."""
    smallest: float | None
    largest: float | None
    """Of the numbers."""
    values: tuple[KnownValue, ...]
    """The most frequent values first; of an array, its items."""
    complete: bool
    """``values`` holds every value that was met."""
    histogram: tuple[int, ...] = ()
    """How often numbers fall into ranges of equal width from ``smallest`` to ``largest``; empty for few values."""

    @property
    def kinds(self) -> frozenset[str]:
        """The JSON types met."""
        return frozenset(name for name, _ in self.types)


@dataclass(frozen=True, slots=True, eq=False)
class SetFacts:
    """What a sample of elements shows. Compared by identity, so that it is cheap as a key of a cache."""

    sampled: int
    with_attributes: int
    escaped: int
    """Elements with characters written as ``\\u`` escapes, which the server does not decode."""
    fields: tuple[FieldFacts, ...]
    """The most widespread first."""
    uniform: bool = True
    """Each element was as likely to be in the sample as any other."""
    whole: bool = False
    """The sample holds all elements."""

    @property
    def source(self) -> str:
        """What the facts rest on, such as ``1,000 sampled elements``."""
        if self.whole:
            return "the only element" if self.sampled == 1 else f"all {self.sampled:,} elements"
        return f"{self.sampled:,} sampled elements" + ("" if self.uniform else ", not a uniform sample")

    @property
    def names(self) -> frozenset[str]:
        """The names of all fields met."""
        return frozenset(field.name for field in self.fields)

    def field(self, name: str) -> FieldFacts | None:
        """What is known of a field; ``None`` where no sampled element has it."""
        return next((field for field in self.fields if field.name == name), None)
