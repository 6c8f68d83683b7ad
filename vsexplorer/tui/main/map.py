"""The map screen: the elements of the open set as points, with a live search and filter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Input

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.progress import ProgressCallback
from vsexplorer.core.text import decode, plural
from vsexplorer.core.values import Everything, Hit, Query, SearchDraft, SetInfo
from vsexplorer.tui.keymap import Place, bindings, keys_at
from vsexplorer.tui.live_search import LiveSearch, Outcome
from vsexplorer.tui.main.filter_bar import FilterBar
from vsexplorer.tui.main.map_details import MapDetails
from vsexplorer.tui.main.messages import StatusMessage
from vsexplorer.tui.main.query_bar import QueryBar
from vsexplorer.tui.main.status_line import StatusLine
from vsexplorer.tui.screens.forms import NameForm
from vsexplorer.tui.services.map_files import MapFiles
from vsexplorer.tui.services.map_maker import MapMaker
from vsexplorer.tui.session import Session
from vsexplorer.tui.widgets.bars import Footer, TextBar
from vsexplorer.tui.widgets.map_legend import MapLegend
from vsexplorer.tui.widgets.map_view import MapLayers, MapView
from vsexplorer.tui.widgets.prompt import PromptLine

if TYPE_CHECKING:
    from vsexplorer.insight.set_map import SetMap
    from vsexplorer.language.dialect import Dialect
    from vsexplorer.language.known import SetFacts
    from vsexplorer.services.search import PreparedQuery
    from vsexplorer.tui.services.map_contents import MapContents


class MapScreen(Screen[SearchDraft | None]):
    """Shows a map of the open set; dismisses with the search to continue with, if the user chose so.

    Args:
        session: The services.
        info: The set.
        draft: The search to begin with.
        dialect: The filter language of the server.
        facts: What is known of the set's fields; ``None`` if nothing is.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.MAP_SCREEN)
    AUTO_FOCUS = "MapView"
    DEFAULT_CSS = """
    MapScreen {
        & > #map-title { text-style: bold; color: $text-accent; }
        & > Horizontal { height: 1fr; border-top: solid $surface-lighten-2; }
        & MapView { width: 1fr; height: 1fr; }
        & Vertical.side { width: 36; max-width: 40%; height: 1fr; border-left: solid $surface-lighten-2; }
        & MapDetails { height: 1fr; }
        &.-narrow Vertical.side { display: none; }
        &.-short > #map-title { display: none; }
    }
    """

    def __init__(
        self, session: Session, info: SetInfo, draft: SearchDraft, dialect: Dialect, facts: SetFacts | None
    ) -> None:
        super().__init__()
        self._session = session
        self._info = info
        self._draft = draft
        self._facts = facts
        self._dialect = dialect
        self.query_bar = QueryBar(self._find_names)
        self.filter_bar = FilterBar()
        self.view = MapView(id="map")
        self._title = TextBar(id="map-title")
        self._legend = MapLegend()
        self.status = StatusLine(id="map-status")
        self._details = MapDetails(self.status.say, self._crash)
        self._live: LiveSearch[PreparedQuery] = LiveSearch(
            lambda: session.explorer.search, self._deliver, self._crash
        )
        self._maker = MapMaker(self._use, self._place, self.status.say)
        self._files = MapFiles(lambda: session.explorer.transfers, info, self.status.say)
        self.contents: MapContents | None = None
        """The map; ``None`` until its points have places."""
        self._part = False
        """Only a part of the set is mapped."""
        self._filtering = 0
        """Number of filters applied; an answer to an earlier one is dropped."""

    def compose(self) -> ComposeResult:
        """Compose the title, the lines, the map with its legend and details, the status line and the footer."""
        yield self._title
        yield self.query_bar
        yield self.filter_bar
        with Horizontal():
            yield self.view
            with Vertical(classes="side"):
                yield self._legend
                yield self._details
        yield self.status
        yield Footer([*keys_at(Place.MAP, Place.MAP_SCREEN), *keys_at(Place.EVERYWHERE)], self._session.remapped)

    def on_mount(self) -> None:
        """Begin with the search of the main screen."""
        self.filter_bar.use_dialect(self._dialect)
        self.filter_bar.use_facts(self._facts)
        self.query_bar.set(self._draft.line)
        self.filter_bar.set(self._draft.filter, announce=False)
        self._title.set_text(f"map · {decode(self._info.key)}")
        self._make(lambda progress: self._session.explorer.maps.whole(self._info.key, progress=progress))

    async def on_unmount(self) -> None:
        """Stop making the map, and wait for running commands."""
        self._maker.stop()
        self._filtering += 1
        await self._details.close()
        await self._live.close()

    # Making the map

    def _make(self, begin: Callable[[ProgressCallback], AsyncGenerator[SetMap]]) -> None:
        # Leaving the screen must not cancel a command under way, which would close its connection.
        self.app.run_worker(self._maker.make(begin), group="map", description="mapping a set")

    def _use(self, contents: MapContents) -> None:
        """Show other elements."""
        field = self.contents.grouping.field if self.contents is not None else ""
        self.contents = contents
        self.view.cursor = None
        self.view.fit()
        contents.colour_by(field if field in contents.fields else (contents.fields[:1] or [""])[0])
        self._legend.show(contents.grouping)
        self._search()
        self._filter()

    def _place(self, shown: SetMap) -> None:
        """Show the places of the elements."""
        from vsexplorer.output.map_picture import summary

        assert self.contents is not None
        self.contents.shown = shown
        self._draw()
        part = " · o: the whole set" if self._part else ""
        title = f"map · {decode(self._info.key)} · {summary(shown)}{part}"
        self._title.set_text(
            title, f"colour: .{self.contents.grouping.field}" if self.contents.grouping.field else ""
        )
        self.status.say("" if shown.settled else "settling …")

    def _draw(self) -> None:
        import numpy as np

        from vsexplorer.output.palette import colours

        assert self.contents is not None
        groups = np.array(self.contents.grouping.groups, np.int64)
        self.view.show(self.contents.shown.points, groups, colours(self.contents.grouping))
        self._overlay()

    @on(MapView.Shifted)
    @on(MapLegend.Toggled)
    def _overlay(self) -> None:
        """Show what is highlighted, and the labels for it."""
        contents = self.contents
        if contents is None:
            return
        contents.near = self.view.cursor if contents.near is not None else None
        visible = self.view.in_view()
        self.view.overlay(
            MapLayers(
                contents.lit,
                self._legend.hidden,
                contents.labels(visible) if contents.shown.settled else {},
                contents.query_place,
            )
        )

    # Searching and filtering

    def _search(self) -> None:
        source = self.query_bar.source
        if source is None or isinstance(source, Everything) or not self.filter_bar.valid:
            self._live.forget()
            if self.contents is not None and isinstance(source, Everything):
                self.contents.show_results(())
                self.query_bar.say("")
                self._overlay()
            return
        self._live.ask(Query(self._info.key, source, self.filter_bar.value, self._draft.options))

    def _deliver(self, outcome: Outcome) -> None:
        if self.contents is None:
            return
        if outcome.page is None:
            if outcome.error is not None and outcome.newest:
                self.status.say(outcome.error.line, error=True)
            return
        hits = outcome.page.hits
        self.contents.show_results(hits)
        off = self.contents.off_map
        self.query_bar.say(plural(len(hits), "result") + (f", {off:,} not on the map" if off else ""))
        self.status.show_command(outcome.page)
        self._overlay()

    def _filter(self) -> None:
        """Highlight what passes the filter; the points stay where they are."""
        self._filtering += 1
        contents, expression = self.contents, self.filter_bar.value.strip()
        if contents is None or not self.filter_bar.valid:
            return
        if not expression:
            contents.passing = None
            self.filter_bar.say("")
            self._overlay()
            return
        work = self._match(contents, expression, self._filtering)
        self.app.run_worker(work, group="match", description="filtering a map")

    async def _match(self, contents: MapContents, expression: str, run: int) -> None:
        dialect = self.filter_bar.dialect
        try:
            if dialect.engine:
                found = contents.mask(await self._session.explorer.maps.passing(self._info.key, expression))
            else:
                found = await asyncio.to_thread(contents.matches, expression, dialect)
        except VsexplorerError as error:
            self.status.say(error.line, error=True)
            return
        if run == self._filtering and contents is self.contents:
            contents.passing = found
            self.filter_bar.say(f"✓ {int(found.sum()):,} of {len(found):,} on the map", "good")
            self._overlay()

    @on(QueryBar.Changed)
    def _query_changed(self) -> None:
        self._forget_selection()
        self._search()

    @on(FilterBar.Changed)
    def _filter_changed(self) -> None:
        self._forget_selection()
        self._filter()
        self._search()

    @on(PromptLine.Left)
    def _line_left(self) -> None:
        self.view.focus()

    @on(PromptLine.Moved)
    def _line_moved(self, event: PromptLine.Moved) -> None:
        """Walk along the results while typing."""
        if self.contents is not None and (hits := list(self.contents.hits)):
            here = hits.index(self.view.cursor) if self.view.cursor in hits else -1 if event.by > 0 else 0
            self.view.select(hits[(here + event.by) % len(hits)])

    @on(StatusMessage)
    def _said(self, event: StatusMessage) -> None:
        self.status.say(event.words, event.error)

    async def _find_names(self, prefix: bytes) -> list[bytes]:
        try:
            return await self._session.explorer.elements.names(self._info.key, prefix)
        except VsexplorerError:
            # The search itself reports the server's error.
            return []

    # The selected point

    @on(MapView.Moved)
    def _moved(self, event: MapView.Moved) -> None:
        contents = self.contents
        if contents is None:
            return
        if contents.near is not None:
            self._overlay()
        self._details.show_point(contents, event.point)

    @on(MapView.Opened)
    def _opened(self, event: MapView.Opened) -> None:
        from vsexplorer.tui.screens.element import ElementResult, ElementScreen

        assert self.contents is not None
        shown = self.contents.shown
        hit = Hit(0, shown.names[event.point], None, shown.attributes[event.point])

        def left(result: ElementResult | None) -> None:
            if result is not None and result.similar:
                self._search_similar(result.element)

        self.app.push_screen(ElementScreen(self._session, self._info.key, hit), left)

    def action_similar(self) -> None:
        """Search for elements similar to the selected point."""
        if self.contents is None or self.view.cursor is None:
            self.status.say("no point is selected · arrows: select one")
        else:
            self._search_similar(self.contents.shown.names[self.view.cursor])

    def _search_similar(self, element: bytes) -> None:
        from vsexplorer.language.query_line import written

        self.query_bar.set(written(element))
        self._search()

    def action_neighbours(self) -> None:
        """Highlight the neighbours of the selected point, or stop doing so."""
        if self.contents is None or self.view.cursor is None:
            self.status.say("no point is selected · arrows: select one")
            return
        self.contents.near = None if self.contents.near is not None else self.view.cursor
        self._overlay()

    # Groups and selections

    def action_colour(self) -> None:
        """Colour by the next field."""
        if self.contents is not None:
            self.contents.colour_by(self.contents.next_field())
            self._legend.show(self.contents.grouping)
            self._place(self.contents.shown)

    @on(MapView.Boxed)
    def _boxed(self, event: MapView.Boxed) -> None:
        contents = self.contents
        if contents is None:
            return
        contents.selection = tuple(event.points)
        self._overlay()
        if not contents.selection:
            self.status.say("no point is in the box")
            return
        number = plural(len(contents.selection), "element")
        self.status.say(f"{number} selected · F: make it a filter · E: export · o: map only these · esc: forget")
        self._details.show_selection(contents)

    def _forget_selection(self) -> None:
        if self.contents is not None and self.contents.selection:
            self.contents.selection = ()
            self.status.say("")

    def action_make_filter(self) -> None:
        """Use the condition that describes the selection best as the filter."""
        contents = self.contents
        if contents is None or not contents.selection:
            self.status.say("select elements first · x: draw a box")
            return
        found = contents.description()
        if found is None:
            self.status.say("no field tells the selection from the other elements")
            return
        self._details.show_description(found)
        self.filter_bar.set(found.condition)

    def action_only(self) -> None:
        """Map only what is selected or highlighted, or the whole set again."""
        maps, key = self._session.explorer.maps, self._info.key
        if self._part:
            self.action_refresh_map(False)
            return
        names = self.contents.lit_names if self.contents is not None else ()
        if not names:
            self.status.say("nothing is selected or highlighted · x: draw a box")
            return
        self._part = True
        self._make(lambda progress: maps.part(key, names, progress=progress))

    def action_refresh_map(self, again: bool) -> None:
        """Place what is new in the set, or lay it out anew."""
        self._part = False
        maps, key = self._session.explorer.maps, self._info.key
        self._make(lambda progress: maps.whole(key, again=again, progress=progress))

    # Files

    def action_export(self) -> None:
        """Write what is selected or highlighted to a file."""
        names = self.contents.lit_names if self.contents is not None else ()
        if not names:
            self.status.say("nothing is selected or highlighted · x: draw a box")
            return
        title = f"export {plural(len(names), 'element')} to (.jsonl, .csv or .parquet)"
        self._write(title, "selection.jsonl", lambda path: self._files.export(names, path))

    def action_save_picture(self) -> None:
        """Write the map to a file."""
        if (contents := self.contents) is not None:
            title = "write the map to (.svg, .png, .csv, .json or .parquet)"
            self._write(title, "map.svg", lambda path: self._files.save(contents, path))

    def _write(self, title: str, proposed: str, write: Callable[[Path], Coroutine[None, None, None]]) -> None:
        """Ask for a file, and write it."""

        def chosen(path: str | None) -> None:
            if path:
                # As for a map that is made, leaving the screen must not cancel a command.
                self.app.run_worker(write(Path(path)), group="write", description="writing a file")

        self.app.push_screen(NameForm(title, proposed), chosen)

    # Leaving

    def action_focus_query(self) -> None:
        """Focus the query line."""
        self.query_bar.activate()

    def action_focus_filter(self) -> None:
        """Focus the filter line."""
        self.filter_bar.activate()

    def action_panes(self) -> None:
        """Switch between the map and the groups."""
        self.set_focus(self.view if self._legend.has_focus else self._legend)

    def action_use(self) -> None:
        """Return to the results with this search."""
        self.dismiss(SearchDraft(self.query_bar.value, self.filter_bar.value, self._draft.options))

    def action_back(self) -> None:
        """Close an overlay, leave a line, forget the box, the selection or the neighbours, else leave the map."""
        contents = self.contents
        if self.query_bar.close_completion() or self.filter_bar.close_completion() or self.view.leave_box():
            return
        if isinstance(self.focused, Input | MapLegend):
            self.view.focus()
        elif contents is not None and (contents.near is not None or contents.selection):
            contents.near, contents.selection = None, ()
            self._overlay()
        else:
            self.dismiss(None)

    def _crash(self, error: BaseException) -> None:
        self.app.call_later(self.app.crash, error)  # type: ignore[attr-defined]
