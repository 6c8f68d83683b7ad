"""``vsexplorer eval``: measure rankings against judgments."""

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
    from collections.abc import Mapping, Sequence

    from vsexplorer.core.attributes import Json
    from vsexplorer.insight.evaluation import Comparison, Ranking
    from vsexplorer.services.evaluation import Evaluation
    from vsexplorer.services.explorer import Explorer
    from vsexplorer.transfer.judgments import JudgedQuery

_LISTED = 5


@click.command()
@click.argument("key", type=KeyName())
@click.option(
    "--queries",
    type=click.Path(path_type=Path),
    metavar="FILE|FOLDER",
    help="Queries: a BEIR folder, TOML or JSON cases, JSON Lines, or ID<tab>TEXT.",
)
@click.option(
    "--qrels", type=click.Path(path_type=Path), metavar="FILE", help="Judgments: TREC qrels, or BEIR's TSV."
)
@click.option("--rated", is_flag=True, help="Use the results rated on the screen as judgments.")
@click.option("--filter", "filter_", default="", metavar="EXPR", help="Filter of queries that have none.")
@click.option("--count", default=100, type=click.IntRange(1, 10_000), show_default=True, help="Results per query.")
@click.option("--ef", type=click.IntRange(1, 1_000_000), help="Exploration factor of the searches.")
@click.option("--filter-ef", type=click.IntRange(1), help="Candidates a filtered search examines.")
@click.option("--exact", is_flag=True, help="Compare with every element (TRUTH).")
@click.option(
    "--measure",
    "measures",
    multiple=True,
    metavar="NAME",
    help="ndcg@k, recall@k, precision@k, success@k, mrr, map.",
)
@click.option("--run", type=click.Path(path_type=Path), metavar="FILE", help="Save the rankings as a TREC run.")
@click.option(
    "--baseline", type=click.Path(path_type=Path), metavar="FILE", help="Compare with the rankings of a TREC run."
)
@click.option("--fail-under", multiple=True, metavar="MEASURE=VALUE", help="Exit with 1 below it; repeatable.")
@click.option("--per-query", is_flag=True, help="Print a row for each query.")
@format_options
@connection_options
@click.pass_context
def eval_(
    ctx: click.Context,
    key: str,
    queries: Path | None,
    qrels: Path | None,
    rated: bool,
    filter_: str,
    count: int,
    ef: int | None,
    filter_ef: int | None,
    exact: bool,
    measures: tuple[str, ...],
    run: Path | None,
    baseline: Path | None,
    fail_under: tuple[str, ...],
    per_query: bool,
    output_format: str,
) -> int:
    """Measure the rankings of KEY against judgments.

    The measures are those of trec_eval. A ranking saved with --run by one configuration (set, model, quantization,
    EF, filter) is the --baseline of another: both are compared query by query, with a paired randomization test.
    Queries that have no relevant judgment are skipped and named, and so are judged elements that the set lacks.
    """
    from vsexplorer.cli.progress import shown_on_stderr
    from vsexplorer.cli.remembered import open_model, rated_queries
    from vsexplorer.core.values import SearchOptions
    from vsexplorer.insight.evaluation import USUAL
    from vsexplorer.language.query_source import asked, embeds
    from vsexplorer.services.evaluation import with_count
    from vsexplorer.transfer.judgments import read_queries, read_run, write_run

    limits = _limits(fail_under)
    names = _measures([*(measures or USUAL), *limits])
    if (queries is None) != rated:
        raise click.UsageError("Give either --queries or --rated.")
    before = read_run(baseline) if baseline is not None else None
    raw = key.encode("utf-8", "surrogateescape")
    options = with_count(SearchOptions(count, ef, filter_ef, exact=exact), names)

    async def work(explorer: Explorer) -> Evaluation:
        judged = read_queries(queries, qrels) if queries is not None else rated_queries(explorer, raw)
        if any(embeds(asked(one.text)) for one in judged if _valid(one)):
            await open_model(explorer, raw)
        with shown_on_stderr() as progress:
            return await explorer.evaluation.evaluate(raw, judged, filter_, options, names, progress)

    found = explore(ctx, work)
    if run is not None:
        write_run(run, {one.query.id: one.ranking for one in found.queries}, key)
    _write(key, found, names, before, per_query, output_format)
    if not found.queries:
        print("nothing was evaluated", file=sys.stderr)
        return ExitCode.NOTHING
    failed = [name for name, least in limits.items() if found.mean(name) < least]
    for name in failed:
        print(f"{name} is {found.mean(name):.4f}, less than {limits[name]:g}", file=sys.stderr)
    return ExitCode.NOTHING if failed else ExitCode.OK


