"""``vsexplorer demo``: the explorer on demo data, or a tour of them if there is no terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vsexplorer.cli.options import explore, general_options, given
from vsexplorer.cli.screen import has_terminal, run_screen, screen_options

if TYPE_CHECKING:
    from vsexplorer.core.values import Query
    from vsexplorer.services.explorer import Explorer


@click.command()
@click.argument("data", type=click.Choice(["people", "unicode"]), default="people")
@general_options
@screen_options
@click.option("--tour", is_flag=True, help="Print the tour instead of opening the screen.")
@click.pass_context
def demo(ctx: click.Context, data: str, tour: bool) -> int:
    """Try vsexplorer on demo data in a private Redis server.

    "people", the default, is a set of people of all fields and times, in a temporary server. "unicode" is the
    33,000 named Unicode characters, in your private server; embedding them once takes about a minute and a half,
    and they can be searched meanwhile.
    """
    if data == "unicode":
        given(ctx)["private"] = True
    if has_terminal() and not tour:
        return run_screen(ctx, None, demo=data)
    explore(ctx, lambda explorer: _tour(explorer, data), temporary=data == "people")
    return 0


async def _tour(explorer: Explorer, data: str) -> None:
    from vsexplorer.cli.progress import shown_on_stderr
    from vsexplorer.core.text import decode
    from vsexplorer.output.listing import page_listing
    from vsexplorer.output.writer import say, write
    from vsexplorer.services.demo import TOURS, load_characters, load_people

    key = data.encode()
    with shown_on_stderr() as progress:
        await (load_people if data == "people" else load_characters)(explorer, progress)
    info = await explorer.sets.info(key)
    what = "people" if data == "people" else "characters"
    say(f"{info.size:,} {what} in the vector set {decode(key)}\n")
    for stop in TOURS[key]:
        page = await explorer.search.answer(stop.query)
        say(f"{stop.title}\n{_asked(stop.query)}")
        write(page_listing(page), "table")


def _asked(query: Query) -> str:
    """Return the shell command of a query."""
    from shlex import quote

    from vsexplorer.core.text import decode
    from vsexplorer.core.values import ByText

    assert isinstance(query.source, ByText)
    asked = f"vsexplorer query {decode(query.key)} {quote(query.source.text)}"
    if query.filter:
        asked += f" --filter {quote(query.filter)}"
    return f"{asked} --count {query.options.count}"
