"""The application: themes, keys and commands; everything else belongs to a screen."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.screen import Screen
from textual.signal import Signal
from textual.widgets import Input

from vsexplorer.core.errors import UsageError
from vsexplorer.core.text import sanitize
from vsexplorer.services.set_memory import SetMemory
from vsexplorer.state.theme import remember_theme, remembered_theme
from vsexplorer.tui.escape_key import install
from vsexplorer.tui.key_queue import KeyQueue
from vsexplorer.tui.keymap import Place, bindings, checked, own_bindings
from vsexplorer.tui.main.screen import MainScreen
from vsexplorer.tui.screens.dialogs import AppDialogs
from vsexplorer.tui.services.connection import ConnectionService
from vsexplorer.tui.session import Session
from vsexplorer.tui.start import MakeExplorer, Start, import_explorer

if TYPE_CHECKING:
    from textual.command import Provider

_HANG_UP = 3.0
"""Seconds to exit in order after the terminal was closed."""


def _keymap_provider() -> type[Provider]:
    """Return the palette's command provider, imported lazily: importing it takes a tenth of the start-up time."""
    from vsexplorer.tui.palette import KeymapProvider

    return KeymapProvider


install()


@runtime_checkable
class Editing(Protocol):
    """A screen whose input would be lost if it closed."""

    @property
    def edited(self) -> bool:
        """Whether there is input that would be lost."""


