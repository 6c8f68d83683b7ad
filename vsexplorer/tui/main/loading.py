"""Loading files from the main screen: choosing one, asking, running the load, and reporting it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message

from vsexplorer.core.errors import NotFound, VsexplorerError
from vsexplorer.core.progress import Progress
from vsexplorer.core.text import decode, plural, sanitize
from vsexplorer.tui.keymap import Place, bindings
from vsexplorer.tui.main.messages import SetChosen, StatusMessage
from vsexplorer.tui.main.navigation import NOT_CONNECTED
from vsexplorer.tui.services.load_runner import LoadRunner, report_words
from vsexplorer.tui.session import Session

if TYPE_CHECKING:
    from vsexplorer.transfer.plan import LoadPlan, LoadReport
    from vsexplorer.transfer.rows import RowSource
    from vsexplorer.tui.screens.load import ChosenLoad


class Loading(Vertical):
    """Contains the panes of the main screen and owns the keys that load files.

    Args:
        session: The open set and the services for it.
        added: Called from time to time with the key of the set that elements were added to.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.LOADING)
    DEFAULT_CSS = """
    Loading { height: 1fr; }
    """

    class Progressed(Message):
        """The load has made progress."""

        def __init__(self, progress: Progress) -> None:
            super().__init__()
            self.progress = progress

    class Ended(Message):
        """The load has ended: with a report, stopped without one, or with an error."""

        def __init__(
            self, plan: LoadPlan, report: LoadReport | None = None, error: VsexplorerError | None = None
        ) -> None:
            super().__init__()
            self.plan = plan
            self.report = report
            self.error = error

    def __init__(self, session: Session, added: Callable[[bytes], Awaitable[None]]) -> None:
        super().__init__(id="loading")
        self._session = session
        self.runner = LoadRunner(lambda: session.explorer.transfers.load, self._show, added)
        self._loaded: bytes | None = None
        """The key of the set that was loaded last."""

    def start(self, files: list[RowSource], plan: LoadPlan) -> None:
        """Load files in the background."""
        self.run_worker(self._load(files, plan), group="load", description="loading a file")

    async def start_demo(self, name: str, show: Callable[[Progress], None]) -> None:
        """Load an example: ``people`` before this returns, ``unicode`` in the background.

        Args:
            name: The example.
            show: Called with the progress of the example that is waited for.

        Raises:
            VsexplorerError: the server refuses, or the model cannot be loaded.
        """
        if name == "people":
            from vsexplorer.services.demo import load_people

            await load_people(self._session.explorer, show)
        elif name == "unicode":
            from vsexplorer.services.demo import characters_plan
            from vsexplorer.transfer.characters import Characters

            self.start([Characters()], characters_plan())

    def action_load_file(self) -> None:
        """Choose a file and load it, or stop the load that is running."""
        if self.runner.running:
            self.runner.stop()
        elif not self._session.write:
            self._say("read-only: start with vsexplorer --write to load files", error=True)
        elif not self._session.connection.connected:
            self._say(NOT_CONNECTED, error=True)
        else:
            from vsexplorer.tui.screens.load import LoadScreen

            self.app.push_screen(LoadScreen(Path.cwd()), self._chosen)

    def action_open_loaded(self) -> None:
        """Open the set that was loaded last."""
        if self._loaded is None:
            self._say("nothing loaded yet · L: load a file")
        else:
            self.post_message(SetChosen(self._loaded))

    def _chosen(self, chosen: ChosenLoad | None) -> None:
        if chosen is not None:
            self._session.run(self._agree(chosen))

    async def _agree(self, chosen: ChosenLoad) -> None:
        """Ask for confirmation before loading into an existing set."""
        plan = chosen.plan
        try:
            info = await self._session.explorer.sets.info(plan.key)
        except NotFound:
            info = None
        except VsexplorerError as error:
            self._say(error.line, error=True)
            return
        if info is not None:
            rows = chosen.look.rows.words if chosen.look.rows is not None else "the rows"
            question = f"add {rows} of {chosen.file.name} to {decode(plan.key)}"
            there = f"{decode(plan.key)} has {plural(info.size, 'element')}"
            warning = "existing names are replaced; this cannot be undone"
            if not await self._session.dialogs.confirm(question, [there, warning], ""):
                return
        self.start([chosen.source], plan)

    async def _load(self, files: list[RowSource], plan: LoadPlan) -> None:
        try:
            report = await self.runner.run(files, plan)
        except VsexplorerError as error:
            self.post_message(self.Ended(plan, error=error))
            return
        if report is None:
            self.notify("start the same load again to continue it", title="loading stopped", markup=False)
        else:
            self.notify(sanitize(report_words(plan, report)), title="loaded", timeout=10, markup=False)
            self._loaded = plan.key
        self.post_message(self.Ended(plan, report))

    def _show(self, progress: Progress) -> None:
        self.post_message(self.Progressed(progress))

    def _say(self, words: str, error: bool = False) -> None:
        self.post_message(StatusMessage(words, error))
