"""``vsexplorer recall``: measure which share of the exact results a search finds."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import connection_options, explore, format_options
from vsexplorer.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from vsexplorer.core.attributes import Json
    from vsexplorer.insight.recall import Measured, RecallQuery, RecallSummary
    from vsexplorer.services.explorer import Explorer

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
@click.option(
    "--budget",
    default=20,
    type=click.IntRange(1, 100),
    show_default=True,
    metavar="PERCENT",
    help="Share of the time the server may be busy with it.",
)
@click.option("--seed", type=int, metavar="N", help="Draw the same queries again.")
@click.option("--fail-under", type=click.FloatRange(0, 1), metavar="RECALL", help="Exit with 1 below this mean.")
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
    seed: int | None,
    fail_under: float | None,
    output_format: str,
) -> int:
    """Compare searches in KEY with exact ones.

    Recall at k is the share of the k elements most similar to a query that a search finds. Each query is asked
    twice: by the graph with the options given, and exactly (TRUTH), which compares the query with every element.
    Queries are elements of the set, mixtures of several (--mix), or texts (--queries). For sets made with int8 or
    bin, TRUTH compares quantized vectors: what quantization has lost does not show.
    """
    from vsexplorer.cli.progress import shown_on_stderr
    from vsexplorer.cli.remembered import suit_model
    from vsexplorer.core.progress import Progress
    from vsexplorer.core.text import display
    from vsexplorer.core.values import SearchOptions
    from vsexplorer.insight.recall import depths, summarize
    from vsexplorer.output.listing import Listing
    from vsexplorer.output.writer import write

    raw = key.encode("utf-8", "surrogateescape")
    random = Random(seed)  # noqa: S311 - nothing secret is drawn
    options = SearchOptions(count, ef, filter_ef)
    texts = _texts(queries) if queries is not None else []

    async def run(explorer: Explorer) -> tuple[list[Measured], bool]:
        uniform = True
        with shown_on_stderr() as progress:
            asked: list[RecallQuery]
            if texts:
                await suit_model(explorer, raw, progress)
                asked = await explorer.quality.text_queries(raw, texts[:number])
            elif mix > 1:
                asked, uniform = await explorer.quality.mixed_queries(raw, number, mix, random)
            else:
                asked, uniform = await explorer.quality.element_queries(raw, number, random)
            found: list[Measured] = []
            async for one in explorer.quality.recall(raw, asked, filter_, options, budget / 100):
                found.append(one)
                progress(Progress(f"measuring {display(raw)}", len(found), len(asked), "queries"))
        return found, uniform

    measured, uniform = explore(ctx, run)
    summaries = [one for k in depths(count) if (one := summarize(k, measured, random)) is not None]
    header = ["k", "queries", "mean", "low", "high", "median", "deviation", "minimum", *_UNDER]
    rows: list[list[Json]] = [_row(one) for one in summaries]
    records = [dict(zip(header, row, strict=True)) for row in rows]
    document = {
        "key": key,
        "filter": filter_ or None,
        "count": count,
        "ef": ef,
        "filter_ef": filter_ef,
        "uniform": uniform,
        "recall": records,
        "worst": [_worst(one, count) for one in _lowest(measured, count)],
        "milliseconds": _milliseconds(measured),
    }
    write(Listing(document, records, header, rows, frozenset(range(len(header)))), output_format)
    _say(measured, uniform, output_format, count)
    if not summaries:
        return ExitCode.NOTHING
    return ExitCode.NOTHING if fail_under is not None and summaries[-1].mean < fail_under else ExitCode.OK


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


def _lowest(measured: list[Measured], count: int) -> list[Measured]:
    counted = [one for one in measured if one.recall.get(count, 1.0) < 1]
    return sorted(counted, key=lambda one: one.recall[count])[:_WORST]


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

    without = sum(not one.recall for one in measured)
    if without:
        print(f"note: {plural(without, 'query', 'queries')} without an exact result left out", file=sys.stderr)
    if not uniform:
        print("note: the queries are not a uniform sample of the elements", file=sys.stderr)
    if output_format != "table":
        return
    for one in _lowest(measured, count):
        print(f"worst: {one.recall[count]:.2f}  {sanitize(one.query.label)}", file=sys.stderr)
