"""Attributes as table columns: which fields, of what type, how wide, how each value reads."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rich.cells import cell_len

from vsexplorer.core.attributes import Json, fields
from vsexplorer.core.text import sanitize

_WIDEST = 40
_NARROWEST = 3
_READABLE = 8
"""Cells below which a cut column says too little to be shown."""
PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
"""A field in a template such as ``{title}. {body}``."""


@dataclass(frozen=True, slots=True)
class Column:
    """One attribute field as a column."""

    field: str
    title: str
    numeric: bool
    """Every value present is a number, so the column aligns right and sorts by value."""
    width: int
    """Cells the widest title or value takes, within bounds."""


@dataclass(frozen=True, slots=True)
class AttributeTable:
    """The attributes of some elements: columns, and for each element its fields."""

    columns: tuple[Column, ...]
    rows: tuple[dict[str, Json], ...]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How somebody wants the columns of a set: by field, as far as it was said."""

    order: tuple[str, ...] = ()
    """Fields that come first, in this order."""
    hidden: frozenset[str] = frozenset()
    widths: Mapping[str, int] = field(default_factory=dict)
    """In cells."""
    sorted_by: str | None = None
    """The field elements are sorted by where all of them are listed; ``None`` for their names."""
    descending: bool = False

    def hiding(self, name: str, hidden: bool) -> Arrangement:
        """The same with a column hidden, or shown."""
        return replace(self, hidden=self.hidden | {name} if hidden else self.hidden - {name})

    def widened(self, name: str, width: int) -> Arrangement:
        """The same with a column of another width."""
        return replace(self, widths={**self.widths, name: max(_NARROWEST, width)})

    def moved(self, columns: Sequence[Column], place: int, by: int) -> Arrangement:
        """The same with one of the columns, as they are arranged, moved by some places."""
        order = [column.field for column in columns]
        order.insert(max(0, min(len(order) - 1, place + by)), order.pop(place))
        return replace(self, order=(*order, *(name for name in self.order if name not in order)))


def template_fields(template: str) -> list[str]:
    """Return the fields a template names; a text without placeholders is the name of a field."""
    return PLACEHOLDER.findall(template) or [template]


def arranged(
    columns: Sequence[Column], arrangement: Arrangement, first: Sequence[str] = (), with_hidden: bool = False
) -> tuple[Column, ...]:
    """Put columns in the order the user chose.

    Args:
        columns: All columns.
        arrangement: The user's choice.
        first: Fields that come first where the user has not said otherwise.
        with_hidden: Keep the hidden columns.
    """
    if arrangement == Arrangement() and not first:
        return tuple(columns)
    names = [*arrangement.order, *(name for name in first if name not in arrangement.order)]
    places = {name: place for place, name in enumerate(names)}
    shown = [column for column in columns if with_hidden or column.field not in arrangement.hidden]
    shown.sort(key=lambda column: places.get(column.field, len(places)))
    return tuple(replace(column, width=arrangement.widths.get(column.field, column.width)) for column in shown)


def cell(value: Json) -> str:
    """One attribute value as a short text without control characters."""
    if isinstance(value, str):
        return sanitize(value)
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return "null"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return ", ".join(cell(item) for item in value)
    return sanitize(json.dumps(value, ensure_ascii=False))


def tabulate(attributes: Sequence[bytes | None]) -> AttributeTable:
    """Find the columns of a page of results.

    Fields come in the order in which they are first met, those with long values after the others.
    """
    rows = tuple(fields(raw) for raw in attributes)
    order: dict[str, bool] = {}
    widths: dict[str, int] = {}
    for row in rows:
        for name, value in row.items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            order[name] = order.get(name, True) and (number or value is None)
            widths[name] = max(widths.get(name, _NARROWEST), min(_WIDEST, cell_len(cell(value))))
    columns = []
    for name, numeric in order.items():
        title = sanitize(name)
        columns.append(Column(name, title, numeric, max(widths[name], min(_WIDEST, cell_len(title)))))
    columns.sort(key=lambda column: column.width == _WIDEST)
    return AttributeTable(tuple(columns), rows)


def widths(columns: Sequence[Column], room: int, gap: int) -> list[int]:
    """How wide each column may be in ``room`` cells, ``gap`` cells before each.

    Columns get what they need from the left; the first that does not fit takes the rest where that is enough
    to read something, unless it holds numbers, and those behind it are left out. The list has one entry per
    column shown.
    """
    found: list[int] = []
    for column in columns:
        room -= gap
        # Half of a number would be another number.
        if room < (column.width if column.numeric else min(column.width, _READABLE)):
            break
        found.append(min(column.width, room))
        room -= found[-1]
    return found


LACKING = 2
"""Where ``sort_key`` puts what is missing or null."""


def sort_key(value: Json) -> tuple[int, float, str]:
    """Order mixed values: numbers by value, then texts by their letters, then what is missing or null."""
    if value is None:
        return LACKING, 0.0, ""
    if isinstance(value, int | float):
        return 0, _as_float(value), ""
    return 1, 0.0, cell(value).casefold()


def _as_float(number: int | float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
