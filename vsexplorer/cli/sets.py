"""``vsexplorer sets``: the vector sets of a database."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from vsexplorer.cli.options import connection_options, explore, format_options
from vsexplorer.errors import ExitCode

if TYPE_CHECKING:
    from vsexplorer.attributes import Json
    from vsexplorer.explorer import Explorer
    from vsexplorer.model import SetInfo


@click.command()
@format_options
@connection_options
@click.pass_context
def sets(ctx: click.Context, output_format: str) -> int:
    """List all vector sets of the database."""
    from vsexplorer.cli.output import write
    from vsexplorer.listing import Listing
    from vsexplorer.text import decode

    async def collect(explorer: Explorer) -> list[SetInfo]:
        return sorted([info async for page in explorer.sets() for info in page], key=lambda info: info.key)

    found = explore(ctx, collect)
    records: list[dict[str, Json]] = [
        {
            "key": decode(info.key),
            "elements": info.size,
            "dimension": info.dimension,
            "input_dimension": info.input_dimension,
            "quantization": info.quantization,
            "with_attributes": info.with_attributes,
            "links": info.links,
        }
        for info in found
    ]
    header = ["key", "elements", "dimension", "quantization", "with_attributes"]
    rows = [[record[name] for name in header] for record in records]
    write(Listing(records, records, header, rows, frozenset({1, 2, 4})), output_format)
    if not found:
        print("There is no vector set in this database.", file=sys.stderr)
    return ExitCode.OK if found else ExitCode.NOTHING
