"""Find the typical elements of the densest places of a map, to label them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vsexplorer.insight.layout import Nearest, bounds

if TYPE_CHECKING:
    from vsexplorer.core.matrix import Floats, Mask

_GRID = 48
"""Cells of the grid, each way, in which density is measured."""
_SMOOTHED = 3
_APART = 0.12
"""Least distance of two labelled places, as a share of the picture."""


def landmarks(points: Floats, neighbours: Nearest, number: int, shown: Mask | None = None) -> list[int]:
    """Return the elements to label, the one at the densest place first.

    Of the elements near a peak of the density, the one most similar to its neighbours is chosen.

    Args:
        points: The places of the elements, shape (elements, 2).
        neighbours: Their neighbours.
        number: How many to return at most.
        shown: Only these elements; ``None`` for all.
    """
    import numpy as np

    chosen = np.arange(len(points)) if shown is None else np.flatnonzero(shown)
    if not len(chosen) or not neighbours.cosines.shape[1]:
        return []
    left, bottom, right, top = bounds(points, shown)
    scale = np.array([max(right - left, 1e-9), max(top - bottom, 1e-9)])
    relative = (points[chosen] - np.array([left, bottom])) / scale
    inside = ((relative >= 0) & (relative <= 1)).all(axis=1)
    chosen, relative = chosen[inside], relative[inside]
    cells = np.minimum((relative * _GRID).astype(int), _GRID - 1)
    density = np.zeros((_GRID, _GRID))
    np.add.at(density, (cells[:, 0], cells[:, 1]), 1.0)
    for _ in range(_SMOOTHED):
        padded = np.pad(density, 1)
        density = np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).mean(axis=(2, 3))
    with np.errstate(invalid="ignore"):
        typical = np.where(np.isfinite(neighbours.cosines), neighbours.cosines, 0).mean(axis=1)[chosen]
    found: list[int] = []
    taken: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = []
    for place in np.argsort(-density, axis=None, kind="stable").tolist():
        if len(found) == number or not density.flat[place]:
            break
        middle = (np.array(divmod(place, _GRID)) + 0.5) / _GRID
        if any(np.abs(middle - other).max() < _APART for other in taken):
            continue
        near = np.flatnonzero(np.abs(relative - middle).max(axis=1) < 1.5 / _GRID)
        if len(near):
            found.append(int(chosen[near[np.argmax(typical[near])]]))
            taken.append(middle)
    return found
