"""The layout of a map: neighbours, places, and the figures about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from vsexplorer.core.matrix import Floats
from vsexplorer.insight import layout
from vsexplorer.insight.layout import Nearest

_RANDOM = np.random.default_rng(5)


def groups(number: int, each: int, dimension: int = 32) -> Floats:
    """Vectors in groups that are far apart."""
    centers = _RANDOM.normal(size=(number, dimension)) * 4
    return (np.repeat(centers, each, axis=0) + _RANDOM.normal(size=(number * each, dimension))).astype(np.float32)


def neighbours_of(rows: Floats, number: int = layout.NEIGHBOURS) -> Nearest:
    return layout.joined([*layout.nearest(rows, rows, number, skip_itself=True)])


def settled(rows: Floats, seed: int = 1) -> Floats:
    *_, reduced, begin = layout.start(rows, seed)
    return [*layout.settle(begin, neighbours_of(reduced), seed)][-1]


def test_principal_components_are_those_of_the_singular_values() -> None:
    rows = (_RANDOM.normal(size=(200, 3)) @ np.diag([9, 4, 2]) @ _RANDOM.normal(size=(3, 40))).astype(np.float32)
    mean, components = layout.principal_components(rows, 3, seed=2)
    exact = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)[2][:3]
    assert np.abs(np.sum(components.T * exact, axis=1)) == pytest.approx([1, 1, 1], abs=1e-3)
    assert mean == pytest.approx(rows.mean(axis=0, keepdims=True))


def test_neighbours_equal_those_of_a_full_comparison() -> None:
    rows = groups(7, 200)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -2)
    found = neighbours_of(rows, 5)
    assert np.sort(cosines, axis=1)[:, :-6:-1] == pytest.approx(found.cosines, abs=1e-5)
    assert np.take_along_axis(cosines, found.places, axis=1) == pytest.approx(found.cosines, abs=1e-5)


def test_fewer_rows_than_neighbours() -> None:
    rows = groups(1, 3)
    assert neighbours_of(rows).places.shape == (3, 2)
    assert neighbours_of(rows[:1]).places.shape == (1, 0)
    for number in (1, 2, 3):
        assert settled(rows[:number]).shape == (number, 2)
        assert np.isfinite(settled(rows[:number])).all()


def test_equal_and_zero_vectors_have_places() -> None:
    for rows in (np.ones((40, 8), np.float32), np.zeros((40, 8), np.float32)):
        assert np.isfinite(settled(rows)).all()


def test_groups_stay_together_and_apart() -> None:
    rows = groups(6, 60)
    points = settled(rows)
    near = np.argsort(((points[:, None] - points[None]) ** 2).sum(axis=2), axis=1)[:, 1:11]
    own = np.repeat(np.arange(6), 60)
    assert (own[near] == own[:, None]).mean() > 0.99
    found = layout.quality(rows, points, seed=1)
    assert found is not None
    assert found.trustworthiness > 0.95


def test_the_same_seed_gives_the_same_places() -> None:
    rows = groups(3, 50)
    assert (settled(rows) == settled(rows)).all()
    assert not (settled(rows) == settled(rows, seed=2)).all()


def test_further_elements_lie_between_their_neighbours() -> None:
    points = np.array([[0, 0], [10, 0], [0, 10], [99, 99]], np.float32)
    near = Nearest(np.array([[0, 1, 2], [3, 0, 1]]), np.array([[0.9, 0.9, 0.9], [1.0, 0.1, 0.1]], np.float32))
    first, second = layout.placed(points, near)
    assert first == pytest.approx([10 / 3, 10 / 3], abs=1e-4)
    assert second == pytest.approx([99, 99], abs=0.1)


def reference(rows: Floats, points: Floats, near: int) -> tuple[float, float]:
    """The share of kept neighbours and the trustworthiness of all points, by their definitions."""
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    number = len(rows)
    kept, penalty = 0.0, 0.0
    for point in range(number):
        others = [place for place in range(number) if place != point]
        by_vector = sorted(others, key=lambda place: -float(unit[point] @ unit[place]))
        by_place = sorted(others, key=lambda place: float(((points[point] - points[place]) ** 2).sum()))
        kept += len(set(by_vector[:near]) & set(by_place[:near])) / near / number
        for place in by_place[:near]:
            penalty += max(0, by_vector.index(place) + 1 - near)
    return kept, 1 - 2 / (number * near * (2 * number - 3 * near - 1)) * penalty


def test_quality_is_as_defined() -> None:
    rows = groups(4, 15)
    for points in (settled(rows), _RANDOM.normal(size=(60, 2)).astype(np.float32)):
        found = layout.quality(rows, points, seed=1)
        assert found is not None
        assert (found.kept, found.trustworthiness) == pytest.approx(reference(rows, points, 10), abs=1e-6)
        assert (found.points, found.error) == (60, 0.0)
    assert layout.quality(rows[:20], points[:20], seed=1) is None


def test_the_interval_of_a_sample_holds_the_figure_of_all_points() -> None:
    rows = groups(8, 150)
    points = settled(rows)
    whole = layout.quality(rows, points, seed=1, sample=10_000)
    assert whole is not None
    held = 0
    for seed in range(100):
        found = layout.quality(rows, points, seed=seed, sample=200)
        assert found is not None
        held += abs(found.kept - whole.kept) <= found.error
    assert held >= 90


def test_an_outlier_does_not_squash_the_picture() -> None:
    points = np.concatenate([_RANDOM.normal(size=(1_000, 2)), [[1e4, 1e4]]]).astype(np.float32)
    left, bottom, right, top = layout.bounds(points)
    assert max(right - left, top - bottom) < 1e4 / 4
    shown = np.zeros(len(points), bool)
    shown[:2] = True
    left, _, right, _ = layout.bounds(points, shown)
    assert left <= points[:2, 0].min() <= points[:2, 0].max() <= right
