"""``vsexplorer demo``: the explorer on a data set of people, or its tour where there is no terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vsexplorer.cli.options import explore, general_options
from vsexplorer.cli.screen import has_terminal, run_screen, screen_options

if TYPE_CHECKING:
    from vsexplorer.explorer import Explorer
    from vsexplorer.model import Query


@click.command()
@general_options
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
    from vsexplorer.cli.output import say, write
    from vsexplorer.cli.progress import shown_on_stderr
    from vsexplorer.cli.query import listing
    from vsexplorer.demo import KEY, TOUR, load_people
    from vsexplorer.text import decode

    with shown_on_stderr() as progress:
        await load_people(explorer, progress)
    info = await explorer.info(KEY)
    say(f"{info.size} people in the vector set {decode(KEY)}\n")
    for stop in TOUR:
        page = await explorer.search(stop.query)
        say(f"{stop.title}\n{_asked(stop.query)}")
        write(listing(page), "table")


def _asked(query: Query) -> str:
    """The query as one would ask it from a script."""
    from vsexplorer.model import ByText

    assert isinstance(query.source, ByText)
    asked = f"vsexplorer query people {query.source.text}"
    if query.filter:
        asked += f" --filter '{query.filter}'"
    return f"{asked} --count {query.options.count}"
