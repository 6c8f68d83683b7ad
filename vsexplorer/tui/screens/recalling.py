"""Coming back to what was done before: earlier searches, favourites, the columns and the model of each set."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from vsexplorer.core.columns import Arrangement
from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.text import sanitize
from vsexplorer.core.values import Query, SetInfo
from vsexplorer.services.set_memory import Remembering
from vsexplorer.tui.screens.querying import QueryingScreen
from vsexplorer.tui.start import Start

if TYPE_CHECKING:
    from textual.timer import Timer

    from vsexplorer.services.explorer import Explorer
    from vsexplorer.state.history import PastSearch, Search
    from vsexplorer.tui.widgets.element_table import ElementTable

_LOOKED_AT = 3.0
"""Seconds after which a search that stands on the screen counts as one somebody wanted."""


class RecallingScreen(QueryingScreen):
    """What the main screen does with what is remembered."""

    def __init__(self, remapped: Mapping[str, str], start: Start) -> None:
        super().__init__(remapped, start.count)
        self.start = start
        self.remapped = remapped
        self.remembering = Remembering(start.state, start.history, self._cannot_remember)
        self._answered: Search | None = None
        self._looking: Timer | None = None
        self._place_in_past: int | None = None
        self._filter_before = ""
        self._made_with = ""
        self._model_in_use = start.model

    @property
    def explorer(self) -> Explorer:
        """What answers."""
        return self.connection.explorer

    def _cannot_remember(self, words: str) -> None:
        self.app.notify(words, severity="warning", timeout=10, markup=False)

    # Searches

    def answered(self, query: Query) -> None:
        """The newest search has its answer."""
        from vsexplorer.state.history import Search

        search = Search(self.query_line.value, query.filter, query.options)
        self._answered = search
        if self._looking is not None:
            self._looking.stop()
        self._looking = self.set_timer(_LOOKED_AT, lambda: self._looked_at(search))

    def _looked_at(self, search: Search) -> None:
        if search == self._answered and self._place_in_past is None:
            self.remembering.searched(search, brief=True)

    def used(self) -> None:
        """Somebody does something with the results: the search behind them was wanted."""
        self._place_in_past = None
        if self._answered is not None:
            self.remembering.searched(self._answered)

    def move(self, by: int) -> None:
        """Move in the proposals, in earlier searches from an empty line, or in the results."""
        if self.names.open or self.completer.open or not self._recalled(by):
            super().move(by)

    def _recalled(self, by: int) -> bool:
        whole = self.query_line.input.has_focus
        line = self.query_line if whole else self.filter_line
        choices = self._choices(whole)
        place = self._place_in_past
        if place is None or place >= len(choices) or line.value != _typed(choices[place], whole):
            if by > 0 or line.value or not choices:
                return False
            place, self._filter_before = -1, self.filter_line.value
        place = min(place - by, len(choices) - 1)
        self._place_in_past = place if place >= 0 else None
        if place < 0:
            self._go_to("" if whole else self.query_line.value, self._filter_before if whole else "")
        elif whole:
            self.recall(choices[place])
        else:
            self._go_to(self.query_line.value, choices[place].filter)
        return True

    def _choices(self, whole: bool) -> list[Search]:
        """What up and down go through: searches, or the filters of searches, each once."""
        searches = [past.search for past in self.remembering.past]
        if whole:
            return [search for search in searches if search.line]
        return list({search.filter: search for search in reversed(searches) if search.filter}.values())[::-1]

    def recall(self, search: Search) -> None:
        """Ask again what was asked before."""
        refused = self.asking.choose(search.options, self.info)
        self._go_to(search.line, search.filter)
        if refused:
            self.say(refused, error=True)

    def _go_to(self, line: str, filter: str) -> None:
        self.filter_line.set_quietly(filter)
        self.show_report(self.judge.report())
        self.set_query(line)

    def action_show_history(self) -> None:
        """List the earlier searches of the open set."""
        from vsexplorer.tui.screens.history import HistoryScreen

        if self.info is not None:
            self.app.push_screen(HistoryScreen(self.remembering), self._chosen)

    def _chosen(self, past: PastSearch | None) -> None:
        if past is not None:
            self.recall(past.search)
            self.results.focus()

    def action_keep_favourite(self) -> None:
        """Keep the search that is shown under a name."""
        from vsexplorer.tui.screens.forms import NameForm

        search = self._answered
        if search is None or not (search.line or search.filter):
            self.say("type something first: a favourite is a query, a filter, or both")
            return

        def named(name: str | None) -> None:
            if name:
                self.remembering.keep(search, name)
                self.say(sanitize(f"kept as {name}: H lists the favourites first"))

        self.app.push_screen(NameForm("keep this search as", search.line or search.filter), named)

    # Columns

    def action_show_columns(self) -> None:
        """Choose and arrange the columns."""
        self.arrange_columns(self.results)

    def arrange_columns(self, table: ElementTable) -> None:
        """Choose and arrange the columns of a table."""
        from vsexplorer.tui.screens.columns import ColumnsScreen

        if table.all_columns:
            self.app.push_screen(ColumnsScreen(table, self.keep_columns))

    def keep_columns(self, arrangement: Arrangement) -> None:
        """Arrange the columns of the open set so from now on."""
        self.results.arrangement = arrangement
        self.remembering.arrange(arrangement)

    # The model of a set

    async def recall_set(self, info: SetInfo) -> None:
        """Take up how the set was looked at before."""
        self._answered, self._place_in_past, self._made_with = None, None, ""
        await self.remembering.open(self.explorer.place, info)
        self.results.arrangement = self.remembering.arrangement
        self.run_worker(self._suit_model(info), group="suit", exclusive=True, description="looking for the model")

    async def _suit_model(self, info: SetInfo) -> None:
        noted = await self.explorer.sets.recorded_model(info)
        if self.info is None or self.info.key != info.key:
            return
        self._made_with = self.remembering.model or noted
        wanted = self._made_with or self.start.model
        if not self.start.model_given and wanted not in (self._model_in_use, self.explorer.models.embedder.name):
            self._model_in_use = wanted
            self.connection.use_model(wanted)
        self.show_set(self.info, self.explorer.models.embedder.name)

    def show_set(self, info: SetInfo, model: str) -> None:
        """Fill the header's second line; another model than the set was made with is said."""
        used, made_with = model.rpartition("/")[2], sanitize(self._made_with).rpartition("/")[2]
        super().show_set(info, f"{used} (made with {made_with})" if made_with not in ("", used) else used)

    def model_chosen(self, name: str | None) -> None:
        """Search the open set with a model from now on."""
        if name is not None and self.info is not None:
            self.connection.use_model(name, partial(self._model_changed, self.info, name))

    def _model_changed(self, info: SetInfo, name: str) -> None:
        if self.info is None or self.info.key != info.key:
            return
        self._model_in_use = self._made_with = name
        self.remembering.choose_model(name)
        self.show_set(self.info, self.explorer.models.embedder.name)
        if self.start.write:
            self.run_worker(self._note_model(info), group="note", description="noting the model")

    async def _note_model(self, info: SetInfo) -> None:
        try:
            await self.explorer.sets.record_model(info)
        except VsexplorerError as error:
            self.say(sanitize(error.message), error=True)


def _typed(search: Search, whole: bool) -> str:
    """What stands in the line one goes through searches in: the query line, or the filter line."""
    return search.line if whole else search.filter
