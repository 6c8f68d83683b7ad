"""Lay out vectors as points of a plane, so that elements with similar vectors lie near each other.

The points begin at their first two principal components. Then neighbours attract each other and random pairs repel
each other, with the weights and forces of UMAP (McInnes, Healy and Melville 2018, https://arxiv.org/abs/1802.03426),
all points at once in each step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vsexplorer.core.matrix import normalized

if TYPE_CHECKING:
    import numpy as np

    from vsexplorer.core.matrix import Floats, Mask, Places

NEIGHBOURS = 15
"""Neighbours that attract each point."""
_COMPONENTS = 48
"""Principal components in which neighbours are looked for."""
_BLOCK = 1_000
_STEPS = 150
_STEPS_SHOWN = 10
_REPELLED = 5
"""Random points that repel a point for each of its edges, as in UMAP."""
_PAIRS = 10
"""Random points drawn for each point in a step, which stand for all of those."""
_SPREAD = 1.577
_POWER = 0.895
"""The parameters a and b of UMAP's curve 1 / (1 + a d^(2b)) for its default minimum distance of 0.1."""
_LARGEST_PULL = 4.0
_WIDTH = 10.0
"""Standard deviation of the points at the start."""
_OUTLIERS = 0.2
"""Percent of the points at each side that may be single ones."""
_PLACED_BY = 3
"""Neighbours between which a further element is placed."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest rows of each row, the nearest first."""

    places: Places
    """Shape (rows, neighbours)."""
    cosines: Floats
    """The cosine of each, in the same shape."""


@dataclass(frozen=True, slots=True)
class LayoutQuality:
    """How well a layout keeps neighbourhoods, by a sample of its points."""

    kept: float
    """Mean share of the nearest neighbours by vector that are nearest neighbours in the layout."""
    error: float
    """Half the width of the 95 % confidence interval of ``kept``."""
    trustworthiness: float
    """1 if all neighbours in the layout are neighbours by vector, about 0.5 for a random layout."""
    points: int
    """Number of points it rests on."""
    neighbours: int


def principal_components(rows: Floats, number: int, seed: int) -> tuple[Floats, Floats]:
    """Find the principal components of rows by randomized subspace iteration.

    The method is that of Halko, Martinsson and Tropp 2011 (https://arxiv.org/abs/0909.4061).

    Args:
        rows: Vectors, a row each.
        number: Number of components; all dimensions if there are fewer.
        seed: Seed of the random start.

    Returns:
        The mean of the rows, and the components as columns, shape (dimensions, components).
    """
    import numpy as np

    mean = rows.mean(axis=0, keepdims=True)
    number = min(number, *rows.shape)
    start = np.random.default_rng(seed).standard_normal((rows.shape[1], min(number + 10, rows.shape[1])))
    basis = start.astype(np.float32)
    for _ in range(4):
        basis = np.linalg.qr(basis)[0]
        image = rows @ basis - mean @ basis
        basis = rows.T @ image - mean.T @ image.sum(axis=0, keepdims=True)
    basis = np.linalg.qr(basis)[0]
    image = rows @ basis - mean @ basis
    values, vectors = np.linalg.eigh(image.T @ image)
    largest = vectors[:, np.argsort(values)[::-1][:number]]
    components: Floats = basis @ largest
    # The sign of a component is arbitrary: make its largest entry positive.
    signs = np.sign(components[np.abs(components).argmax(axis=0), np.arange(components.shape[1])])
    return mean, components * np.where(signs == 0, 1, signs).astype(np.float32)


def nearest(rows: Floats, among: Floats, number: int, skip_itself: bool) -> Iterator[Nearest]:
    """Find the nearest rows by cosine, exactly, in blocks of rows.

    Args:
        rows: Rows to find neighbours for; they need not be normalized.
        among: The rows to look among; the same matrix if ``skip_itself``.
        number: Number of neighbours; fewer if there are not as many rows.
        skip_itself: Leave a row out of its own neighbours.

    Yields:
        The neighbours of the next block of rows.
    """
    import numpy as np

    unit = normalized(among)
    number = max(0, min(number, len(among) - skip_itself))
    for first in range(0, len(rows), _BLOCK):
        block = normalized(rows[first : first + _BLOCK])
        cosines = block @ unit.T
        if skip_itself:
            own = np.arange(len(block))
            cosines[own, first + own] = -np.inf
        best = np.argpartition(cosines, -max(1, number), axis=1)[:, cosines.shape[1] - number :]
        found = np.take_along_axis(cosines, best, axis=1)
        order = np.argsort(-found, axis=1, kind="stable")
        places: Places = np.take_along_axis(best, order, axis=1).astype(np.int64)
        yield Nearest(places, np.take_along_axis(found, order, axis=1))


