"""``vsexplorer load``: a file's rows into a vector set."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vsexplorer.cli.complete import KeyName
from vsexplorer.cli.options import connection_options, explore
from vsexplorer.errors import ExitCode

if TYPE_CHECKING:
    from vsexplorer.explorer import Explorer
    from vsexplorer.transfer.loader import LoadReport


@click.command()
@click.argument("key", type=KeyName())
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--id", "id_field", required=True, metavar="FIELD", help="Field that names the element.")
@click.option("--text", "text_field", required=True, metavar="FIELD", help="Field to embed.")
@click.option(
    "--attributes",
    default="all",
    show_default=True,
    metavar="all|none|A,B",
    help="Fields to keep as attributes; all means all but the id.",
)
@click.option("--records", default="", metavar="FIELD", help="The array with the rows, in a JSON object.")
@connection_options
@click.pass_context
def load(
    ctx: click.Context, key: str, file: Path, id_field: str, text_field: str, attributes: str, records: str
) -> int:
    """Load FILE (JSON Lines, JSON or CSV) into the vector set KEY, embedding one field.

    Elements that exist are replaced. Rows that cannot be loaded are counted and named, and make the exit code 1.
    """
    from vsexplorer.cli.progress import shown_on_stderr
    from vsexplorer.text import plural, sanitize
    from vsexplorer.transfer.loader import LoadPlan
    from vsexplorer.transfer.readers import RowFile

    chosen = {"all": None, "none": ()}.get(attributes, tuple(filter(None, attributes.split(","))))
    plan = LoadPlan(key.encode("utf-8", "surrogateescape"), id_field, text_field, chosen)
    rows = RowFile.at(file, records)

    async def work(explorer: Explorer) -> LoadReport:
        with shown_on_stderr() as progress:
            return await explorer.load(rows, plan, progress)

    report = explore(ctx, work)
    for row in report.rejections:
        print(f"{file}:{row.place}: {sanitize(row.reason)}", file=sys.stderr)
    replaced = f", {report.replaced:,} replaced" if report.replaced else ""
    rejected = f", {report.rejected:,} rejected" if report.rejected else ""
    added = plural(report.added, "element")
    print(f"{sanitize(key)}: {added} added{replaced}{rejected} in {report.seconds:.1f} s", file=sys.stderr)
    return ExitCode.NOTHING if report.rejected else ExitCode.OK
