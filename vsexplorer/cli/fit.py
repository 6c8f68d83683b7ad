"""``vsexplorer fit``: find out which model a vector set was made with."""

from __future__ import annotations

import sys
from random import Random
from typing import TYPE_CHECKING

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import connection_options, explore, format_options, seed_option
from vsexplorer.core.errors import ExitCode

if TYPE_CHECKING:
    from vsexplorer.core.attributes import Json
    from vsexplorer.services.explorer import Explorer
    from vsexplorer.services.fit import FitReport


@click.command()
@click.argument("key", type=KeyName())
@click.option(
    "--number", default=200, type=click.IntRange(2, 5_000), show_default=True, help="Texts to embed again."
)
@click.option("--field", default="", metavar="FIELD", help="Field or template that was embedded; default: guessed.")
@click.option(
    "--try", "models", multiple=True, metavar="NAME|FOLDER", help="Another model to compare with; repeatable."
)
@seed_option
@click.option("--write", is_flag=True, help="Record the model in Redis if it is the same.")
@format_options
@connection_options
@click.pass_context
def fit(
    ctx: click.Context,
    key: str,
    number: int,
    field: str,
    models: tuple[str, ...],
    seed: int | None,
    write: bool,
    output_format: str,
) -> int:
    """Compare the vectors of KEY with those of models.

    Texts from the attributes of some elements are embedded again with the model in use, with every other model of
    that dimension on this machine, and with those named by --try. The verdict is one of: same, related (another
    prefix, truncation or text), other, unknown. The exit code is 0 if a model is the same.
    """
    from vsexplorer.cli.progress import shown_on_stderr
    from vsexplorer.insight.fit import Verdict

    raw = key.encode("utf-8", "surrogateescape")
    random = Random(seed)  # noqa: S311 - nothing secret is drawn

    async def run(explorer: Explorer) -> tuple[FitReport, bool]:
        with shown_on_stderr() as progress:
            report = await explorer.fit.check(raw, number, random, field, models, progress)
        same = report.tried[0].fit.verdict is Verdict.SAME
        if same and write:
            await explorer.fit.record(raw, report.tried[0])
        return report, same and write

    report, written = explore(ctx, run)
    _write(key, report, written, output_format)
    return ExitCode.OK if report.tried[0].fit.verdict is Verdict.SAME else ExitCode.NOTHING


def _write(key: str, report: FitReport, written: bool, output_format: str) -> None:
    from vsexplorer.core.text import sanitize
    from vsexplorer.insight.fit import LEAST, MEANINGS
    from vsexplorer.output.listing import Listing
    from vsexplorer.output.writer import write

    header = ["model", "field", "verdict", "texts", "median", "low", "high", "own", "order_kept"]
    rows: list[list[Json]] = []
    for one in report.tried:
        shares = (one.fit.median, one.fit.low, one.fit.high, one.fit.own)
        kept = round(one.fit.order_kept, 4) if one.fit.order_kept is not None else None
        found: list[Json] = [one.model, one.field, one.fit.verdict.value, one.fit.texts]
        rows.append([*found, *(round(share, 4) for share in shares), kept])
    records = [dict(zip(header, row, strict=True)) for row in rows]
    document = {"key": key, "uniform": report.uniform, "recorded": written, "models": records}
    write(Listing(document, records, header, rows, frozenset(range(3, 9))), output_format)
    best = report.tried[0]
    if output_format == "table":
        few = f", from less than {LEAST} texts" if best.fit.texts < LEAST else ""
        print(sanitize(f"{best.model}: {MEANINGS[best.fit.verdict]}{few}"), file=sys.stderr)
    if not report.uniform:
        print("note: the texts are not a uniform sample of the elements", file=sys.stderr)
    if written:
        print("recorded in vsexplorer:sets", file=sys.stderr)
