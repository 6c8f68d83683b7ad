"""``vsexplorer export``: a vector set, or a part of it, into a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import connection_options, explore
from vsexplorer.core.errors import ExitCode

if TYPE_CHECKING:
    from vsexplorer.services.explorer import Explorer
    from vsexplorer.transfer.exporter import ExportPlan, ExportReport

_SUFFIXES = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet"}


@click.command()
@click.argument("key", type=KeyName())
@click.argument("file", required=False, type=click.Path(allow_dash=True, dir_okay=False))
@click.option("--format", "kind", type=click.Choice(["jsonl", "csv", "parquet"]), help="Default by FILE's name.")
@click.option(
    "--vectors",
    type=click.Choice(["numbers", "base64", "npy", "none"]),
    default="numbers",
    show_default=True,
    help="How: numbers, packed float32 in base64, a NumPy file beside FILE, or not at all.",
)
@click.option("--no-attributes", is_flag=True, help="Names and vectors only.")
@click.option("--where", default="", metavar="FILTER", help="Only elements that pass this filter expression.")
@click.option("--element", "names", multiple=True, metavar="NAME", help="Only this element; may be repeated.")
@click.option("--query", "text", metavar="TEXT", help="Only what a query finds, in its order.")
@click.option("--count", type=click.IntRange(1), default=100, show_default=True, help="Results of the query.")
@click.option("--csv-safe", is_flag=True, help="Let no spreadsheet take a cell of a CSV file for a formula.")
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
    """Write the elements of KEY to FILE, or as JSON Lines to standard output.

    What was exported is loaded again by "vsexplorer load KEY FILE": the same names, the same attributes byte for
    byte, vectors within what their quantization has kept. FILE appears once it is whole; an interrupted export goes
    on by the same command. A FILE that exists is replaced only after a question, or with --force.
    """
    from vsexplorer.cli.progress import shown_on_stderr
    from vsexplorer.core.text import duration, plural, sanitize
    from vsexplorer.transfer.exporter import ExportPlan

    path = Path(file) if file not in (None, "-") else None
    if names and text is not None:
        raise click.UsageError("--element and --query contradict each other.")
    chosen = kind or (_SUFFIXES.get(path.suffix.lower()) if path else "jsonl")
    if chosen is None:
        raise click.UsageError(f"Cannot tell from its name how {file} is to be written: --format says so.")
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
    resumed = f" (behind {report.resumed_at:,} of an earlier run)" if report.resumed_at else ""
    where_to = sanitize(str(path)) if path else "standard output"
    took = duration(report.seconds)
    print(f"{plural(report.written, 'element')} to {where_to}{resumed} in {took}", file=sys.stderr)
    return ExitCode.OK if report.written else ExitCode.NOTHING


async def _found(explorer: Explorer, key: bytes, text: str, where: str, count: int) -> tuple[bytes, ...]:
    from vsexplorer.cli.progress import shown_on_stderr
    from vsexplorer.cli.remembered import suit_model
    from vsexplorer.core.values import Query, SearchOptions
    from vsexplorer.language.query_source import asked, embeds

    source = asked(text)
    if embeds(source):
        with shown_on_stderr() as progress:
            await suit_model(explorer, key, progress)
            await explorer.models.embedder.open(progress)
    page = await explorer.search.answer(Query(key, source, where, SearchOptions(count)))
    return tuple(hit.element for hit in page.hits)


def _check(explorer: Explorer, plan: ExportPlan) -> None:
    from vsexplorer.language.check import require_valid

    if plan.where.strip():
        require_valid(plan.where, explorer.dialect)


def _ask_before_replacing(plan: ExportPlan) -> None:
    from vsexplorer.core.errors import UsageError
    from vsexplorer.core.text import sanitize

    there = [path for path in plan.files if path.exists()]
    if not there:
        return
    named = " and ".join(sanitize(str(path)) for path in there)
    exist = "exists" if len(there) == 1 else "exist"
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(f"{named} {exist} already.", "--force replaces, or name another FILE.")
    if not click.confirm(f"{named} {exist} already. Replace?", err=True):
        raise click.Abort
