"""``vsexplorer fields``: list the fields of a set's attributes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import connection_options, explore, format_options
from vsexplorer.core.errors import ExitCode

if TYPE_CHECKING:
    from vsexplorer.language.known import SetFacts
    from vsexplorer.services.explorer import Explorer

_MOST_SHOWN = 10
"""Maximum number of values listed per field."""


@click.command()
@click.argument("key", type=KeyName())
@format_options
@connection_options
@click.pass_context
def fields(ctx: click.Context, key: str, output_format: str) -> int:
    """List the fields in the attributes of KEY.

    A large set is sampled, a small one is read completely.
    """
    from vsexplorer.core.columns import cell
    from vsexplorer.output.listing import Listing
    from vsexplorer.output.writer import write

    async def look(explorer: Explorer) -> SetFacts:
        return await explorer.samples.facts(key.encode("utf-8", "surrogateescape"))

    facts = explore(ctx, look)
    records = [
        {
            "field": one.name,
            "present": one.present,
            "share": round(one.present / facts.sampled, 4),
            "types": dict(one.types),
            "smallest": one.smallest,
            "largest": one.largest,
            "histogram": list(one.histogram),
            "top": [{"value": known.value, "count": known.count} for known in one.values[:_MOST_SHOWN]],
        }
        for one in facts.fields
    ]
    header = ["field", "share", "types", "smallest", "largest", "most frequent"]
    rows = [
        [
            one.name,
            f"{one.present / facts.sampled:.0%}",
            ", ".join(kind for kind, _ in one.types),
            one.smallest,
            one.largest,
            ", ".join(f"{cell(known.value)} ({known.count})" for known in one.values[:_MOST_SHOWN]),
        ]
        for one in facts.fields
    ]
    document = {
        "key": key,
        "sampled": facts.sampled,
        "uniform": facts.uniform,
        "whole": facts.whole,
        "with_attributes": facts.with_attributes,
        "fields": records,
    }
    write(Listing(document, records, header, rows, frozenset({1, 3, 4})), output_format)
    print(f"from {facts.source}, {facts.with_attributes:,} with attributes", file=sys.stderr)
    return ExitCode.OK if facts.fields else ExitCode.NOTHING
