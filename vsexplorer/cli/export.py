"""``vsexplorer export``: export a vector set, or part of it, to a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import connection_options, explore
from vsexplorer.core.errors import CommandRefused, ExitCode

if TYPE_CHECKING:
    from vsexplorer.services.explorer import Explorer
    from vsexplorer.transfer.exporter import ExportPlan, ExportReport


@click.command()
@click.argument("key", type=KeyName())
@click.argument("file", required=False, type=click.Path(allow_dash=True, dir_okay=False))
@click.option("--format", "kind", type=click.Choice(["jsonl", "csv", "parquet"]), help="Default: from FILE's name.")
@click.option(
    "--vectors",
    type=click.Choice(["numbers", "base64", "npy", "none"]),
    default="numbers",
    show_default=True,
    help="Vectors as numbers, as float32 in base64, in a NumPy file next to FILE, or none.",
)
@click.option("--no-attributes", is_flag=True, help="Names and vectors only.")
@click.option("--where", default="", metavar="FILTER", help="Only elements that pass this filter expression.")
@click.option("--element", "names", multiple=True, metavar="NAME", help="Only this element; may be repeated.")
@click.option("--query", "text", metavar="TEXT", help="Only the results of a query, in their order.")
@click.option("--count", type=click.IntRange(1), default=100, show_default=True, help="Results of the query.")
@click.option("--csv-safe", is_flag=True, help="Keep spreadsheets from reading CSV cells as formulas.")
@click.option("--force", is_flag=True, help="Replace FILE without asking.")
@connection_options
@click.pass_context
def export(
    ctx: click.Context,
    key: str,
    file: str | None,
    kind: str | None,
    vectors: str,
    no_attributes: bool,
    where: str,
    names: tuple[str, ...],
    text: str | None,
    count: int,
    csv_safe: bool,
    force: bool,
) -> int:
    """Export the elements of KEY to FILE or to standard output.

    Standard output gets JSON Lines. "vsexplorer load KEY FILE" loads an export again: with the same names, the same
    attributes byte for byte, and vectors as precise as their quantization. FILE appears once it is complete; run
    the same command again to resume an interrupted export. An existing FILE is replaced only after confirmation,
    or with --force.
    """
    from vsexplorer.cli.progress import shown_on_stderr
    from vsexplorer.core.text import duration, plural, sanitize
    from vsexplorer.transfer.exporter import SUFFIXES, ExportPlan

    path = Path(file) if file not in (None, "-") else None
    if names and text is not None:
        raise click.UsageError("--element and --query cannot be combined.")
    chosen = kind or (SUFFIXES.get(path.suffix.lower()) if path else "jsonl")
    if chosen is None:
        raise click.UsageError(f"Cannot tell the format of {file} from its name: use --format.")
    if path is None and (chosen == "parquet" or vectors == "npy"):
        raise click.UsageError("Parquet and NumPy files need a FILE.")
    if csv_safe and chosen != "csv":
        raise click.UsageError("--csv-safe is for CSV files.")

    async def work(explorer: Explorer) -> ExportReport:
        name = key.encode("utf-8", "surrogateescape")
        info = await explorer.sets.info(name)
        wanted: tuple[bytes, ...] | None = tuple(one.encode("utf-8", "surrogateescape") for one in names) or None
        if text is not None:
            wanted = await _found(explorer, name, text, where, count)
        plan = ExportPlan(
            name, path, chosen, "" if vectors == "none" else vectors, not no_attributes, where, wanted, csv_safe
        )
        _check(explorer, plan)
        if not force:
            _ask_before_replacing(plan)
        with shown_on_stderr() as progress:
            return await explorer.transfers.export(info, plan, progress)

    report = explore(ctx, work)
    for note in report.notes:
        print(f"note: {note}", file=sys.stderr)
    resumed = f" (after {report.resumed_at:,} of an earlier run)" if report.resumed_at else ""
    where_to = sanitize(str(path)) if path else "standard output"
    took = duration(report.seconds)
    print(f"{plural(report.written, 'element')} to {where_to}{resumed} in {took}", file=sys.stderr)
    return ExitCode.OK if report.written else ExitCode.NOTHING


async def _found(explorer: Explorer, key: bytes, text: str, where: str, count: int) -> tuple[bytes, ...]:
    from vsexplorer.cli.remembered import open_model
    from vsexplorer.core.values import Query, SearchOptions
    from vsexplorer.language.query_source import asked, embeds

    source = asked(text)
    if embeds(source):
        await open_model(explorer, key)
    page = await explorer.search.answer(Query(key, source, where, SearchOptions(count)))
    return tuple(hit.element for hit in page.hits)


def _check(explorer: Explorer, plan: ExportPlan) -> None:
    from vsexplorer.language.check import require_valid

    if plan.where.strip():
        require_valid(plan.where, explorer.dialect_of(plan.key))


def _ask_before_replacing(plan: ExportPlan) -> None:
    from vsexplorer.core.errors import UsageError
    from vsexplorer.core.text import sanitize

    there = [path for path in plan.files if path.exists()]
    if not there:
        return
    named = " and ".join(sanitize(str(path)) for path in there)
    exist = "exists" if len(there) == 1 else "exist"
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(f"{named} already {exist}.", "Use --force to replace, or name another FILE.")
    if not click.confirm(f"{named} already {exist}. Replace?", err=True):
        raise CommandRefused("Nothing was written.")
