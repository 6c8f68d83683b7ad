"""``vsexplorer recall``: measure which share of the exact results a search finds."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import Share, budget_option, connection_options, explore, format_options, seed_option
from vsexplorer.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from vsexplorer.core.attributes import Json
    from vsexplorer.core.values import SearchOptions
    from vsexplorer.insight.ef_curve import CurvePoint, CurveSample
    from vsexplorer.insight.recall import Measured, RecallQuery, RecallSummary
    from vsexplorer.services.explorer import Explorer

_NOTHING_PASSES = "note: no element passes the filter, so there is nothing to measure"
_NOT_UNIFORM = "note: the queries are not a uniform sample of the elements"
_WORST = 5
"""Queries listed with the lowest recall."""


@click.command()
@click.argument("key", type=KeyName())
@click.option("--filter", "filter_", default="", metavar="EXPR", help="Measure searches with this filter.")
@click.option("--count", default=100, type=click.IntRange(1, 10_000), show_default=True, help="Results per search.")
@click.option("--ef", type=click.IntRange(1, 1_000_000), help="Exploration factor of the searches.")
@click.option("--filter-ef", type=click.IntRange(1), help="Candidates a filtered search examines.")
@click.option(
    "--number", default=100, type=click.IntRange(2, 100_000), show_default=True, help="Queries to measure."
)
@click.option(
    "--mix",
    default=1,
    type=click.IntRange(1, 16),
    show_default=True,
    metavar="N",
    help="Elements mixed into each query; more than one makes harder queries.",
)
@click.option(
    "--queries", type=click.Path(path_type=Path), metavar="FILE", help="Texts to search for, one per line."
)
@budget_option
@click.option("--curve", is_flag=True, help="Measure growing values of EF, or of FILTER-EF with --filter.")
@seed_option
@click.option("--fail-under", type=Share(), metavar="RECALL", help="Exit with 1 below this mean.")
@format_options
@connection_options
@click.pass_context
def recall(
    ctx: click.Context,
    key: str,
    filter_: str,
    count: int,
    ef: int | None,
    filter_ef: int | None,
    number: int,
    mix: int,
    queries: Path | None,
    budget: int,
    curve: bool,
    seed: int | None,
    fail_under: float | None,
    output_format: str,
) -> int:
    """Compare searches in KEY with exact ones.

    Recall at k is the share of the k elements most similar to a query that a search finds. Each query is asked
    twice: by the graph with the options given, and exactly (TRUTH), which compares the query with every element.
    Queries are elements of the set, mixtures of several (--mix), or texts (--queries). For sets made with int8 or
    bin, TRUTH compares quantized vectors: what quantization has lost does not show.

    With a filter, the same queries are also measured without it, to tell what the filter loses. With --curve, each
    query is asked with growing values of EF, or of FILTER-EF, and the smallest that reach a recall of 0.95 and 0.99
    are named.
    """
    from vsexplorer.cli.progress import shown_on_stderr
    from vsexplorer.cli.remembered import open_model
    from vsexplorer.core.progress import Progress
    from vsexplorer.core.text import display
    from vsexplorer.core.values import SearchOptions
    from vsexplorer.insight.ef_curve import curve as points_of

    raw = key.encode("utf-8", "surrogateescape")
    random = Random(seed)  # noqa: S311 - nothing secret is drawn
    options = SearchOptions(count, ef, filter_ef)
    texts = _texts(queries) if queries is not None else []

    async def ask(explorer: Explorer) -> tuple[list[RecallQuery], bool]:
        if texts:
            await open_model(explorer, raw)
            return await explorer.quality.text_queries(raw, texts[:number]), True
        if mix > 1:
            return await explorer.quality.mixed_queries(raw, number, mix, random)
        return await explorer.quality.element_queries(raw, number, random)

    async def measure(explorer: Explorer) -> _Result:
        asked, uniform = await ask(explorer)
        found: list[Measured] = []
        with shown_on_stderr() as progress:
            async for one in explorer.quality.recall(raw, asked, filter_, options, budget / 100):
                found.append(one)
                progress(Progress(f"measuring {display(raw)}", len(found), len(asked), "queries"))
        return _Result(found, uniform, (await explorer.sets.info(raw)).quantization)

    async def measure_curve(explorer: Explorer) -> tuple[list[CurvePoint], bool]:
        asked, uniform = await ask(explorer)
        samples: list[CurveSample] = []
        with shown_on_stderr() as progress:
            done = 0
            async for one in explorer.quality.curve(raw, asked, filter_, options, budget / 100):
                samples += one
                done += 1
                progress(Progress(f"measuring {display(raw)}", done, len(asked), "queries"))
        return points_of(samples, random), uniform

    if curve:
        return _write_curve(options, filter_, *explore(ctx, measure_curve), output_format)
    return _write_recall(key, filter_, options, explore(ctx, measure), random, fail_under, output_format)


@dataclass(frozen=True, slots=True)
class _Result:
    measured: list[Measured]
    uniform: bool
    quantization: str


def _write_recall(
    key: str,
    filter: str,
    options: SearchOptions,
    result: _Result,
    random: Random,
    fail_under: float | None,
    output_format: str,
) -> int:
    from vsexplorer.insight.recall import depths, explain_loss, lowest, summarize, unfiltered_mean
    from vsexplorer.output.listing import Listing
    from vsexplorer.output.writer import write

    measured, count = result.measured, options.count
    summaries = [one for k in depths(count) if (one := summarize(k, measured, random)) is not None]
    without = unfiltered_mean(measured)
    header = ["k", "queries", "mean", "low", "high", "median", "deviation", "minimum", *_UNDER]
    rows: list[list[Json]] = [_row(one) for one in summaries]
    records = [dict(zip(header, row, strict=True)) for row in rows]
    loss = explain_loss(summaries[-1].mean, without, result.quantization) if summaries else ""
    document = {
        "key": key,
        "filter": filter or None,
        "count": count,
        "ef": options.ef,
        "filter_ef": options.filter_ef,
        "uniform": result.uniform,
        "recall": records,
        "recall_without_filter": round(without, 4) if without is not None else None,
        "loss": loss or None,
        "worst": [_worst(one, count) for one in lowest(measured, count)[:_WORST]],
        "milliseconds": _milliseconds(measured),
    }
    write(Listing(document, records, header, rows, frozenset(range(len(header)))), output_format)
    _say(measured, result.uniform, output_format, count)
    if loss and output_format == "table":
        print(loss, file=sys.stderr)
    if not summaries:
        return ExitCode.NOTHING
    return ExitCode.NOTHING if fail_under is not None and summaries[-1].mean < fail_under else ExitCode.OK


def _write_curve(
    options: SearchOptions, filter: str, points: list[CurvePoint], uniform: bool, output_format: str
) -> int:
    from vsexplorer.insight.ef_curve import TARGETS, recommended
    from vsexplorer.output.listing import Listing
    from vsexplorer.output.writer import write

    name = "filter_ef" if filter.strip() else "ef"
    header = [name, "queries", f"recall@{options.count}", "low", "high", "p50_ms", "p95_ms"]
    rows: list[list[Json]] = [
        [
            one.value,
            one.queries,
            *(round(share, 4) for share in (one.recall, one.low, one.high)),
            *(round(time, 2) for time in (one.p50, one.p95)),
        ]
        for one in points
    ]
    records = [dict(zip(header, row, strict=True)) for row in rows]
    enough = {f"{target:g}": recommended(points, target) for target in TARGETS}
    document = {"filter": filter or None, "count": options.count, "uniform": uniform, "curve": records}
    write(
        Listing({**document, "recommended": enough}, records, header, rows, frozenset(range(len(header)))),
        output_format,
    )
    if not uniform:
        print(_NOT_UNIFORM, file=sys.stderr)
    if not points:
        print(_NOTHING_PASSES, file=sys.stderr)
    elif output_format == "table":
        option = f"--{name.replace('_', '-')}"
        for target, value in enough.items():
            said = (
                f"{option} {value} is the smallest that reaches it" if value else "no value reaches it; TRUTH does"
            )
            print(f"recall {target}: {said}", file=sys.stderr)
    return ExitCode.OK if points else ExitCode.NOTHING


_UNDER = ("under 0.8", "under 0.9", "under 0.95", "under 0.99")


def _texts(path: Path) -> list[str]:
    try:
        texts = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Cannot read {path}: {getattr(error, 'strerror', None) or error}.") from error
    if not texts:
        raise UsageError(f"{path} has no text to search for.")
    return texts


def _row(one: RecallSummary) -> list[Json]:
    figures = (one.mean, one.low, one.high, one.median, one.deviation, one.minimum, *one.under.values())
    return [one.k, one.queries, *(round(figure, 4) for figure in figures)]


def _worst(one: Measured, count: int) -> dict[str, Json]:
    return {"query": one.query.label, "recall": round(one.recall[count], 4)}


def _milliseconds(measured: list[Measured]) -> dict[str, float]:
    import statistics

    if not measured:
        return {}
    return {
        "search": round(1000 * statistics.median(one.seconds for one in measured), 2),
        "exact": round(1000 * statistics.median(one.exact_seconds for one in measured), 2),
    }


def _say(measured: list[Measured], uniform: bool, output_format: str, count: int) -> None:
    from vsexplorer.core.text import plural, sanitize
    from vsexplorer.insight.recall import lowest

    without = sum(not one.recall for one in measured)
    if without and without == len(measured):
        print(_NOTHING_PASSES, file=sys.stderr)
    elif without:
        print(f"note: {plural(without, 'query', 'queries')} without an exact result left out", file=sys.stderr)
    if not uniform:
        print(_NOT_UNIFORM, file=sys.stderr)
    if output_format != "table":
        return
    for one in lowest(measured, count)[:_WORST]:
        print(f"worst: {one.recall[count]:.2f}  {sanitize(one.query.label)}", file=sys.stderr)
