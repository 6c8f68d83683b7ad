"""The compare screen: two searches of the open set side by side, both live."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Input

from vsexplorer.core.text import decode
from vsexplorer.core.values import SearchDraft
from vsexplorer.tui.keymap import Place, bindings, keys_at
from vsexplorer.tui.main.messages import SimilarWanted
from vsexplorer.tui.main.search_view import SearchView
from vsexplorer.tui.session import Session
from vsexplorer.tui.widgets.bars import Footer, TextBar
from vsexplorer.tui.widgets.results import ResultsTable

if TYPE_CHECKING:
    from vsexplorer.language.dialect import Dialect
    from vsexplorer.language.known import SetFacts


class CompareScreen(Screen[SearchDraft | None]):
    """Compares two searches while they are typed; dismisses with the active one if the user wants to keep it.

    Args:
        session: The open set and the services for it.
        draft: The search that both sides begin with.
        dialect: The filter language of the server.
        facts: What is known of the set's fields; ``None`` if nothing is.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.COMPARE)
    DEFAULT_CSS = """
    CompareScreen {
        & > #compare-title { text-style: bold; color: $text-accent; }
        & > Horizontal { height: 1fr; }
        & > Horizontal > Vertical { width: 1fr; height: 1fr; }
        & > Horizontal > #right { border-left: solid $surface-lighten-2; }
        & #attributes { display: none; }
        & > #compare-status { color: $text-muted; }
        &.-narrow > Horizontal { layout: vertical; }
        &.-narrow > Horizontal > #right { border-left: none; border-top: solid $surface-lighten-2; }
    }
    """

    def __init__(self, session: Session, draft: SearchDraft, dialect: Dialect, facts: SetFacts | None) -> None:
        super().__init__()
        self._session = session
        self._draft = draft
        self._dialect = dialect
        self._facts = facts
        self.sides = tuple(SearchView(session, draft.options.count, measures=False) for _ in range(2))
        """The left and the right search."""
        self._status = TextBar(id="compare-status")

    def compose(self) -> ComposeResult:
        """Compose the title, the two searches, the figures and the footer."""
        yield TextBar(id="compare-title")
        with Horizontal():
            for name, side in zip(("left", "right"), self.sides, strict=True):
                with Vertical(id=name):
                    yield side
        yield self._status
        yield Footer([*keys_at(Place.COMPARE), *keys_at(Place.EVERYWHERE)], self._session.remapped)

    def on_mount(self) -> None:
        """Run the same search on both sides."""
        info = self._session.info
        name = decode(info.key) if info is not None else ""
        self.query_one("#compare-title", TextBar).set_text(f"compare · {name}")
        for side in self.sides:
            side.filter_bar.use_dialect(self._dialect)
            if self._facts is not None:
                side.use_facts(self._facts)
            side.apply(self._draft)
        self.sides[1].action_focus_query()

    async def on_unmount(self) -> None:
        """Wait for running searches."""
        for side in self.sides:
            await side.close()

    @property
    def figures(self) -> str:
        """How much the two rankings agree, in words."""
        return self._status.left

    @property
    def _active(self) -> SearchView:
        """The side that has the focus."""
        focused = self.focused
        return next((one for one in self.sides if focused is not None and one in focused.ancestors), self.sides[1])

    # Keys

    def action_other_side(self) -> None:
        """Go to the query line of the other side."""
        other = self.sides[0] if self._active is self.sides[1] else self.sides[1]
        other.action_focus_query()

    def action_use(self) -> None:
        """Return with the search of the active side."""
        self.dismiss(self._active.draft)

    def action_back(self) -> None:
        """Leave a line or an overlay, else return to the results."""
        side = self._active
        if side.close_completion():
            return
        if isinstance(self.focused, Input):
            self.set_focus(side.results.table)
        else:
            self.dismiss(None)

    def action_refresh_results(self) -> None:
        """Search again on both sides."""
        for side in self.sides:
            side.repeat()

    # Messages

    @on(SearchView.Answered)
    def _answered(self) -> None:
        self._show()

    @on(SimilarWanted)
    def _similar_wanted(self, event: SimilarWanted) -> None:
        self._active.search_similar(event.element)

    @on(ResultsTable.Selected)
    def _selected(self) -> None:
        self._show()

    @on(SearchView.Disconnected)
    def _disconnected(self, event: SearchView.Disconnected) -> None:
        self._status.set_text(event.error.line)

    def _show(self) -> None:
        from vsexplorer.insight.comparison import agreement

        pages = [side.results.page for side in self.sides]
        if pages[0] is None or pages[1] is None:
            return
        first, second = ([hit.element for hit in page.hits] for page in pages if page is not None)
        agree = agreement(first, second)
        tau = f" · tau {agree.tau:.2f}" if agree.tau is not None else ""
        changed = f"{len(set(second) - set(first)):,} entered, {len(set(first) - set(second)):,} left"
        figures = (
            f"overlap@{agree.depth} {agree.overlap:.2f} · rank-biased overlap {agree.rbo:.3f}{tau} · {changed}"
        )
        self._status.set_text(figures, self._moved(first, second))

    def _moved(self, first: list[bytes], second: list[bytes]) -> str:
        """Return the ranks of the selected element on both sides."""
        hit = self._active.results.selected
        if hit is None:
            return ""
        ranks = [f"#{names.index(hit.element) + 1}" if hit.element in names else "–" for names in (first, second)]
        return f"{decode(hit.element)} {ranks[0]} → {ranks[1]}"
