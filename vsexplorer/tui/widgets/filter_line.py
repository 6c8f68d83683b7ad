"""Syntax highlighting of the filter line, and the line below it that shows a finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.highlighter import Highlighter
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.color import Color
from textual.strip import Strip
from textual.widget import Widget

from vsexplorer.core.text import fit, sanitize
from vsexplorer.tui.widgets.contrast import readable

if TYPE_CHECKING:
    from vsexplorer.language.check import Finding

_COLORS = {
    "SELECTOR": "primary",
    "STRING": "success",
    "NUMBER": "warning",
    "ARRAY": "warning",
    "NULL": "warning",
    "OPERATOR": "secondary",
    "UNFINISHED": "success",
    "WRONG": "error",
}
"""Theme colour of each kind of token."""
_ANSI = {"primary": "cyan", "success": "green", "warning": "yellow", "secondary": "magenta", "error": "red"}
"""The same for themes that use the terminal's own palette, whose colours are unknown."""


class FilterHighlighter(Highlighter):
    """Highlights fields, operators, strings and numbers in theme colours with sufficient contrast.

    Args:
        variables: Returns the theme's variables.
        engine: Returns whether filters are in the language of the query engine.
    """

    def __init__(
        self, variables: Callable[[], Mapping[str, str]], engine: Callable[[], bool] = lambda: False
    ) -> None:
        self._variables = variables
        self._engine = engine
        self._styles: dict[str, Style] = {}
        self._colours: tuple[str, ...] = ()

    def highlight(self, text: Text) -> None:
        """Style the tokens of an expression."""
        if not text.plain:
            return
        from vsexplorer.language.tokens import tokenize

        variables = self._variables()
        # A theme change modifies the variables in place.
        made_of = tuple(variables[name] for name in ("background", *_ANSI))
        if made_of != self._colours:
            self._styles, self._colours = _styles(variables), made_of
        if self._engine():
            from vsexplorer.language.engine_query import TOKENS

            for piece in TOKENS.finditer(text.plain):
                text.stylize(self._styles[piece.lastgroup or "STRING"], piece.start(), piece.end())
            return
        for token in tokenize(text.plain):
            text.stylize(self._styles[token.kind.name], token.start, token.end)


def _styles(variables: Mapping[str, str]) -> dict[str, Style]:
    background = Color.parse(variables["background"])
    found: dict[str, Style] = {}
    for kind, name in _COLORS.items():
        color = Color.parse(variables[name])
        known = color.ansi is None and background.ansi is None
        chosen = readable(color, background).rich_color.name if known else _ANSI[name]
        found[kind] = Style(color=chosen, underline=kind == "WRONG")
    return found


class FindingLine(Widget):
    """A line that shows a finding about the line above it; hidden if there is none."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"finding--error", "finding--unfinished", "finding--warning"}
    DEFAULT_CSS = """
    FindingLine {
        height: 1;
        display: none;
        &.-shown { display: block; }
        & > .finding--error { color: $text-error; }
        & > .finding--unfinished { color: $text-muted; }
        & > .finding--warning { color: $text-warning; }
    }
    """

    def __init__(self, indent: int, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._indent = indent
        self._finding: Finding | None = None
        self._scrolled = 0

    @property
    def finding(self) -> Finding | None:
        """The finding shown."""
        return self._finding

    def show(self, finding: Finding | None, scrolled: int = 0) -> None:
        """Show a finding, or hide the line; ``scrolled`` is how many cells the line above is scrolled."""
        if (finding, scrolled) == (self._finding, self._scrolled):
            return
        self._finding, self._scrolled = finding, scrolled
        if self.has_class("-shown") != (finding is not None):
            self.set_class(finding is not None, "-shown")
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the caret and the sentence, which precedes the caret if there is no room after it."""
        width = self.size.width
        if self._finding is None or y:
            return Strip.blank(width, self.rich_style)
        finding = self._finding
        style = self.rich_style + self.get_component_rich_style(f"finding--{finding.severity.value}")
        place = min(max(self._indent, self._indent + finding.start - self._scrolled), max(0, width - 2))
        caret = "^" * max(1, min(finding.end - finding.start, width - place - 1))
        words: str = sanitize(finding.sentence)
        if finding.correction is not None:
            words += " · ctrl+y: correct"
        if finding.severity.value == "warning":
            words = f"note: {words}"
        room_behind, room_before = width - place - len(caret) - 2, place - 2
        if room_behind >= min(len(words), room_before):
            indent, text = place, f"{caret} {fit(words, max(0, room_behind))}"
        else:
            words = fit(words, room_before)
            indent, text = place - 1 - cell_len(words), f"{words} {caret}"
        strong = style + Style(bold=finding.severity.value == "error")
        segments = [Segment(" " * indent, style), Segment(text, strong)]
        return Strip(segments).adjust_cell_length(width, self.rich_style)
