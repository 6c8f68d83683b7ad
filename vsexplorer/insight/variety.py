"""Choose varied results from a longer list of candidates."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vsexplorer.core.matrix import Matrix


def most_diverse(relevance: Sequence[float], vectors: Matrix, count: int, weight: float) -> list[int]:
    """Choose candidates by maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998).

    Each choice maximizes ``weight * relevance - (1 - weight) * largest cosine to what is chosen``; of equal ones
    the first is taken.

    Args:
        relevance: The cosine of each candidate to the query, the largest first.
        vectors: A row of length one for each candidate.
        count: How many to choose.
        weight: From 0, variety only, to 1, relevance only.

    Returns:
        The places of the chosen candidates, in the order of choice.
    """
    import numpy as np

    scores = np.asarray(relevance, np.float64)
    nearest = np.full(len(scores), -np.inf)
    free = np.ones(len(scores), bool)
    chosen: list[int] = []
    while len(chosen) < min(count, len(scores)):
        penalty = np.where(np.isfinite(nearest), nearest, 0.0)
        marginal = np.where(free, weight * scores - (1 - weight) * penalty, -np.inf)
        best = int(np.argmax(marginal))
        chosen.append(best)
        free[best] = False
        nearest = np.maximum(nearest, vectors @ vectors[best])
    return chosen


def best_of_groups(groups: Sequence[Hashable], count: int, each: int) -> list[int]:
    """Choose the first candidates of each group.

    Args:
        groups: The group of each candidate; ``None`` for one that belongs to none, which is left out.
        count: How many to choose at most.
        each: How many to choose from one group at most.

    Returns:
        The places of the chosen candidates, in their order.
    """
    taken: dict[Hashable, int] = {}
    chosen: list[int] = []
    for place, group in enumerate(groups):
        if group is None or taken.get(group, 0) >= each:
            continue
        taken[group] = taken.get(group, 0) + 1
        chosen.append(place)
        if len(chosen) == count:
            break
    return chosen
