"""The ranked results: a table that draws only the lines one sees.

Built on Textual's line API: replacing all rows costs as much as drawing the visible ones, where a ``DataTable``
would cost more than embedding and search together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from vsexplorer.columns import Column, cell, sort_key, tabulate
from vsexplorer.model import Hit, ResultPage
from vsexplorer.text import display, fit, sanitize
from vsexplorer.tui.keymap import Place, bindings
from vsexplorer.tui.widgets.result_layout import GAP, ResultLayout, align, bar

_WIDEST_NAME = 32


@dataclass(frozen=True, slots=True)
class _Line:
    """One hit made ready for drawing."""

    hit: Hit
    name: str
    cells: tuple[str, ...]


class ResultsTable(ScrollView, can_focus=True):
    """Hits with rank, score and attribute columns; one is selected."""

    BINDINGS = bindings(Place.RESULTS)
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "results--header",
        "results--sorted",
        "results--cursor",
        "results--cursor-blurred",
        "results--score",
        "results--quiet",
        "results--stale",
    }
    DEFAULT_CSS = """
    ResultsTable {
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        scrollbar-gutter: stable;
        & > .results--header { color: $text-muted; text-style: bold; }
        & > .results--sorted { color: $text-accent; text-style: bold; }
        & > .results--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        & > .results--cursor-blurred { background: $surface-lighten-2; }
        & > .results--score { color: $text-primary; }
        & > .results--quiet { color: $text-muted; }
        & > .results--stale { color: $text-muted; text-style: italic; }
    }
    """

    cursor: reactive[int] = reactive(0, layout=False)
    stale: reactive[bool] = reactive(False, layout=False)
    """The rows answer an older query."""

    class Selected(Message):
        """Another element is selected; ``None`` when there are no results."""

        def __init__(self, hit: Hit | None) -> None:
            super().__init__()
            self.hit = hit

    class Opened(Message):
        """The selected element shall be opened."""

        def __init__(self, hit: Hit) -> None:
            super().__init__()
            self.hit = hit

    class Sorted(Message):
        """The rows are sorted otherwise."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: list[_Line] = []
        self._ranked: list[_Line] = []
        self._columns: tuple[Column, ...] = ()
        self._name_width = 0
        self._scored = False
        self._first_column = 0
        self._sort_field: str | None = None
        self._sort_reversed = False

    @property
    def _width(self) -> int:
        """Cells beside the scrollbar."""
        return self.scrollable_content_region.width

    @property
    def selected(self) -> Hit | None:
        """The selected element."""
        return self._lines[self.cursor].hit if self._lines else None

    def show(self, page: ResultPage) -> None:
        """Replace the rows; the sorting stays, the selection returns to the first row."""
        table = tabulate([hit.attributes for hit in page.hits])
        self._columns = table.columns
        self._ranked = [
            _Line(
                hit,
                display(hit.element),
                tuple(cell(row[column.field]) if column.field in row else "" for column in table.columns),
            )
            for hit, row in zip(page.hits, table.rows, strict=True)
        ]
        self._rows = table.rows
        self._scored = any(hit.score is not None for hit in page.hits)
        longest = max((cell_len(line.name) for line in self._ranked), default=0)
        self._name_width = max(len("element"), min(_WIDEST_NAME, longest))
        self.stale = False
        self._arrange()
        self.set_reactive(ResultsTable.cursor, 0)
        self.virtual_size = Size(self._width, len(self._lines) + 1)
        self.scroll_to(0, 0, animate=False, immediate=True)
        self.refresh()
        self.post_message(self.Selected(self.selected))

    @property
    def sorting(self) -> str:
        """How the rows are sorted, in words; empty for the rank."""
        shown = any(column.field == self._sort_field for column in self._columns)
        arrow = "▼" if self._sort_reversed else "▲"
        return f"by {sanitize(self._sort_field)} {arrow}" if shown and self._sort_field is not None else ""

    def sort_by_rank(self) -> None:
        """Sort by the rank again, and show the first columns."""
        self._sort_field, self._sort_reversed, self._first_column = None, False, 0

    def clear(self) -> None:
        """Show nothing."""
        self._lines, self._ranked, self._columns = [], [], ()
        self.set_reactive(ResultsTable.cursor, 0)
        self.virtual_size = Size(self._width, 1)
        self.refresh()
        self.post_message(self.Selected(None))

    def render_line(self, y: int) -> Strip:
        """One line of the table; the first is the header, which does not scroll."""
        width = self._width
        if y == 0:
            return self._header(width)
        index = self.scroll_offset.y + y - 1
        if index >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        return self._row(index, width)

    def action_move(self, by: int) -> None:
        """Select the element ``by`` rows further."""
        self.cursor = max(0, min(len(self._lines) - 1, self.cursor + by))

    def action_edge(self, direction: int) -> None:
        """Select the first or the last element."""
        self.cursor = 0 if direction < 0 else max(0, len(self._lines) - 1)

    def action_page(self, pages: float) -> None:
        """Move the selection by screenfuls."""
        self.action_move(int(pages * max(1, self.size.height - 1)))

    def action_open_element(self) -> None:
        """Ask for the selected element to be opened."""
        if (hit := self.selected) is not None:
            self.post_message(self.Opened(hit))

    def action_sort(self, step: int) -> None:
        """Sort by the next or previous column; the rank comes first."""
        fields: list[str | None] = [None, *(column.field for column in self._columns)]
        place = fields.index(self._sort_field) if self._sort_field in fields else 0
        self._sort_by(fields[(place + step) % len(fields)])

    def action_reverse(self) -> None:
        """Sort the other way round."""
        self._sort_reversed = not self._sort_reversed
        self._rearranged()

    def action_scroll_columns(self, step: int) -> None:
        """Show further columns, or those before."""
        self._first_column = max(0, min(len(self._columns) - 1, self._first_column + step))
        self.refresh()

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a row."""
        return max(0, min(cursor, len(self._lines) - 1))

    def watch_cursor(self, before: int, cursor: int) -> None:
        """Bring the selected row into view and tell the screen."""
        height = max(1, self.size.height - 1)
        top = self.scroll_offset.y
        if cursor < top:
            self.scroll_to(y=cursor, animate=False, immediate=True)
        elif cursor >= top + height:
            self.scroll_to(y=cursor - height + 1, animate=False, immediate=True)
        self._refresh_row(before)
        self._refresh_row(cursor)
        self.post_message(self.Selected(self.selected))

    def on_resize(self) -> None:
        """Keep the virtual size in step with the width."""
        self.virtual_size = Size(self._width, len(self._lines) + 1)

    def on_focus(self) -> None:
        """Show the cursor as active."""
        self._refresh_row(self.cursor)

    def on_blur(self) -> None:
        """Show the cursor as inactive."""
        self._refresh_row(self.cursor)

    def on_click(self, event: events.Click) -> None:
        """Select a row, open the selected one, or sort by a header."""
        if event.y == 0:
            field = self._layout(self._width).field_at(event.x)
            if not isinstance(field, bool):
                self._sort_by(field, toggle=True)
            return
        index = self.scroll_offset.y + event.y - 1
        if index < len(self._lines):
            if index == self.cursor and event.chain > 1:
                self.action_open_element()
            self.cursor = index

    def _sort_by(self, field: str | None, toggle: bool = False) -> None:
        if toggle and field == self._sort_field:
            self._sort_reversed = not self._sort_reversed
        elif field != self._sort_field:
            self._sort_reversed = False
        self._sort_field = field
        self._rearranged()

    def _rearranged(self) -> None:
        self._arrange()
        self.set_reactive(ResultsTable.cursor, 0)
        self.scroll_to(0, 0, animate=False, immediate=True)
        self.refresh()
        self.post_message(self.Sorted())
        self.post_message(self.Selected(self.selected))

    def _arrange(self) -> None:
        field = self._sort_field
        if field is None or all(column.field != field for column in self._columns):
            self._lines = list(reversed(self._ranked)) if field is None and self._sort_reversed else self._ranked
            return
        keys = {id(line): sort_key(row.get(field)) for line, row in zip(self._ranked, self._rows, strict=True)}
        missing = [line for line in self._ranked if keys[id(line)][0] == 2]
        present = [line for line in self._ranked if keys[id(line)][0] != 2]
        present.sort(key=lambda line: keys[id(line)], reverse=self._sort_reversed)
        self._lines = present + missing

    def _refresh_row(self, index: int) -> None:
        self.refresh(Region(0, index - self.scroll_offset.y + 1, self._width, 1))

    def _layout(self, width: int) -> ResultLayout:
        return ResultLayout(width, self._columns, self._name_width, self._scored, self._first_column)

    def _header(self, width: int) -> Strip:
        plain = self.get_component_rich_style("results--header")
        chosen = self.get_component_rich_style("results--sorted")
        arrow = "▼" if self._sort_reversed else "▲"
        by_rank = self._sort_field is None and self._sort_reversed
        layout = self._layout(width)
        lead = f"{'▼#' if by_rank else '#':>4} " + "score"[: layout.score].ljust(layout.score)
        segments = [Segment(lead + "element".ljust(layout.name), plain)]
        for _, column, room in layout.shown():
            is_sorted = column.field == self._sort_field
            segments.append(Segment(f"{arrow:>{GAP}}" if is_sorted else " " * GAP, chosen))
            title = align(fit(column.title, room), room, column.numeric)
            segments.append(Segment(title, chosen if is_sorted else plain))
        if self._first_column:
            segments[0] = Segment("‹" + segments[0].text[1:], plain)
        return Strip(segments).adjust_cell_length(width, plain)

    def _row(self, index: int, width: int) -> Strip:
        line = self._lines[index]
        layout = self._layout(width)
        base, quiet, score = self._row_styles(index == self.cursor)
        segments = [Segment(f"{line.hit.rank:>4} ", quiet)]
        if self._scored:
            value = line.hit.score or 0.0
            segments += [Segment(f"{value:.3f} ", score), Segment(bar(value, layout.bar) + " ", score)]
        segments.append(Segment(align(fit(line.name, layout.name), layout.name, False), base))
        for place, column, room in layout.shown():
            text = align(fit(line.cells[place], room), room, column.numeric)
            segments.append(Segment(" " * GAP + text, base))
        return Strip(segments).adjust_cell_length(width, base)

    def _row_styles(self, at_cursor: bool) -> tuple[Style, Style, Style]:
        """Styles of a row's names and cells, of its rank, of its score."""
        if self.stale:
            stale = self.get_component_rich_style("results--stale")
            base = quiet = score = stale
        else:
            base = self.rich_style
            quiet = self.get_component_rich_style("results--quiet")
            score = self.get_component_rich_style("results--score")
        if not at_cursor:
            return base, quiet, score
        if self.has_focus:
            cursor = self.get_component_rich_style("results--cursor")
            return cursor, cursor, cursor
        background = Style(bgcolor=self.get_component_rich_style("results--cursor-blurred").bgcolor)
        return base + background, quiet + background, score + background
