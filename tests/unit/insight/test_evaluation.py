"""Measures of rankings, against trec_eval, and the comparison of two configurations."""

from __future__ import annotations

from random import Random

import pytest
import pytrec_eval

from vsexplorer.insight.evaluation import USUAL, compare, evaluate, known

_THEIRS = {
    "ndcg@10": "ndcg_cut_10",
    "recall@10": "recall_10",
    "recall@100": "recall_100",
    "mrr": "recip_rank",
    "map": "map",
    "success@1": "success_1",
    "precision@5": "P_5",
}


def theirs(grades: dict[str, int], ranking: list[tuple[str, float]]) -> dict[str, float]:
    """What trec_eval says."""
    evaluator = pytrec_eval.RelevanceEvaluator({"q": grades}, set(_THEIRS.values()))
    found = evaluator.evaluate({"q": dict(ranking)})["q"]
    return {ours: found[name] for ours, name in _THEIRS.items()}


@pytest.mark.parametrize("seed", range(200))
def test_the_measures_are_those_of_trec_eval(seed: int) -> None:
    random = Random(seed)
    documents = [f"d{number}" for number in range(150)]
    grades = {name: random.choice((0, 0, 1, 2, 3)) for name in random.sample(documents, random.randint(1, 60))}
    grades[random.choice(documents)] = 1
    # Few different scores make many ties.
    scores = [random.choice((0.1, 0.25, 0.5, 0.75)) if seed % 2 else random.random() for _ in documents]
    ranking = random.sample(list(zip(documents, scores, strict=True)), random.randint(1, 150))
    found = evaluate(ranking, grades, list(_THEIRS))
    assert found == pytest.approx(theirs(grades, ranking), abs=1e-9)


def test_nothing_found_is_worth_nothing() -> None:
    assert set(evaluate([], {"a": 1}).values()) == {0.0}
    assert set(evaluate([("a", 1.0)], {"a": 2}, USUAL).values()) == {1.0}


def test_known_measures() -> None:
    assert all(known(name) for name in (*USUAL, "precision@3", "success@10"))
    assert not any(known(name) for name in ("ndcg", "ndcg@0", "mrr@10", "recall@", "x", "map@x"))


def test_a_difference_of_every_query_is_no_chance_and_none_is() -> None:
    before = [0.1 * (number % 7) for number in range(30)]
    same = compare("mrr", before, before, Random(1))
    assert (same.p, same.better, same.worse) == (1.0, 0, 0)
    better = compare("mrr", before, [one + 0.2 for one in before], Random(1))
    assert (better.better, better.worse) == (30, 0)
    assert better.p < 0.001
    mixed = compare(
        "mrr", before, [one + (0.1 if place % 2 else -0.1) for place, one in enumerate(before)], Random(1)
    )
    assert mixed.p > 0.5


def test_a_difference_by_chance_is_called_significant_as_rarely_as_promised() -> None:
    random = Random(5)
    values = []
    for _ in range(120):
        before = [random.random() for _ in range(25)]
        after = [random.random() for _ in range(25)]
        values.append(compare("mrr", before, after, random).p)
    assert sum(value < 0.1 for value in values) / len(values) == pytest.approx(0.1, abs=0.08)