class ExplorerApp(App[None]):
    """vsexplorer in a terminal."""

    TITLE = "vsexplorer"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.EVERYWHERE)
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_keymap_provider}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-normal"), (120, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-tall")]  # noqa: RUF012
    CSS = """
    Screen { background: $background; }
    ModalScreen { background: $background 60%; }
    """

    def __init__(self, start: Start, make_explorer: MakeExplorer = import_explorer) -> None:
        super().__init__()
        self.start = start
        self.failure: BaseException | None = None
        """The exception that ended the application; ``None`` if it ended normally."""
        self._make_explorer = make_explorer
        self.key_queue = KeyQueue(self, self._dispatch_key)
        self.remapped = checked(start.keys)
        self.set_keymap(self.remapped)
        if start.theme and start.theme not in self.available_themes:
            raise UsageError(
                f"There is no theme {start.theme!r}.", f"Themes: {', '.join(sorted(self.available_themes))}."
            )
        theme = start.theme or remembered_theme(start.state)
        if theme in self.available_themes:
            self.theme = theme

    def get_default_screen(self) -> Screen[None]:
        """Make the main screen with the session that all screens share."""
        start = self.start
        session = Session(
            ConnectionService(lambda: self._make_explorer(start)),
            SetMemory(start.state, start.history, lambda words: self.say(words, error=True)),
            self.remapped,
            start.write,
            AppDialogs(lambda: self, self.key_queue),
            self._run_change,
            Signal(self, "set changed"),
            self.say,
            lambda: self._connect_again(session),
        )
        return MainScreen(start, session)

    def _connect_again(self, session: Session) -> ConnectionService:
        """Make another connection to the server of a session; a private server is not started again."""
        from vsexplorer.server.target import Where

        start = self.start
        if start.where.private or start.where.temporary:
            start = replace(start, where=Where(session.explorer.target))
        return ConnectionService(lambda: self._make_explorer(start))

    def on_mount(self) -> None:
        """Exit cleanly on signals, so that the terminal is restored, and redraw after a suspend."""
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        self.theme_changed_signal.subscribe(self, lambda theme: self._theme_chosen(theme.name))
        loop = asyncio.get_running_loop()
        # Outside the main thread, as in some tests, signal handlers cannot be installed.
        with suppress(RuntimeError, ValueError):
            for number in (signal.SIGTERM, signal.SIGQUIT):
                loop.add_signal_handler(number, self.exit, None, 128 + number)
            signal.signal(signal.SIGHUP, lambda *_: self._hang_up(loop))

    def _hang_up(self, loop: asyncio.AbstractEventLoop) -> None:
        """Exit, even if the terminal is gone.

        The thread that writes to a closed terminal dies, and the event loop then waits for it without end. This
        handler runs all the same, unlike one of the event loop.
        """
        code = 128 + signal.SIGHUP
        last = threading.Timer(_HANG_UP, os._exit, (code,))
        last.daemon = True
        last.start()
        loop.call_soon_threadsafe(self.exit, None, code)

    async def on_event(self, event: events.Event) -> None:
        """Handle keys and pastes one at a time, everything else at once."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self.key_queue.put(event)
        else:
            await super().on_event(event)

    async def _dispatch_key(self, event: events.Key | events.Paste) -> None:
        if not isinstance(event, events.Key) or not await self._run_moved_key(event):
            await super().on_event(event)

    async def _run_moved_key(self, event: events.Key) -> bool:
        """Run the action remapped to a key that a focused input would otherwise consume."""
        ids = {id for id, keys in self.remapped.items() if event.key in keys.split(",")}
        if not ids or event.is_printable or not isinstance(self.focused, Input):
            return False
        for node in self.focused.ancestors_with_self:
            for binding in own_bindings(node):
                if binding.id in ids:
                    return await self.run_action(binding.action, node)
        return False

    def _theme_chosen(self, name: str) -> None:
        """Remember the theme for the next run."""
        if self.start.theme:
            self.say("theme changed for this run only: it is set by --theme or the configuration")
            return
        try:
            remember_theme(self.start.state, name)
        except OSError as error:
            self.say(f"cannot save the theme: {error}", error=True)

    async def action_quit(self) -> None:
        """Quit; ask first if input would be lost."""
        edited = any(isinstance(screen, Editing) and screen.edited for screen in self.screen_stack)
        if edited and not isinstance(self.screen, Editing):
            # The question whether to lose the input is asked already.
            return
        if edited:
            self.run_worker(self._ask_to_quit(), group="quit", description="asking before text is lost")
        else:
            self.exit()

    async def _ask_to_quit(self) -> None:
        from vsexplorer.tui.screens.confirm import ConfirmScreen

        question = "quit, and discard the input?"
        if await self.push_screen_wait(ConfirmScreen(question, (), "", self.key_queue.forget_waiting)):
            self.exit()

    def say(self, words: str, error: bool = False) -> None:
        """Show a message on the active screen in place of the previous one, sanitized."""
        self.clear_notifications()
        self.notify(sanitize(words), severity="error" if error else "information", timeout=8, markup=False)

    def _run_change(self, change: Coroutine[Any, Any, Any]) -> None:
        """Run a change in the background; keys typed meanwhile wait for its dialog."""
        release = self.key_queue.hold()

        async def run() -> None:
            try:
                await change
            finally:
                release()

        self.run_worker(run(), group="change", description="changing something")

    def action_suspend_process(self) -> None:
        """Suspend to the shell, if there is one with job control to resume the program."""
        if _has_shell():
            super().action_suspend_process()
        else:
            self.say("cannot suspend: no shell with job control", error=True)

    def crash(self, error: BaseException) -> None:
        """Exit because of an unexpected exception; the command line reports it."""
        self.failure = error
        self.exit(return_code=1)

    def action_help(self) -> None:
        """Show all keys."""
        from vsexplorer.tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.remapped))


def _has_shell() -> bool:
    """Whether a shell with job control is waiting; without one the system ignores a suspend."""
    leader = os.getpgrp()
    parent = os.getppid()
    if leader != os.getpid():
        with suppress(OSError, ValueError, IndexError):
            # The parent of the process group's leader: the second field after its name in parentheses.
            parent = int(Path(f"/proc/{leader}/stat").read_text().rpartition(")")[2].split()[1])
    try:
        return os.getsid(parent) == os.getsid(0) and os.getpgid(parent) != leader
    except OSError:
        return False
