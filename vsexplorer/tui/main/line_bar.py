"""Base of the query and filter bars: a line with a finding and completion."""

from __future__ import annotations

from typing import ClassVar

from rich.highlighter import Highlighter
from textual import events, on
from textual.binding import BindingType
from textual.containers import Vertical

from vsexplorer.tui.keymap import Place, bindings
from vsexplorer.tui.main.completion import Completion
from vsexplorer.tui.widgets.completions import CompletionList
from vsexplorer.tui.widgets.filter_line import FindingLine
from vsexplorer.tui.widgets.prompt import INDENT, PromptLine


class LineBar(Vertical):
    """Owns a line of text, the finding under it and the list of proposals.

    Args:
        label: The label before the line, and the prefix of the widget ids.
        placeholder: Shown while the line is empty.
        highlighter: Colours the text.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.LINE)
    DEFAULT_CSS = """
    LineBar { height: auto; }
    """

    def __init__(self, label: str, placeholder: str, highlighter: Highlighter | None = None) -> None:
        super().__init__(id=f"{label}-bar")
        self._line = PromptLine(label, placeholder, id=label, highlighter=highlighter)
        self._finding = FindingLine(INDENT, id=f"{label}-finding")
        self.completions = CompletionList(id=f"{label}-completions")
        self._completion = Completion(self._line, self.completions)

    def on_mount(self) -> None:
        """Watch the cursor, to close completion when it moves away."""
        self.watch(self._line.input, "selection", self._completion.cursor_moved, init=False)

    @property
    def value(self) -> str:
        """The text of the line."""
        return self._line.value

    @property
    def is_active(self) -> bool:
        """Whether the line has the focus."""
        return self._line.input.has_focus

    @property
    def completes(self) -> bool:
        """Whether proposals are shown."""
        return self._completion.open

    def activate(self, select: bool = False) -> None:
        """Focus the line; ``select`` selects its text, so that typing replaces it."""
        self._line.input.focus()
        if select:
            self._line.input.select_all()

    def say(self, word: str, kind: str = "") -> None:
        """Show a sanitized status text at the right of the line."""
        self._line.say(word, kind)

    def close_completion(self) -> bool:
        """Close the completion list; returns whether it was open."""
        return self._completion.close()

    def action_complete(self) -> None:
        """Accept the highlighted proposal, or focus the next pane."""
        if not self._take():
            self._completion.close()
            self.screen.focus_next()

    @on(PromptLine.Moved)
    def _moved(self, event: PromptLine.Moved) -> None:
        if self._completion.open:
            event.stop()
            self._completion.choose(event.by)

    @on(CompletionList.Taken)
    def _clicked(self, event: CompletionList.Taken) -> None:
        event.stop()
        self._take()

    @on(events.DescendantBlur)
    def _left(self) -> None:
        self._completion.close()

    def _take(self) -> bool:
        taken = self._completion.take()
        if taken is None:
            return False
        self._line.input.value, self._line.input.cursor_position = taken
        return True
