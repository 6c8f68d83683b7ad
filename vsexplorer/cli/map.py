"""``vsexplorer map``: the elements of a set as points of a plane."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import connection_options, explore, format_options
from vsexplorer.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from vsexplorer.insight.set_map import SetMap
    from vsexplorer.output.map_picture import Picture
    from vsexplorer.services.explorer import Explorer

_MOST_LABELS = 40


@click.command("map")
@click.argument("key", type=KeyName())
@click.argument("query", required=False)
@click.option("--filter", "filter_", default="", metavar="EXPR", help="Only elements that pass this filter.")
@click.option("--count", default=1000, type=click.IntRange(1, 100_000), show_default=True, help="Results of QUERY.")
@click.option(
    "--sample",
    default=100_000,
    type=click.IntRange(1, 1_000_000),
    show_default=True,
    metavar="N",
    help="Of a larger set, show a uniform sample of N elements.",
)
@click.option("--color", "field", default="", metavar="FIELD", help="Colour by this attribute.")
@click.option("--labels", default=8, type=click.IntRange(0, _MOST_LABELS), show_default=True, help="Typical names.")
@click.option("--seed", default=1, show_default=True, metavar="N", help="The same seed gives the same map.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write FILE.svg, .png, .csv, .json, or .parquet for embedding-atlas.",
)
@click.option("--force", is_flag=True, help="Replace FILE.")
@format_options
@connection_options
@click.pass_context
def map_(
    ctx: click.Context,
    key: str,
    query: str | None,
    filter_: str,
    count: int,
    sample: int,
    field: str,
    labels: int,
    seed: int,
    output: Path | None,
    force: bool,
    output_format: str,
) -> int:
    """Map the elements of KEY, the results of QUERY, or what passes a filter: similar elements lie near each other.

    In a terminal the map is drawn; otherwise, and with --format, each element is written with its place. The axes
    of the map mean nothing, and neither do distances between groups far apart. How many of the nearest neighbours
    are neighbours on the map is measured and said.
    """
    from vsexplorer.cli.progress import shown_on_stderr
    from vsexplorer.core.text import sanitize
    from vsexplorer.output.map_file import check, save
    from vsexplorer.output.map_picture import listing, summary
    from vsexplorer.output.writer import write

    if output is not None:
        check(output, force)

    async def work(explorer: Explorer) -> SetMap:
        name = key.encode("utf-8", "surrogateescape")
        with shown_on_stderr() as progress:
            if query is None and not filter_:
                maps = explorer.maps.whole(name, sample, seed, progress=progress)
            else:
                maps = explorer.maps.part(name, await _names(explorer, name, query, filter_, count), seed, progress)
            return [shown async for shown in maps][-1]

    shown = explore(ctx, work)
    picture = _picture(shown, key, query, filter_, field, labels)
    if output is not None:
        save(picture, output, force)
        print(f"{sanitize(str(output))}: {summary(shown)}", file=sys.stderr)
    elif output_format == "table":
        _draw(picture)
    else:
        write(listing(picture), output_format)
    return int(ExitCode.OK)


async def _names(explorer: Explorer, key: bytes, query: str | None, filter: str, count: int) -> list[bytes]:
    """Return the elements to map: the results of a search, or all that pass a filter."""
    if query is None:
        return await explorer.maps.passing(key, filter)
    from vsexplorer.cli.remembered import open_model
    from vsexplorer.language.query_source import asked, embeds

    source = asked(query)
    if embeds(source):
        await open_model(explorer, key)
    return await explorer.maps.found(key, source, filter, count)


def _picture(shown: SetMap, key: str, query: str | None, filter: str, field: str, labels: int) -> Picture:
    from vsexplorer.core.attributes import fields
    from vsexplorer.insight.colouring import colouring, groupable, ungrouped
    from vsexplorer.insight.landmarks import landmarks
    from vsexplorer.output.map_picture import Picture

    described = [fields(raw) for raw in shown.attributes]
    if field and not any(field in one for one in described):
        known = ", ".join(groupable(described)) or "none"
        raise UsageError(f"No element has a field {field!r}.", f"Fields to colour by: {known}.")
    grouping = colouring(described, field) if field else ungrouped(len(described))
    what = " · ".join(filter_ for filter_ in (key, query or "", filter) if filter_)
    return Picture(what, shown, grouping, landmarks(shown.points, shown.neighbours, labels))


def _draw(picture: Picture) -> None:
    import shutil

    from rich.console import Console

    from vsexplorer.core.text import sanitize
    from vsexplorer.output.dots import glyphs_of
    from vsexplorer.output.map_picture import summary, terminal

    console = Console(highlight=False)
    size = shutil.get_terminal_size()
    glyphs = glyphs_of(sys.stdout.encoding or "", os.environ.get("TERM", ""))
    console.print(terminal(picture, max(20, size.columns - 1), max(8, size.lines - 4), glyphs), end="")
    console.print(sanitize(summary(picture.shown)), markup=False)
