"""A list of rows with a cursor that draws only the visible rows.

Built on Textual's line API: replacing all rows costs as much as drawing the visible ones, whereas a ``DataTable``
would cost more than embedding and search together.
"""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from vsexplorer.tui.keymap import Place, bindings


class LineList(ScrollView, can_focus=True):
    """A list with a cursor; subclasses provide the rows and draw them."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.LIST)
    HEADER = 0
    """Lines at the top that do not scroll."""
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "list--header",
        "list--accent",
        "list--cursor",
        "list--cursor-blurred",
        "list--bar",
        "list--quiet",
        "list--stale",
    }
    DEFAULT_CSS = """
    LineList {
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        scrollbar-gutter: stable;
        & > .list--header { color: $text-muted; text-style: bold; }
        & > .list--accent { color: $text-accent; text-style: bold; }
        & > .list--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        & > .list--cursor-blurred { background: $surface-lighten-2; }
        & > .list--bar { color: $text-primary; }
        & > .list--quiet { color: $text-muted; }
        & > .list--stale { color: $text-muted; text-style: italic; }
    }
    """

    cursor: reactive[int] = reactive(0, layout=False)

    @property
    def count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def draw(self, index: int, width: int) -> Strip:
        """Draw a row."""
        raise NotImplementedError

    def draw_header(self, width: int) -> Strip:
        """Draw the header, which does not scroll."""
        return Strip.blank(width, self.rich_style)

    def moved(self) -> None:
        """Handle a change of the selected row or of the rows."""

    @property
    def row_width(self) -> int:
        """Width of a row without the scrollbar, in cells."""
        return self.scrollable_content_region.width

    @property
    def page_rows(self) -> int:
        """Number of rows in view."""
        return max(1, self.size.height - self.HEADER)

    def rows_replaced(self, cursor: int = 0) -> None:
        """Redraw after the rows were replaced, and place the cursor."""
        self.set_reactive(LineList.cursor, max(0, min(cursor, self.count - 1)))
        self.virtual_size = Size(self.row_width, self.count + self.HEADER)
        self.scroll_to(0, max(0, self.cursor - self.page_rows + 1), animate=False, immediate=True)
        self.refresh()
        self.moved()

    def component(self, name: str) -> Style:
        """Return the style of a component class."""
        return self.get_component_rich_style(f"list--{name}")

    def at_cursor(self, index: int, style: Style) -> Style:
        """Return a style adjusted for a row: the cursor's style if the row is selected."""
        if index != self.cursor:
            return style
        if self.has_focus:
            return self.component("cursor")
        return style + Style(bgcolor=self.component("cursor-blurred").bgcolor)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the widget."""
        width = self.row_width
        if y < self.HEADER:
            return self.draw_header(width)
        index = self.scroll_offset.y + y - self.HEADER
        if index >= self.count:
            return Strip.blank(width, self.rich_style)
        return self.draw(index, width)

    def action_move(self, by: int) -> None:
        """Move the selection by some rows."""
        self.cursor += by

    def action_edge(self, direction: int) -> None:
        """Select the first or the last row."""
        self.cursor = 0 if direction < 0 else self.count - 1

    def action_page(self, pages: float) -> None:
        """Move the selection by pages."""
        self.action_move(int(pages * self.page_rows))

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a row."""
        return max(0, min(cursor, self.count - 1))

    def watch_cursor(self, before: int, cursor: int) -> None:
        """Scroll the selected row into view and announce the change."""
        top = self.scroll_offset.y
        if cursor < top:
            self.scroll_to(y=cursor, animate=False, immediate=True)
        elif cursor >= top + self.page_rows:
            self.scroll_to(y=cursor - self.page_rows + 1, animate=False, immediate=True)
        self.refresh_row(before)
        self.refresh_row(cursor)
        self.moved()

    def on_resize(self) -> None:
        """Keep the virtual size in step with the width."""
        self.virtual_size = Size(self.row_width, self.count + self.HEADER)

    def on_focus(self) -> None:
        """Show the cursor as active."""
        self.refresh_row(self.cursor)

    def on_blur(self) -> None:
        """Show the cursor as inactive."""
        self.refresh_row(self.cursor)

    def refresh_row(self, index: int) -> None:
        """Redraw one row."""
        self.refresh(Region(0, index - self.scroll_offset.y + self.HEADER, self.row_width, 1))

    def row_at(self, y: int) -> int | None:
        """Return the row at a line of the widget; ``None`` for the header and below the last row."""
        index = self.scroll_offset.y + y - self.HEADER
        return index if y >= self.HEADER and index < self.count else None
