"""Labels of the densest places."""

from __future__ import annotations

import numpy as np

from vsexplorer.insight.landmarks import landmarks
from vsexplorer.insight.layout import Nearest

_RANDOM = np.random.default_rng(9)


def test_each_group_gets_a_label_the_densest_first() -> None:
    sizes, middles = (400, 200, 100), ((0, 0), (10, 0), (0, 10))
    points = np.concatenate(
        [_RANDOM.normal(middle, 0.2, (size, 2)) for middle, size in zip(middles, sizes, strict=True)]
    ).astype(np.float32)
    cosines = _RANDOM.uniform(0.1, 0.5, (700, 5)).astype(np.float32)
    cosines[[7, 450, 650]] = 0.9
    points[[7, 450, 650]] = middles
    near = Nearest(_RANDOM.integers(0, 700, (700, 5)), cosines)
    assert landmarks(points, near, 3) == [7, 450, 650]
    assert landmarks(points, near, 1) == [7]
    shown = np.arange(700) >= 400
    assert landmarks(points, near, 2, shown) == [450, 650]
    assert landmarks(points, near, 2, np.zeros(700, bool)) == []


def test_a_map_without_neighbours_has_no_labels() -> None:
    near = Nearest(np.zeros((1, 0), np.int64), np.zeros((1, 0), np.float32))
    assert landmarks(np.zeros((1, 2), np.float32), near, 3) == []
