"""A labelled input line, as used for query and filter."""

from __future__ import annotations

from typing import ClassVar

from rich.highlighter import Highlighter
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from vsexplorer.core.text import SafeText, sanitize
from vsexplorer.tui.keymap import Place, bindings
from vsexplorer.tui.widgets.line_input import LineInput


class _PromptInput(LineInput):
    """An input whose up and down arrows move the selection in the results, to view elements while typing."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.LINE_INPUT)

    def action_move_selection(self, by: int) -> None:
        self.post_message(PromptLine.Moved(by))

    def action_leave(self) -> None:
        self.post_message(PromptLine.Left())

    def action_clear_line(self) -> None:
        self.value = ""


INDENT = 10
"""Cells before the text."""


class PromptLine(Horizontal):
    """A label, the input, and a status text on the right."""

    DEFAULT_CSS = """
    PromptLine {
        height: 1;
        & > .prompt--label { width: 10; color: $text-muted; padding: 0 0 0 1; }
        & > _PromptInput { width: 1fr; border: none; height: 1; padding: 0; background: $background; }
        & > .prompt--state { width: auto; max-width: 50%; padding: 0 1; color: $text-muted; }
        &.-active > .prompt--label { color: $text-accent; text-style: bold; }
        &.-error > .prompt--state { color: $text-error; }
        &.-error > .prompt--label { color: $text-error; text-style: bold; }
        &.-good > .prompt--state { color: $text-success; }
    }
    """

    class Edited(Message):
        """The text has changed."""

        def __init__(self, line: PromptLine, value: str) -> None:
            super().__init__()
            self.line = line
            self.value = value

        @property
        def control(self) -> PromptLine:
            """The line, for ``on``."""
            return self.line

    class Moved(Message):
        """The user wants to move the selection in the results by some rows."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class Left(Message):
        """The user wants to leave the line for the results."""

    def __init__(self, label: str, placeholder: str, *, id: str, highlighter: Highlighter | None = None) -> None:
        super().__init__(id=id)
        self._label = Static(Content(f"{label} ›"), classes="prompt--label", markup=False)
        self.input = _PromptInput(placeholder=placeholder, select_on_focus=False, highlighter=highlighter)
        self._state = Static(classes="prompt--state", markup=False)
        self._word = SafeText("")
        self._kind = ""

    def compose(self) -> ComposeResult:
        """Compose the label, the input and the status."""
        yield self._label
        yield self.input
        yield self._state

    @property
    def value(self) -> str:
        """The text."""
        return self.input.value

    def set_quietly(self, value: str) -> None:
        """Set the text without posting ``Edited``."""
        with self.input.prevent(Input.Changed):
            self.input.value = value
            self.input.cursor_position = len(value)

    def say(self, word: str, kind: str = "") -> None:
        """Show a status text, sanitized; ``kind`` is ``error``, ``good`` or empty."""
        safe = sanitize(word)
        if (safe, kind) == (self._word, self._kind):
            return
        # Changing a class restyles the line, so change it only if needed.
        if kind != self._kind:
            self.set_class(kind == "error", "-error")
            self.set_class(kind == "good", "-good")
        self._word, self._kind = safe, kind
        self._state.update(Content(safe))

    def on_descendant_focus(self) -> None:
        """Highlight the label."""
        self.add_class("-active")

    def on_descendant_blur(self) -> None:
        """Dim the label."""
        self.remove_class("-active")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Post the input's change as ``Edited``."""
        event.stop()
        self.post_message(self.Edited(self, event.value))

    def on_click(self, event: events.Click) -> None:
        """Focus the input when any part of the line is clicked."""
        self.input.focus()
