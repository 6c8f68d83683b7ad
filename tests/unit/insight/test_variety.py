"""Varied results, against a plain implementation of the definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsexplorer.insight.variety import best_of_groups, most_diverse


def plainly(relevance: list[float], vectors: list[list[float]], count: int, weight: float) -> list[int]:
    """Maximal marginal relevance, as it is defined."""
    chosen: list[int] = []
    while len(chosen) < min(count, len(relevance)):
        best, most = -1, -np.inf
        for place in range(len(relevance)):
            if place in chosen:
                continue
            near = [sum(a * b for a, b in zip(vectors[place], vectors[one], strict=True)) for one in chosen]
            marginal = weight * relevance[place] - (1 - weight) * (max(near) if near else 0.0)
            if marginal > most + 1e-12:
                best, most = place, marginal
        chosen.append(best)
    return chosen


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("weight", [0.0, 0.3, 0.5, 0.8, 1.0])
def test_choices_are_those_of_the_definition(seed: int, weight: float) -> None:
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(30, 5))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    query = random.normal(size=5)
    relevance = sorted((vectors @ query / np.linalg.norm(query)).tolist(), reverse=True)
    count = int(random.integers(1, 35))
    assert most_diverse(relevance, vectors, count, weight) == plainly(relevance, vectors.tolist(), count, weight)


def test_relevance_alone_keeps_the_ranking_and_variety_avoids_the_same() -> None:
    vectors = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    relevance = [0.9, 0.9, 0.1]
    assert most_diverse(relevance, vectors, 3, 1.0) == [0, 1, 2]
    assert most_diverse(relevance, vectors, 3, 0.3) == [0, 2, 1]
    assert most_diverse([], np.zeros((0, 2)), 3, 0.5) == []


@given(st.lists(st.sampled_from(["a", "b", "c", None])), st.integers(1, 10), st.integers(1, 4))
def test_groups_have_no_more_than_their_share_and_the_first_of_each(
    groups: list[str | None], count: int, each: int
) -> None:
    chosen = best_of_groups(groups, count, each)
    assert chosen == sorted(chosen)
    assert len(chosen) <= count
    values = [groups[place] for place in chosen]
    assert None not in values
    assert all(values.count(value) <= each for value in values)
    for place, group in enumerate(groups[: chosen[-1] if chosen else 0]):
        if group is not None and place not in chosen:
            assert sum(groups[one] == group for one in chosen if one < place) == each, "none is passed over"
