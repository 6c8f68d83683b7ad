"""Runs one load at a time in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from vsexplorer.core.progress import Progress, ProgressCallback
from vsexplorer.core.text import decode, duration, plural

if TYPE_CHECKING:
    from vsexplorer.transfer.plan import LoadPlan, LoadReport
    from vsexplorer.transfer.rows import RowSource

_REFRESH = 2.0
"""Seconds between updates on what a load has added."""

type Load = Callable[[Sequence[RowSource], LoadPlan, ProgressCallback], Awaitable[LoadReport]]


class LoadRunner:
    """Runs a load and can stop it; what was committed stays, and starting it again continues from there.

    Args:
        load: Returns the function that loads files.
        progress: Called with the progress of the load.
        added: Called periodically with the key of the set being loaded.
    """

    def __init__(
        self,
        load: Callable[[], Load],
        progress: ProgressCallback,
        added: Callable[[bytes], Awaitable[None]],
    ) -> None:
        self._load = load
        self._progress = progress
        self._added = added
        self._task: asyncio.Task[LoadReport] | None = None

    @property
    def running(self) -> bool:
        """Whether a load is running."""
        return self._task is not None

    async def run(self, files: Sequence[RowSource], plan: LoadPlan) -> LoadReport | None:
        """Load files.

        Returns:
            ``None`` if the load was stopped.

        Raises:
            VsexplorerError: the load failed; the message says where it continues.
        """
        task = asyncio.ensure_future(self._load()(files, plan, self._progress))
        self._task = task
        try:
            while not task.done():
                await asyncio.wait([task], timeout=_REFRESH)
                await self._added(plan.key)
        except asyncio.CancelledError:
            # The screen is closing: let the load end first, so that its checkpoint is written.
            task.cancel()
            await asyncio.wait([task])
            raise
        finally:
            self._task = None
        return None if task.cancelled() else task.result()

    def stop(self) -> None:
        """Stop the load that is running."""
        if self._task is not None:
            self._task.cancel()


def progress_words(progress: Progress) -> str:
    """Describe a load's progress briefly, for the header. Sanitized."""
    share = f"{progress.fraction:.0%}" if progress.fraction is not None else f"{progress.done:,.0f} rows"
    parts = [f"{progress.what}: {share}"]
    parts += [f"{duration(progress.seconds_left)} left"] if progress.seconds_left is not None else []
    parts += [f"{progress.rejected:,} rejected"] if progress.rejected else []
    return " · ".join(parts)


def report_words(plan: LoadPlan, report: LoadReport) -> str:
    """Describe what a load did. Sanitized."""
    parts = [f"{decode(plan.key)}: {plural(report.added, 'element')} added"]
    parts += [f"{report.replaced:,} replaced"] if report.replaced else []
    parts += [f"{report.unchanged + report.skipped:,} already present"] if report.unchanged + report.skipped else []
    rejected = f"; {report.rejected:,} rejected: see {plan.rejects}.reasons" if report.rejected else ""
    return f"{', '.join(parts)} in {duration(report.seconds)}{rejected}"
