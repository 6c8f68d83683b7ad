"""Find what sets a group of elements apart: the words of their texts, and a condition that describes them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from vsexplorer.core.attributes import Json
from vsexplorer.insight.colouring import groupable
from vsexplorer.language.literals import literal, reachable

_WORD = re.compile(r"[^\W\d_]{3,}")
_PRIOR = 500.0
"""Words that the prior counts for, spread as in all texts."""
_LEAST_SCORE = 1.0
_MOST_VALUES = 5
_STEPS = 20
"""Quantiles of the chosen numbers that are tried as ends of a range."""


@dataclass(frozen=True, slots=True)
class Description:
    """A condition in the filter language, and how well it describes a group."""

    condition: str
    found: int
    """Elements of the group that pass it."""
    group: int
    """Elements of the group."""
    others: int
    """Elements outside of the group that pass it."""


class Vocabulary:
    """The words of the texts of elements, counted once, to tell which are typical of some of them.

    Args:
        texts: The text of each element; a word counts once in each.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._total = _counts(texts)
        self._everything = sum(self._total.values())

    def typical(self, chosen: Iterable[int], number: int) -> list[str]:
        """Return the words by which some elements differ most from the others.

        Words are ranked by the z-score of their log-odds ratio with an informative Dirichlet prior (Monroe,
        Colaresi and Quinn 2008, doi:10.1093/pan/mpn018).

        Args:
            chosen: The indexes of the elements.
            number: How many words to return at most.
        """
        inside = _counts(self._texts[place] for place in chosen)
        size = sum(inside.values())
        rest = self._everything - size
        if not size or not rest:
            return []
        scores = {}
        for word, count in inside.items():
            prior = _PRIOR * self._total[word] / self._everything
            other = self._total[word] - count
            ours = math.log((count + prior) / (size + _PRIOR - count - prior))
            theirs = math.log((other + prior) / (rest + _PRIOR - other - prior))
            scores[word] = (ours - theirs) / math.sqrt(1 / (count + prior) + 1 / (other + prior))
        best = sorted(scores, key=lambda word: (-scores[word], word))
        return [word for word in best[:number] if scores[word] > _LEAST_SCORE]


def texts_of(elements: Sequence[Mapping[str, Json]], names: Sequence[str]) -> list[str]:
    """Return for each element its name and the texts among its fields, as one text."""
    return [
        " ".join([name, *(value for value in one.values() if isinstance(value, str))])
        for one, name in zip(elements, names, strict=True)
    ]


def describe(elements: Sequence[Mapping[str, Json]], chosen: Sequence[bool]) -> Description | None:
    """Find the condition on one field that describes a group best, by its F1 score.

    Args:
        elements: The fields of each element.
        chosen: For each element whether it belongs to the group.

    Returns:
        ``None`` if no field tells the group from the rest.
    """
    group = sum(chosen)
    best: tuple[float, Description] | None = None
    for name in groupable(elements):
        if not reachable(name):
            continue
        values = [one.get(name) for one in elements]
        for condition, passing in (*_values(name, values, chosen), *_ranges(name, values, chosen)):
            found = sum(passes and belongs for passes, belongs in zip(passing, chosen, strict=True))
            others = sum(passing) - found
            score = 2 * found / (group + found + others) if found else 0.0
            if best is None or score > best[0]:
                best = score, Description(condition, found, group, others)
    return best[1] if best is not None else None


def _counts(texts: Iterable[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for text in texts:
        found.update(set(_WORD.findall(text.lower())))
    return found


def _values(name: str, values: Sequence[Json], chosen: Sequence[bool]) -> Iterator[tuple[str, list[bool]]]:
    """Yield conditions that name texts: the one most typical of the group, then more of them."""
    ours: Counter[str] = Counter()
    total: Counter[str] = Counter()
    arrays = any(isinstance(value, list) for value in values)
    texts = [_texts(value) for value in values]
    for found, belongs in zip(texts, chosen, strict=True):
        total.update(found)
        if belongs:
            ours.update(found)
    typical = sorted(
        (value for value in ours if literal(value) is not None),
        key=lambda value: (-(ours[value] ** 2) / total[value], value),
    )
    taken: list[str] = []
    for value in typical[:_MOST_VALUES]:
        taken.append(value)
        literals = [literal(one) or "" for one in taken]
        if arrays:
            condition = " or ".join(f"{one} in .{name}" for one in literals)
        else:
            one = len(taken) == 1
            condition = f".{name} == {literals[0]}" if one else f".{name} in [{', '.join(literals)}]"
        yield condition, [not found.isdisjoint(taken) for found in texts]


def _texts(value: Json) -> frozenset[str]:
    """Return a text, or the texts of an array."""
    items = value if isinstance(value, list) else [value]
    return frozenset(item for item in items if isinstance(item, str))


def _ranges(name: str, values: Sequence[Json], chosen: Sequence[bool]) -> Iterator[tuple[str, list[bool]]]:
    """Yield the ranges of numbers between quantiles of the group's numbers."""
    numbers = sorted(
        value
        for value, belongs in zip(values, chosen, strict=True)
        if belongs and isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    )
    if not numbers:
        return
    ends = sorted({numbers[(len(numbers) - 1) * step // _STEPS] for step in range(_STEPS + 1)})
    within = [
        float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None for value in values
    ]
    ours = [value for value, belongs in zip(within, chosen, strict=True) if belongs and value is not None]
    everyone = [value for value in within if value is not None]
    best: tuple[float, float, float] | None = None
    for place, low in enumerate(ends):
        for high in ends[place:]:
            found = sum(low <= value <= high for value in ours)
            score = 2 * found / (sum(chosen) + sum(low <= value <= high for value in everyone))
            if best is None or score > best[0]:
                best = score, low, high
    if best is None:
        return
    _, low, high = best
    first, last = literal(low), literal(high)
    if first is not None and last is not None:
        condition = f".{name} == {first}" if low == high else f".{name} >= {first} and .{name} <= {last}"
        yield condition, [value is not None and low <= value <= high for value in within]
