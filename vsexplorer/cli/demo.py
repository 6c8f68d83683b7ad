"""``vsexplorer demo``: the explorer on a data set of people, or its tour where there is no terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from vsexplorer.cli.options import connection_options, explore
from vsexplorer.cli.screen import has_terminal, run_screen, screen_options

if TYPE_CHECKING:
    from vsexplorer.explorer import Explorer


@click.command()
@connection_options
@screen_options
@click.option("--tour", is_flag=True, help="Print the tour instead of opening the screen.")
@click.pass_context
def demo(ctx: click.Context, tour: bool) -> int:
    """Try vsexplorer on people of all fields and times, in a temporary private Redis."""
    if has_terminal() and not tour:
        return run_screen(ctx, None, demo=True)
    explore(ctx, _tour, temporary=True)
    return 0


async def _tour(explorer: Explorer) -> None:
    from vsexplorer.cli.output import write
    from vsexplorer.cli.progress import shown_on_stderr
    from vsexplorer.cli.query import listing
    from vsexplorer.demo import KEY, TOUR, load_people
    from vsexplorer.text import decode

    with shown_on_stderr() as progress:
        await load_people(explorer, progress)
    info = await explorer.info(KEY)
    print(f"{info.size} people in the vector set {decode(KEY)}\n")
    for stop in TOUR:
        page = await explorer.search(stop.query)
        print(f"{stop.title}\n{page.command}")
        write(listing(page), "table")
        sys.stdout.flush()