def _valid(query: JudgedQuery) -> bool:
    from vsexplorer.language.query_line import read

    return read(query.text).finding is None


def _limits(typed: tuple[str, ...]) -> dict[str, float]:
    limits = {}
    for one in typed:
        name, _, value = one.partition("=")
        try:
            limits[name] = float(value)
            if not 0 <= limits[name] <= 1:
                raise ValueError
        except ValueError:
            raise click.UsageError(
                f"--fail-under {one}: write MEASURE=VALUE, such as ndcg@10=0.6, with a value from 0 to 1."
            ) from None
    return limits


def _measures(typed: Sequence[str]) -> list[str]:
    from vsexplorer.insight.evaluation import known

    names = list(dict.fromkeys(typed))
    for name in names:
        if not known(name):
            raise UsageError(
                f"There is no measure {name!r}.", "Measures: ndcg@k, recall@k, precision@k, success@k, mrr, map."
            )
    return names


def _write(
    key: str,
    found: Evaluation,
    names: Sequence[str],
    before: Mapping[str, Ranking] | None,
    per_query: bool,
    output_format: str,
) -> None:
    from vsexplorer.output.listing import Listing
    from vsexplorer.output.writer import write

    compared = _compared(found, names, before) if before is not None else []
    by_query: list[dict[str, Json]] = [
        {"query": one.query.id, "text": one.query.text, **{name: round(one.measures[name], 6) for name in names}}
        for one in found.queries
    ]
    means: list[dict[str, Json]] = [
        {
            "measure": name,
            "queries": len(found.queries),
            "mean": round(found.mean(name), 6) if found.queries else None,
        }
        for name in names
    ]
    for mean, one in zip(means, compared, strict=False):
        mean.update(
            compared=one.queries,
            before=round(one.before, 6),
            after=round(one.after, 6),
            better=one.better,
            worse=one.worse,
            p=round(one.p, 5),
        )
    records = by_query if per_query else means
    header = list(records[0]) if records else []
    rows = [[record[name] for name in header] for record in records]
    numeric = frozenset(place for place, name in enumerate(header) if name not in ("query", "text", "measure"))
    document = {
        "key": key,
        "measures": means,
        "queries": by_query,
        "skipped": [{"query": id, "reason": reason} for id, reason in found.skipped],
        "missing": [_readable(name) for name in found.missing],
    }
    write(Listing(document, records, header, rows, numeric), output_format)
    _say(found, before)


def _compared(found: Evaluation, names: Sequence[str], before: Mapping[str, Ranking]) -> list[Comparison]:
    from vsexplorer.insight.evaluation import compare, evaluate

    common = [one for one in found.queries if one.query.id in before]
    if not common:
        raise UsageError("The baseline has none of the queries.", "Save one with --run from the same queries.")
    earlier = [evaluate(before[one.query.id], one.query.grades, names) for one in common]
    random = Random(0)  # noqa: S311 - the same comparison gives the same probability
    return [
        compare(name, [one[name] for one in earlier], [one.measures[name] for one in common], random)
        for name in names
    ]


def _readable(name: str) -> str:
    """Show bytes of a name that are not UTF-8 as escapes."""
    from vsexplorer.core.text import decode

    return decode(name.encode("utf-8", "surrogateescape"))


def _say(found: Evaluation, before: Mapping[str, Ranking] | None) -> None:
    from vsexplorer.core.text import plural, sanitize

    for id, reason in found.skipped[:_LISTED]:
        print(sanitize(f"note: query {id} skipped: {reason}"), file=sys.stderr)
    if len(found.skipped) > _LISTED:
        print(f"note: {len(found.skipped) - _LISTED:,} more queries skipped", file=sys.stderr)
    if found.missing:
        named = ", ".join(map(_readable, found.missing[:_LISTED]))
        more = f" and {len(found.missing) - _LISTED:,} more" if len(found.missing) > _LISTED else ""
        about = plural(len(found.missing), "judged element")
        print(sanitize(f"note: {about} missing in the set: {named}{more}"), file=sys.stderr)
    if before is not None:
        absent = sum(one.query.id not in before for one in found.queries)
        if absent:
            print(f"note: {plural(absent, 'query', 'queries')} not in the baseline", file=sys.stderr)
