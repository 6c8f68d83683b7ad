"""Show attributes as table columns: their fields, types, widths and cell texts."""

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
_WIDEST_FIRST = 24
"""Cells of a column that comes first, unless the user widens it."""
_READABLE = 8
"""Minimum width, in cells, of a truncated column; a narrower one is left out."""
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
    """Width in cells of the title or the widest value, within bounds."""


@dataclass(frozen=True, slots=True)
class AttributeTable:
    """The attributes of some elements: columns, and for each element its fields."""

    columns: tuple[Column, ...]
    rows: tuple[dict[str, Json], ...]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The user's column settings for a set, by field; fields not mentioned keep the defaults."""

    order: tuple[str, ...] = ()
    """Fields that come first, in this order."""
    hidden: frozenset[str] = frozenset()
    widths: Mapping[str, int] = field(default_factory=dict)
    """In cells."""
    sorted_by: str | None = None
    """The field to sort by when all elements are listed; ``None`` sorts by name."""
    descending: bool = False

    def hiding(self, name: str, hidden: bool) -> Arrangement:
        """Return a copy with a column hidden or shown."""
        return replace(self, hidden=self.hidden | {name} if hidden else self.hidden - {name})

    def widened(self, name: str, width: int) -> Arrangement:
        """Return a copy with the width of a column changed."""
        return replace(self, widths={**self.widths, name: max(_NARROWEST, width)})

    def moved(self, columns: Sequence[Column], place: int, by: int) -> Arrangement:
        """Return a copy with the arranged column at index ``place`` moved by ``by`` positions."""
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
        first: Fields that come first unless the user has chosen otherwise.
        with_hidden: Keep the hidden columns.
    """
    if arrangement == Arrangement() and not first:
        return tuple(columns)
    names = [*arrangement.order, *(name for name in first if name not in arrangement.order)]
    places = {name: place for place, name in enumerate(names)}
    shown = [column for column in columns if with_hidden or column.field not in arrangement.hidden]
    shown.sort(key=lambda column: places.get(column.field, len(places)))
    return tuple(
        replace(column, width=arrangement.widths.get(column.field, _width(column, first))) for column in shown
    )


def _width(column: Column, first: Sequence[str]) -> int:
    """The width of a column; what comes first leaves room for the others."""
    return min(column.width, _WIDEST_FIRST) if column.field in first else column.width


def cell(value: Json) -> str:
    """Format an attribute value as a short text without control characters."""
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
    """Determine the columns for a page of results.

    Fields are in the order of their first occurrence, those with long values after the others.
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
    """Fit columns into ``room`` cells, with ``gap`` cells before each.

    Columns get their full width from the left. The first that does not fit gets the rest if that is enough to be
    readable and the column is not numeric; the columns after it are left out. The list has one entry per column
    shown.
    """
    found: list[int] = []
    for column in columns:
        room -= gap
        # A truncated number would read as a different number.
        if room < (column.width if column.numeric else min(column.width, _READABLE)):
            break
        found.append(min(column.width, room))
        room -= found[-1]
    return found


MISSING_RANK = 2
"""Sort rank of missing and null values in ``sort_key``."""


def sort_key(value: Json) -> tuple[int, float, str]:
    """Return a sort key for mixed values: numbers by value, then texts ignoring case, then missing or null."""
    if value is None:
        return MISSING_RANK, 0.0, ""
    if isinstance(value, int | float):
        return 0, _as_float(value), ""
    return 1, 0.0, cell(value).casefold()


def _as_float(number: int | float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
