"""The browse table: the window of a ``Browser`` on all elements, as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.geometry import Size
from textual.message import Message

from vsexplorer.core.attributes import Json, fields
from vsexplorer.core.columns import Column, tabulate
from vsexplorer.core.text import display
from vsexplorer.core.values import Hit
from vsexplorer.tui.keymap import Place, bindings
from vsexplorer.tui.widgets.element_table import ElementLine, ElementTable

_NEAR = 150
"""Distance from an end of the window, in rows, at which more rows are requested."""
_NAME_WIDTH = 40


class BrowseTable(ElementTable):
    """Shows names at once; attributes are fetched for visible rows."""

    BINDINGS = bindings(Place.BROWSE)
    RANK = 2

    class Wanted(Message):
        """Rows beyond the window, or attributes of visible rows, are needed."""

    class Sorted(Message):
        """The user has changed the sorting."""

    class Selected(Message):
        """Another row is selected."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._names: Sequence[bytes] = ()
        self._fields: dict[bytes, Mapping[str, Json]] = {}
        self._raw: dict[bytes, bytes | None] = {}
        self._name_width = _NAME_WIDTH

    @property
    def count(self) -> int:
        """How many rows are in the window."""
        return len(self._names)

    def line(self, index: int) -> ElementLine:
        """Return the element of a row."""
        name = self._names[index]
        return ElementLine(Hit(0, name, None, self._raw.get(name)), display(name), self._fields.get(name, {}))

    def show(self, names: Sequence[bytes], cursor: int) -> None:
        """Replace the window."""
        self._names = names
        self._fields, self._raw = {}, {}
        self.rows_replaced(cursor)
        self.scroll_to(y=cursor, animate=False, immediate=True)

    def shift(self, names: Sequence[bytes], by: int) -> None:
        """Replace the window by one shifted by ``by`` rows; visible rows stay in place."""
        self._names = names
        top = max(0, self.scroll_offset.y + by)
        self.virtual_size = Size(self.row_width, self.count + self.HEADER)
        self.set_reactive(BrowseTable.cursor, max(0, min(self.cursor + by, self.count - 1)))
        self.scroll_to(y=top, animate=False, immediate=True)
        self.refresh()

    @property
    def without_attributes(self) -> list[bytes]:
        """Names whose attributes are not known yet, among visible rows and a page around them."""
        top = self.scroll_offset.y
        around = self._names[max(0, top - self.page_rows) : top + 2 * self.page_rows]
        return [name for name in around if name not in self._raw]

    def describe(self, names: Sequence[bytes], attributes: Sequence[bytes | None]) -> None:
        """Set the attributes of rows; columns of new fields are appended."""
        if len(self._raw) > 4 * self.page_rows + 400:
            self._raw, self._fields = {}, {}
        for name, raw in zip(names, attributes, strict=True):
            self._raw[name] = raw
            self._fields[name] = fields(raw)
        known = {column.field for column in self.all_columns}
        fresh = [column for column in tabulate(list(attributes)).columns if column.field not in known]
        self.all_columns = (*self.all_columns, *fresh)
        self.refresh()
        self.moved()

    def forget_columns(self, columns: Sequence[Column] = ()) -> None:
        """Replace all columns."""
        self.all_columns = tuple(columns)

    @property
    def near_start(self) -> bool:
        """Whether the cursor is near the first row of the window."""
        return self.cursor < _NEAR

    @property
    def near_end(self) -> bool:
        """Whether the cursor is near the last row of the window."""
        return self.cursor > self.count - _NEAR

    def moved(self) -> None:
        """Announce the selection, and request missing rows and attributes."""
        self.post_message(self.Selected())
        if self.near_start or self.near_end or self.without_attributes:
            self.post_message(self.Wanted())

    def sorting_changed(self) -> None:
        """Announce the changed sorting."""
        self.post_message(self.Sorted())
