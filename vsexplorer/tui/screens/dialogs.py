"""The dialogs of a change, opened over the active screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.screen import ModalScreen

from vsexplorer.tui.key_queue import KeyQueue

if TYPE_CHECKING:
    from vsexplorer.tui.services.edit_flow import NewElement


class AppDialogs:
    """Opens dialogs and waits for their results; to be called from a worker.

    Args:
        app: Returns the application.
        keys: The queue of keys, which are held between two dialogs of a change.
    """

    def __init__(self, app: Callable[[], App[Any]], keys: KeyQueue) -> None:
        self._app = app
        self._keys = keys

    async def confirm(self, question: str, commands: Sequence[str], typed: str) -> bool:
        """Show the commands and ask; ``typed`` must be typed to agree, unless it is empty."""
        from vsexplorer.tui.screens.confirm import ConfirmScreen

        dialog = ConfirmScreen(question, commands, typed, self._keys.forget_waiting)
        return await self._ask(dialog)

    async def edit_attributes(self, title: str, stored: str, entered: str, problem: str) -> str | None:
        """Let the user edit JSON, beginning with what was entered before; returns ``None`` if cancelled."""
        from vsexplorer.tui.screens.forms import AttributesForm

        return await self._ask(AttributesForm(title, stored, entered, problem))

    async def edit_name(self, title: str, entered: str, problem: str) -> str | None:
        """Let the user edit a name; returns it, or ``None`` if cancelled."""
        from vsexplorer.tui.screens.forms import NameForm

        return await self._ask(NameForm(title, entered, problem))

    async def new_element(self, title: str, entered: NewElement | None, problem: str) -> NewElement | None:
        """Ask for a name, a text or vector, and attributes; returns ``None`` if cancelled."""
        from vsexplorer.tui.screens.forms import AddForm

        return await self._ask(AddForm(title, entered, problem))

    async def _ask[T](self, dialog: ModalScreen[T]) -> T:
        """Open a dialog and return its result; keys typed after it wait until the change goes on."""
        result = await self._app().push_screen_wait(dialog)
        self._keys.hold()
        return result
