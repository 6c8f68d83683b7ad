"""Attributes of a set, for what the language says once it knows a sample."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from vsexplorer.insight.fields import summarise
from vsexplorer.language.known import SetFacts

PEOPLE: tuple[dict[str, Any], ...] = (
    {"name": "Marie Curie", "born": 1867, "died": 1934, "fields": ["physics", "chemistry"], "alive": False},
    {"name": "Linus Pauling", "born": 1901, "died": 1994, "fields": ["chemistry"], "alive": False},
    {"name": "Donna Strickland", "born": 1959, "fields": ["physics"], "alive": True, "prize": None},
    {"name": 'Frances "Poppy" Northcutt', "born": 1943, "fields": [], "alive": True, "home": {"city": "Houston"}},
)


def stored(elements: tuple[dict[str, Any], ...] = PEOPLE, *, escaped: bool = False) -> list[bytes | None]:
    """The elements' attributes as a program would have written them."""
    return [json.dumps(one, ensure_ascii=escaped).encode() for one in elements]


def known(elements: tuple[dict[str, Any], ...] = PEOPLE, *, escaped: bool = False) -> SetFacts:
    """What a sample of exactly these elements shows."""
    return summarise(stored(elements, escaped=escaped))


_TEXTS = st.sampled_from(["", "a", "Abc", "10", "it's", 'say "x"', "both ' and \"", "end\\", "é", "1e3", "x" * 90])
_SCALARS = st.one_of(
    _TEXTS, st.integers(-3, 3), st.booleans(), st.none(), st.sampled_from([0.5, -1.5, 1e20, 2**70])
)
_VALUES = st.one_of(_SCALARS, st.lists(_SCALARS, max_size=3), st.just({"deep": 1}))
samples = st.lists(
    st.dictionaries(st.sampled_from(["a", "b", "x-y", "no dots"]), _VALUES, max_size=3), min_size=1, max_size=6
).map(tuple)
