"""Tell whether stored vectors were made by a model, from texts embedded again with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from vsexplorer.core.matrix import normalized
from vsexplorer.vectorset.projection import project
from vsexplorer.vectorset.stored_vector import StoredVector, unit_rows

if TYPE_CHECKING:
    from vsexplorer.core.matrix import Matrix

LEAST = 20
"""Texts below which nothing is concluded."""
_SAME, _SAME_SIGNS = 0.99, 0.95
"""Median cosine from which the model is the same; for ``bin``, of the signs."""
_RELATED, _UNRELATED = 0.9, 0.65
"""How often a text's own vector must be nearer than another's to be related, or may be to be unrelated: by chance
half of the times, with a standard deviation of 0.02 for 200 texts."""
_CLOSE, _FAR = 0.6, 0.45
"""Median cosine from which vectors that are related may be of one model, and below which they are not: another
prefix or a truncated text leaves 0.8 or more, and models trained from the same one have 0.3 with each other."""
_NEAREST = 10


class Verdict(StrEnum):
    """What the comparison shows."""

    SAME = "same"
    RELATED = "related"
    OTHER = "other"
    UNKNOWN = "unknown"


MEANINGS = {
    Verdict.SAME: "the same model",
    Verdict.RELATED: "related: the same model with another prefix, truncation or text",
    Verdict.OTHER: "another model of that dimension, or another text",
    Verdict.UNKNOWN: "cannot tell",
}


@dataclass(frozen=True, slots=True)
class Fit:
    """How stored vectors compare with those of the same texts embedded again."""

    verdict: Verdict
    texts: int
    median: float
    low: float
    high: float
    """Median, 5th and 95th percentile of the cosine between the two vectors of a text."""
    own: float
    """How often a stored vector is nearer to its own text than to another one; 0.5 by chance."""
    order_kept: float | None
    """For the same model: share of the 10 nearest texts by the unquantized vectors that are also the nearest by
    the stored ones, within the sample."""


NOTHING = Fit(Verdict.UNKNOWN, 0, 0.0, 0.0, 0.0, 0.5, None)
"""The result where there are no texts."""


def compare(stored: Matrix, embedded: Matrix, signs: bool = False) -> Fit:
    """Compare stored vectors with those of the same texts embedded again.

    Args:
        stored: One row a text, as read from Redis.
        embedded: One row a text, of the same dimension.
        signs: The stored vectors are signs (``bin``), so the signs are compared.
    """
    import numpy as np

    if len(stored) < 2:
        return replace(NOTHING, texts=len(stored))
    stored = normalized(stored)
    other = normalized(np.where(embedded > 0, 1.0, -1.0) if signs else embedded)
    cosines = stored @ other.T
    matched = np.diagonal(cosines)
    others = ~np.eye(len(stored), dtype=bool)
    nearer = (cosines < matched[:, None]) + 0.5 * (cosines == matched[:, None])
    own = float(nearer[others].mean())
    low, median, high = (float(value) for value in np.percentile(matched, (5, 50, 95)))
    verdict = _verdict(len(stored), median, own, _SAME_SIGNS if signs else _SAME)
    kept = _order_kept(stored, normalized(embedded)) if verdict is Verdict.SAME else None
    return Fit(verdict, len(stored), median, low, high, own, kept)


def matrices(stored: Sequence[StoredVector], embedded: Sequence[bytes], dimension: int) -> tuple[Matrix, Matrix]:
    """Return stored and embedded vectors as rows; those of a model are projected as REDUCE does, if need be."""
    import numpy as np

    fresh = [np.frombuffer(vector, "<f4").astype(np.float64) for vector in embedded]
    if fresh and len(fresh[0]) != dimension:
        fresh = [np.array(project(vector.tolist(), dimension)) for vector in fresh]
    return unit_rows(stored), np.array(fresh)


def _verdict(texts: int, median: float, own: float, same: float) -> Verdict:
    if texts < LEAST:
        return Verdict.UNKNOWN
    if median >= same:
        return Verdict.SAME
    if own >= _RELATED and median >= _CLOSE:
        return Verdict.RELATED
    return Verdict.OTHER if own <= _UNRELATED or median < _FAR else Verdict.UNKNOWN


def _order_kept(stored: Matrix, embedded: Matrix) -> float:
    import numpy as np

    nearest = min(_NEAREST, len(stored) - 1)
    by_stored, by_embedded = stored @ stored.T, embedded @ embedded.T
    kept = 0
    for row in range(len(stored)):
        by_stored[row, row] = by_embedded[row, row] = -np.inf
        first = set(np.argsort(-by_stored[row], kind="stable")[:nearest].tolist())
        kept += len(first & set(np.argsort(-by_embedded[row], kind="stable")[:nearest].tolist()))
    return kept / (nearest * len(stored))
