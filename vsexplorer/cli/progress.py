"""Show progress on standard error: a bar in a terminal, else a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from vsexplorer.core.progress import Progress, ProgressCallback

_QUIET_INTERVAL = 10.0
"""Seconds between lines if standard error is not a terminal."""


@contextmanager
def shown_on_stderr() -> Iterator[ProgressCallback]:
    """Show progress until the block ends."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(30))
    amounts = TextColumn("{task.fields[amount]}", markup=False)
    with Bars(*columns, amounts, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("starting", total=None, amount="")

        def show(progress: Progress) -> None:
            bars.update(
                task,
                description=progress.what,
                completed=progress.done,
                total=progress.total,
                amount=progress.amount,
            )

        yield show


def _lines() -> ProgressCallback:
    last = time.monotonic()

    def show(progress: Progress) -> None:
        nonlocal last
        if progress.unit and time.monotonic() - last >= _QUIET_INTERVAL:
            last = time.monotonic()
            print(f"{progress.what}: {progress.amount}", file=sys.stderr, flush=True)

    return show
