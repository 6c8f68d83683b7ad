"""The fields panel: the set's attribute fields, and values to add to or remove from the filter."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from vsexplorer.core.text import fit, sanitize
from vsexplorer.tui.keymap import Place, bindings
from vsexplorer.tui.widgets.result_layout import columns_of, filled

if TYPE_CHECKING:
    from vsexplorer.language.clauses import Identity
    from vsexplorer.language.known import FieldFacts, KnownValue, SetFacts

_FEW, _MANY = 5, 50
"""Maximum values shown of a field: initially, if any value repeats, and once expanded."""
_BAR = 10


@dataclass(frozen=True, slots=True)
class _Row:
    """A field, or one of its values with the condition that selects it."""

    field: FieldFacts
    value: KnownValue | None = None
    condition: str | None = None


class FieldsPanel(ScrollView, can_focus=True):
    """Lists fields with types, coverage and ranges, and under each its most frequent values as bars."""

    BINDINGS = bindings(Place.FIELDS)
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "fields--title",
        "fields--field",
        "fields--quiet",
        "fields--bar",
        "fields--set",
        "fields--cursor",
    }
    DEFAULT_CSS = """
    FieldsPanel {
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        scrollbar-gutter: stable;
        display: none;
        width: 44%;
        max-width: 72;
        border-left: solid $surface-lighten-2;
        & > .fields--title { text-style: bold; color: $text-accent; }
        & > .fields--field { text-style: bold; }
        & > .fields--quiet { color: $text-muted; }
        & > .fields--bar { color: $text-primary; }
        & > .fields--set { color: $text-success; text-style: bold; }
        & > .fields--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    }
    """

    class Toggled(Message):
        """The user wants to add or remove a condition."""

        def __init__(self, condition: str) -> None:
            super().__init__()
            self.condition = condition

    class Unwritable(Message):
        """A value was chosen that no filter can express."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._facts: SetFacts | None = None
        self._null = True
        self._rows: list[_Row] = []
        self._opened: set[str] = set()
        self._set: Collection[Identity] = ()
        self._cursor = 0

    def show(self, facts: SetFacts | None, null: bool) -> None:
        """Show sampled fields, or ``None`` while sampling; ``null`` tells whether the server supports ``null``."""
        self._facts, self._null = facts, null
        self._opened.clear()
        self._cursor = 0
        self._fill()

    def mark(self, conditions: Collection[Identity]) -> None:
        """Mark the values whose conditions are part of the filter."""
        if conditions != self._set:
            self._set = conditions
            self.refresh()

    def action_move(self, by: int) -> None:
        """Move the cursor by some rows."""
        self._go(self._cursor + by)

    def action_edge(self, side: int) -> None:
        """Go to the first or last row."""
        self._go(0 if side < 0 else len(self._rows) - 1)

    def action_page(self, pages: float) -> None:
        """Move the cursor by some pages."""
        self._go(self._cursor + round(pages * max(1, self.size.height - 1)))

    def action_field(self, by: int) -> None:
        """Go to the next or previous field."""
        places = [place for place, row in enumerate(self._rows) if row.value is None]
        found = [place for place in places if (place > self._cursor if by > 0 else place < self._cursor)]
        if found:
            self._go(found[0] if by > 0 else found[-1])

    def action_choose(self) -> None:
        """Add or remove the condition of a value, or show more or fewer values of a field."""
        if not self._rows:
            return
        row = self._rows[self._cursor]
        if row.value is None:
            self._opened ^= {row.field.name}
            self._fill()
        elif row.condition is None:
            self.post_message(self.Unwritable())
        else:
            self.post_message(self.Toggled(row.condition))

    def on_click(self, event: events.Click) -> None:
        """Choose the clicked row."""
        place = event.y + self.scroll_offset.y - 1
        if 0 <= place < len(self._rows):
            self._go(place)
            self.action_choose()

    def _fill(self) -> None:
        from vsexplorer.language.literals import clause

        self._rows = []
        for field in self._facts.fields if self._facts else ():
            self._rows.append(_Row(field))
            shown = field.values[: self._shown(field)]
            self._rows += [_Row(field, value, clause(field, value, self._null)) for value in shown]
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._rows) + 1)
        self._go(self._cursor)

    def _shown(self, field: FieldFacts) -> int:
        """Return how many values of a field are shown; none if all differ, such as names and descriptions."""
        if field.name in self._opened:
            return _MANY
        all_different = len(field.values) > _FEW and field.values[0].count == 1
        return 0 if all_different else _FEW

    def _go(self, place: int) -> None:
        self._cursor = max(0, min(place, len(self._rows) - 1))
        # The title line scrolls with the rows; it is shown again together with the first row.
        top = self._cursor + (1 if self._cursor else 0)
        self.scroll_to_region(Region(0, top, 1, 1), animate=False, force=True, immediate=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the title, a field, or a value."""
        width = self.scrollable_content_region.width
        line = y + self.scroll_offset.y
        if line == 0:
            segments = [Segment(f" {fit(self._title(), width - 2)}", self._style("title"))]
            return Strip(segments).adjust_cell_length(width, self.rich_style)
        if line > len(self._rows):
            return Strip.blank(width, self.rich_style)
        row = self._rows[line - 1]
        cursor = self._style("cursor") if line - 1 == self._cursor and self.has_focus else None
        segments = self._field(row.field, width) if row.value is None else self._value(row, row.value, width)
        if cursor is not None:
            segments = [Segment(segment.text, cursor) for segment in segments]
        return Strip(segments).adjust_cell_length(width, cursor or self.rich_style)

    def _title(self) -> str:
        if self._facts is None:
            return "fields · sampling attributes …"
        if not self._facts.fields:
            return f"no fields in {self._facts.source}"
        return f"fields of {self._facts.source}"

    def _field(self, field: FieldFacts, width: int) -> list[Segment]:
        from vsexplorer.language.literals import reachable

        sampled = self._facts.sampled if self._facts else 1
        facts = [] if reachable(field.name) else ["not usable in filters"]
        facts += ["/".join(name for name, _ in field.types), f"{field.present / sampled:.0%}"]
        if field.histogram:
            facts.append(columns_of(field.histogram))
        if field.smallest is not None and field.largest is not None:
            facts.append(f"{field.smallest:.10g} to {field.largest:.10g}")
        shown = self._shown(field)
        hidden = len(field.values) - shown
        if hidden > 0:
            number = f"{hidden:,}" if field.complete else "many"
            facts.append(f"{number} more" if shown else f"{number} distinct")
        name = fit(f" .{sanitize(field.name)}", max(4, width // 2))
        words = fit(" · ".join(facts), max(0, width - cell_len(name) - 3))
        style = self._style("field" if reachable(field.name) else "quiet")
        return [Segment(name, style), Segment(f"  {words}", self._style("quiet"))]

    def _value(self, row: _Row, value: KnownValue, width: int) -> list[Segment]:
        from vsexplorer.language.clauses import identity

        chosen = row.condition is not None and identity(row.condition) in self._set
        most = row.field.values[0].count
        room = max(4, width - _BAR - 14)
        shown = fit(_shown(value), room)
        padding = " " * (room - cell_len(shown))
        name = self._style("set") if chosen else self.rich_style
        if row.condition is None:
            name = self._style("quiet")
        return [
            Segment(f"   {'✓' if chosen else ' '} {shown}{padding} ", name),
            Segment(filled(value.count / most, _BAR), self._style("bar")),
            Segment(f" {value.count:,}", self._style("quiet")),
        ]

    def _style(self, part: str) -> Style:
        return self.rich_style + self.get_component_rich_style(f"fields--{part}")


def _shown(known: KnownValue) -> str:
    if isinstance(known.value, str):
        return sanitize(known.value) or '""'
    return "null" if known.value is None else sanitize(str(known.value).lower())
