"""Confidence intervals hold as often as they say."""

from __future__ import annotations

import random

import pytest

from vsexplorer.insight.intervals import wilson


def test_published_figures() -> None:
    # Newcombe 1998 (Statistics in Medicine 17, table I), method 3.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson(29, 29) == pytest.approx((0.8830, 1.0), abs=1e-4)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.97])
def test_the_true_share_is_inside(share: float) -> None:
    draw = random.Random(3)
    held = 0
    for _ in range(1_000):
        low, high = wilson(sum(draw.random() < share for _ in range(200)), 200)
        held += low <= share <= high
    assert held >= 920
