"""``vsexplorer load``: load rows of files into a vector set."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import connection_options, explore
from vsexplorer.core.errors import ExitCode
from vsexplorer.transfer.kinds import KIND_NAMES

if TYPE_CHECKING:
    from vsexplorer.services.explorer import Explorer
    from vsexplorer.transfer.plan import LoadPlan, LoadReport
    from vsexplorer.transfer.preview import Preview
    from vsexplorer.transfer.readers import RowFile

_SHOWN_REJECTIONS = 20
_WIDEST = 100


@click.command()
@click.argument("key", type=KeyName())
@click.argument("files", nargs=-1, required=True, type=click.Path(allow_dash=True), metavar="FILE...")
@click.option(
    "--id", "id_field", default="", metavar="FIELD", help="Field or template naming the element, or hash."
)
@click.option("--text", "text_field", default="", metavar="FIELD", help="Field or template to embed.")
@click.option(
    "--vector", "vector_field", default="", metavar="FIELD", help="Field with a vector, instead of a text."
)
@click.option(
    "--attributes",
    default="all",
    show_default=True,
    metavar="all|none|A,B",
    help="Fields to keep as attributes; all means all but id and vector.",
)
@click.option("--where", default="", metavar="FILTER", help="Load only rows that pass this filter expression.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Read at most N rows.")
@click.option("--dry-run", is_flag=True, help="Show what would be done; write nothing.")
@click.option(
    "--existing",
    type=click.Choice(["replace", "skip", "refuse"]),
    default="replace",
    show_default=True,
    help="What to do with existing elements: replace changed ones, skip them, or reject the row.",
)
@click.option("--strict", is_flag=True, help="Stop at the first row that cannot be loaded.")
@click.option("--rejects", type=click.Path(path_type=Path), metavar="FILE", help="File for rejected rows.")
@click.option(
    "--partitions",
    type=click.IntRange(2, 16_384),
    metavar="N",
    help="Spread the elements over N vector sets, KEY:{0} to KEY:{N-1}, which are one collection.",
)
@click.option("--restart", is_flag=True, help="Start over instead of resuming an interrupted load.")
@click.option("--mix-models", is_flag=True, help="Add to a set even if it was made with another model.")
@click.option(
    "--quantization", type=click.Choice(["int8", "f32", "bin"]), help="Quantization of a new set; default int8."
)
@click.option("--reduce", type=click.IntRange(1), metavar="N", help="Project a new set's vectors to N dimensions.")
@click.option("--m", "links", type=click.IntRange(4, 4096), metavar="N", help="Links per node (M) of a new set.")
@click.option("--ef", type=click.IntRange(1, 1_000_000), metavar="N", help="Exploration factor while building.")
@click.option("--format", "kind", type=click.Choice(KIND_NAMES), help="Format of FILE.")
@click.option("--records", default="", metavar="FIELD", help="Field of the array of rows in a JSON object.")
@click.option(
    "--longest-row",
    type=click.IntRange(1),
    default=8,
    show_default=True,
    metavar="MIB",
    help="Longest row allowed.",
)
@click.option("--types", default="", metavar="A=text,…", help="Types of CSV columns: text, number or boolean.")
@click.option("--rename", multiple=True, metavar="OLD=NEW", help="Keep a field under another name; repeatable.")
@click.option("--filterable", is_flag=True, help="Rename fields that filters cannot name: A B becomes A_B.")
@click.option("--encoding", default="", metavar="NAME", help="Encoding of CSV; default: detected.")
@click.option("--separator", default="", metavar="C", help="Separator of CSV; default: detected.")
@connection_options
@click.pass_context
def load(ctx: click.Context, /, key: str, files: tuple[str, ...], dry_run: bool, **options: Any) -> int:
    """Load the rows of FILEs into the vector set KEY.

    FILEs are JSON Lines, JSON, CSV or Parquet, optionally compressed; - is standard input. Texts are embedded on
    all cores. Without --id and --text, the fields are chosen and reported; a template such as
    "{title}. {body}" joins several. Rows that cannot be loaded are written to a file, which can be corrected and
    loaded again, and the exit code is 1. Run the same command again to resume an interrupted load.
    """
    from vsexplorer.transfer.readers import ReadOptions, RowFile

    reading = ReadOptions(
        options["kind"] or "",
        options["records"],
        options["encoding"],
        _separator(options["separator"]),
        options["longest_row"] << 20,
        _types(options["types"]),
    )
    rows = [RowFile(name, reading) for name in files]
    for file in rows:
        file.check()
    plan = _plan(key, rows, options)
    if dry_run:
        _preview(ctx, plan, rows)
        return ExitCode.OK
    return _load(ctx, plan, rows)


def _plan(key: str, files: list[RowFile], options: dict[str, Any]) -> LoadPlan:
    from vsexplorer.core import paths
    from vsexplorer.transfer.mapping import Mapping, parse_renames
    from vsexplorer.transfer.plan import LoadPlan, OnExisting
    from vsexplorer.transfer.rejects import default_path
    from vsexplorer.vectorset.partitions import expanded, pattern_of
    from vsexplorer.vectorset.writer import SetOptions

    attributes = options["attributes"]
    kept = {"all": None, "none": ()}.get(attributes, tuple(filter(None, attributes.split(","))))
    mapping = Mapping(
        options["id_field"],
        options["text_field"],
        options["vector_field"],
        kept,
        options["where"],
        rename=parse_renames(options["rename"]),
        filterable=options["filterable"],
    )
    raw = key.encode("utf-8", "surrogateescape")
    if options["partitions"] is not None:
        if expanded(raw) is not None:
            raise click.UsageError(f"{key} names its parts already: leave out --partitions.")
        raw = pattern_of(raw, options["partitions"])
    shape = SetOptions(options["quantization"] or "", options["reduce"], options["links"], options["ef"])
    return LoadPlan(
        raw,
        mapping,
        shape,
        OnExisting(options["existing"]),
        options["limit"],
        options["strict"],
        options["rejects"] or default_path(files[0].name, options["kind"] or ""),
        paths.state_folder() / "loads",
        options["restart"],
        options["mix_models"],
    )


def _separator(typed: str) -> str:
    found = {"\\t": "\t", "tab": "\t"}.get(typed, typed)
    if len(found) > 1:
        raise click.UsageError("--separator must be one character, or tab.")
    return found


def _types(typed: str) -> dict[str, str]:
    from vsexplorer.transfer.csv_format import TYPES

    found = dict(_pair(one, "--types") for one in typed.split(",") if one.strip())
    for name, kind in found.items():
        if kind not in TYPES:
            raise click.UsageError(f"--types {name}={kind}: the type must be one of {', '.join(TYPES)}.")
    return found


def _pair(typed: str, option: str) -> tuple[str, str]:
    name, equals, value = typed.rpartition("=")
    if not (equals and name and value):
        raise click.UsageError(f"{option} {typed}: write NAME=VALUE.")
    return name, value


def _load(ctx: click.Context, plan: LoadPlan, files: list[RowFile]) -> int:
    from vsexplorer.cli.progress import shown_on_stderr
    from vsexplorer.cli.remembered import suit_model

    async def work(explorer: Explorer) -> LoadReport:
        with shown_on_stderr() as progress:
            await suit_model(explorer, plan.key, progress)
            return await explorer.transfers.load(files, plan, progress)

    try:
        report = explore(ctx, work)
    except KeyboardInterrupt:
        _say("interrupted: run the same command again to resume")
        raise
    _summarise(plan, report, files)
    return ExitCode.NOTHING if report.rejected else ExitCode.OK


def _summarise(plan: LoadPlan, report: LoadReport, files: list[RowFile]) -> None:
    from vsexplorer.core.text import byte_size, decode, duration, plural, sanitize

    _say(f"read as {files[0].words}: {_mapped(report.mapping)}")
    if files[0].types and not report.mapping.exported:
        _say("columns: " + ", ".join(f"{sanitize(name)} ({kind})" for name, kind in files[0].types.items()))
    for note in report.notes:
        _say(f"note: {note}")
    if report.resumed_at:
        _say(f"resumed after row {report.resumed_at:,}, where an earlier run had stopped")
    if report.cut:
        _say(f"note: {plural(report.cut, 'text')} longer than the model's limit: the rest was not embedded")
    for source, row in report.rejections[:_SHOWN_REJECTIONS]:
        _say(f"{source}:{row.place}: {sanitize(row.reason)}")
    if report.rejected and plan.rejects is not None:
        more = report.rejected - min(_SHOWN_REJECTIONS, len(report.rejections))
        rest = f" ({more:,} more of them)" if more else ""
        _say(f"rejected rows{rest} are in {plan.rejects}, the reasons in {plan.rejects}.reasons")
    counted = [
        f"{plural(report.added, 'element')} added",
        *(
            f"{number:,} {what}"
            for what, number in (
                ("replaced", report.replaced),
                ("unchanged", report.unchanged),
                ("skipped", report.skipped),
                ("filtered out", report.filtered),
                ("rejected", report.rejected),
            )
            if number
        ),
    ]
    rate = (report.rows - report.resumed_at) / max(report.seconds, 1e-3)
    memory = f" · {byte_size(report.memory)} in Redis" if report.memory else ""
    key = sanitize(decode(plan.key))
    _say(f"{key}: {', '.join(counted)} in {duration(report.seconds)} · {rate:,.0f} rows/s{memory}")


def _preview(ctx: click.Context, plan: LoadPlan, files: list[RowFile]) -> None:
    from vsexplorer.cli.progress import shown_on_stderr
    from vsexplorer.cli.remembered import suit_model

    async def work(explorer: Explorer) -> Preview:
        with shown_on_stderr() as progress:
            await suit_model(explorer, plan.key, progress)
            return await explorer.transfers.preview(files, plan, progress)

    _tell(explore(ctx, work), plan)


def _tell(found: Preview, plan: LoadPlan) -> None:
    from vsexplorer.core.text import byte_size, decode, display, duration, fit, sanitize
    from vsexplorer.output.writer import say

    key = sanitize(decode(plan.key))
    kind = "the vector set" if found.exists else "a new vector set"
    say(f"{found.look.words} into {kind} {key}: {_mapped(found.look.mapping)}")
    if found.look.types:
        say("columns: " + ", ".join(f"{sanitize(name)} ({kind})" for name, kind in found.look.types.items()))
    for note in found.look.mapping.notes:
        say(f"note: {note}")
    for item in found.look.items:
        say(f"\n{display(item.name)}")
        if item.text is not None:
            say(f"  embedded: {fit(sanitize(item.text), _WIDEST)}")
        elif item.vector is not None:
            say(f"  vector: {len(item.vector) // 4} numbers")
        say(f"  attributes: {fit(display(item.attributes or b''), _WIDEST) or 'none'}")
    for source, row in found.look.bad[:_SHOWN_REJECTIONS]:
        say(f"rejected: {sanitize(source.name)}:{row.place}: {sanitize(row.reason)}")
    say("")
    if found.rows is None:
        say(f"{len(found.look.bad):,} of the first {found.looked_at:,} rows rejected; the total is unknown")
    elif found.memory is not None and found.seconds is not None:
        say(
            f"{found.rows.words}, {len(found.look.bad):,} of the first {found.looked_at:,} rejected · "
            f"about {byte_size(found.memory)} in Redis · about {duration(found.seconds)} · nothing was written"
        )
    if (cost := found.cost) is not None:
        tokens = "tokens unknown" if cost.tokens is None else f"about {cost.tokens:,.0f} tokens"
        say(f"embedding server: {cost.texts:,.0f} texts in {math.ceil(cost.requests):,} requests, {tokens}")


def _mapped(mapping: Any) -> str:
    from vsexplorer.core.text import sanitize

    if mapping.exported:
        text = f", text: {sanitize(mapping.text)}" if mapping.text else ""
        return f"elements of a vsexplorer export{text}"
    name = "a digest of the content" if mapping.id == "hash" else mapping.id
    source = f"vector: {mapping.vector}" if mapping.vector else f"text: {mapping.text}"
    kept = "all" if mapping.attributes is None else ", ".join(mapping.attributes) or "none"
    return sanitize(f"id: {name} · {source} · attributes: {kept}")


def _say(words: str) -> None:
    print(words, file=sys.stderr)
