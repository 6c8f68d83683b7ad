"""``vsexplorer query``: search a vector set and print the results."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import Share, connection_options, explore, format_options
from vsexplorer.core.errors import ExitCode

if TYPE_CHECKING:
    from vsexplorer.core.values import Query, ResultPage
    from vsexplorer.services.explorer import Explorer


@click.command()
@click.argument("key", type=KeyName())
@click.argument("text", nargs=-1)
@click.option("--like", metavar="ELEMENT", help="Rank by similarity to an element instead of a text.")
@click.option("--filter", "filter_", default="", metavar="EXPR", help="Only elements whose attributes match.")
@click.option(
    "--count", default=10, type=click.IntRange(1, 1_000_000_000), show_default=True, help="How many results."
)
@click.option("--ef", type=click.IntRange(1, 1_000_000), help="Exploration factor: higher finds more, slower.")
@click.option("--filter-ef", type=click.IntRange(1), help="Candidates a filtered search examines.")
@click.option("--epsilon", type=click.FloatRange(0, 2, min_open=True), help="Only similarity >= 1 - EPSILON.")
@click.option("--exact", is_flag=True, help="Compare with every element (TRUTH) instead of using the graph.")
@click.option(
    "--no-thread", is_flag=True, help="Search in the server's main thread (NOTHREAD): other clients wait."
)
@click.option(
    "--diversify",
    type=Share(),
    metavar="WEIGHT",
    help="Prefer results unlike each other: 1 is relevance only, 0 variety only.",
)
@click.option("--group-by", default="", metavar="FIELD", help="Show the best of each value of a field.")
@click.option("--per-group", default=1, type=click.IntRange(1), show_default=True, help="Results of each value.")
@click.option(
    "--candidates",
    type=click.IntRange(1, 100_000),
    help="Results to choose varied ones from.  [default: 10 x COUNT, 1000 at most]",
)
@click.option("--favourite", metavar="NAME", help="Repeat a search saved as a favourite on the screen.")
@click.option("--verbatim", is_flag=True, help="Take TEXT literally even if it begins with @, [ or =.")
@click.option(
    "--as",
    "as_code",
    type=click.Choice(["redis-cli", "redis-py", "go-redis"]),
    help="Print the search as code to paste, instead of its results.",
)
@format_options
@connection_options
@click.pass_context
def query(
    ctx: click.Context,
    key: str,
    text: tuple[str, ...],
    like: str | None,
    filter_: str,
    count: int,
    ef: int | None,
    filter_ef: int | None,
    epsilon: float | None,
    exact: bool,
    no_thread: bool,
    diversify: float | None,
    group_by: str,
    per_group: int,
    candidates: int | None,
    favourite: str | None,
    verbatim: bool,
    as_code: str | None,
    output_format: str,
) -> int:
    """Rank a vector set's elements by similarity to TEXT.

    \b
    Besides a text, TEXT can be
      @ELEMENT                          an element of the set
      [0.1, 0.2 …] or [FILE]            a vector, or a file with one (JSON, .npy, raw float32)
      = science - 0.5*chemistry + @X    a sum of these: toward some, away from others

    Without TEXT and --like, list elements, narrowed by --filter.
    """
    from vsexplorer.cli import remembered
    from vsexplorer.core.values import ByElement, ByText, Everything, Query, SearchOptions, Source
    from vsexplorer.language.query_source import asked, embeds
    from vsexplorer.output.listing import page_listing
    from vsexplorer.output.snippets import Client, snippet
    from vsexplorer.output.writer import say, write

    if len([given for given in (text, like, favourite) if given]) > 1:
        raise click.UsageError("Give TEXT, --like ELEMENT or --favourite NAME, not several of them.")
    words = " ".join(text)
    source: Source = Everything()
    if like is not None:
        source = ByElement(like.encode("utf-8", "surrogateescape"))
    elif words.strip():
        source = ByText(words) if verbatim else asked(words)
    options = SearchOptions(
        count, ef, filter_ef, epsilon, exact, no_thread, diversify, group_by.lstrip("."), per_group, candidates
    )
    raw = key.encode("utf-8", "surrogateescape")

    async def ask(explorer: Explorer) -> tuple[ResultPage, str, list[str]]:
        question = Query(raw, source, filter_, options)
        if favourite is not None:
            kept = remembered.favourite(explorer, raw, favourite).search
            source_kept = asked(kept.line) if kept.line.strip() else Everything()
            question = Query(raw, source_kept, filter_ or kept.filter, replace(kept.options, **_typed(ctx)))
        if embeds(question.source):
            await remembered.open_model(explorer, raw)
        page = await explorer.search.answer(question)
        code = snippet(Client(as_code), page.argv, explorer.target) if as_code is not None else ""
        doubts = await _doubts(explorer, question) if not page.hits and question.filter.strip() else []
        return page, code, doubts

    page, code, doubts = explore(ctx, ask)
    if as_code is not None:
        say(code)
    else:
        write(page_listing(page), output_format)
    _say_on_stderr(page, output_format, doubts)
    return ExitCode.OK if page.hits else ExitCode.NOTHING


_OPTIONS = (
    *("count", "ef", "filter_ef", "epsilon", "exact", "no_thread"),
    *("diversify", "group_by", "per_group", "candidates"),
)
"""Parameters that are options of the search."""


def _typed(ctx: click.Context) -> dict[str, Any]:
    """Return the search options given on the command line, which override those of a favourite."""
    given = click.core.ParameterSource.COMMANDLINE
    return {name: ctx.params[name] for name in _OPTIONS if ctx.get_parameter_source(name) is given}


async def _doubts(explorer: Explorer, question: Query) -> list[str]:
    """Return warnings from a sample of the set about a filter that nothing passed."""
    from vsexplorer.core.errors import VsexplorerError
    from vsexplorer.language.check import Severity, check

    try:
        facts = await explorer.samples.facts(question.key)
    except VsexplorerError:
        # These notes are optional.
        return []
    report = check(question.filter, explorer.dialect_of(question.key), facts)
    return [
        f"{question.filter[finding.start : finding.end]}: {finding.sentence}"
        for finding in report.findings
        if finding.severity is Severity.WARNING
    ]


def _say_on_stderr(page: ResultPage, output_format: str, doubts: Sequence[str]) -> None:
    from vsexplorer.core.text import milliseconds, sanitize

    for note in page.notes:
        print(f"note: {note}", file=sys.stderr)
    if not page.hits:
        print("Nothing found.", file=sys.stderr)
        for doubt in doubts:
            print(f"note: {sanitize(doubt)}", file=sys.stderr)
    elif output_format == "table":
        times = page.timings
        took = f"embed {milliseconds(times.embed)} · redis {milliseconds(times.redis)} ms"
        print(f"{page.command}\n{took}", file=sys.stderr)
