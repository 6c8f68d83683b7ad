"""Asking before something is changed: the exact commands first, and a question in proportion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from vsexplorer.tui.widgets.line_input import LineInput

_SHOWN = 200
"""Commands listed before the rest are counted."""


class ConfirmScreen(ModalScreen[bool]):
    """Dismisses with whether to go on; where something must be typed, only that does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "answer(False)", show=False),
        Binding("y,enter", "answer(True)", show=False),
        Binding("n", "answer(False)", show=False),
    ]
    DEFAULT_CSS = """
    ConfirmScreen {
        align: center middle;
        & > Vertical {
            width: 90; max-width: 100%; height: auto; max-height: 100%;
            background: $surface; border: round $warning; padding: 0 1;
        }
        & VerticalScroll { height: auto; max-height: 60%; scrollbar-size-vertical: 1; }
        & #confirm-words { text-style: bold; }
        & #confirm-commands { color: $text-muted; margin: 1 0; }
        & Input { border: none; height: 1; padding: 0; background: $background; }
    }
    """

    def __init__(self, words: str, commands: Sequence[str], typed: str = "") -> None:
        super().__init__()
        self._words = words
        self._commands = commands
        self._typed = typed

    def compose(self) -> ComposeResult:
        """What, by which commands, and how to agree."""
        lines = list(self._commands[:_SHOWN])
        if len(self._commands) > _SHOWN:
            lines.append(f"… and {len(self._commands) - _SHOWN:,} more")
        with Vertical():
            yield Static(Content(self._words), id="confirm-words", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static(Content("\n".join(lines)), id="confirm-commands", markup=False)
            if self._typed:
                yield Static(Content(f"type {self._typed} and press enter · esc leaves it"), markup=False)
                yield LineInput()
            else:
                yield Static("enter does it · esc leaves it", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value == self._typed:
            self.dismiss(True)
        else:
            self.query_one("#confirm-words", Static).update(Content(f"{self._words}: that is something else"))

    def action_answer(self, yes: bool) -> None:
        """Go on, or leave everything as it is."""
        if not (yes and self._typed):
            self.dismiss(yes)
