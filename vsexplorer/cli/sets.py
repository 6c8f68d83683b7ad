"""``vsexplorer sets``: list the vector sets of a database."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from vsexplorer.cli.options import connection_options, explore, format_options
from vsexplorer.core.errors import ExitCode

if TYPE_CHECKING:
    from vsexplorer.core.attributes import Json
    from vsexplorer.core.values import SetSummary
    from vsexplorer.services.explorer import Explorer

_FIGURES = (
    *("key", "elements", "dimension", "input_dimension", "quantization"),
    *("model", "memory", "with_attributes", "links", "levels"),
)


@click.command()
@click.option("--sort", type=click.Choice(_FIGURES), default="key", show_default=True, help="What to sort by.")
@click.option("--reverse", is_flag=True, help="Largest first.")
@format_options
@connection_options
@click.pass_context
def sets(ctx: click.Context, sort: str, reverse: bool, output_format: str) -> int:
    """List all vector sets with sizes, memory and models."""
    from vsexplorer.insight.set_figures import FIGURES, figure, ordered
    from vsexplorer.output.listing import Listing
    from vsexplorer.output.writer import write
    from vsexplorer.services.explorer import unreachable

    async def collect(explorer: Explorer) -> tuple[list[SetSummary], str]:
        listed = [one async for page in explorer.sets.summaries() for one in page]
        return listed, unreachable(explorer.cluster)

    listed, silent = explore(ctx, collect)
    found = ordered(listed, figure(sort), reverse)
    records: list[dict[str, Json]] = [
        {**{one.name: one.of(summary) for one in FIGURES}, "uid": summary.info.uid} for summary in found
    ]
    rows: list[list[Json]] = [[one.of(summary) for one in FIGURES] for summary in found]
    if output_format == "table":
        rows = [[one.shown(summary) for one in FIGURES] for summary in found]
    numeric = frozenset(place for place, one in enumerate(FIGURES) if one.numeric)
    header = [one.title if output_format == "table" else one.name for one in FIGURES]
    write(Listing(records, records, header, rows, numeric), output_format)
    if silent:
        print(f"note: {silent}", file=sys.stderr)
    elif not found:
        print("There is no vector set in this database.", file=sys.stderr)
    return ExitCode.OK if found else ExitCode.NOTHING