def joined(blocks: list[Nearest]) -> Nearest:
    """Join the neighbours of successive blocks of rows."""
    import numpy as np

    return Nearest(np.concatenate([one.places for one in blocks]), np.concatenate([one.cosines for one in blocks]))


def start(rows: Floats, seed: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Reduce rows to the components in which neighbours are looked for, and place them by the first two.

    Returns:
        The mean and the components, as ``principal_components`` does; the reduced rows, shape (rows, components);
        and the places, shape (rows, 2).
    """
    import numpy as np

    mean, components = principal_components(rows, _COMPONENTS, seed)
    reduced = np.asarray((rows - mean) @ components, dtype=np.float32)
    points = np.zeros((len(rows), 2), np.float32)
    points[:, : min(2, reduced.shape[1])] = reduced[:, :2]
    deviation = float(points.std()) or 1.0
    # Equal vectors would never part without a little noise.
    noise = np.random.default_rng(seed).standard_normal(points.shape) * 1e-2
    return mean, components, reduced, np.asarray(points * (_WIDTH / deviation) + noise, dtype=np.float32)


def settle(points: Floats, neighbours: Nearest, seed: int) -> Iterator[Floats]:
    """Move points until neighbours are near each other.

    Args:
        points: Where the points begin, shape (points, 2).
        neighbours: The neighbours of each point.
        seed: Seed of the random pairs: the same seed gives the same layout.

    Yields:
        The places after some steps, the last time when they have settled.
    """
    import numpy as np

    number = len(points)
    places = points.astype(np.float32)
    if number < 3 or not neighbours.places.shape[1]:
        yield places
        return
    random = np.random.default_rng(seed)
    heads, tails, weights = _edges(neighbours)
    owners = np.repeat(np.arange(number), _PAIRS)
    strength = np.bincount(heads, weights, number) * _REPELLED / _PAIRS
    for step in range(_STEPS):
        rate = np.float32(1 - step / _STEPS)
        gaps = places[heads] - places[tails]
        squares = np.einsum("ij,ij->i", gaps, gaps)
        pull = (-2 * _SPREAD * _POWER) * np.maximum(squares, 1e-6) ** (_POWER - 1) / (1 + _SPREAD * squares**_POWER)
        moves = np.clip(gaps * pull[:, None], -_LARGEST_PULL, _LARGEST_PULL) * weights[:, None]
        others = random.integers(0, number, len(owners))
        away = places[owners] - places[others]
        squares = np.einsum("ij,ij->i", away, away)
        push = 2 * _POWER / ((0.001 + squares) * (1 + _SPREAD * squares**_POWER))
        pushes = np.clip(away * push[:, None], -_LARGEST_PULL, _LARGEST_PULL) * strength[owners][:, None]
        for axis in (0, 1):
            total = np.bincount(heads, moves[:, axis], number) - np.bincount(tails, moves[:, axis], number)
            total += np.bincount(owners, pushes[:, axis], number)
            places[:, axis] += rate * np.clip(total, -_LARGEST_PULL, _LARGEST_PULL).astype(np.float32)
        if (step + 1) % _STEPS_SHOWN == 0:
            yield places.copy()


def placed(points: Floats, neighbours: Nearest) -> Floats:
    """Place further elements between their nearest neighbours, nearer to the more similar ones.

    Args:
        points: The places of the elements already in the layout.
        neighbours: For each further element, its nearest among those.
    """
    import numpy as np

    cosines = neighbours.cosines[:, :_PLACED_BY]
    weights = np.exp(10 * (cosines - cosines[:, :1]))
    weights /= weights.sum(axis=1, keepdims=True)
    found: Floats = np.einsum("nk,nkd->nd", weights, points[neighbours.places[:, :_PLACED_BY]])
    return found


def quality(rows: Floats, points: Floats, seed: int, sample: int = 500, near: int = 10) -> LayoutQuality | None:
    """Measure how well a layout keeps the nearest neighbours of a sample of its points.

    Trustworthiness is defined by Venna and Kaski 2001 (doi:10.1007/3-540-44668-0_68): layout neighbours that are
    not neighbours by vector count by their rank.

    Args:
        rows: The vectors, a row each.
        points: Their places.
        seed: Seed of the sample.
        sample: Number of points to look at; all if there are fewer.
        near: Number of nearest neighbours to compare.

    Returns:
        ``None`` if there are too few points.
    """
    import numpy as np

    number = len(rows)
    if number < 2 * near + 2:
        return None
    chosen = np.random.default_rng(seed).permutation(number)[:sample]
    cosines = normalized(rows[chosen]) @ normalized(rows).T
    gaps = np.sum(points[chosen] ** 2, axis=1)[:, None] - 2 * points[chosen] @ points.T + np.sum(points**2, axis=1)
    own = np.arange(len(chosen))
    cosines[own, chosen], gaps[own, chosen] = np.inf, -np.inf
    ranks = np.empty(cosines.shape, np.int32)
    np.put_along_axis(ranks, np.argsort(-cosines, axis=1), np.arange(number, dtype=np.int32)[None, :], axis=1)
    closest = np.argpartition(gaps, near, axis=1)[:, : near + 1]
    # The point itself has rank 0 in both.
    found = np.take_along_axis(ranks, closest, axis=1)
    shares = ((found <= near).sum(axis=1) - 1) / near
    penalty = np.maximum(found - near, 0).sum(axis=1).mean()
    trust = 1 - penalty * 2 / (near * (2 * number - 3 * near - 1))
    error = 0.0 if len(chosen) == number else 1.96 * float(shares.std(ddof=1)) / len(chosen) ** 0.5
    return LayoutQuality(float(shares.mean()), error, float(trust), len(chosen), near)


def bounds(points: Floats, shown: Mask | None = None) -> tuple[float, float, float, float]:
    """Return the range of the points that a picture shows: left, bottom, right, top.

    Single points farther than 2.5 standard deviations from the mean do not widen it.
    """
    import numpy as np

    chosen = points if shown is None or not shown.any() else points[shown]
    if not len(chosen):
        return -1.0, -1.0, 1.0, 1.0
    middle, deviation = chosen.mean(axis=0), chosen.std(axis=0)
    most = np.percentile(chosen, [_OUTLIERS, 100 - _OUTLIERS], axis=0)
    low = np.maximum(chosen.min(axis=0), np.minimum(middle - 2.5 * deviation, most[0]))
    high = np.minimum(chosen.max(axis=0), np.maximum(middle + 2.5 * deviation, most[1]))
    margin = np.maximum(0.02 * (high - low), 1e-3)
    left, bottom = (low - margin).tolist()
    right, top = (high + margin).tolist()
    return left, bottom, right, top


def _edges(
    neighbours: Nearest,
) -> tuple[
    np.ndarray[tuple[int], np.dtype[np.int64]],
    np.ndarray[tuple[int], np.dtype[np.int64]],
    np.ndarray[tuple[int], np.dtype[np.float32]],
]:
    """Return the edges of the neighbourhood graph: ends and weights, 1 for the nearest neighbour of a point.

    The weights fall off with the distance, at a rate for each point such that they sum to log2 of the number of
    neighbours, as in UMAP.
    """
    import numpy as np

    distances = 1 - neighbours.cosines
    number, each = distances.shape
    beyond = np.maximum(distances - distances[:, :1], 0)
    low, high = np.full(number, 1e-6), np.full(number, 4.0)
    for _ in range(20):
        middle = (low + high) / 2
        total = np.exp(-beyond / middle[:, None]).sum(axis=1)
        large = total > np.log2(each + 1)
        high, low = np.where(large, middle, high), np.where(large, low, middle)
    weights = np.exp(-beyond / ((low + high) / 2)[:, None]).astype(np.float32)
    heads = np.repeat(np.arange(number), each)
    return heads, neighbours.places.ravel(), weights.ravel()
