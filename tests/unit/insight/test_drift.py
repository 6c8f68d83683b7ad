"""How the results of a search have changed."""

from vsexplorer.insight.drift import drift

BEFORE = [("a", 0.9), ("b", 0.8), ("c", 0.7)]


def test_the_same_results_have_not_changed() -> None:
    found = drift(BEFORE, BEFORE)
    assert (found.lost, found.new, found.moved, found.score) == ((), (), (), 0.0)
    assert not found.beyond(0, 0, 0.0)


def test_lost_new_and_moved_elements_are_named() -> None:
    found = drift(BEFORE, [("b", 0.8), ("a", 0.79), ("d", 0.6)])
    assert (found.lost, found.new) == (("c",), ("d",))
    assert found.moved == (("a", 1, 2), ("b", 2, 1))
    assert round(found.score, 9) == 0.11
    assert found.beyond(0, 5, 1.0)
    assert found.beyond(1, 0, 1.0)
    assert found.beyond(1, 1, 0.1)
    assert not found.beyond(1, 1, 0.2)
