"""Telling models apart by the vectors of the same texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from vsexplorer.insight.fit import Fit, Verdict, compare, matrices
from vsexplorer.vectorset.projection import project
from vsexplorer.vectorset.stored_vector import StoredVector

if TYPE_CHECKING:
    from vsexplorer.core.matrix import Matrix

_TEXTS, _DIMENSION = 200, 48


def vectors(seed: int, texts: int = _TEXTS) -> Matrix:
    """Vectors with a common direction, as those of models have."""
    random = np.random.default_rng(seed)
    return random.normal(size=(texts, _DIMENSION)) + 1.5 * random.normal(size=_DIMENSION)


def noisy(rows: Matrix, noise: float) -> Matrix:
    return rows + noise * np.random.default_rng(9).normal(size=rows.shape)


def test_the_same_vectors_are_of_the_same_model_whatever_their_length() -> None:
    rows = vectors(1)
    found = compare(rows, 3 * rows)
    assert (found.verdict, found.texts, found.order_kept) == (Verdict.SAME, _TEXTS, 1.0)
    assert [found.median, found.own] == pytest.approx([1.0, 1.0])


def test_rounded_vectors_are_of_the_same_model_and_their_order_is_measured() -> None:
    rows = vectors(1)
    found = compare(np.round(rows * 8) / 8, rows)
    assert found.verdict is Verdict.SAME
    assert found.order_kept is not None
    assert 0.8 < found.order_kept < 1


def test_signs_are_compared_with_signs() -> None:
    rows = vectors(1)
    signs = np.where(rows > 0, 1.0, -1.0)
    found = compare(signs, rows, signs=True)
    assert found.verdict is Verdict.SAME
    assert found.order_kept is not None
    assert found.order_kept < 0.9, "one bit a dimension loses order"
    assert compare(signs, rows).verdict is not Verdict.SAME


@pytest.mark.parametrize("seed", range(20))
def test_another_model_is_told_every_time(seed: int) -> None:
    assert compare(vectors(seed), vectors(seed + 100)).verdict is Verdict.OTHER


@pytest.mark.parametrize(
    ("noise", "verdict"), [(0.3, Verdict.RELATED), (1.0, Verdict.RELATED), (6.0, Verdict.OTHER)]
)
def test_vectors_that_differ_are_related_while_they_are_close(noise: float, verdict: Verdict) -> None:
    assert compare(vectors(1), noisy(vectors(1), noise)).verdict is verdict


def test_nothing_is_concluded_from_few_texts() -> None:
    rows = vectors(1, 19)
    assert compare(rows, rows).verdict is Verdict.UNKNOWN
    assert compare(rows[:1], rows[:1]) == Fit(Verdict.UNKNOWN, 1, 0.0, 0.0, 0.0, 0.5, None)


def test_vectors_of_a_reduced_set_are_compared_after_the_projection() -> None:
    row = vectors(1, 1)[0]
    stored = StoredVector("f32", np.array(project(row.tolist(), 16), "<f4").tobytes(), 1.0, 1.0, 16)
    one, other = matrices([stored], [row.astype("<f4").tobytes()], 16)
    assert one == pytest.approx(other / np.linalg.norm(other), abs=1e-5)
