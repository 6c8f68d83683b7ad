"""``vsexplorer size``: what a vector set takes in memory, and what it would take if it were made otherwise."""

from __future__ import annotations

import re
from random import Random
from typing import TYPE_CHECKING

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import connection_options, explore, format_options
from vsexplorer.core.errors import UsageError

if TYPE_CHECKING:
    from vsexplorer.core.attributes import Json
    from vsexplorer.services.explorer import Explorer
    from vsexplorer.services.sizes import SetShape

_MOST = 1e15
_LARGE = 1_000
"""Elements from which what a set takes besides its elements does not matter."""
_UNITS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000, "b": 1_000_000_000}


@click.command()
@click.argument("key", required=False, type=KeyName())
@click.option("--elements", metavar="N", help="Number of elements, such as 250000 or 10M.")
@click.option("--dim", type=click.IntRange(1, 100_000), metavar="N", help="Dimension of the stored vectors.")
@click.option("--quantization", type=click.Choice(["int8", "f32", "bin"]), help="How vectors are stored.")
@click.option("--links", type=click.IntRange(4, 4_096), metavar="M", help="Links per node.")
@click.option("--attributes", type=click.IntRange(0), metavar="BYTES", help="Bytes of an element's attributes.")
@click.option("--name", type=click.IntRange(1), metavar="BYTES", help="Bytes of an element's name.")
@format_options
@connection_options
@click.pass_context
def size(
    ctx: click.Context,
    key: str | None,
    elements: str | None,
    dim: int | None,
    quantization: str | None,
    links: int | None,
    attributes: int | None,
    name: int | None,
    output_format: str,
) -> None:
    """Calculate the memory of a vector set, by part.

    With KEY, everything that is not given is taken from that set; names and attributes from a sample. Without KEY,
    --elements and --dim are needed, and no server.

    \b
    vsexplorer size people                                what it takes
    vsexplorer size people --quantization f32             what it would take
    vsexplorer size --elements 10M --dim 768 --attributes 200
    """
    from dataclasses import replace

    from vsexplorer.services.sizes import SetShape

    number = _number(elements) if elements is not None else None
    if key is None:
        if number is None or dim is None:
            raise click.UsageError("Without KEY, --elements and --dim are needed.")
        shape = SetShape(number, dim, "int8", 16, 20.0, 0.0, 1.0)
        now = None
    else:
        raw = key.encode("utf-8", "surrogateescape")

        async def look(explorer: Explorer) -> tuple[SetShape, int | None]:
            return await explorer.sizes.shape(raw, Random())  # noqa: S311 - nothing secret is drawn

        shape, now = explore(ctx, look)
    changes = {
        "elements": number,
        "dimension": dim,
        "quantization": quantization,
        "links": links,
        "attributes": attributes,
        "name": name,
    }
    wanted: dict[str, int | float | str]
    wanted = {field: value for field, value in changes.items() if value is not None}
    if attributes is not None:
        wanted["share"] = 1.0
    _write(replace(shape, **wanted), now, bool(wanted), output_format)  # type: ignore[arg-type]


def _number(text: str) -> int:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([kmgb]?)", text.strip().lower().replace(",", "").replace("_", ""))
    if found is None:
        raise UsageError(f"--elements {text}: write a number, such as 250000 or 10M.")
    number = float(found[1]) * _UNITS[found[2]]
    if not number <= _MOST:
        raise UsageError(f"--elements {text[:40]}: that is too many.")
    return round(number)


def _write(shape: SetShape, now: int | None, changed: bool, output_format: str) -> None:
    from vsexplorer.core.text import byte_size, plural
    from vsexplorer.output.listing import Listing
    from vsexplorer.output.writer import say, write

    each = shape.each
    parts = {
        "vectors": each.vector,
        "links": each.links,
        "nodes": each.node,
        "names": each.name,
        "attributes": each.attributes,
    }
    total = round(each.total * shape.elements)
    if output_format == "table":
        kind = f"{shape.dimension} dimensions, {shape.quantization}, M {shape.links}"
        say(f"{plural(shape.elements, 'element')}, {kind}")
        for name, one in parts.items():
            say(f"  {name:<11} {byte_size(one * shape.elements):>9}   {one:8.1f} bytes per element")
        say(f"  {'total':<11} {byte_size(total):>9}   {each.total:8.1f} bytes per element")
        if now is not None:
            about = "the set as it is takes" if changed else "the server's own estimate is"
            low = (
                ", which is a few percent low"
                if shape.elements >= _LARGE
                else "; a small set takes more than its elements"
            )
            say(f"{about} {byte_size(now)} (MEMORY USAGE{low})")
        return
    record: dict[str, Json] = {
        "elements": shape.elements,
        "dimension": shape.dimension,
        "quantization": shape.quantization,
        "links": shape.links,
        "bytes": total,
        "bytes_per_element": {name: round(one, 1) for name, one in parts.items()},
        "memory_usage": now,
    }
    rows: list[list[Json]] = [[name, round(one, 1), round(one * shape.elements)] for name, one in parts.items()]
    rows.append(["total", round(each.total, 1), total])
    write(Listing(record, [record], ["part", "each", "bytes"], rows, frozenset({1, 2})), output_format)
