"""The columns dialog: show, hide, resize and move the columns of an element table, which updates at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Static

from vsexplorer.core.columns import Arrangement, Column, arranged
from vsexplorer.core.text import fit
from vsexplorer.tui.keymap import Place, bindings
from vsexplorer.tui.widgets.element_table import ElementTable
from vsexplorer.tui.widgets.line_list import LineList
from vsexplorer.tui.widgets.result_layout import align

_STEP = 4
"""Width change per key press, in cells."""


class ColumnsList(LineList):
    """The list of columns, including hidden ones."""

    BINDINGS = bindings(Place.COLUMNS)

    def __init__(self) -> None:
        super().__init__()
        self.columns: Sequence[Column] = ()
        self.hidden: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        """How many columns there are."""
        return len(self.columns)

    def draw(self, index: int, width: int) -> Strip:
        """Draw a column: a mark if shown, its title, width and type."""
        column = self.columns[index]
        hidden = column.field in self.hidden
        style = self.at_cursor(index, self.component("quiet") if hidden else self.rich_style)
        mark = "·" if hidden else "✓"
        facts = f"{column.width:>3} wide  {'number' if column.numeric else 'text  '}"
        room = width - 2 - 3 - len(facts) - 2
        title = align(fit(column.title, room), room, False)
        return Strip([Segment(f" {mark} {title}  {facts}", style)]).adjust_cell_length(width, style)


class ColumnsScreen(ModalScreen[None]):
    """Arranges the columns of a table.

    Args:
        table: The table.
        keep: Called with each new arrangement, to store it.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.COLUMNS_SCREEN)
    DEFAULT_CSS = """
    ColumnsScreen {
        align: right top;
        & > Vertical {
            width: 48; max-width: 100%; height: auto; max-height: 100%;
            background: $surface; border: round $primary; padding: 0 1;
        }
        & ColumnsList { height: auto; max-height: 1fr; min-height: 1; }
        & .columns--title { text-style: bold; color: $text-accent; }
        & .columns--keys { color: $text-muted; height: auto; }
    }
    """

    def __init__(self, table: ElementTable, keep: Callable[[Arrangement], None]) -> None:
        super().__init__()
        self._table = table
        self._keep = keep
        self._list = ColumnsList()

    def compose(self) -> ComposeResult:
        """Compose the title, the columns and the keys."""
        with Vertical():
            yield Static(Content("columns"), classes="columns--title", markup=False)
            yield self._list
            yield Static(
                "space: show or hide · + -: wider, narrower · J K: down, up · 0: reset · esc: close",
                classes="columns--keys",
                markup=False,
            )

    def on_mount(self) -> None:
        """Keep the table behind visible and focus the columns."""
        self.styles.background = "transparent"
        self._show(0)
        self._list.focus()

    def _show(self, cursor: int) -> None:
        table = self._table
        self._list.columns = arranged(table.all_columns, table.arrangement, table.first_fields, with_hidden=True)
        self._list.hidden = table.arrangement.hidden
        self._list.styles.height = len(self._list.columns)
        self._list.rows_replaced(cursor)

    def _arrange(self, arrangement: Arrangement, cursor: int | None = None) -> None:
        self._table.arrangement = arrangement
        self._table.refresh()
        self._keep(arrangement)
        self._show(self._list.cursor if cursor is None else cursor)

    @property
    def _column(self) -> Column:
        return self._list.columns[self._list.cursor]

    def action_show_or_hide(self) -> None:
        """Show or hide the column."""
        name = self._column.field
        arrangement = self._table.arrangement
        self._arrange(arrangement.hiding(name, name not in arrangement.hidden))

    def action_widen(self, by: int) -> None:
        """Make the column wider or narrower."""
        self._arrange(self._table.arrangement.widened(self._column.field, self._column.width + by * _STEP))

    def action_shift(self, by: int) -> None:
        """Move the column up or down."""
        place = self._list.cursor
        self._arrange(self._table.arrangement.moved(self._list.columns, place, by), place + by)

    def action_reset(self) -> None:
        """Reset the columns to the default arrangement; the sorting stays."""
        sorted_by, descending = self._table.arrangement.sorted_by, self._table.arrangement.descending
        self._arrange(replace(Arrangement(), sorted_by=sorted_by, descending=descending))
