import random

import pytest

from vsexplorer.insight.match_counts import Matches, estimate
from vsexplorer.language.dialect import NEWEST


def sample(passing: int, failing: int) -> list[bytes | None]:
    return [b'{"a": 1}'] * passing + [b'{"a": 0}'] * (failing - 1) + [None]


@pytest.mark.parametrize(
    ("passing", "failing", "size", "expected"),
    [
        (500, 500, 100_000, Matches(50_000, 46_906, 53_094, 1_000)),
        (0, 1_000, 100_000, Matches(0, 0, 383, 1_000)),
        (1, 999, 1_000, Matches(1, 1, 1, 1_000)),
    ],
)
def test_an_estimate_has_its_error(passing: int, failing: int, size: int, expected: Matches) -> None:
    found = estimate(sample(passing, failing), ".a == 1", NEWEST, size)
    assert found == expected
    assert not expected.exact


def test_nothing_is_estimated_from_nothing() -> None:
    assert estimate([], ".a", NEWEST, 100) is None


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    chance = random.Random(7)
    population = [b'{"a": %d}' % (chance.random() < 0.07) for _ in range(20_000)]
    truth = sum(raw == b'{"a": 1}' for raw in population)
    held = 0
    for _ in range(100):
        found = estimate(chance.sample(population, 300), ".a == 1", NEWEST, len(population))
        assert found is not None
        held += found.low <= truth <= found.high
    assert held >= 88
