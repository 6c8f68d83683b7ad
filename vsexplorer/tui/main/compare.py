"""The compare screen: two searches side by side, both live, of one or two sets, with one or two models."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Input

from vsexplorer.core.errors import VsexplorerError
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
        self.sides = [SearchView(session, draft.options.count, measures=False) for _ in range(2)]
        """The left and the right search."""
        self._sessions = [session, session]
        """What each side searches; other sets and models have sessions of their own."""
        self._frozen: set[int] = set()
        """The sides whose results are kept."""
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
        for side in self.sides:
            self._begin(side, self._draft, self._facts)
        self._show_title()
        self.sides[1].action_focus_query()

    async def on_unmount(self) -> None:
        """Wait for running searches, and close the connections of this screen."""
        for side in self.sides:
            await side.close()
        for session in self._sessions:
            if session is not self._session:
                await session.connection.close()

    def _begin(self, side: SearchView, draft: SearchDraft, facts: SetFacts | None) -> None:
        side.filter_bar.use_dialect(self._dialect)
        if facts is not None:
            side.use_facts(facts)
        side.apply(draft)

    def _show_title(self) -> None:
        """Name what differs between the sides: sets, models, and whether results are kept."""
        names = []
        for number, session in enumerate(self._sessions):
            info = session.info
            words = [decode(info.key) if info is not None else ""]
            if self._models[0] != self._models[1]:
                words.append(self._models[number].rpartition("/")[2])
            names.append(" · ".join([*words, *(["kept"] if number in self._frozen else [])]))
        both = names[0] if names[0] == names[1] else f"{names[0]} │ {names[1]}"
        self.query_one("#compare-title", TextBar).set_text(f"compare · {both}")

    @property
    def _models(self) -> list[str]:
        return [session.explorer.models.embedder.name for session in self._sessions]

    @property
    def figures(self) -> str:
        """How much the two rankings agree, in words."""
        return self._status.left

    @property
    def _active(self) -> SearchView:
        """The side that has the focus."""
        return self.sides[self._active_place]

    @property
    def _active_place(self) -> int:
        focused = self.focused
        places = (place for place, one in enumerate(self.sides) if focused is not None and one in focused.ancestors)
        return next(places, 1)

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
        """Search again, except on a side whose results are kept."""
        for place, side in enumerate(self.sides):
            if place not in self._frozen:
                side.repeat()

    def action_freeze(self) -> None:
        """Keep the results of the active side, or follow its lines again."""
        place = self._active_place
        self._frozen ^= {place}
        self.sides[place].keeps_results = place in self._frozen
        self._show_title()
        if place not in self._frozen:
            self.sides[place].repeat()

    def action_choose_set(self) -> None:
        """Search another set on the active side."""
        from vsexplorer.tui.screens.sets import SetsScreen

        place = self._active_place

        def chosen(key: bytes | None) -> None:
            if key is not None:
                self._replace(place, key, "")

        self.app.push_screen(SetsScreen(self._session), chosen)

    def action_choose_model(self) -> None:
        """Search with another model on the active side."""
        from vsexplorer.tui.screens.models import ModelsScreen

        place = self._active_place
        session = self._sessions[place]
        info = session.info
        if info is None:
            return

        def chosen(name: str | None) -> None:
            if name is not None:
                self._replace(place, info.key, name)

        self.app.push_screen(ModelsScreen(session.explorer.models, info), chosen)

    def _replace(self, place: int, key: bytes, model: str) -> None:
        self._status.set_text(f"opening {decode(key)} …")
        self.run_worker(self._open_beside(place, key, model), group=f"side {place}", description="opening a set")

    async def _open_beside(self, place: int, key: bytes, model: str) -> None:
        """Search a set, or with a model, on one side."""
        try:
            session = await self._session.beside(key, model)
        except VsexplorerError as error:
            self._status.set_text(error.line)
            return
        before, side = self.sides[place], SearchView(session, self._draft.options.count, measures=False)
        draft = before.draft
        await before.close()
        await before.remove()
        if self._sessions[place] is not self._session:
            await self._sessions[place].connection.close()
        self.sides[place], self._sessions[place] = side, session
        self._frozen -= {place}
        await self.query_one("#right" if place else "#left", Vertical).mount(side)
        assert session.info is not None
        same = self._session.info is not None and self._session.info.key == key
        self._begin(side, draft, self._facts if same else None)
        self._show_title()
        side.action_focus_query()
        if not same:
            side.use_facts(await session.explorer.samples.facts(key))

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
