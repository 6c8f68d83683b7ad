"""``vsexplorer browse`` and ``vsexplorer neighbours``: list elements by name, and neighbours in the graph."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import connection_options, explore, format_options
from vsexplorer.core.errors import ExitCode

if TYPE_CHECKING:
    from vsexplorer.core.attributes import Json
    from vsexplorer.core.values import Neighbour, ResultPage
    from vsexplorer.services.explorer import Explorer


@click.command()
@click.argument("key", type=KeyName())
@click.option("--prefix", default="", metavar="TEXT", help="Only names with this prefix.")
@click.option("--after", metavar="NAME", help="Only names after this one; for the next page, give the last name.")
@click.option("--count", type=click.IntRange(1, 100_000), default=100, show_default=True, help="Elements to show.")
@format_options
@connection_options
@click.pass_context
def browse(ctx: click.Context, key: str, prefix: str, after: str | None, count: int, output_format: str) -> int:
    """List the elements of KEY in name order, page by page.

    Servers before Redis 8.4 cannot list in order; a random sample is shown instead, with a note.
    """
    from vsexplorer.core.text import sanitize
    from vsexplorer.core.values import Span
    from vsexplorer.output.listing import page_listing
    from vsexplorer.output.writer import write

    begin = after.encode("utf-8", "surrogateescape") if after is not None else None
    span = Span(prefix.encode("utf-8", "surrogateescape"), begin)

    async def look(explorer: Explorer) -> ResultPage:
        return await explorer.elements.page(key.encode("utf-8", "surrogateescape"), span, count)

    page = explore(ctx, look)
    write(page_listing(page), output_format)
    for note in page.notes:
        print(f"note: {note}", file=sys.stderr)
    if not page.hits:
        prefixed = f" with the prefix {sanitize(prefix)}" if prefix else ""
        later = f" after {sanitize(after)}" if after is not None else ""
        print(f"Nothing found: there is no name{prefixed}{later}.", file=sys.stderr)
    return ExitCode.OK if page.hits else ExitCode.NOTHING


@click.command()
@click.argument("key", type=KeyName())
@click.argument("element")
@click.option(
    "--level", type=click.IntRange(0), metavar="N", help="Only this level of the graph; 0 holds all elements."
)
@format_options
@connection_options
@click.pass_context
def neighbours(ctx: click.Context, key: str, element: str, level: int | None, output_format: str) -> int:
    """List the HNSW graph neighbours of ELEMENT, by level.

    The most similar ones come first.
    """
    from vsexplorer.core.text import decode
    from vsexplorer.output.listing import Listing, element_fields
    from vsexplorer.output.writer import write

    async def look(explorer: Explorer) -> list[list[Neighbour]]:
        name = element.encode("utf-8", "surrogateescape")
        return await explorer.elements.neighbours(key.encode("utf-8", "surrogateescape"), name)

    found = [
        (number, one)
        for number, links in enumerate(explore(ctx, look))
        for one in links
        if level is None or number == level
    ]
    records = [{"level": number, **element_fields(one.element), "score": one.score} for number, one in found]
    rows: list[list[Json]] = [[number, round(one.score, 4), decode(one.element)] for number, one in found]
    document = {"key": key, "element": element, "neighbours": records}
    write(Listing(document, records, ["level", "score", "element"], rows, frozenset({0, 1})), output_format)
    return ExitCode.OK if found else ExitCode.NOTHING
