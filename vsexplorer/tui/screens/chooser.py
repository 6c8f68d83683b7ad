"""A modal list to choose one entry from, narrowed by typing; entries may be added while it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.fuzzy import Matcher
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from vsexplorer.core.text import sanitize
from vsexplorer.tui.widgets.line_input import LineInput

_MOST_SHOWN = 200
"""Maximum number of options shown; typing finds the others."""


class Chooser[T](ModalScreen[T | None]):
    """Dismisses with the chosen value, or with ``None``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", show=False),
        Binding("down,ctrl+n", "highlight(1)", show=False, priority=True),
        Binding("up,ctrl+p", "highlight(-1)", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    Chooser {
        align: center middle;
        & > Vertical {
            width: 90; max-width: 100%; height: 80%; max-height: 100%;
            background: $surface; border: round $primary; padding: 0 1;
        }
        & Input { border: none; height: 1; padding: 0; background: $surface; margin: 0 0 1 0; }
        & OptionList { border: none; height: 1fr; padding: 0; background: $surface; scrollbar-size-vertical: 1; }
        & Static { height: auto; color: $text-muted; }
        &.-short > Vertical { height: 100%; border: none; }
        &.-short Input { margin: 0; }
    }
    """

    SORTED: ClassVar[bool] = True
    """Whether entries are sorted by name rather than kept in the order added."""

    def __init__(self, placeholder: str) -> None:
        super().__init__()
        self._placeholder = placeholder
        self._entries: list[tuple[str, str, T]] = []
        self._shown: list[T] = []

    def compose(self) -> ComposeResult:
        """Compose the input line, the list and the status line."""
        with Vertical():
            yield LineInput(placeholder=self._placeholder)
            yield OptionList(markup=False)
            yield Static(markup=False)

    def add(self, entries: Sequence[tuple[str, str, T]]) -> None:
        """Add entries of a name, a description and a value; names and descriptions are sanitized."""
        self._entries += entries
        if self.SORTED:
            self._entries.sort(key=lambda entry: entry[0].casefold())
        self._fill()

    def replace(self, entries: Sequence[tuple[str, str, T]]) -> None:
        """Replace all entries."""
        self._entries = []
        self.add(entries)

    @property
    def highlighted(self) -> T | None:
        """The value of the highlighted entry."""
        index = self.query_one(OptionList).highlighted
        return self._shown[index] if index is not None and index < len(self._shown) else None

    def say(self, words: str) -> None:
        """Show a status text under the list, sanitized."""
        self.query_one(Static).update(Content(sanitize(words, keep_newlines=True)))

    def on_input_changed(self) -> None:
        """Narrow the list."""
        self._fill()

    def on_input_submitted(self) -> None:
        """Choose the highlighted entry."""
        if (value := self.highlighted) is not None:
            self.dismiss(value)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Choose the selected entry."""
        self.dismiss(self._shown[event.option_index])

    def action_highlight(self, step: int) -> None:
        """Move the highlight without leaving the line."""
        options = self.query_one(OptionList)
        if step > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def _matching(self, wanted: str) -> list[tuple[str, str, T]]:
        """Return the entries that match what was typed, the best first."""
        if not wanted:
            return self._entries
        match = Matcher(wanted).match
        scored = [(score, entry) for entry in self._entries if (score := match(entry[0])) > 0]
        return [entry for _, entry in sorted(scored, key=lambda one: -one[0])]

    def _fill(self) -> None:
        matching = self._matching(self.query_one(Input).value.strip())
        found = matching[:_MOST_SHOWN]
        self._shown = [value for _, _, value in found]
        width = min(48, max((cell_len(name) for name, _, _ in found), default=0))
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(_line(name, words, width)) for name, words, _ in found])
        if len(matching) > len(found):
            more = len(matching) - len(found)
            options.add_option(Option(f"… and {more:,} more: type to narrow the list", disabled=True))
        if found:
            options.highlighted = 0
        elif self._entries:
            options.add_option(Option("no match", disabled=True))


def _line(name: str, words: str, width: int) -> Content:
    padding = " " * max(2, width + 2 - cell_len(name))
    return Content(name) + Content.styled(f"{padding}{words}", "$text-muted")
