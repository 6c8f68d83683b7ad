"""The help screen: all keys, grouped by place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from vsexplorer.tui.keymap import Place, keys_at, shown

_WORDS = (
    "Results follow every keystroke. The bar beside a score goes from the median score of the set to the best "
    "result, or shows the cosine similarity, 2 · score - 1, until that is known. The mouse "
    "works too: click a row, a column title to sort; hold shift (option on macOS) to select text."
)


class HelpScreen(ModalScreen[None]):
    """Shows all keys and a short introduction."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "dismiss", show=False),
        Binding("j", "app.noop", show=False),
    ]
    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        & > VerticalScroll {
            width: 84; max-width: 100%; height: auto; max-height: 100%;
            background: $surface; border: round $primary; padding: 0 1; scrollbar-size-vertical: 1;
        }
    }
    """

    def __init__(self, remapped: Mapping[str, str]) -> None:
        super().__init__()
        self._remapped = remapped

    def compose(self) -> ComposeResult:
        """Compose one scrollable text."""
        with VerticalScroll():
            yield Static(self._content(), markup=False)

    def _content(self) -> Content:
        content = Content(_WORDS)
        for place in Place:
            content = content + Content("\n\n") + Content.styled(place.value, "bold $text-accent")
            for key in keys_at(place):
                content = (
                    content
                    + Content("\n")
                    + Content.styled(f"{shown(key, self._remapped):<16}", "bold")
                    + Content(key.help)
                )
        return content
