"""A compact view of a vector: its key facts and a bar chart of its components."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from vsexplorer.core.text import fit
from vsexplorer.core.values import ElementDetails

_EIGHTHS = " ▁▂▃▄▅▆▇█"


class VectorView(Widget):
    """Draws a bar per group of components: the largest by magnitude, upward or downward."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"vector--up", "vector--down", "vector--quiet"}
    DEFAULT_CSS = """
    VectorView {
        height: 7;
        padding: 0 1;
        & > .vector--up { color: $text-primary; }
        & > .vector--down { color: $text-warning; }
        & > .vector--quiet { color: $text-muted; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._details: ElementDetails | None = None
        self._more = ""

    def show(self, details: ElementDetails, more: str = "") -> None:
        """Show an element's vector; ``more`` is sanitized text shown below it."""
        self._details, self._more = details, more
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the facts, the four lines of the chart, the scale or the text below."""
        width = self.content_size.width
        quiet = self.get_component_rich_style("vector--quiet")
        if self._details is None or width < 4:
            return Strip.blank(width, self.rich_style)
        if y == 0:
            segments = [Segment(fit(facts(self._details), width), self.rich_style)]
        elif y <= 4:
            segments = self._picture(y - 1, width)
        elif y == 5:
            segments = [Segment(fit(scale(self._details, width), width), quiet)]
        else:
            segments = [Segment(fit(self._more, width), self.rich_style)]
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _picture(self, line: int, width: int) -> list[Segment]:
        assert self._details is not None
        values = columns(self._details.numbers, width)
        highest = max(map(abs, values), default=0.0) or 1.0
        upward = line < 2
        style = self.get_component_rich_style("vector--up" if upward else "vector--down")
        # Two lines up and two down; below the axis blocks hang from the top, drawn in reverse video.
        first = (2 - line - 1) * 8 if upward else (line - 2) * 8
        shown = []
        for value in values:
            eighths = round((value if upward else -value) / highest * 16) - first
            shown.append(max(0, min(8, eighths)))
        if upward:
            return [Segment("".join(_EIGHTHS[one] for one in shown), style)]
        # A block that hangs from the top is the reverse video of one that rises from the bottom.
        reverse = style + self._reversed
        return [
            Segment(_EIGHTHS[8 - one], reverse) if 0 < one < 8 else Segment(_EIGHTHS[one], style) for one in shown
        ]

    @property
    def _reversed(self) -> Style:
        return Style(reverse=True)


def columns(numbers: Sequence[float], width: int) -> list[float]:
    """Group the components into at most ``width`` columns; each keeps the largest by magnitude."""
    count = min(width, len(numbers))
    bounds = [round(place * len(numbers) / count) for place in range(count + 1)] if count else [0]
    return [max(numbers[a:b], key=abs) for a, b in pairwise(bounds)]


def facts(details: ElementDetails) -> str:
    """Describe dimension, quantization and norm."""
    return f"vector: {details.dimension} dims · {details.quantization} · norm {details.norm:.4g}"


def scale(details: ElementDetails, width: int) -> str:
    """Describe the range of the components, and how many share one of ``width`` columns."""
    if not details.numbers:
        return ""
    words = f"from {min(details.numbers):.3g} to {max(details.numbers):.3g}"
    each = -(-len(details.numbers) // max(1, min(width, len(details.numbers))))
    return words if each == 1 else f"{words} · {each} per column"
