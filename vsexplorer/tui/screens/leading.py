"""The other screens the main screen leads to, and what is done with what they bring back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on

from vsexplorer.core.text import display
from vsexplorer.core.values import Hit, ResultPage, SearchOptions
from vsexplorer.tui.marks import Marks
from vsexplorer.tui.screens.recalling import RecallingScreen
from vsexplorer.tui.start import Start
from vsexplorer.tui.widgets.results import ResultsTable

if TYPE_CHECKING:
    from vsexplorer.transfer.plan import LoadPlan
    from vsexplorer.tui.screens.changing import Changer
    from vsexplorer.tui.screens.element import Leaving
    from vsexplorer.tui.screens.loading import LoadKeeper
    from vsexplorer.tui.screens.options import OptionsScreen


class LeadingScreen(RecallingScreen):
    """What the main screen does with other screens. They are imported when they are first shown."""

    loads: LoadKeeper
    changer: Changer

    def __init__(self, remapped: Mapping[str, str], start: Start) -> None:
        super().__init__(remapped, start)
        self.marks = Marks()
        self.results.marks = self.marks
        self._options_screen: OptionsScreen | None = None

    async def open_set(self, key: bytes) -> None:
        """Show a set."""
        raise NotImplementedError

    def action_similar(self) -> None:
        """Search for elements like the selected one."""
        if (hit := self.results.selected) is not None:
            self.search_similar(hit.element)

    def search_similar(self, element: bytes) -> None:
        """Search for elements like one; ``esc`` comes back from it."""
        from vsexplorer.language.query_line import written

        self.set_query(written(element), trail=True)

    def action_browse(self) -> None:
        """Show all elements in the order of their names."""
        from vsexplorer.tui.screens.browse import BrowseScreen

        if self.info is not None and self.connection.connected:
            self.app.push_screen(BrowseScreen(self, self.info), self._browsed)

    def _browsed(self, element: bytes | None) -> None:
        self.results.refresh()
        if element is not None:
            self.search_similar(element)

    # Changing

    def follow_change(self) -> None:
        """Show what a change has made of the set."""
        raise NotImplementedError

    def action_add_element(self) -> None:
        """Add an element to the open set."""
        if self.info is not None:
            self.changer.add(self.info.key, self.follow_change)

    def action_edit_attributes(self) -> None:
        """Edit the selected element's attributes."""
        if self.info is not None and (hit := self.results.selected) is not None:
            self.changer.edit(self.info.key, hit.element, self.follow_change)

    def action_rename_element(self) -> None:
        """Rename the selected element."""
        if self.info is not None and (hit := self.results.selected) is not None:
            self.changer.rename(self.info.key, hit.element, lambda _: self.follow_change())

    def action_delete_elements(self) -> None:
        """Delete the marked elements, or the selected one where none is marked."""
        hit = self.results.selected
        names = self.marks.names or ([hit.element] if hit is not None else [])
        if self.info is not None:
            self.changer.delete(self.info.key, names, self._deleted)

    def _deleted(self) -> None:
        self.marks.clear()
        self.follow_change()

    def action_delete_set(self) -> None:
        """Delete the open set."""
        if self.info is not None:
            self.changer.delete_set(self.info, self.follow_change)

    def action_undo_change(self) -> None:
        """Take the last change back."""
        self.changer.undo()

    # Taking along

    def action_take(self) -> None:
        """Offer what can be copied."""
        from vsexplorer.tui.screens.taking import Taker

        if self.info is not None and self.page is not None:
            self.used()
            taker = Taker(self.app, self.explorer, self.info.key, self.say)
            taker.offer(self.results.selected, self.page)

    def action_mark(self) -> None:
        """Mark the selected element, or no longer, and go on to the next."""
        if (hit := self.results.selected) is not None:
            self.marks.toggle(hit.element)
            self.results.refresh()
            self.results.action_move(1)
            self.say(f"{len(self.marks):,} marked")

    def show_time(self, page: ResultPage) -> None:
        """Tell the options, where they are shown, how long a search took."""
        if self._options_screen is not None and self._options_screen.is_current:
            self._options_screen.show_time(page)

    @on(ResultsTable.Opened)
    def _open_element(self, event: ResultsTable.Opened) -> None:
        self.open_element(event.hit)

    def open_element(self, hit: Hit) -> None:
        """Show one element on its own."""
        from vsexplorer.tui.screens.element import ElementScreen

        if self.info is not None:
            self.used()
            self.app.push_screen(ElementScreen(self, self.info.key, hit), self._element_left)

    def _element_left(self, left: Leaving | None) -> None:
        self.results.refresh()
        if left is not None and left.similar:
            self.search_similar(left.element)

    def action_choose_set(self) -> None:
        """List the sets."""
        from vsexplorer.tui.screens.sets import SetsScreen

        if self.connection.connected:
            self.app.push_screen(SetsScreen(self), self._set_chosen)

    def _set_chosen(self, key: bytes | None) -> None:
        if key is not None:
            self.run_worker(self.open_set(key), group="open", exclusive=True, description="opening a set")

    def action_choose_model(self) -> None:
        """List the models that fit the set."""
        from vsexplorer.tui.screens.models import ModelsScreen

        if self.info is not None and self.connection.connected:
            self.app.push_screen(ModelsScreen(self.explorer, self.info), self.model_chosen)

    def action_show_options(self) -> None:
        """Show the options of the search; the results follow every change."""
        from vsexplorer.tui.screens.options import OptionsScreen

        def change(options: SearchOptions) -> str:
            refused = self.asking.choose(options, self.info)
            if not refused:
                self.ask()
            return refused

        self._options_screen = OptionsScreen(self.asking.options, self.page, change)
        self.app.push_screen(self._options_screen)

    def action_load_file(self) -> None:
        """Choose a file and load it, or stop the load that is under way."""
        if self.loads.running:
            self.loads.stop()
        elif not self.start.write:
            self.say("read-only: vsexplorer --write may load files and change things", error=True)
        elif self.connection.connected:
            from vsexplorer.tui.screens.load import LoadScreen

            key = display(self.info.key) if self.info is not None else ""
            screen = LoadScreen(Path.cwd(), key)
            self.app.push_screen(screen, lambda plan: self._load_chosen(screen.file, plan))

    def _load_chosen(self, file: Path | None, plan: LoadPlan | None) -> None:
        from vsexplorer.transfer.readers import RowFile

        if plan is not None and file is not None:
            self.loads.start([RowFile(str(file))], plan)
