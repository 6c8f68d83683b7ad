"""``vsexplorer show``: one element with its attributes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from vsexplorer.cli.complete import KeyName
from vsexplorer.cli.options import connection_options, explore, format_options

if TYPE_CHECKING:
    from vsexplorer.explorer import Explorer
    from vsexplorer.model import ElementDetails


@click.command()
@click.argument("key", type=KeyName())
@click.argument("element")
@format_options
@connection_options
@click.pass_context
def show(ctx: click.Context, key: str, element: str, output_format: str) -> None:
    """Show one element: its attributes and its vector's facts."""
    from vsexplorer.cli.output import write
    from vsexplorer.listing import Listing, attribute_fields, element_fields
    from vsexplorer.text import sanitize

    async def look(explorer: Explorer) -> ElementDetails:
        name = element.encode("utf-8", "surrogateescape")
        return await explorer.element(key.encode("utf-8", "surrogateescape"), name)

    details = explore(ctx, look)
    record = {
        "key": key,
        **element_fields(details.element),
        **attribute_fields(details.attributes),
        "dimension": details.dimension,
        "quantization": details.quantization,
        "norm": details.norm,
    }
    if output_format == "table":
        from vsexplorer.attributes import pretty

        print(pretty(details.attributes) if details.attributes else "(no attributes)")
        facts = f"{details.dimension} dimensions · {details.quantization} · norm {details.norm:.4g}"
        print(f"{sanitize(key)} · {sanitize(element)} · {facts}", file=sys.stderr)
        return
    rows = [[name, value] for name, value in record.items()]
    write(Listing(record, [record], ["field", "value"], rows), output_format)
