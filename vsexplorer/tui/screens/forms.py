"""Forms for the input of a change: attributes, a name, or a new element."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static, TextArea

from vsexplorer.core.errors import UsageError
from vsexplorer.core.text import sanitize
from vsexplorer.tui.keymap import Place, bindings
from vsexplorer.tui.services.edit_flow import NewElement
from vsexplorer.tui.widgets.line_input import LineInput

_FORM_CSS = """
    {name} {{
        align: center middle;
        & > Vertical {{
            width: 90; max-width: 100%; height: {height}; max-height: 100%;
            background: $surface; border: round $primary; padding: 0 1;
        }}
        & TextArea, & TextArea:focus {{ height: 1fr; border: none; padding: 0; background: $background; }}
        & Input {{ border: none; height: 1; padding: 0; width: 1fr; background: $background; }}
        & .form--title {{ text-style: bold; color: $text-accent; }}
        & .form--label {{ width: 12; color: $text-muted; }}
        & Horizontal {{ height: 1; }}
        & #form-state {{ height: auto; color: $text-muted; }}
        & #form-state.-error {{ color: $text-error; }}
    }}
    """


class _Form[T](ModalScreen[T | None]):
    """Base of the forms: dismisses with the input, or with ``None`` if cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.FORM)

    def tell(self, words: str, error: bool = False) -> None:
        """Show the state of the input, sanitized."""
        state = self.query_one("#form-state", Static)
        state.set_class(error, "-error")
        state.update(Content(sanitize(words)))

    @property
    def edited(self) -> bool:
        """Whether closing would lose input."""
        raise NotImplementedError

    def action_leave(self) -> None:
        """Leave without changing anything; ask first if that loses input."""
        if not self.edited:
            self.dismiss(None)
            return
        from vsexplorer.tui.screens.confirm import ConfirmScreen

        self.app.push_screen(ConfirmScreen("discard the input?", ()), self._discarded)

    def _discarded(self, agreed: bool | None) -> None:
        if agreed:
            self.dismiss(None)

    def action_accept(self) -> None:
        """Accept the input."""
        raise NotImplementedError


class AttributesForm(_Form[str]):
    """A form to edit JSON, checked while typing, or in an external editor."""

    DEFAULT_CSS = _FORM_CSS.format(name="AttributesForm", height="80%")

    def __init__(self, title: str, stored: str, entered: str | None = None, problem: str = "") -> None:
        super().__init__()
        self._title = title
        self._stored = stored
        self._entered = stored if entered is None else entered
        self._problem = problem

    def compose(self) -> ComposeResult:
        """Compose the title, the text area and the state."""
        with Vertical():
            yield Static(Content(sanitize(self._title)), classes="form--title", markup=False)
            area = TextArea(self._entered, soft_wrap=True, tab_behavior="indent", show_line_numbers=True)
            area.cursor_blink = False
            yield area
            yield Static(id="form-state", markup=False)

    @property
    def edited(self) -> bool:
        """Whether the text was changed."""
        return self.query_one(TextArea).text != self._stored

    def on_mount(self) -> None:
        """Focus the text area and check its content."""
        self.query_one(TextArea).focus()
        if self._check() and self._problem:
            self.tell(self._problem, error=True)

    @on(TextArea.Changed)
    def _text_changed(self, event: TextArea.Changed) -> None:
        if event.text_area.text != self._entered:
            self._check()

    def _check(self) -> bool:
        from vsexplorer.services.edit import checked_attributes

        text = self.query_one(TextArea).text
        try:
            stored = checked_attributes(text)
        except UsageError as error:
            self.tell(error.message, error=True)
            return False
        keys = "ctrl+s: accept · ctrl+o: $EDITOR · esc: cancel"
        self.tell(f"valid JSON · {keys}" if stored else f"empty: the attributes will be removed · {keys}")
        return True

    def action_accept(self) -> None:
        """Accept the text if it is valid JSON."""
        if self._check():
            self.dismiss(self.query_one(TextArea).text)

    def action_editor(self) -> None:
        """Edit the text in ``$VISUAL`` or ``$EDITOR``, by default ``vi``."""
        command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
        area = self.query_one(TextArea)
        with tempfile.TemporaryDirectory(prefix="vsexplorer-") as folder:
            file = Path(folder) / "attributes.json"
            file.write_text(area.text, encoding="utf-8")
            try:
                with self.app.suspend():
                    subprocess.run([*command, str(file)], check=True)
                area.text = file.read_text(encoding="utf-8", errors="replace")
            except (OSError, subprocess.CalledProcessError, SuspendNotSupported) as error:
                self.tell(f"{shlex.join(command)} failed: {error}", error=True)


