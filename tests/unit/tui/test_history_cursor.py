from hypothesis import given
from hypothesis import strategies as st

from vsexplorer.core.values import SearchDraft, SearchOptions
from vsexplorer.tui.history_cursor import HistoryCursor, filter_history, line_history

drafts = st.lists(st.builds(SearchDraft, st.text(), st.text()), max_size=6)
TYPED = SearchDraft("typed", options=SearchOptions(7))


@given(drafts, st.integers(0, 9))
def test_as_many_steps_forward_as_back_return_what_was_typed(past: list[SearchDraft], steps: int) -> None:
    cursor = HistoryCursor.begin(TYPED, past)
    for _ in range(steps):
        cursor = cursor.step_back()
    assert cursor.current == ([TYPED, *past][min(steps, len(past))])
    for _ in range(steps):
        cursor = cursor.step_forward()
    assert cursor.at_typed
    assert cursor.current == TYPED, "its options too"


def test_the_query_line_walks_through_searches_with_a_line() -> None:
    past = [SearchDraft("b", ".x"), SearchDraft("", ".y"), SearchDraft("a")]
    assert [draft.line for draft in line_history(past)] == ["b", "a"]


def test_the_filter_line_walks_through_filters_the_last_used_first_and_keeps_the_rest() -> None:
    past = [SearchDraft("1", ".b"), SearchDraft("2", ".a"), SearchDraft("3", ""), SearchDraft("4", ".b")]
    found = filter_history(past, TYPED)
    assert [draft.filter for draft in found] == [".b", ".a"]
    assert {(draft.line, draft.options) for draft in found} == {("typed", TYPED.options)}
