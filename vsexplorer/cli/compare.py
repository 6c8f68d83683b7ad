"""``vsexplorer compare``: two searches side by side."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import connection_options, explore, format_options
from vsexplorer.core.errors import ExitCode

if TYPE_CHECKING:
    from vsexplorer.core.attributes import Json
    from vsexplorer.core.values import Query, ResultPage
    from vsexplorer.services.explorer import Explorer


@click.command()
@click.argument("key", type=KeyName())
@click.argument("query")
@click.argument("other", required=False)
@click.option("--filter", "filter_", default="", metavar="EXPR", help="Filter of both searches.")
@click.option("--count", default=10, type=click.IntRange(1, 100_000), show_default=True, help="Results of both.")
@click.option("--ef", type=click.IntRange(1, 1_000_000), help="Exploration factor of both.")
@click.option("--other-key", type=KeyName(), metavar="KEY", help="Search another set in the second.")
@click.option("--other-filter", metavar="EXPR", help="Filter of the second.")
@click.option("--other-ef", type=click.IntRange(1, 1_000_000), help="Exploration factor of the second.")
@click.option("--other-filter-ef", type=click.IntRange(1), help="Candidates that the second examines.")
@click.option("--other-exact", is_flag=True, help="Compare with every element (TRUTH) in the second.")
@format_options
@connection_options
@click.pass_context
def compare(
    ctx: click.Context,
    key: str,
    query: str,
    other: str | None,
    filter_: str,
    count: int,
    ef: int | None,
    other_key: str | None,
    other_filter: str | None,
    other_ef: int | None,
    other_filter_ef: int | None,
    other_exact: bool,
    output_format: str,
) -> int:
    """Compare the results of two searches: QUERY and OTHER, or QUERY with other options.

    For each element, its rank in both and by how much it has moved; and overlap, rank-biased overlap and Kendall's
    tau of the rankings. The exit code is 1 if they differ.

    \b
    vsexplorer compare people "women in science" "female scientists"
    vsexplorer compare people "women in science" --other-exact
    vsexplorer compare films "a lonely hero" --other-key films-v2
    """
    from vsexplorer.cli import remembered
    from vsexplorer.core.values import Everything, Query, SearchOptions
    from vsexplorer.language.query_source import asked, embeds

    options = SearchOptions(count, ef)
    others = SearchOptions(count, other_ef or ef, other_filter_ef, exact=other_exact)
    first = Query(key.encode("utf-8", "surrogateescape"), asked(query), filter_, options)
    second = Query(
        (other_key or key).encode("utf-8", "surrogateescape"),
        asked(other) if other is not None else first.source,
        other_filter if other_filter is not None else filter_,
        others,
    )
    if isinstance(first.source, Everything) or isinstance(second.source, Everything):
        raise click.UsageError("Without a query nothing is ranked: type two queries, or one and an --other option.")
    if first == second:
        raise click.UsageError("The two searches are the same: give OTHER or an --other option.")

    async def answer(explorer: Explorer, question: Query) -> ResultPage:
        if embeds(question.source):
            await remembered.open_model(explorer, question.key)
        return await explorer.search.answer(question)

    async def work(explorer: Explorer) -> tuple[ResultPage, ResultPage]:
        return await answer(explorer, first), await answer(explorer, second)

    pages = explore(ctx, work)
    return _write(*pages, output_format)


def _write(first: ResultPage, second: ResultPage, output_format: str) -> int:
    from vsexplorer.core.text import decode
    from vsexplorer.insight.comparison import agreement, moves
    from vsexplorer.output.listing import Listing
    from vsexplorer.output.writer import write

    names = [[hit.element for hit in page.hits] for page in (first, second)]
    scores = [{hit.element: hit.score for hit in page.hits} for page in (first, second)]
    agree = agreement(*names)
    header = ["element", "first", "second", "moved", "first_score", "second_score"]
    rows: list[list[Json]] = [
        [
            decode(move.element),
            move.first,
            move.second,
            move.by,
            *(round(score, 4) if (score := found.get(move.element)) is not None else None for found in scores),
        ]
        for move in moves(*names)
    ]
    records = [dict(zip(header, row, strict=True)) for row in rows]
    figures: dict[str, Json] = {
        "depth": agree.depth,
        "overlap": round(agree.overlap, 4),
        "rbo": round(agree.rbo, 4),
        "tau": round(agree.tau, 4) if agree.tau is not None else None,
    }
    commands = {"first_command": first.command, "second_command": second.command}
    write(
        Listing({**commands, **figures, "elements": records}, records, header, rows, frozenset(range(1, 6))),
        output_format,
    )
    if not (names[0] or names[1]):
        print("neither search finds anything", file=sys.stderr)
    elif output_format == "table":
        tau = f" · Kendall's tau {agree.tau:.3f}" if agree.tau is not None else ""
        print(
            f"overlap@{agree.depth} {agree.overlap:.2f} · rank-biased overlap {agree.rbo:.3f}{tau}", file=sys.stderr
        )
    return ExitCode.OK if names[0] == names[1] else ExitCode.NOTHING