class NameForm(_Form[str]):
    """A form to edit a name."""

    DEFAULT_CSS = _FORM_CSS.format(name="NameForm", height="auto")

    def __init__(self, title: str, name: str, problem: str = "") -> None:
        super().__init__()
        self._title = title
        self._name_before = name
        self._problem = problem

    def compose(self) -> ComposeResult:
        """Compose the title, the line and the state."""
        with Vertical():
            yield Static(Content(sanitize(self._title)), classes="form--title", markup=False)
            yield LineInput(self._name_before, select_on_focus=False)
            yield Static("enter: accept · esc: cancel", id="form-state", markup=False)

    def on_mount(self) -> None:
        """Show why the name was refused."""
        if self._problem:
            self.tell(self._problem, error=True)

    def action_leave(self) -> None:
        """Cancel; a name is typed again quickly."""
        self.dismiss(None)

    @property
    def edited(self) -> bool:
        """Whether the name was changed."""
        return self.query_one(Input).value != self._name_before

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_accept()

    def action_accept(self) -> None:
        """Accept the name."""
        name = self.query_one(Input).value
        if not name:
            self.tell("a name is required", error=True)
        else:
            self.dismiss(name)


@dataclass(frozen=True, slots=True)
class NewElementInput:
    """The input for a new element."""

    name: str
    what: str
    """A text, ``[numbers]``, or ``[file]``."""
    attributes: str


class AddForm(_Form[NewElementInput]):
    """A form for a new element: its name, its text or vector, and its attributes."""

    DEFAULT_CSS = _FORM_CSS.format(name="AddForm", height="60%")

    def __init__(self, title: str, entered: NewElement | None = None, problem: str = "") -> None:
        super().__init__()
        self._title = title
        self._entered = entered or NewElementInput("", "", "")
        self._problem = problem

    def compose(self) -> ComposeResult:
        """Compose the lines for name and text, and the attributes area."""
        with Vertical():
            yield Static(Content(sanitize(self._title)), classes="form--title", markup=False)
            hint = "a text to embed, or [0.1, 0.2 …], or [file.npy]"
            lines = (("name", "name", "", self._entered.name), ("what", "text", hint, self._entered.what))
            for field, label, placeholder, value in lines:
                with Horizontal():
                    yield Static(label, classes="form--label", markup=False)
                    yield LineInput(value, id=f"add-{field}", placeholder=placeholder)
            yield Static("attributes, as JSON (optional)", classes="form--label2", markup=False)
            area = TextArea(self._entered.attributes, soft_wrap=True)
            area.cursor_blink = False
            yield area
            yield Static("tab: next field · ctrl+s: accept · esc: cancel", id="form-state", markup=False)

    def on_mount(self) -> None:
        """Show why the input was refused."""
        if self._problem:
            self.tell(self._problem, error=True)

    @property
    def edited(self) -> bool:
        """Whether anything was typed."""
        return any(line.value for line in self.query(Input)) or bool(self.query_one(TextArea).text)

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    def action_accept(self) -> None:
        """Accept the input if it is complete and valid."""
        from vsexplorer.services.edit import checked_attributes

        name, what = (self.query_one(f"#add-{field}", Input).value for field in ("name", "what"))
        text = self.query_one(TextArea).text
        if not name or not what.strip():
            self.tell("a name and a text or vector are required", error=True)
            return
        try:
            checked_attributes(text)
        except UsageError as error:
            self.tell(error.message, error=True)
            return
        self.dismiss(NewElementInput(name, what, text))
