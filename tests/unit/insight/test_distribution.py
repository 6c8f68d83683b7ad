"""Where results lie among all elements."""

from __future__ import annotations

import numpy as np
import pytest

from vsexplorer.insight.distribution import ScoreDistribution


def distribution(
    scores: list[float], results: list[float], size: int = 0, uniform: bool = True
) -> ScoreDistribution:
    return ScoreDistribution(tuple(sorted(scores)), tuple(results), size or len(scores), uniform)


def test_the_share_above_is_exact_if_all_elements_are_known() -> None:
    found = distribution([0.1, 0.2, 0.3, 0.4], [0.4, 0.3])
    assert found.above(0.3) == (0.5, 0.5, 0.5)
    assert found.above(0.41) == (0, 0, 0)
    assert found.median == pytest.approx(0.25)


def test_the_interval_of_a_sample_holds_the_true_share() -> None:
    random = np.random.default_rng(1)
    everyone = random.normal(0.5, 0.1, 20_000)
    limit = float(np.quantile(everyone, 0.98))
    held = 0
    for _ in range(300):
        sample = random.choice(everyone, 500, replace=False).tolist()
        _, low, high = distribution(sample, [], 20_000).above(limit)
        held += low <= 0.02 <= high
    assert held >= 276


def test_a_gap_is_found_where_it_stands_out() -> None:
    found = distribution([0.5] * 50, [0.80, 0.79, 0.78, 0.66, 0.65, 0.64, 0.63]).gap()
    assert found is not None
    assert found.kept == 3
    assert (found.above, found.below) == (0.78, 0.66)
    assert found.epsilon == 0.28
    assert distribution([0.5], [0.80, 0.79, 0.78, 0.77]).gap() is None
    assert distribution([0.5], [0.8, 0.5]).gap() is None
    assert distribution([0.5], [0.900, 0.899, 0.895, 0.894]).gap() is None


@pytest.mark.parametrize(("above", "below"), [(0.78, 0.66), (0.701, 0.69), (0.70001, 0.69001), (0.9, 0.5)])
def test_epsilon_keeps_what_is_above_the_gap(above: float, below: float) -> None:
    results = [above + 0.003, above + 0.002, above + 0.001, above, below, below - 0.001]
    found = distribution([0.5], results).gap()
    assert found is not None
    assert below < 1 - found.epsilon < above


def test_the_histogram_counts_everything_once() -> None:
    scores = np.random.default_rng(2).uniform(0.4, 0.8, 400).tolist()
    found = distribution(scores, [0.9, 0.85, 0.8]).histogram(10)
    assert len(found) == 10
    assert sum(elements for _, _, elements, _ in found) == 400
    assert sum(results for _, _, _, results in found) == 3
    assert found[0][1] == pytest.approx(0.9)
    assert [low for low, *_ in found] == sorted((low for low, *_ in found), reverse=True)
    assert distribution([0.5, 0.5], [0.5]).histogram(4)[-1][2:] == (2, 1)


def test_the_sentences_say_what_the_figures_rest_on() -> None:
    whole = " ".join(distribution([0.5, 0.6, 0.7], [0.7]).sentences())
    assert "by all 3 elements" in whole
    assert "33.33% of the elements" in whole
    sampled = " ".join(distribution([0.5, 0.6, 0.7], [0.7], 100, uniform=False).sentences())
    assert "by 3 of 100 elements, not a uniform sample" in sampled
    assert "33.33% (6.15% to 79.23%)" in sampled
