"""The values of a curve, its points, and the value that it recommends."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from vsexplorer.core.values import SearchOptions, SetInfo
from vsexplorer.insight.ef_curve import CurveSample, curve, curve_values, recommended, with_value

INFO = SetInfo(b"k", 100_000, 8, 8, "int8", 16, 3, 0, 1)


def test_values_go_from_the_least_that_has_an_effect_to_the_size_of_the_set() -> None:
    assert curve_values(INFO, "", 10) == [10, 20, 50, 100, 200, 500, 1000, 2000, 5000]
    assert curve_values(INFO, "", 30)[:3] == [30, 50, 100]
    assert curve_values(INFO, ".x > 1", 10)[0] == 100
    small = replace(INFO, size=120)
    assert curve_values(small, "", 10) == [10, 20, 50, 100, 120]
    assert curve_values(small, "", 500) == [120]
    assert curve_values(replace(INFO, size=1), ".x", 5) == [1]


def test_a_value_is_that_of_filter_ef_under_a_filter() -> None:
    options = SearchOptions(10, ef=7, exact=True)
    assert with_value(options, "", 50) == SearchOptions(10, ef=50)
    assert with_value(options, ".x", 50) == SearchOptions(10, ef=7, filter_ef=50)


def test_points_sum_up_recall_and_latency() -> None:
    samples = [CurveSample(10, share, 0.001 * place) for place, share in enumerate([1.0, 0.5, 0.6, 0.7, 0.2], 1)]
    samples += [CurveSample(20, 1.0, 0.002)] * 5
    first, second = curve(samples, Random(1))
    assert (first.value, first.queries) == (10, 5)
    assert [first.recall, first.p50, first.p95] == pytest.approx([0.6, 3.0, 5.0])
    assert first.low < 0.6 < first.high
    assert second.recall == 1.0
    assert second.low < 1.0, "five queries prove little"


def test_the_smallest_value_that_reaches_a_recall_is_recommended() -> None:
    points = curve(
        [CurveSample(value, share, 0.0) for value, share in ((1, 0.96), (2, 0.9), (5, 0.97), (9, 0.98))], Random(1)
    )
    assert recommended(points, 0.95) == 5, "what is reached once by luck does not count"
    assert recommended(points, 0.99) is None
    assert recommended([], 0.9) is None
