"""A load under way behind the main screen: its progress in the header, its elements in the results as they come."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.progress import Progress
from vsexplorer.core.text import display, duration, plural, sanitize

if TYPE_CHECKING:
    from vsexplorer.transfer.plan import LoadPlan, LoadReport
    from vsexplorer.transfer.rows import RowSource
    from vsexplorer.tui.screens.explorer import ExplorerScreen

_REFRESH = 2.0
"""Seconds between looks at what has come."""


class LoadKeeper:
    """Runs one load at a time on behalf of the main screen."""

    def __init__(self, screen: ExplorerScreen) -> None:
        self._screen = screen
        self._plan: LoadPlan | None = None
        self._refreshed = 0.0

    @property
    def running(self) -> bool:
        """Whether a load is under way."""
        return self._plan is not None

    def start(self, files: Sequence[RowSource], plan: LoadPlan) -> None:
        """Load in the background."""
        self._plan = plan
        self._screen.run_worker(self._run(files, plan), group="load", exclusive=True, description="loading a file")

    def stop(self) -> None:
        """Stop; what is confirmed stays, and the same load goes on from there."""
        self._screen.workers.cancel_group(self._screen, "load")
        self._plan = None
        self._screen.connection.note()
        # The results go on changing for a moment, and the status line with them.
        self._screen.notify("the same load goes on where it stopped", title="stopped loading", markup=False)

    async def _run(self, files: Sequence[RowSource], plan: LoadPlan) -> None:
        screen = self._screen
        self._refreshed = time.monotonic()
        try:
            report = await screen.explorer.transfers.load(files, plan, self._show)
        except VsexplorerError as error:
            screen.tell_error(error) if screen.info is None else screen.say(sanitize(str(error)), error=True)
        else:
            await self._refresh(plan)
            screen.notify(_summary(plan, report), title="loaded", timeout=10, markup=False)
            if report.added or report.replaced:
                screen.judge.look_at_fields(plan.key)
        finally:
            self._plan = None
            screen.connection.note()

    def _show(self, progress: Progress) -> None:
        screen = self._screen
        share = f"{progress.fraction:.0%}" if progress.fraction is not None else f"{progress.done:,.0f} rows"
        # The header has room for what matters most.
        told = [part for part in progress.detail.split(" · ") if part.endswith((" left", " rejected"))]
        screen.connection.note(sanitize(" · ".join((f"{progress.what}: {share}", *told))))
        if screen.info is None:
            screen.tell_progress(progress)
        if self._plan is not None and time.monotonic() - self._refreshed > _REFRESH:
            self._refreshed = time.monotonic()
            screen.run_worker(
                self._refresh(self._plan), group="load-refresh", description="looking at what has come"
            )

    async def _refresh(self, plan: LoadPlan) -> None:
        screen = self._screen
        try:
            info = await screen.explorer.sets.info(plan.key)
        except VsexplorerError:
            # It may not exist before the first elements are written.
            return
        if screen.info is None:
            await screen.open_set(plan.key)
        elif screen.info.key == plan.key and info.size != screen.info.size:
            screen.note_info(info)
            screen.ask()


def _summary(plan: LoadPlan, report: LoadReport) -> str:
    parts = [f"{display(plan.key)}: {plural(report.added, 'element')} added"]
    parts += [f"{report.replaced:,} replaced"] if report.replaced else []
    parts += [f"{report.unchanged + report.skipped:,} there already"] if report.unchanged + report.skipped else []
    parts += [f"{report.rejected:,} rejected, see {plan.rejects}.reasons"] if report.rejected else []
    return sanitize(f"{', '.join(parts)} in {duration(report.seconds)}")
