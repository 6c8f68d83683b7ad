"""``vsexplorer scores``: where the results of a query lie among all elements of a set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import connection_options, explore, format_options
from vsexplorer.core.errors import ExitCode

if TYPE_CHECKING:
    from vsexplorer.core.attributes import Json
    from vsexplorer.insight.distribution import ScoreDistribution
    from vsexplorer.output.listing import Listing
    from vsexplorer.services.explorer import Explorer

_RANGES = 20


@click.command()
@click.argument("key", type=KeyName())
@click.argument("query")
@click.option("--filter", "filter_", default="", metavar="EXPR", help="Only results that pass this filter.")
@click.option("--count", default=100, type=click.IntRange(1, 100_000), show_default=True, help="How many results.")
@format_options
@connection_options
@click.pass_context
def scores(ctx: click.Context, key: str, query: str, filter_: str, count: int, output_format: str) -> int:
    """Show how the scores of QUERY's results compare with the scores of all elements of KEY.

    The histogram counts all elements, or a uniform sample of a large set. If the results fall into two parts with
    a visible gap between them, the EPSILON that keeps the first part is proposed.
    """
    from vsexplorer.cli import remembered
    from vsexplorer.core.values import Query, SearchOptions
    from vsexplorer.language.query_source import asked, embeds
    from vsexplorer.output.writer import say, write

    raw = key.encode("utf-8", "surrogateescape")
    question = Query(raw, asked(query), filter_, SearchOptions(count))

    async def work(explorer: Explorer) -> ScoreDistribution:
        if embeds(question.source):
            await remembered.open_model(explorer, raw)
        return await explorer.distribution.measure(question)

    found = explore(ctx, work)
    write(_listing(found), output_format)
    if output_format == "table":
        for sentence in found.sentences():
            say(sentence)
    return ExitCode.OK if found.results else ExitCode.NOTHING


def _listing(found: ScoreDistribution) -> Listing:
    from vsexplorer.output.listing import Listing

    rows: list[list[Json]] = [
        [round(low, 4), round(high, 4), elements, results]
        for low, high, elements, results in found.histogram(_RANGES)
    ]
    header = ["from", "to", "elements", "results"]
    records = [dict(zip(header, row, strict=True)) for row in rows]
    gap = found.gap()
    best, last = (found.results[0], found.results[-1]) if found.results else (None, None)
    share, low, high = found.above(last) if last is not None else (None, None, None)
    document: dict[str, Json] = {
        "size": found.size,
        "sampled": len(found.scores),
        "uniform": found.uniform,
        "median": round(found.median, 4),
        "best": best,
        "last": last,
        "share_at_least_last": share,
        "share_interval": [low, high],
        "gap": None if gap is None else {"kept": gap.kept, "epsilon": gap.epsilon, "ends": [gap.above, gap.below]},
        "ranges": list(records),
    }
    return Listing(document, records, header, rows, frozenset(range(4)))
