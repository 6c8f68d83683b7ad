"""The ranked results: rank, score, name and attribute columns."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from vsexplorer.columns import Column, cell, sort_key, tabulate
from vsexplorer.model import Hit, ResultPage
from vsexplorer.text import display, fit, sanitize
from vsexplorer.tui.keymap import Place, bindings
from vsexplorer.tui.marks import Marks
from vsexplorer.tui.widgets.line_list import LineList
from vsexplorer.tui.widgets.result_layout import GAP, ResultLayout, align, bar

_WIDEST_NAME = 32


@dataclass(frozen=True, slots=True)
class _Line:
    """One hit made ready for drawing."""

    hit: Hit
    name: str
    cells: tuple[str, ...]


class ResultsTable(LineList):
    """Hits with rank, score and attribute columns; one is selected."""

    BINDINGS = bindings(Place.RESULTS)
    HEADER = 1

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
        self.marks: Marks | None = None
        """Elements that are marked."""
        self._lines: list[_Line] = []
        self._ranked: list[_Line] = []
        self._columns: tuple[Column, ...] = ()
        self._name_width = 0
        self._scored = False
        self._first_column = 0
        self._sort_field: str | None = None
        self._sort_reversed = False

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._lines)

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
        self.rows_replaced()

    def moved(self) -> None:
        """Tell the screen which element is selected."""
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
        self.rows_replaced()

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

    def on_click(self, event: events.Click) -> None:
        """Select a row, open the selected one, or sort by a header."""
        if event.y == 0:
            field = self._layout(self.row_width).field_at(event.x)
            if not isinstance(field, bool):
                self._sort_by(field, toggle=True)
            return
        index = self.row_at(event.y)
        if index is not None:
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
        self.post_message(self.Sorted())
        self.rows_replaced()

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

    def _layout(self, width: int) -> ResultLayout:
        return ResultLayout(width, self._columns, self._name_width, self._scored, self._first_column)

    def draw_header(self, width: int) -> Strip:
        """The titles of the columns."""
        plain = self.component("header")
        chosen = self.component("accent")
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

    def draw(self, index: int, width: int) -> Strip:
        """One element."""
        line = self._lines[index]
        layout = self._layout(width)
        base, quiet, score = self._row_styles(index)
        marked = "●" if self.marks is not None and line.hit.element in self.marks else " "
        segments = [Segment(f"{marked}{line.hit.rank:>3} ", quiet)]
        if self._scored:
            value = line.hit.score or 0.0
            segments += [Segment(f"{value:.3f} ", score), Segment(bar(value, layout.bar) + " ", score)]
        segments.append(Segment(align(fit(line.name, layout.name), layout.name, False), base))
        for place, column, room in layout.shown():
            text = align(fit(line.cells[place], room), room, column.numeric)
            segments.append(Segment(" " * GAP + text, base))
        return Strip(segments).adjust_cell_length(width, base)

    def _row_styles(self, index: int) -> tuple[Style, Style, Style]:
        """Styles of a row's names and cells, of its rank, of its score."""
        if self.stale:
            styles = [self.component("stale")] * 3
        else:
            styles = [self.rich_style, self.component("quiet"), self.component("bar")]
        base, quiet, score = (self.at_cursor(index, style) for style in styles)
        return base, quiet, score
