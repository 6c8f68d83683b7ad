"""The browse screen: all elements of a set by name, with a line to jump to a name or prefix."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import Input

from vsexplorer.core.attributes import pretty
from vsexplorer.core.errors import CommandRefused, VsexplorerError
from vsexplorer.core.text import decode, fit, plural, sanitize
from vsexplorer.core.values import Hit, SetInfo
from vsexplorer.tui.keymap import Place, bindings, keys_at
from vsexplorer.tui.session import Session
from vsexplorer.tui.widgets.bars import Footer, TextBar
from vsexplorer.tui.widgets.browse_table import BrowseTable
from vsexplorer.tui.widgets.element_table import ElementTable
from vsexplorer.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from vsexplorer.services.browse import Browser
    from vsexplorer.tui.screens.element import ElementResult


class BrowseScreen(Screen[bytes | None]):
    """Dismisses with an element to find similar ones to, or with ``None``."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.BROWSE_SCREEN)
    AUTO_FOCUS = "BrowseTable"
    DEFAULT_CSS = """
    BrowseScreen {
        & > #browse-title { text-style: bold; }
        & > #browse-place, & > #browse-status { color: $text-muted; }
        & > BrowseTable { height: 1fr; border-top: solid $surface-lighten-2; }
        & > Input { border: none; height: 1; padding: 0 1; background: $surface; }
        &.-short > BrowseTable { border: none; }
    }
    """

    def __init__(self, session: Session, info: SetInfo) -> None:
        super().__init__()
        self._session = session
        self._info = info
        self._browser: Browser = session.explorer.elements.browser(info)
        self._window = asyncio.Lock()
        """Held while the window is moved."""
        self._missed = ""
        """Message that no name has the typed prefix; empty if one has."""
        self._jumps = 0
        self._fetching = False
        self.table = BrowseTable()
        self.table.selection = session.selection
        self.table.arrangement = session.arrangement
        self.table.first_fields = session.embedded_fields

    def compose(self) -> ComposeResult:
        """Compose the title, the jump line, the rows, the position and the footer."""
        yield TextBar(id="browse-title")
        yield LineInput(placeholder="type a name or prefix to go there")
        yield self.table
        yield TextBar(id="browse-place")
        yield TextBar(id="browse-status")
        yield Footer(
            [*keys_at(Place.BROWSE_SCREEN, Place.BROWSE), *keys_at(Place.EVERYWHERE)], self._session.remapped
        )

    def on_mount(self) -> None:
        """Begin with the first names."""
        ordered = "in name order" if self._browser.ordered else "a random sample, unordered"
        self.query_one("#browse-title", TextBar).set_text(
            f"{decode(self._info.key)}   {plural(self._info.size, 'element')}, {ordered}"
        )
        self._session.changed.subscribe(self, self._set_changed)
        self.table.sort_field = self.table.arrangement.sorted_by
        self.table.sort_reversed = self.table.arrangement.descending
        self._go(self._sorted)

    def say(self, words: str, error: bool = False) -> None:
        """Show a message in place of the previous one, sanitized."""
        self.query_one("#browse-status", TextBar).set_text(words)

    # Position

    def action_first(self) -> None:
        """Go to the first element, or take another sample."""
        self._go(self._browser.start)

    @on(BrowseTable.Sorted)
    def _sort(self) -> None:
        field, descending = self.table.sort_field, self.table.sort_reversed
        self._session.arrange(replace(self.table.arrangement, sorted_by=field, descending=descending))
        self._go(self._sorted)

    async def _sorted(self) -> None:
        table, browser = self.table, self._browser
        if table.sort_field is not None:
            try:
                await browser.sort(table.sort_field, table.sort_reversed)
            except CommandRefused as error:
                table.sort_field, table.sort_reversed = None, False
                self.app.notify(sanitize(error.line), severity="warning", markup=False)
        if table.sort_field is None:
            # The server lists names in ascending order only.
            table.sort_reversed = False
            browser.unsort()
            await browser.start()

    def action_refresh(self) -> None:
        """Read the elements again."""
        self._go(self._sorted)

    def action_last(self) -> None:
        """Go to the last element."""
        self._go(self._browser.end, -1)

    def action_jump(self) -> None:
        """Focus the jump line."""
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        name = event.value.encode("utf-8", "surrogateescape")
        self._go(partial(self._jump, name) if name else self._browser.start)

    async def _jump(self, name: bytes) -> int:
        place = await self._browser.jump(name)
        names = self._browser.names
        begins = place < len(names) and decode(names[place]).casefold().startswith(decode(name).casefold())
        self._missed = "" if begins else f"no name begins with {decode(name)}"
        return place

    @on(Input.Submitted)
    def _arrived(self) -> None:
        self.table.focus()

    def _go(self, going: Callable[[], Awaitable[int | None]], place: int = 0) -> None:
        # A search of names under way is not cancelled, which would close its connection: neither by leaving the
        # screen, so the application runs it, nor by a newer one; of those waiting only the newest is made.
        self._jumps += 1
        self.app.run_worker(self._show(going, place, self._jumps), group="browse", description="browsing")

    async def _show(self, going: Callable[[], Awaitable[int | None]], place: int, jump: int) -> None:
        async with self._window:
            if jump != self._jumps:
                return
            self._missed = ""
            try:
                found = await going()
            except VsexplorerError as error:
                if self.is_attached:
                    self.say(error.line, error=True)
                return
            if not self.is_attached:
                return
            place = len(self._browser.names) - 1 if place < 0 else found or 0
            self.table.show(self._browser.names, place)

    # Fetching missing rows and attributes

    @on(BrowseTable.Wanted)
    def _wanted(self) -> None:
        if not self._fetching:
            self._fetching = True
            self.app.run_worker(self._fetch(), group="fetch", description="reading elements")

    async def _fetch(self) -> None:
        try:
            while await self._fetched():
                pass
        except VsexplorerError as error:
            if self.is_attached:
                self.say(error.line, error=True)
        finally:
            self._fetching = False

    async def _fetched(self) -> bool:
        """Fetch the next missing rows or attributes; returns whether any were missing."""
        browser, table = self._browser, self.table
        async with self._window:
            if not browser.names or not self.is_attached:
                return False
            if names := table.without_attributes:
                found = await browser.attributes(names)
                if self.is_attached:
                    table.describe(names, found)
            elif table.near_end and not browser.at_end:
                table.shift(browser.names, -(await browser.extend()))
            elif table.near_start and not browser.at_start:
                table.shift(browser.names, await browser.extend_back())
            else:
                return False
            return True

    @on(BrowseTable.Selected)
    def _selected(self) -> None:
        browser, table = self._browser, self.table
        hit = table.selected if table.count else None
        if browser.first is not None:
            where = f"{browser.first + table.cursor + 1:,} of {self._info.size:,}"
        elif not browser.ordered:
            where = (
                f"{table.cursor + 1:,} of {len(browser.names):,} sampled from {self._info.size:,} · g: new sample"
            )
        else:
            where = f"position unknown, of {self._info.size:,}"
        if browser.sorted_by is not None:
            where += f", by {browser.sorted_by} {'▼' if table.sort_reversed else '▲'}"
        where = where if hit is not None else "no element"
        where = f"{self._missed}; next in order: {where}" if self._missed and hit is not None else where
        about = " ".join(pretty(hit.attributes).split()) if hit is not None and hit.attributes else ""
        self.query_one("#browse-place", TextBar).set_text(where)
        self.say(fit(about, 400))

    # Actions on the selected element

    @on(ElementTable.Opened)
    def _opened(self, event: ElementTable.Opened) -> None:
        from vsexplorer.tui.screens.element import ElementScreen

        event.stop()
        hit = Hit(0, event.hit.element, None, event.hit.attributes)
        self.app.push_screen(ElementScreen(self._session, self._info.key, hit), self._left)

    def _left(self, left: ElementResult | None) -> None:
        if left is not None and left.similar:
            self.dismiss(left.element)
        else:
            self.table.show(self._browser.names, self.table.cursor)

    def action_similar(self) -> None:
        """Leave, and search for elements like the selected one."""
        if (hit := self.table.selected) is not None:
            self.dismiss(hit.element)
        else:
            self.say("no element is selected")

    def action_mark(self) -> None:
        """Mark or unmark the selected element, and select the next."""
        if (hit := self.table.selected) is not None:
            self._session.selection.toggle(hit.element)
            self.table.action_move(1)
            self.table.refresh()

    # Changing elements

    def action_edit_attributes(self) -> None:
        """Edit the attributes of the selected element."""
        self._change(self._session.edits.edit)

    def action_rename_element(self) -> None:
        """Rename the selected element."""
        self._change(self._session.edits.rename)

    def _change(self, change: Callable[[bytes, bytes], Coroutine[Any, Any, object]]) -> None:
        """Start a change of the selected element."""
        hit = self.table.selected
        if not self._session.edits.allowed:
            return
        if hit is None:
            self.say("no element is selected")
        else:
            self._session.run(change(self._info.key, hit.element))

    def action_delete_elements(self) -> None:
        """Delete the marked elements, or the selected one if none is marked."""
        hit = self.table.selected
        if not self._session.edits.allowed:
            return
        names = self._session.selection.names or ([hit.element] if hit is not None else [])
        if names:
            self._session.run(self._delete(names))
        else:
            self.say("no element is selected")

    async def _delete(self, names: list[bytes]) -> None:
        if await self._session.edits.delete(self._info.key, names):
            self._session.selection.clear()

    def action_undo_change(self) -> None:
        """Undo the last change."""
        if self._session.edits.allowed:
            self._session.run(self._session.edits.undo())

    def _set_changed(self, key: bytes) -> None:
        """Read the elements again after a change made here."""
        hit = self.table.selected
        if key == self._info.key:
            self._go(partial(self._read_again, hit.element) if hit is not None else self._sorted)

    async def _read_again(self, name: bytes) -> int:
        """Read the elements again and return to a name, or to where it was."""
        await self._sorted()
        return await self._browser.jump(name)

    def action_show_columns(self) -> None:
        """Choose and arrange the columns."""
        from vsexplorer.tui.screens.columns import ColumnsScreen

        if self.table.all_columns:
            self.app.push_screen(ColumnsScreen(self.table, self._session.arrange))
        else:
            self.say("no columns: the elements have no attributes")

    def action_copy(self) -> None:
        """Open the copy menu."""
        from vsexplorer.tui.screens.copy import Copier

        copier = Copier(self.app, self._session.explorer, self._info.key, self.say)
        copier.offer(self.table.selected, None)

    def action_back(self) -> None:
        """Leave the jump line, or the screen."""
        if self.query_one(Input).has_focus:
            self.table.focus()
        else:
            self.dismiss(None)
