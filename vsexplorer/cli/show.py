"""``vsexplorer show``: explain a vector set, or show an element with its attributes and vector."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import connection_options, explore, format_options
from vsexplorer.core.text import sanitize

if TYPE_CHECKING:
    from vsexplorer.core.attributes import Json
    from vsexplorer.core.values import ElementDetails, SetSummary
    from vsexplorer.services.explorer import Explorer


@click.command()
@click.argument("key", type=KeyName())
@click.argument("element", required=False)
@click.option("--vector", is_flag=True, help="Print the full vector, as stored after quantization.")
@format_options
@connection_options
@click.pass_context
def show(ctx: click.Context, key: str, element: str | None, vector: bool, output_format: str) -> None:
    """Show the attributes and the vector of ELEMENT.

    Without ELEMENT, show and explain every property of the set.
    """
    raw = key.encode("utf-8", "surrogateescape")
    if element is None:
        if vector:
            raise click.UsageError("--vector needs an ELEMENT.")
        _show_set(explore(ctx, lambda explorer: explorer.sets.summary(raw)), output_format)
        return

    async def look(explorer: Explorer) -> ElementDetails:
        return await explorer.elements.details(raw, element.encode("utf-8", "surrogateescape"))

    _show_element(key, explore(ctx, look), vector, output_format)


def _show_set(summary: SetSummary, output_format: str) -> None:
    import shutil
    from textwrap import fill

    from vsexplorer.insight.set_figures import FIGURES, facts
    from vsexplorer.output.listing import Listing
    from vsexplorer.output.writer import say, write

    if output_format == "table":
        width = shutil.get_terminal_size((100, 24)).columns
        for name, value, meaning in facts(summary):
            say(f"{name}  {value}\n{fill(meaning, width, initial_indent='    ', subsequent_indent='    ')}")
        return
    record = {
        **{one.name: one.of(summary) for one in FIGURES},
        "uid": summary.info.uid,
        "newest_node": summary.info.newest_node,
    }
    rows: list[list[Json]] = [[name, value, meaning] for name, value, meaning in facts(summary)]
    plain: list[list[Json]] = [[name, value] for name, value in record.items()]
    write(Listing(record, [record], ["fact", "value", "meaning"], rows, frozenset(), plain), output_format)


def _show_element(key: str, details: ElementDetails, vector: bool, output_format: str) -> None:
    from vsexplorer.core.text import display
    from vsexplorer.output.listing import Listing, attribute_fields, element_fields
    from vsexplorer.output.writer import say, write

    record: dict[str, Json] = {
        "key": key,
        **element_fields(details.element),
        **attribute_fields(details.attributes),
        "dimension": details.dimension,
        "quantization": details.quantization,
        "norm": details.norm,
        "smallest": min(details.numbers),
        "largest": max(details.numbers),
    }
    if vector:
        record["vector"] = list(details.numbers)
    if output_format == "table":
        from vsexplorer.core.attributes import pretty

        say(sanitize(pretty(details.attributes), keep_newlines=True) if details.attributes else "(no attributes)")
        if vector:
            say(f"[{', '.join(f'{number:.9g}' for number in details.numbers)}]")
        facts = f"{details.dimension} dimensions · {details.quantization} · norm {details.norm:.4g}"
        span = f"numbers from {min(details.numbers):.4g} to {max(details.numbers):.4g}"
        print(f"{sanitize(key)} · {display(details.element)} · {facts} · {span}", file=sys.stderr)
        return
    rows = [[name, value] for name, value in record.items()]
    write(Listing(record, [record], ["field", "value"], rows), output_format)
