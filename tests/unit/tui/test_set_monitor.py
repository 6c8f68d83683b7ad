from dataclasses import replace

from vsexplorer.core.values import SetInfo
from vsexplorer.tui.services.set_monitor import Change, SetMonitor, SetNews

INFO = SetInfo(b"k", 10, 2, 2, "int8", 16, 0, 5, 1, 20)


def opened() -> SetMonitor:
    monitor = SetMonitor()
    monitor.opened(INFO, "run")
    return monitor


def test_the_same_set_is_no_news() -> None:
    assert opened().compare(INFO, "run") == SetNews(Change.NONE)


def test_elements_that_were_added_are_counted_from_the_answer_on() -> None:
    monitor = opened()
    assert monitor.compare(replace(INFO, size=12, newest_node=22), "run").words == "2 new elements"
    monitor.answered(replace(INFO, size=12, newest_node=22), "run")
    assert monitor.compare(replace(INFO, size=12, newest_node=22), "run") == SetNews(Change.NONE)


def test_a_set_made_anew_stays_another_one() -> None:
    monitor = opened()
    assert monitor.compare(replace(INFO, uid=2), "run").change is Change.REPLACED
    assert monitor.gone
    assert monitor.compare(INFO, "run").change is Change.REPLACED


def test_a_server_that_was_restarted_numbers_its_sets_anew() -> None:
    assert opened().compare(replace(INFO, uid=2), "another run").change is Change.NONE


def test_a_set_that_is_missing_is_gone_until_one_is_opened() -> None:
    monitor = opened()
    assert monitor.missing().change is Change.GONE
    assert monitor.gone
    monitor.opened(INFO, "run")
    assert not monitor.gone


def test_another_set_is_no_news() -> None:
    assert opened().compare(replace(INFO, key=b"other", size=99), "run") == SetNews(Change.NONE)
