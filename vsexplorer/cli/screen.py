"""``vsexplorer [KEY]``: the screen."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from typing import Any

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import (
    config,
    connection_options,
    embedding,
    given,
    model_given,
    model_name,
    shared_option,
    where,
)
from vsexplorer.core.errors import UsageError

_SCREEN = (
    shared_option("--theme", metavar="NAME", help="Colours, such as textual-light or ansi-dark."),
    shared_option("--results", type=click.IntRange(1, 1000), help="Number of results requested initially."),
    shared_option("--no-history", is_flag=True, help="Do not save searches."),
)
write_option = shared_option(
    "--write",
    is_flag=True,
    help="Allow changes to data: load, add, edit, rename, delete. Without it, nothing is written.",
)


def has_terminal() -> bool:
    """Whether a screen can be drawn (on standard error) and keys be read."""
    return sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()


def screen_options[F: Callable[..., Any]](command: F) -> F:
    """Add the options of the screen."""
    for option in reversed(_SCREEN):
        command = option(command)
    return command


@click.command("open")
@click.argument("key", required=False, type=KeyName())
@click.argument("extra", nargs=-1, metavar="")
@connection_options
@screen_options
@write_option
@click.pass_context
def open_screen(ctx: click.Context, key: str | None = None, extra: tuple[str, ...] = ()) -> int:
    """Open the explorer, on KEY if given.

    This also opens keys that are named like a command.
    """
    if extra:
        raise UsageError(f"There is no command {key!r}, and nothing may follow a key.", "See vsexplorer --help.")
    if not has_terminal():
        raise UsageError(
            "The screen needs a terminal for input and output.",
            "For scripts, see: vsexplorer query --help",
        )
    return run_screen(ctx, key)


def run_screen(ctx: click.Context, key: str | None, demo: str = "") -> int:
    """Run the screen until the user leaves it; return the exit code."""
    # Objects created before the first frame are kept; collecting garbage would delay that frame by about 7 %.
    gc.disable()
    settings = config()
    options = given(ctx)
    # Results are painted at the next frame; Textual's default of 60 a second would add up to 17 ms to a keystroke.
    os.environ.setdefault("TEXTUAL_FPS", "120")
    # Textual would trust these variables and never notice that the terminal was resized.
    for variable in ("COLUMNS", "LINES"):
        os.environ.pop(variable, None)
    from vsexplorer.core import paths
    from vsexplorer.tui.app import ExplorerApp
    from vsexplorer.tui.start import Start

    start = Start(
        where=where(ctx, settings, temporary=demo == "people"),
        model=model_name(ctx, settings),
        key=key.encode("utf-8", "surrogateescape") if key is not None else None,
        demo=demo,
        # Demo data may always be changed.
        write=bool(demo) or bool(options.get("write")),
        count=options.get("results", settings.count),
        state=None if demo == "people" else paths.state_folder(),
        history=settings.history and not options.get("no_history"),
        measure=settings.measure,
        model_given=model_given(ctx, settings),
        embedding=embedding(ctx, settings),
        theme=options.get("theme") or os.environ.get("VSEXPLORER_THEME") or settings.theme,
        keys=settings.keys,
    )
    app = ExplorerApp(start)
    app.run()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0
