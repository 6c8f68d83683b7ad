"""The confirmation of a change: the commands to be sent, and a question as strict as the risk requires."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from vsexplorer.core.text import sanitize
from vsexplorer.tui.widgets.line_input import LineInput

_SHOWN = 200
"""Maximum number of commands listed; the rest are counted."""


class ConfirmScreen(ModalScreen[bool]):
    """Dismisses with whether to make the change; ignores keys typed before it was visible.

    Args:
        words: What will be done. Sanitized.
        commands: The commands that will be sent. Sanitized.
        typed: What must be typed to agree; empty if a key is enough.
        forget_keys: Drops the keys that were typed before the question could be seen.
    """

    REACTION: ClassVar[float] = 0.3
    """Seconds before a key is accepted: nobody reads faster, but an earlier key may still be pending."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "answer(False)", show=False),
        Binding("enter", "answer(True)", show=False),
    ]
    DEFAULT_CSS = """
    ConfirmScreen {
        align: center middle;
        & > Vertical {
            width: 90; max-width: 100%; height: auto; max-height: 100%;
            background: $surface; border: round $warning; padding: 0 1;
        }
        & VerticalScroll { height: auto; max-height: 60vh; scrollbar-size-vertical: 1; }
        & #confirm-words { text-style: bold; }
        & #confirm-commands { color: $text-muted; margin: 1 0; }
        & #confirm-keys { height: 1; }
        & Input { border: none; height: 1; padding: 0; background: $background; }
    }
    """

    def __init__(
        self, words: str, commands: Sequence[str], typed: str = "", forget_keys: Callable[[], None] | None = None
    ) -> None:
        super().__init__()
        self._words = sanitize(words)
        self._commands = [sanitize(line) for line in commands]
        self._typed = sanitize(typed)
        self._forget_keys = forget_keys
        self.takes_keys = False
        """Whether the dialog has been visible long enough to accept keys; its key hints are shown then."""

    def compose(self) -> ComposeResult:
        """Compose the question, the commands and the key hints."""
        lines: list[str] = [*self._commands[:_SHOWN]]
        if len(self._commands) > _SHOWN:
            lines.append(f"… and {len(self._commands) - _SHOWN:,} more")
        with Vertical():
            yield Static(Content(self._words), id="confirm-words", markup=False)
            if lines:
                with VerticalScroll(can_focus=False):
                    yield Static(Content("\n".join(lines)), id="confirm-commands", markup=False)
            yield Static(id="confirm-keys", markup=False)
            if self._typed:
                yield LineInput()

    def on_mount(self) -> None:
        """Accept keys once the question has been drawn."""
        self.call_after_refresh(self.set_timer, self.REACTION, self._take_keys)

    def _take_keys(self) -> None:
        if self._forget_keys is not None:
            self._forget_keys()
        if self._typed:
            self.query_one(Input).value = ""
        self.takes_keys = True
        keys = f"type {self._typed} and press enter" if self._typed else "enter: confirm"
        self.query_one("#confirm-keys", Static).update(Content(f"{keys} · esc: cancel"))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self.takes_keys:
            return
        if event.value == self._typed:
            self.dismiss(True)
        else:
            self.query_one("#confirm-words", Static).update(Content(f"{self._words}: does not match {self._typed}"))

    def action_answer(self, yes: bool) -> None:
        """Make the change, or cancel it."""
        if self.takes_keys and not (yes and self._typed):
            self.dismiss(yes)
