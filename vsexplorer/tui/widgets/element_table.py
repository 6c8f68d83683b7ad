"""A table of elements: mark, rank, score, name, and configurable attribute columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from vsexplorer.core.attributes import Json
from vsexplorer.core.columns import Arrangement, Column, arranged, cell
from vsexplorer.core.text import SafeText, fit
from vsexplorer.core.values import Hit
from vsexplorer.tui.selection import Selection
from vsexplorer.tui.widgets.line_list import LineList
from vsexplorer.tui.widgets.result_layout import GAP, ResultLayout, align, bar

WIDEST_NAME = 32


@dataclass(frozen=True, slots=True)
class ElementLine:
    """An element prepared for drawing."""

    hit: Hit
    name: SafeText
    fields: Mapping[str, Json]


class ElementTable(LineList):
    """Draws elements, which subclasses provide."""

    HEADER = 1
    RANK: ClassVar[int] = 5
    """Width of mark and rank, in cells."""

    stale: reactive[bool] = reactive(False, layout=False)
    """Whether the rows belong to an older search."""

    class Opened(Message):
        """The user wants to open the selected element."""

        def __init__(self, hit: Hit) -> None:
            super().__init__()
            self.hit = hit

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.selection: Selection | None = None
        """Elements that are marked."""
        self.arrangement = Arrangement()
        """Which columns are shown, how wide, in which order."""
        self.first_fields: Sequence[str] = ()
        """Fields that come first unless the arrangement says otherwise: those the vectors were made from."""
        self.all_columns: tuple[Column, ...] = ()
        """All columns, including hidden ones."""
        self.scale = (0.5, 1.0)
        """The scores that give an empty and a full bar."""
        self.sort_field: str | None = None
        self.sort_reversed = False
        self._name_width = len("element")
        self._scored = False
        self._first_column = 0

    def line(self, index: int) -> ElementLine:
        """Return the element of a row."""
        raise NotImplementedError

    @property
    def selected(self) -> Hit | None:
        """The selected element."""
        return self.line(self.cursor).hit if self.count else None

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns as they are shown."""
        return arranged(self.all_columns, self.arrangement, self.first_fields)

    def fit_names(self, names: Sequence[str]) -> None:
        """Set the width of the name column to fit the names, within limits."""
        self._name_width = max(len("element"), min(WIDEST_NAME, max(map(cell_len, names), default=0)))

    def layout_of(self, width: int) -> ResultLayout:
        """Return the layout of a row."""
        columns = self.columns
        first = max(0, min(self._first_column, len(columns) - 1))
        return ResultLayout(width, columns, self._name_width, self._scored, first, self.RANK)

    def action_open_element(self) -> None:
        """Ask for the selected element to be opened."""
        if (hit := self.selected) is not None:
            self.post_message(self.Opened(hit))

    def action_scroll_columns(self, step: int) -> None:
        """Scroll to the next or previous columns."""
        self._first_column = max(0, min(len(self.columns) - 1, self._first_column + step))
        self.refresh()

    def action_sort(self, step: int) -> None:
        """Sort by the next or previous column; the default order precedes the first column."""
        fields: list[str | None] = [None, *(column.field for column in self.columns)]
        place = fields.index(self.sort_field) if self.sort_field in fields else 0
        self._sort_by(fields[(place + step) % len(fields)])

    def action_reverse(self) -> None:
        """Reverse the sort order."""
        self.sort_reversed = not self.sort_reversed
        self.sorting_changed()

    def sorting_changed(self) -> None:
        """Handle a change of ``sort_field`` or ``sort_reversed``."""
        raise NotImplementedError

    def on_click(self, event: events.Click) -> None:
        """Select a row, open the selected one, or sort by a header."""
        if event.y == 0:
            field = self.layout_of(self.row_width).field_at(event.x)
            if not isinstance(field, bool):
                self._sort_by(field, toggle=True)
            return
        index = self.row_at(event.y)
        if index is not None:
            if index == self.cursor and event.chain > 1:
                self.action_open_element()
            self.cursor = index

    def _sort_by(self, field: str | None, toggle: bool = False) -> None:
        if toggle and field == self.sort_field:
            self.sort_reversed = not self.sort_reversed
        elif field != self.sort_field:
            self.sort_reversed = False
        self.sort_field = field
        self._show_column(field)
        self.sorting_changed()

    def _show_column(self, field: str | None) -> None:
        """Scroll to a column, or to the first one for ``None``."""
        fields = [column.field for column in self.columns]
        place = fields.index(field) if field in fields else 0
        self._first_column = min(self._first_column, place)
        while self._first_column < place:
            if place in (index for index, _, _ in self.layout_of(self.row_width).shown()):
                return
            self._first_column += 1

    def draw_header(self, width: int) -> Strip:
        """Draw the column titles."""
        plain, chosen = self.component("header"), self.component("accent")
        arrow = "▼" if self.sort_reversed else "▲"
        by_rank = self.sort_field is None and self.sort_reversed
        layout = self.layout_of(width)
        rank = f"{'▼#' if by_rank else '#':>{self.RANK - 1}} " if self.RANK > 2 else "  "
        lead = rank + "score"[: layout.score].ljust(layout.score)
        segments = [Segment(lead + "element".ljust(layout.name), plain)]
        for _, column, room in layout.shown():
            is_sorted = column.field == self.sort_field
            segments.append(Segment(f"{arrow:>{GAP}}" if is_sorted else " " * GAP, chosen))
            title = align(fit(column.title, room), room, column.numeric)
            segments.append(Segment(title, chosen if is_sorted else plain))
        if layout.first_column:
            segments[0] = Segment("‹" + segments[0].text[1:], plain)
        return Strip(segments).adjust_cell_length(width, plain)

    def draw(self, index: int, width: int) -> Strip:
        """Draw the row of an element."""
        line = self.line(index)
        layout = self.layout_of(width)
        base, quiet, score = self._row_styles(index)
        marked = "●" if self.selection is not None and line.hit.element in self.selection else " "
        rank = f"{line.hit.rank:>{self.RANK - 2}} " if self.RANK > 2 else " "
        segments = [Segment(f"{marked}{rank}", quiet)]
        if self._scored:
            value = line.hit.score or 0.0
            drawn = bar(value, layout.bar, *self.scale)
            segments += [Segment(f"{value:.3f} ", score), Segment(f"{drawn} ", score)]
        segments.append(Segment(align(fit(line.name, layout.name), layout.name, False), base))
        for _, column, room in layout.shown():
            text = cell(line.fields[column.field]) if column.field in line.fields else ""
            segments.append(Segment(" " * GAP + align(fit(text, room), room, column.numeric), base))
        return Strip(segments).adjust_cell_length(width, base)

    def _row_styles(self, index: int) -> tuple[Style, Style, Style]:
        """Return the styles of a row's cells, its rank and its score."""
        if self.stale:
            styles = [self.component("stale")] * 3
        else:
            styles = [self.rich_style, self.component("quiet"), self.component("bar")]
        base, quiet, score = (self.at_cursor(index, style) for style in styles)
        return base, quiet, score
