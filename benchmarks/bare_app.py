"""The floor for the screen: the least Textual application that could show the same.

``python -m benchmarks.bare_app rows`` has a line to type in and replaces 100 rows from memory at each key, drawn by
a line API widget. ``... widgets`` has as many widgets as the explorer and does nothing. ``... model`` also has
fastembed with its model loaded. One of them prints its name when it has painted.
"""

from __future__ import annotations

import sys

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Input, Static

ROWS = 100


class Rows(ScrollView):
    """Draws lines it is given."""

    def set_rows(self, rows: list[str]) -> None:
        self._rows = rows
        self.virtual_size = Size(self.size.width, len(rows))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        rows = getattr(self, "_rows", [])
        text = rows[y] if y < len(rows) else ""
        return Strip([Segment(text)]).adjust_cell_length(self.size.width)


class BareApp(App[None]):
    """An input over rows."""

    CSS = "Input { border: none; height: 1; } Rows { height: 1fr; }"

    def compose(self) -> ComposeResult:
        line = Input(placeholder="painted", compact=True)
        line.cursor_blink = False
        yield line
        yield Static("painted")
        yield Rows()

    def on_input_changed(self, event: Input.Changed) -> None:
        row = "{:>4} 0.{:03d} ██████   element number {:<20} 1900 2000  physics, chemistry  {}"
        self.query_one(Rows).set_rows([row.format(i, 999 - i, i, event.value) for i in range(ROWS)])


class Widgets(BareApp):
    """As many widgets as the explorer's screen."""

    def compose(self) -> ComposeResult:
        yield Static("server")
        yield Static("set")
        for name in ("painted", "filter"):
            with Horizontal():
                yield Static(name)
                yield Input(placeholder=name, compact=True)
                yield Static()
        with Horizontal():
            yield Rows()
            yield Static()
            yield Rows()
        yield Static("status")
        yield Static("keys")


def main(kind: str, folder: str) -> None:
    if kind == "model":
        from fastembed import TextEmbedding

        from vsexplorer.core.config import DEFAULT_MODEL

        model = TextEmbedding(DEFAULT_MODEL, specific_model_path=folder)
        list(model.embed("warm up"))
    (Widgets if kind == "widgets" else BareApp)().run()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
