"""Recall, its sums and its interval."""

from __future__ import annotations

from random import Random

import pytest

from vsexplorer.insight.recall import (
    Measured,
    RecallQuery,
    depths,
    explain_loss,
    mean_interval,
    recall_at,
    summarize,
)

EXACT = [(b"a", 0.9), (b"b", 0.8), (b"c", 0.7), (b"d", 0.7), (b"e", 0.1)]


def test_recall_is_the_share_of_the_exact_results_that_were_found() -> None:
    assert recall_at(2, [(b"a", 0.9), (b"c", 0.7)], EXACT) == 0.5
    assert recall_at(2, [(b"a", 0.9), (b"b", 0.8)], EXACT) == 1.0
    assert recall_at(5, EXACT[:2], EXACT) == pytest.approx(0.4)
    assert recall_at(10, EXACT, EXACT) == 1.0, "fewer exact results than asked for"
    assert recall_at(3, [], EXACT) == 0.0
    assert recall_at(3, [], []) is None


def test_what_ties_with_the_last_one_counts_and_never_too_much() -> None:
    assert recall_at(3, [(b"a", 0.9), (b"b", 0.8), (b"d", 0.7)], EXACT) == 1.0
    assert recall_at(1, [(b"x", 0.95)], EXACT) == 1.0


def test_depths_are_those_that_are_asked_for() -> None:
    assert depths(5) == [5]
    assert depths(10) == [10]
    assert depths(50) == [10, 50]
    assert depths(300) == [10, 100, 300]


def test_a_summary_counts_the_queries_under_each_threshold() -> None:
    values = [1.0, 1.0, 0.97, 0.92, 0.5]
    measured = [Measured(RecallQuery(str(value)), {10: value}, 0.0, 0.0) for value in values]
    measured.append(Measured(RecallQuery("no exact result"), {}, 0.0, 0.0))
    summary = summarize(10, measured, Random(1))
    assert summary is not None
    assert (summary.queries, summary.minimum, summary.median) == (5, 0.5, 0.97)
    assert summary.mean == pytest.approx(0.878)
    assert summary.under == {0.8: 0.2, 0.9: 0.2, 0.95: 0.4, 0.99: 0.6}
    assert summary.low <= summary.mean <= summary.high
    assert summarize(10, measured[-1:], Random(1)) is None


def test_the_interval_holds_the_mean_as_often_as_it_says() -> None:
    chance = Random(3)
    population = [chance.betavariate(9, 1) for _ in range(5_000)]
    mean = sum(population) / len(population)
    held = 0
    for _ in range(100):
        low, high = mean_interval(chance.choices(population, k=100), chance)
        held += low <= mean <= high
    assert held >= 88, "95 % less what chance makes of a hundred tries"


def test_equal_values_do_not_make_it_certain() -> None:
    low, high = mean_interval([1.0] * 20, Random(1))
    assert high == 1.0
    assert 0.8 < low < 0.9


def test_the_loss_is_explained_by_its_largest_part() -> None:
    assert "The filter loses most" in explain_loss(0.3, 0.98, "f32")
    assert "Raise FILTER-EF" in explain_loss(0.3, 0.98, "f32")
    assert "The graph search loses most" in explain_loss(0.8, 0.82, "f32")
    assert "Raise EF" in explain_loss(0.8, None, "f32")
    assert "find what exact ones find" in explain_loss(0.995, 0.99, "f32")
    assert "Losses from int8 quantization are not counted" in explain_loss(0.995, None, "int8")
