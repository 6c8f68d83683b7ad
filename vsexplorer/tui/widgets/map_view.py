"""A map of elements drawn with characters, with a cursor that walks from point to point."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.color import Color
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from vsexplorer.core.text import fit, sanitize
from vsexplorer.output.dots import Dots, Glyphs, Window, cells, draw, glyphs_of, inside
from vsexplorer.tui.keymap import Place, bindings
from vsexplorer.tui.widgets.contrast import readable

if TYPE_CHECKING:
    import numpy as np

    from vsexplorer.core.matrix import Floats, Mask
    from vsexplorer.output.dots import Group

_LABEL = 24
"""Most cells of a label."""
_ZOOM = 1.5
_PAN = 0.25
_SIDEWAYS = 2.0
"""How much a step to the side counts, when the cursor looks for a point in a direction."""


@dataclass(frozen=True, slots=True)
class MapLayers:
    """What is shown over the points."""

    lit: Mask | None = None
    """The points that are highlighted; ``None`` for no highlighting."""
    hidden: frozenset[int] = frozenset()
    """Groups that are not shown."""
    labels: Mapping[int, str] = field(default_factory=dict)
    """Names of points, sanitized when drawn."""
    query: tuple[float, float] | None = None
    """The place of the query; ``None`` if it has none."""


class MapView(Widget, can_focus=True):
    """Draws points, and owns what part of the plane is shown, the cursor and the box.

    The picture is drawn once per change; the lines of the screen are taken from it.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.MAP)
    COMPONENT_CLASSES: ClassVar[set[str]] = {"map--quiet", "map--label", "map--cursor", "map--box"}
    DEFAULT_CSS = """
    MapView {
        & > .map--quiet { color: $text-disabled; }
        & > .map--label { color: $text; text-style: bold; }
        & > .map--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        & > .map--box { background: $surface-lighten-2; }
    }
    """

    class Moved(Message):
        """The cursor is on another point."""

        def __init__(self, point: int) -> None:
            super().__init__()
            self.point = point

    class Shifted(Message):
        """Another part of the plane is shown."""

    class Opened(Message):
        """A point was chosen."""

        def __init__(self, point: int) -> None:
            super().__init__()
            self.point = point

    class Boxed(Message):
        """A box was drawn; it holds these points."""

        def __init__(self, points: Sequence[int]) -> None:
            super().__init__()
            self.points = points

    def __init__(self, glyphs: Glyphs | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.glyphs = glyphs or glyphs_of("utf-8", os.environ.get("TERM", ""))
        self._points: Floats | None = None
        self._groups: Group | None = None
        self._colours: Sequence[str] = ()
        self._layers = MapLayers()
        self._window: Window = (-1.0, -1.0, 1.0, 1.0)
        self._fitted = True
        self.cursor: int | None = None
        """The selected point; ``None`` if none is."""
        self._corner: tuple[float, float] | None = None
        """The first corner of the box that is being drawn."""
        self._far: tuple[float, float] = (0.0, 0.0)
        """Its other corner."""
        self._picture: list[Strip] | None = None

    # What is shown

    def show(self, points: Floats, groups: Group, colours: Sequence[str]) -> None:
        """Show points; the part of the plane that is shown stays, unless it showed everything.

        Args:
            points: Their places, shape (points, 2).
            groups: The group of each.
            colours: The colour of each group, as ``#rrggbb``.
        """
        self._points, self._groups, self._colours = points, groups, colours
        if self.cursor is not None and self.cursor >= len(points):
            self.cursor = None
        if self._fitted:
            self._fit()
        self._redraw()

    def overlay(self, layers: MapLayers) -> None:
        """Change what is shown over the points."""
        self._layers = layers
        self._redraw()

    def select(self, point: int | None, reveal: bool = True) -> None:
        """Move the cursor to a point; ``reveal`` moves the shown part of the plane to it if needed."""
        if point == self.cursor:
            return
        self.cursor = point
        if point is not None and self._points is not None:
            if reveal and not inside(self._points[point : point + 1], self._window).all() and not self._fitted:
                x, y = self._points[point].tolist()
                self._center(x, y)
                self._shifted()
            self.post_message(self.Moved(point))
        self._redraw()

    def fit(self, to: Mask | None = None) -> None:
        """Show all points, or some."""
        self._fitted = to is None
        self._fit(to)
        self._shifted()

    def in_view(self) -> Mask | None:
        """Return which points are in the shown part of the plane; ``None`` if it shows all."""
        return inside(self._points, self._window) if self._points is not None and not self._fitted else None

    def leave_box(self) -> bool:
        """Stop drawing a box; return whether one was being drawn."""
        drawn = self._corner is not None
        self._corner = None
        self._redraw()
        return drawn

    def _redraw(self) -> None:
        self._picture = None
        self.refresh()

    def _shifted(self) -> None:
        self.post_message(self.Shifted())
        self._redraw()

    def _fit(self, to: Mask | None = None) -> None:
        from vsexplorer.insight.layout import bounds

        if self._points is None:
            return
        left, bottom, right, top = bounds(self._points, to)
        self._window = self._with_aspect(left, bottom, right, top)

    def _with_aspect(self, left: float, bottom: float, right: float, top: float) -> Window:
        """Widen a window so that a unit is as long across as up: a cell is twice as high as wide."""
        wide, high = max(1, self.size.width), max(1, 2 * self.size.height)
        unit = max((right - left) / wide, (top - bottom) / high, 1e-9)
        x, y = (left + right) / 2, (bottom + top) / 2
        return x - unit * wide / 2, y - unit * high / 2, x + unit * wide / 2, y + unit * high / 2

    def _center(self, x: float, y: float) -> None:
        left, bottom, right, top = self._window
        across, up = (right - left) / 2, (top - bottom) / 2
        self._window = x - across, y - up, x + across, y + up

    # Keys

    def action_walk(self, across: int, up: int) -> None:
        """Move the cursor to the nearest point in a direction, or the corner of the box by a cell."""
        if self._corner is not None:
            left, bottom, right, top = self._window
            x, y = self._far
            self._far = (
                x + across * (right - left) / max(1, self.size.width),
                y + up * (top - bottom) / max(1, self.size.height),
            )
            self._redraw()
            return
        found = self._towards(across, up)
        if found is not None:
            self.select(found)

    def action_pan(self, across: int, up: int) -> None:
        """Move the shown part of the plane."""
        left, bottom, right, top = self._window
        self._fitted = False
        self._center(
            (left + right) / 2 + across * _PAN * (right - left), (bottom + top) / 2 + up * _PAN * (top - bottom)
        )
        self._shifted()

    def action_zoom(self, direction: int) -> None:
        """Zoom in or out around the cursor, or around the middle; grow or shrink the box that is being drawn."""
        if self._corner is not None:
            self._grow(direction)
            return
        left, bottom, right, top = self._window
        factor = _ZOOM**-direction
        x, y = (left + right) / 2, (bottom + top) / 2
        if self.cursor is not None and self._points is not None and direction > 0:
            x, y = self._points[self.cursor].tolist()
        across, up = (right - left) * factor / 2, (top - bottom) * factor / 2
        self._window = x - across, y - up, x + across, y + up
        self._fitted = False
        self._shifted()

    def _grow(self, direction: int) -> None:
        """Move each side of the box by a cell, outwards or inwards."""
        assert self._corner is not None
        left, bottom, right, top = self._window
        across = direction * (right - left) / max(1, self.size.width)
        up = direction * (top - bottom) / max(1, self.size.height)
        (x, y), (far_x, far_y) = self._corner, self._far
        # The box is two cells wide for each one high, as it looks.
        across *= 2
        self._corner = min(x, far_x) - across, min(y, far_y) - up
        self._far = max(x, far_x) + across, max(y, far_y) + up
        if self._corner[0] > self._far[0] or self._corner[1] > self._far[1]:
            self._corner = self._far = (x + far_x) / 2, (y + far_y) / 2
        self._redraw()

    def action_fit(self) -> None:
        """Show all points."""
        self.fit()

    def action_choose(self) -> None:
        """Close the box, or open the selected point."""
        if self._corner is not None:
            self.action_box()
        elif self.cursor is not None:
            self.post_message(self.Opened(self.cursor))

    def action_box(self) -> None:
        """Begin a box at the cursor, or close it and select what it holds."""
        if self._points is None:
            return
        if self._corner is None:
            if self.cursor is not None:
                x, y = self._points[self.cursor].tolist()
            else:
                left, bottom, right, top = self._window
                x, y = (left + right) / 2, (bottom + top) / 2
            self._corner = self._far = (x, y)
            self._redraw()
            return
        box, self._corner = self._box(), None
        self._redraw()
        self.post_message(self.Boxed(_where(inside(self._points, box) & self._visible())))

    def _box(self) -> Window:
        assert self._corner is not None
        (x, y), (other_x, other_y) = self._corner, self._far
        # A corner stands for its whole cell.
        left, bottom, right, top = self._window
        half_x, half_y = (right - left) / max(1, self.size.width) / 2, (top - bottom) / max(1, self.size.height) / 2
        return (
            min(x, other_x) - half_x,
            min(y, other_y) - half_y,
            max(x, other_x) + half_x,
            max(y, other_y) + half_y,
        )

    def _visible(self) -> Mask:
        import numpy as np

        assert self._groups is not None
        return ~np.isin(self._groups, list(self._layers.hidden))

    def _towards(self, across: int, up: int) -> int | None:
        """Return the nearest visible point in a direction, at least a dot away."""
        import numpy as np

        if self._points is None or not len(self._points):
            return None
        left, bottom, right, top = self._window
        visible = self._visible() & inside(self._points, self._window)
        if not visible.any():
            visible = self._visible()
        if self.cursor is None:
            here = np.array(((left + right) / 2, (bottom + top) / 2))
            gaps = np.where(visible, ((self._points - here) ** 2).sum(axis=1), np.inf)
            return int(gaps.argmin()) if visible.any() else None
        gaps = self._points - self._points[self.cursor]
        ahead = gaps[:, 0] * across + gaps[:, 1] * up
        aside = np.abs(gaps[:, 0] * up - gaps[:, 1] * across)
        dot = (right - left) / max(1, self.size.width * self.glyphs.value[0])
        possible = visible & (ahead > dot)
        narrow = possible & (aside <= ahead)
        chosen = narrow if narrow.any() else possible
        if not chosen.any():
            return None
        return int(np.where(chosen, ahead + _SIDEWAYS * aside, np.inf).argmin())

    def on_click(self, event: events.Click) -> None:
        """Select the point nearest to the mouse."""
        import numpy as np

        if self._points is None or not len(self._points):
            return
        left, bottom, right, top = self._window
        x = left + (event.x + 0.5) / max(1, self.size.width) * (right - left)
        y = top - (event.y + 0.5) / max(1, self.size.height) * (top - bottom)
        gaps = ((self._points - np.array((x, y))) ** 2).sum(axis=1)
        self.select(int(np.where(self._visible(), gaps, np.inf).argmin()))

    def on_resize(self) -> None:
        """Keep the aspect of the plane."""
        if self._fitted:
            self._fit()
        else:
            self._window = self._with_aspect(*self._window)
        self._redraw()

    def on_focus(self) -> None:
        """Draw the cursor as active."""
        self._redraw()

    def on_blur(self) -> None:
        """Draw the cursor as inactive."""
        self._redraw()

    def notify_style_update(self) -> None:
        """Draw again in the colours of another theme."""
        super().notify_style_update()
        self._picture = None

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Draw one line of the picture."""
        if self._picture is None:
            self._picture = self._draw()
        return self._picture[y] if y < len(self._picture) else Strip.blank(self.size.width, self.rich_style)

    def _draw(self) -> list[Strip]:
        import numpy as np

        width, height = self.size.width, self.size.height
        if self._points is None or self._groups is None or not width or not height:
            return []
        shown = inside(self._points, self._window) | self._fitted
        shown &= self._visible()
        lit = self._layers.lit
        priority = np.zeros(len(self._points), np.int64) if lit is None else lit.astype(np.int64)
        # Points that are not highlighted are drawn as one more group, in a quiet colour.
        quiet = len(self._colours)
        groups = self._groups if lit is None else np.where(lit, self._groups, quiet)
        dots = draw(self._points[shown], groups[shown], priority[shown], self._window, width, height, self.glyphs)
        return self._strips(dots, self._marks(width, height))

    def _strips(self, dots: Dots, marks: Mapping[tuple[int, int], tuple[str, Style]]) -> list[Strip]:
        base = self.rich_style
        background = self.background_colors[1]
        styles = [base + Style(color=readable(Color.parse(one), background).rich_color) for one in self._colours]
        styles += [base + self._component("quiet"), base]
        box = self._cells_of_box()
        strips = []
        for row, line in enumerate(dots.lines):
            segments: list[Segment] = []
            column, width = 0, len(line)
            groups = dots.groups[row].tolist()
            while column < width:
                if (row, column) in marks:
                    text, style = marks[row, column]
                    segments.append(Segment(text, style))
                    column += cell_len(text)
                    continue
                group, start = groups[column], column
                while column < width and groups[column] == group and (row, column) not in marks:
                    column += 1
                segments.append(Segment(line[start:column], styles[group]))
            strip = Strip(segments).adjust_cell_length(self.size.width, base)
            if box is not None and box[1] <= row <= box[3]:
                strip = _with_background(strip, box[0], box[2] + 1, self._component("box"))
            strips.append(strip)
        return strips

    def _marks(self, width: int, height: int) -> dict[tuple[int, int], tuple[str, Style]]:
        """Return labels, the query and the cursor by the cell at which they begin; labels do not overlap."""
        base, found = self.rich_style, dict[tuple[int, int], tuple[str, Style]]()
        taken: list[tuple[int, int, int]] = []

        def put(row: int, column: int, text: str, style: Style) -> None:
            end = column + cell_len(text)
            if (
                0 <= row < height
                and column >= 0
                and end <= width
                and all(row != other or end <= first or column >= last for other, first, last in taken)
            ):
                taken.append((row, column, end))
                found[row, column] = text, style

        assert self._points is not None
        if self.cursor is not None and (self._fitted or inside(self._points[[self.cursor]], self._window).all()):
            row, column = self._cell(self._points[[self.cursor]], width, height)[0]
            cursor = self._component("cursor") if self.has_focus else Style(bold=True, reverse=True)
            put(row, column, "@" if self.glyphs is Glyphs.ASCII else "●", base + cursor)
        if self._layers.query is not None:
            place = self._points[:1].copy()
            place[0] = self._layers.query
            row, column = self._cell(place, width, height)[0]
            put(row, column, "Q" if self.glyphs is Glyphs.ASCII else "◎", base + self._component("label"))
        label = base + self._component("label")
        for point, name in self._layers.labels.items():
            if not (self._fitted or inside(self._points[[point]], self._window).all()):
                continue
            row, column = self._cell(self._points[[point]], width, height)[0]
            text = fit(sanitize(name), _LABEL)
            room = column + 2 + cell_len(text) <= width
            put(row, column + 2 if room else max(0, column - 1 - cell_len(text)), text, label)
        return found

    def _cell(self, points: Floats, width: int, height: int) -> list[tuple[int, int]]:
        across, down = cells(points, self._window, width, height, self.glyphs)
        wide, high = self.glyphs.value
        return list(zip((down // high).tolist(), (across // wide).tolist(), strict=True))

    def _cells_of_box(self) -> tuple[int, int, int, int] | None:
        """Return the first and last column and row of the box that is being drawn."""
        if self._corner is None or self._points is None:
            return None
        ends = self._points[[0, 0]].copy()
        ends[0], ends[1] = self._corner, self._far
        (row, column), (other_row, other_column) = self._cell(ends, self.size.width, self.size.height)
        return min(column, other_column), min(row, other_row), max(column, other_column), max(row, other_row)

    def _component(self, name: str) -> Style:
        return self.get_component_rich_style(f"map--{name}")


def _where(mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[int]:
    return [int(place) for place in mask.nonzero()[0]]


def _with_background(strip: Strip, start: int, end: int, style: Style) -> Strip:
    """Return a strip with another background between two columns."""
    before, within, after = strip.crop(0, start), strip.crop(start, end), strip.crop(end, strip.cell_length)
    background = Style(bgcolor=style.bgcolor)
    return Strip.join([before, Strip(Segment.apply_style(within, post_style=background)), after])
