"""Measure rankings against judgments, with the definitions of trec_eval, and compare two of them.

Grades above zero are relevant. Of equal scores, the larger document name comes first, as in trec_eval.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

type Grades = Mapping[str, int]
"""The grades of the judged documents of a query; 0 is not relevant."""
type Ranking = Sequence[tuple[str, float]]
"""Documents and their scores."""

USUAL = ("ndcg@10", "recall@10", "recall@100", "mrr", "map", "success@1")
_NAME = re.compile(r"(ndcg|recall|success|precision)@([1-9]\d*)|mrr|map")
_TRIALS = 10_000


def known(name: str) -> bool:
    """Whether a measure of that name exists: ``mrr``, ``map``, or one of ``ndcg``, ``recall``, ``precision``,
    ``success`` with ``@k``."""
    return _NAME.fullmatch(name) is not None


def evaluate(ranking: Ranking, grades: Grades, measures: Sequence[str] = USUAL) -> dict[str, float]:
    """Return the measures of one query's ranking.

    Args:
        ranking: The documents found, in any order.
        grades: The judgments; at least one grade is above zero.
        measures: Names that are ``known``.
    """
    found = [name for name, _ in sorted(ranking, key=lambda one: (one[1], one[0]), reverse=True)]
    return {measure: _measure(measure)(found, grades) for measure in measures}


def _measure(name: str) -> Callable[[Sequence[str], Grades], float]:
    if name == "mrr":
        return reciprocal_rank
    if name == "map":
        return average_precision
    kind, _, depth = name.partition("@")
    of = {"ndcg": ndcg, "recall": recall, "success": success, "precision": precision}[kind]
    return lambda found, grades: of(found, grades, int(depth))


def ndcg(found: Sequence[str], grades: Grades, depth: int) -> float:
    """Return the normalized discounted cumulative gain, with the grade as gain (Järvelin and Kekäläinen 2002)."""
    gains = [max(0, grades.get(name, 0)) for name in found[:depth]]
    best = sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:depth]
    ideal = _discounted(best)
    return _discounted(gains) / ideal if ideal else 0.0


def recall(found: Sequence[str], grades: Grades, depth: int) -> float:
    """Return the share of the relevant documents that is among the first ``depth``."""
    relevant = _relevant(grades)
    return len(relevant & set(found[:depth])) / len(relevant) if relevant else 0.0


def precision(found: Sequence[str], grades: Grades, depth: int) -> float:
    """Return the share of the first ``depth`` places that hold a relevant document."""
    return len(_relevant(grades) & set(found[:depth])) / depth


def success(found: Sequence[str], grades: Grades, depth: int) -> float:
    """Return 1 if a relevant document is among the first ``depth``, else 0."""
    return float(bool(_relevant(grades) & set(found[:depth])))


def reciprocal_rank(found: Sequence[str], grades: Grades) -> float:
    """Return 1 divided by the rank of the first relevant document; 0 if there is none."""
    relevant = _relevant(grades)
    return next((1 / rank for rank, name in enumerate(found, 1) if name in relevant), 0.0)


def average_precision(found: Sequence[str], grades: Grades) -> float:
    """Return the mean precision at the ranks of the relevant documents; those not found count as 0."""
    relevant = _relevant(grades)
    hits, total = 0, 0.0
    for rank, name in enumerate(found, 1):
        if name in relevant:
            hits += 1
            total += hits / rank
    return total / len(relevant) if relevant else 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """A measure of the same queries by two configurations."""

    measure: str
    queries: int
    before: float
    after: float
    better: int
    worse: int
    """Queries by which the later one is better or worse."""
    p: float
    """Probability of so large a difference by chance, by a paired randomization test."""


def compare(measure: str, before: Sequence[float], after: Sequence[float], random: Random) -> Comparison:
    """Compare a measure of two configurations, query by query.

    The test is the paired randomization test that Smucker, Allan and Carterette (CIKM 2007) recommend: exchanging
    the two values of a query changes nothing if there is no difference.
    """
    differences = [two - one for one, two in zip(before, after, strict=True)]
    observed = abs(sum(differences))
    changed = [one for one in differences if one]
    extreme = 0
    for _ in range(_TRIALS if changed else 0):
        signs = random.getrandbits(len(changed))
        total = sum(one if signs >> place & 1 else -one for place, one in enumerate(changed))
        # Equal sums may differ by rounding.
        extreme += abs(total) >= observed - 1e-12
    p = (extreme + 1) / (_TRIALS + 1) if changed else 1.0
    better, worse = (sum(one * sign > 0 for one in differences) for sign in (1, -1))
    return Comparison(
        measure, len(differences), statistics.fmean(before), statistics.fmean(after), better, worse, p
    )


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def _relevant(grades: Grades) -> set[str]:
    return {name for name, grade in grades.items() if grade > 0}
