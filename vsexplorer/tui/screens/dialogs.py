"""The dialogs of a change, opened over the active screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from textual.app import App

if TYPE_CHECKING:
    from vsexplorer.tui.screens.forms import NewElementInput


class AppDialogs:
    """Opens dialogs and waits for their results; to be called from a worker.

    Args:
        app: Returns the application.
        forget_keys: Drops the keys that were typed but not handled yet.
    """

    def __init__(self, app: Callable[[], App[Any]], forget_keys: Callable[[], None]) -> None:
        self._app = app
        self._forget_keys = forget_keys

    async def confirm(self, question: str, commands: Sequence[str], typed: str) -> bool:
        """Show the commands and ask; ``typed`` must be typed to agree, unless it is empty."""
        from vsexplorer.tui.screens.confirm import ConfirmScreen

        agreed: bool = await self._app().push_screen_wait(
            ConfirmScreen(question, commands, typed, self._forget_keys)
        )
        return agreed

    async def edit_attributes(self, title: str, text: str) -> str | None:
        """Let the user edit JSON; returns the text, or ``None`` if cancelled."""
        from vsexplorer.tui.screens.forms import AttributesForm

        return await self._app().push_screen_wait(AttributesForm(title, text))

    async def edit_name(self, title: str, name: str) -> str | None:
        """Let the user edit a name; returns it, or ``None`` if cancelled."""
        from vsexplorer.tui.screens.forms import NameForm

        return await self._app().push_screen_wait(NameForm(title, name))

    async def new_element(self, title: str) -> NewElementInput | None:
        """Ask for a name, a text or vector, and attributes."""
        from vsexplorer.tui.screens.forms import AddForm

        return await self._app().push_screen_wait(AddForm(title))
