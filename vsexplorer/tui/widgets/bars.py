"""One-line widgets: text bars, as in the header, and the footer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from vsexplorer.core.text import SafeText, count, decode, fit, plural, sanitize
from vsexplorer.core.values import SetInfo
from vsexplorer.tui.keymap import Key, shown

_ALWAYS = ("help", "quit", "quit-always")


class TextBar(Widget):
    """A line with a left and a right text; the right one is hidden if there is too little room."""

    DEFAULT_CSS = """
    TextBar { height: 1; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._left = SafeText("")
        self._right = SafeText("")

    @property
    def left(self) -> SafeText:
        """The text at the left."""
        return self._left

    def set_text(self, left: str, right: str = "") -> None:
        """Show two texts, sanitized."""
        texts = sanitize(left), sanitize(right)
        if texts != (self._left, self._right):
            self._left, self._right = texts
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        width = self.size.width - 2
        right = self._right if cell_len(self._right) <= width // 2 else ""
        left = fit(self._left, width - cell_len(right) - 1 if right else width)
        gap = " " * (width - cell_len(left) - cell_len(right))
        return Strip([Segment(f" {left}{gap}{right} ", self.rich_style)]).adjust_cell_length(
            self.size.width, self.rich_style
        )


class Footer(Widget):
    """The footer: the most important keys, as many as fit; help and quit are always shown."""

    DEFAULT_CSS = """
    Footer { height: 1; color: $text-muted; }
    """

    def __init__(self, keys: Sequence[Key], remapped: Mapping[str, str]) -> None:
        super().__init__()
        self._remapped = remapped
        self.show(keys)

    def show(self, keys: Sequence[Key]) -> None:
        """Show those of the keys that are marked for the footer."""
        shown_keys = [key for key in keys if key.footer]
        # If a letter quits, the other quit key need not be shown.
        always = [key for key in shown_keys if key.id in _ALWAYS]
        last = [key for key in always if key.id != "quit-always" or not any(one.id == "quit" for one in always)]
        first = [key for key in shown_keys if key.id not in _ALWAYS]
        self._first = [(shown(key, self._remapped), key.label) for key in first]
        self._last = [(shown(key, self._remapped), key.label) for key in last]
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the keys and their labels."""
        first = list(self._first)
        while first and _room(first + self._last) > self.size.width - 1:
            first.pop()
        strong = self.rich_style + Style(bold=True)
        segments = [Segment(" ", self.rich_style)]
        for key, label in first + self._last:
            segments += [Segment(key, strong), Segment(f" {label}  ", self.rich_style)]
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)


def _room(keys: Sequence[tuple[str, str]]) -> int:
    return sum(cell_len(key) + cell_len(label) + 3 for key, label in keys)


def set_line(info: SetInfo, model: str) -> str:
    """Describe a vector set in one line, for the header."""
    dimensions = f"{info.dimension} dims"
    if info.reduced:
        dimensions += f" reduced from {info.input_dimension}"
    facts = [plural(info.size, "element"), dimensions, info.quantization]
    if info.is_index:
        facts += [info.algorithm, info.metric]
    if info.parts > 1:
        facts.insert(1, f"{info.parts:,} parts")
    if info.with_attributes < info.size:
        facts.append(f"{count(info.with_attributes)} with attributes")
    if model:
        facts.append(model.rpartition("/")[2])
    return f"{decode(info.key)}   {' · '.join(facts)}"
