"""How much two rankings agree."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsexplorer.insight.comparison import Move, agreement, moves, rank_biased_overlap, tau

_RANKINGS = st.lists(st.integers(0, 15), unique=True)


def test_rank_biased_overlap_of_a_published_example() -> None:
    """From https://github.com/b4ny4n/rankmeasures, for p = 0.9."""
    assert rank_biased_overlap("abcde", "bcdae") == pytest.approx(0.828, abs=5e-4)


def test_equal_rankings_agree_and_different_ones_do_not() -> None:
    same = agreement("abcdef", "abcdef")
    assert (same.overlap, same.tau) == (1.0, 1.0)
    assert same.rbo == pytest.approx(1.0)
    other = agreement("abc", "xyz")
    assert (other.overlap, other.rbo, other.tau) == (0.0, 0.0, None)
    assert agreement("abc", "cba").tau == -1.0
    assert rank_biased_overlap("", "") == 1.0


def test_the_first_ranks_weigh_most() -> None:
    assert rank_biased_overlap("abcdef", "abcdfe") > rank_biased_overlap("abcdef", "bacdef")


@given(_RANKINGS, _RANKINGS)
def test_figures_are_symmetric_and_within_their_range(first: list[int], second: list[int]) -> None:
    one, other = agreement(first, second), agreement(second, first)
    assert one.rbo == pytest.approx(other.rbo)
    assert -1e-9 <= one.rbo <= 1 + 1e-9
    assert (one.overlap, one.tau) == (other.overlap, other.tau if other.tau is None else pytest.approx(other.tau))


@given(st.permutations(range(7)))
def test_tau_is_the_difference_of_concordant_and_discordant_pairs(order: list[int]) -> None:
    pairs = list(itertools.combinations(range(7), 2))
    places = {element: place for place, element in enumerate(order)}
    concordant = sum(places[a] < places[b] for a, b in pairs)
    assert tau(range(7), order) == pytest.approx((2 * concordant - len(pairs)) / len(pairs))


def test_moves_name_what_rose_entered_and_left() -> None:
    found = moves("abc", "cad")
    assert found == [Move("c", 3, 1), Move("a", 1, 2), Move("d", None, 3), Move("b", 2, None)]
    assert [one.by for one in found] == [2, -1, None, None]
