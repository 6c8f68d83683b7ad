"""A scrollable view of an element's attributes, indented, highlighted and wrapped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.console import Console
from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from vsexplorer.core.attributes import parse, pretty
from vsexplorer.core.text import sanitize

_KEY = r'(?m)^ *(?P<key>"(?:[^"\\]|\\.)*")(?=:)'
_STRING = r'(?m)(?:: |^ *)(?P<string>"(?:[^"\\]|\\.)*")(?=,?$)'
_LITERAL = r"(?m)(?:: |^ *)(?P<literal>-?[\d.eE+-]+|true|false|null)(?=,?$)"
_LAYOUT = Console(width=80, color_system="truecolor", legacy_windows=False)
"""Wraps and styles text; nothing is ever printed on it."""
_MOST = 100_000
"""Maximum number of characters shown."""


class AttributesView(ScrollView, can_focus=True):
    """Shows a title and wrapped text; draws only the visible lines."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
        Binding("g", "scroll_home", show=False),
        Binding("G", "scroll_end", show=False),
        Binding("ctrl+d", "page_down", show=False),
        Binding("ctrl+u", "page_up", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "attributes--title",
        "attributes--key",
        "attributes--string",
        "attributes--literal",
        "attributes--quiet",
    }
    DEFAULT_CSS = """
    AttributesView {
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        scrollbar-gutter: stable;
        padding: 0 1;
        & > .attributes--title { text-style: bold; color: $text-accent; }
        & > .attributes--key { color: $text-primary; }
        & > .attributes--string { color: $text-success; }
        & > .attributes--literal { color: $text-warning; }
        & > .attributes--quiet { color: $text-muted; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = ""
        self._facts: tuple[str, ...] = ()
        self._attributes: bytes | None = None
        self._missing = ""
        self._strips: list[Strip] | None = []

    @property
    def _width(self) -> int:
        """Width available for text, in cells."""
        return self.scrollable_content_region.width

    def show(
        self, title: str, attributes: bytes | None, facts: tuple[str, ...] = (), missing: str = "no attributes"
    ) -> None:
        """Show one element.

        Args:
            title: Its name; without one, nothing is shown.
            attributes: Its attributes, as stored.
            facts: Lines under the title.
            missing: Shown in place of attributes.
        """
        shown = title, attributes, facts, missing
        if shown == (self._title, self._attributes, self._facts, self._missing):
            return
        self._title, self._attributes, self._facts, self._missing = shown
        self._strips = None
        self.scroll_to(0, 0, animate=False, immediate=True)
        self.refresh()

    def on_resize(self) -> None:
        """Wrap again at the new width."""
        self._strips = None

    def notify_style_update(self) -> None:
        """Discard styled lines when the theme changes."""
        super().notify_style_update()
        self._strips = None

    def render_line(self, y: int) -> Strip:
        """Draw one line of the wrapped text."""
        if self._strips is None:
            self._strips = self._wrapped(self._width)
            self.virtual_size = Size(self._width, len(self._strips))
        line = self.scroll_offset.y + y
        if line >= len(self._strips):
            return Strip.blank(self._width, self.rich_style)
        return self._strips[line]

    def _wrapped(self, width: int) -> list[Strip]:
        if not self._title:
            return []
        base = self.rich_style
        strips = []
        for text in (self._heading(), self._body()):
            text.stylize_before(base)
            for line in _wrapped_lines(text, max(4, width), base):
                segments = [segment for segment in line.render(_LAYOUT) if segment.text.rstrip("\n")]
                strips.append(Strip(segments).adjust_cell_length(width, base))
        return strips

    def _heading(self) -> Text:
        text = Text(sanitize(self._title), self.get_component_rich_style("attributes--title"))
        for fact in self._facts:
            text.append(f"\n{sanitize(fact)}", self.get_component_rich_style("attributes--quiet"))
        return text

    def _body(self) -> Text:
        quiet = self.get_component_rich_style("attributes--quiet")
        if not self._attributes:
            return Text(sanitize(self._missing, keep_newlines=True), quiet)
        laid_out = pretty(self._attributes)
        text = Text(sanitize(laid_out[:_MOST], keep_newlines=True))
        if parse(self._attributes)[0]:
            for part in (_KEY, _STRING, _LITERAL):
                text.highlight_regex(part, style_prefix="")
            text = self._coloured(text)
        else:
            text.append("\n\nnot valid JSON: filters see only the fields before the error", quiet)
        if len(laid_out) > _MOST:
            text.append(f"\n… {len(laid_out) - _MOST:,} more characters", quiet)
        return text

    def _coloured(self, text: Text) -> Text:
        styles = {
            name: self.get_component_rich_style(f"attributes--{name}") for name in ("key", "string", "literal")
        }
        text.spans = [span._replace(style=styles[str(span.style)]) for span in text.spans]
        return text


def _wrapped_lines(text: Text, width: int, base: Style) -> Iterator[Text]:
    """Wrap each line; continuation lines are indented two cells deeper."""
    for line in text.split("\n", allow_blank=True):
        indent = len(line.plain) - len(line.plain.lstrip(" "))
        hang = min(indent + 2 if indent else 0, width // 2)
        for number, piece in enumerate(line[indent:].wrap(_LAYOUT, width - max(hang, indent), overflow="fold")):
            yield Text.assemble((" " * (hang if number else indent), base), piece)
