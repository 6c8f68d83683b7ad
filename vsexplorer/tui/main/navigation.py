"""The keys that open other screens and dialogs; what was chosen there is posted as a message."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message

from vsexplorer.core.values import Everything, Hit, ResultPage, SearchDraft, SearchOptions, SetInfo
from vsexplorer.tui.keymap import Place, bindings
from vsexplorer.tui.main.messages import SetChosen, SimilarWanted, StatusMessage
from vsexplorer.tui.services.search_history import SearchHistory
from vsexplorer.tui.session import Session

if TYPE_CHECKING:
    from vsexplorer.language.known import SetFacts
    from vsexplorer.state.history import PastSearch
    from vsexplorer.tui.screens.element import ElementResult
    from vsexplorer.tui.screens.options import OptionsScreen
    from vsexplorer.tui.screens.quality import QualityChoice

NOT_CONNECTED = "not connected · ctrl+r: try again"


class Navigation(Vertical):
    """Contains the panes of the main screen and owns the keys that lead to the other screens.

    The screens are imported when they are first shown.

    Args:
        session: The open set and the services for it.
        history: The earlier searches.
        page: Returns the results that are shown.
        selected: Returns the selected result.
        draft: Returns the search as it is typed.
        facts: Returns what is known of the set's fields.
        options: Returns the search options in force.
        change: Uses other search options; returns why they are refused, or an empty string.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.SCREENS)
    DEFAULT_CSS = """
    Navigation { height: 1fr; }
    """

    class Returned(Message):
        """Another screen was left; what it changed may have to be redrawn."""

    class Recalled(Message):
        """An earlier search was chosen."""

        def __init__(self, search: SearchDraft) -> None:
            super().__init__()
            self.search = search

    class ModelChosen(Message):
        """A model was chosen for the open set."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(
        self,
        session: Session,
        history: SearchHistory,
        page: Callable[[], ResultPage | None],
        selected: Callable[[], Hit | None],
        draft: Callable[[], SearchDraft],
        facts: Callable[[], SetFacts | None],
        options: Callable[[], SearchOptions],
        change: Callable[[SearchOptions], str],
    ) -> None:
        super().__init__(id="navigation")
        self._session = session
        self._history = history
        self._page = page
        self._selected = selected
        self._draft = draft
        self._facts = facts
        self._options = options
        self._change = change
        self._options_screen: OptionsScreen | None = None

    def show_time(self, page: ResultPage) -> None:
        """Show the time of an answer in the search options while they are open."""
        if self._options_screen is not None and self._options_screen.is_current:
            self._options_screen.show_time(page)

    # Elements

    def action_browse(self) -> None:
        """List all elements in name order."""
        from vsexplorer.tui.screens.browse import BrowseScreen

        if (info := self._usable()) is not None:
            self.app.push_screen(BrowseScreen(self._session, info), self._browsed)

    def _browsed(self, element: bytes | None) -> None:
        self.post_message(self.Returned())
        if element is not None:
            self.post_message(SimilarWanted(element))

    def open_element(self, hit: Hit) -> None:
        """Open the screen of an element."""
        from vsexplorer.tui.screens.element import ElementScreen

        if self._session.info is not None:
            self._history.use()
            self.app.push_screen(ElementScreen(self._session, self._session.info.key, hit), self._element_left)

    def _element_left(self, left: ElementResult | None) -> None:
        self.post_message(self.Returned())
        if left is not None and left.similar:
            self.post_message(SimilarWanted(left.element))

    # Quality

    def action_measure_quality(self) -> None:
        """Measure recall with the filter and the options in force."""
        from vsexplorer.tui.screens.quality import QualityScreen

        if (info := self._usable()) is not None:
            page = self._page()
            filter = page.query.filter if page is not None else ""
            self.app.push_screen(QualityScreen(self._session, info, filter, self._options()), self._measured)

    def _measured(self, choice: QualityChoice | None) -> None:
        if choice is not None and choice.options is not None:
            self._change_options(choice.options)
        elif choice is not None and choice.search is not None:
            self.post_message(self.Recalled(choice.search))

    def action_explain_why(self) -> None:
        """Explain why an element is or is not among the results."""
        from vsexplorer.tui.screens.why import WhyScreen

        if (page := self._ranked()) is not None:
            selected = self._selected()
            element = selected.element if selected is not None else None
            self.app.push_screen(WhyScreen(self._session, page.query, element), self._explained)

    def _ranked(self) -> ResultPage | None:
        """Return the results of a query; ``None``, and why in the status line, if nothing is ranked."""
        if self._usable() is None:
            return None
        page = self._page()
        if page is None or isinstance(page.query.source, Everything):
            self._say("type a query first: without one nothing is ranked")
            return None
        return page

    def _explained(self, options: SearchOptions | None) -> None:
        if options is not None:
            self._change_options(options)

    def _change_options(self, options: SearchOptions) -> None:
        refused = self._change(options)
        if refused:
            self._say(refused, error=True)

    def action_show_scores(self) -> None:
        """Show where the results lie among the scores of all elements."""
        from vsexplorer.tui.screens.scores import ScoresScreen

        if (page := self._ranked()) is not None:
            self.app.push_screen(ScoresScreen(self._session, page, self._options()), self._explained)

    def action_compare_searches(self) -> None:
        """Compare the search with another, side by side."""
        from vsexplorer.tui.main.compare import CompareScreen

        if (info := self._usable()) is not None:
            dialect = self._session.explorer.dialect_of(info.key)
            screen = CompareScreen(self._session, self._draft(), dialect, self._facts())
            self.app.push_screen(screen, self._go_on)

    def _go_on(self, search: SearchDraft | None) -> None:
        self.post_message(self.Returned())
        if search is not None:
            self.post_message(self.Recalled(search))

    def action_show_map(self) -> None:
        """Show the elements of the open set as points of a plane."""
        from vsexplorer.tui.main.map import MapScreen

        if (info := self._usable()) is not None:
            dialect = self._session.explorer.dialect_of(info.key)
            screen = MapScreen(self._session, info, self._draft(), dialect, self._facts())
            self.app.push_screen(screen, self._go_on)

    def action_examine_set(self) -> None:
        """Examine the open set."""
        from vsexplorer.tui.screens.health import HealthScreen

        if (info := self._usable()) is not None:
            self.app.push_screen(HealthScreen(self._session, info), self._examined)

    def _examined(self, element: bytes | None) -> None:
        if element is not None:
            self.open_element(Hit(0, element, None, None))

    # Sets and models

    def action_choose_set(self) -> None:
        """List the vector sets."""
        from vsexplorer.tui.screens.sets import SetsScreen

        if self._connected():
            self.app.push_screen(SetsScreen(self._session), self._set_chosen)

    def _set_chosen(self, key: bytes | None) -> None:
        if key is not None:
            self.post_message(SetChosen(key))

    def action_choose_model(self) -> None:
        """List the models that fit the set."""
        from vsexplorer.tui.screens.models import ModelsScreen

        if (info := self._usable()) is not None:
            self.app.push_screen(ModelsScreen(self._session.explorer.models, info), self._model_chosen)

    def action_test_models(self) -> None:
        """Find out which model the set was made with."""
        from vsexplorer.tui.screens.fit import FitScreen

        if (info := self._usable()) is not None:
            self.app.push_screen(FitScreen(self._session, info), self._model_chosen)

    def _model_chosen(self, name: str | None) -> None:
        if name is not None:
            self.post_message(self.ModelChosen(name))

    # Searches

    def action_show_options(self) -> None:
        """Show the options of the search; the results follow every change."""
        from vsexplorer.tui.screens.options import OptionsScreen

        self._options_screen = OptionsScreen(self._options(), self._page(), self._change)
        self.app.push_screen(self._options_screen)

    def action_show_history(self) -> None:
        """List the earlier searches of the open set."""
        from vsexplorer.tui.screens.history import HistoryScreen

        if self._session.info is not None or self._usable() is not None:
            self.app.push_screen(HistoryScreen(self._session.memory), self._recalled)

    def _recalled(self, past: PastSearch | None) -> None:
        if past is not None:
            self.post_message(self.Recalled(past.search))

    def action_keep_favourite(self) -> None:
        """Save the search shown as a favourite."""
        from vsexplorer.tui.screens.forms import NameForm

        search = self._history.answered
        if search is None or not (search.line or search.filter):
            self._say("nothing to save: a favourite needs a query or a filter")
        else:
            self.app.push_screen(NameForm("save this search as", search.line or search.filter), self._named)

    def _named(self, name: str | None) -> None:
        if name:
            self._history.keep(name)
            self._say(f"saved as {name} · H: favourites")

    # Changes of the set

    def action_add_element(self) -> None:
        """Add an element to the open set."""
        if self._session.edits.allowed and (info := self._usable()) is not None:
            self._session.run(self._session.edits.add(info.key))

    def action_delete_set(self) -> None:
        """Delete the open set."""
        if self._session.edits.allowed and (info := self._usable()) is not None:
            self._session.run(self._session.edits.delete_set(info))

    def action_undo_change(self) -> None:
        """Undo the last change."""
        if self._session.edits.allowed:
            self._session.run(self._session.edits.undo())

    def _connected(self) -> bool:
        """Return whether the server is connected; show a message if not."""
        if not self._session.connection.connected:
            self._say(NOT_CONNECTED, error=True)
        return self._session.connection.connected

    def _usable(self) -> SetInfo | None:
        """Return the open set, or ``None`` after showing why there is none to work on."""
        if not self._connected():
            return None
        if self._session.info is None:
            self._say("no vector set is open · o: list them")
        return self._session.info

    def _say(self, words: str, error: bool = False) -> None:
        self.post_message(StatusMessage(words, error))
