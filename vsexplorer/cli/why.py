"""``vsexplorer why``: explain why an element is missing from the results of a search, or is among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import connection_options, explore, format_options
from vsexplorer.core.errors import ExitCode

if TYPE_CHECKING:
    from vsexplorer.core.attributes import Json
    from vsexplorer.core.values import Query
    from vsexplorer.insight.why import Explanation
    from vsexplorer.insight.words import WordWeights
    from vsexplorer.services.explanations import TermShare
    from vsexplorer.services.explorer import Explorer


@click.command()
@click.argument("key", type=KeyName())
@click.argument("query")
@click.argument("element")
@click.option("--filter", "filter_", default="", metavar="EXPR", help="Explain the search with this filter.")
@click.option("--count", default=10, type=click.IntRange(1, 1_000_000), show_default=True, help="How many results.")
@click.option("--ef", type=click.IntRange(1, 1_000_000), help="Exploration factor of the search.")
@click.option("--filter-ef", type=click.IntRange(1), help="Candidates the filtered search examines.")
@click.option("--epsilon", type=click.FloatRange(0, 2, min_open=True), help="Only similarity >= 1 - EPSILON.")
@click.option("--words", is_flag=True, help="Weigh the words of the element's text by the similarity they carry.")
@click.option("--field", default="", metavar="FIELD", help="Field or template that was embedded, if not recorded.")
@format_options
@connection_options
@click.pass_context
def why(
    ctx: click.Context,
    key: str,
    query: str,
    element: str,
    filter_: str,
    count: int,
    ef: int | None,
    filter_ef: int | None,
    epsilon: float | None,
    words: bool,
    field: str,
    output_format: str,
) -> int:
    """Explain why ELEMENT is not among the results of QUERY, and what would find it.

    The first cause that applies is named: the element does not exist, the model differs, the filter rejects it,
    its exact rank is beyond COUNT or EPSILON, quantization loses it, or the search of the graph misses it. With
    --words, show instead which words of its text make it similar; of a sum, also what each term adds.
    """
    from vsexplorer.cli import remembered
    from vsexplorer.core.values import Query, SearchOptions
    from vsexplorer.language.query_source import asked, embeds

    raw = key.encode("utf-8", "surrogateescape")
    name = element.encode("utf-8", "surrogateescape")
    question = Query(raw, asked(query), filter_, SearchOptions(count, ef, filter_ef, epsilon))

    async def prepare(explorer: Explorer) -> None:
        if words or embeds(question.source):
            await remembered.open_model(explorer, raw)

    async def weigh(explorer: Explorer) -> tuple[WordWeights, list[TermShare]]:
        await prepare(explorer)
        weights = await explorer.explanations.words(question, name, field)
        return weights, await explorer.explanations.terms(question, name)

    async def ask(explorer: Explorer) -> Explanation:
        await prepare(explorer)
        return await explorer.explanations.why(question, name, field)

    if words:
        return _write_words(element, *explore(ctx, weigh), output_format)
    return _write_explanation(question, element, explore(ctx, ask), output_format)


def _write_explanation(query: Query, element: str, found: Explanation, output_format: str) -> int:
    from vsexplorer.core.text import decode, sanitize
    from vsexplorer.insight.why import Cause
    from vsexplorer.output.listing import Listing
    from vsexplorer.output.writer import say, write

    code = ExitCode.OK if found.cause is Cause.FOUND else ExitCode.NOTHING
    if output_format == "table":
        for step in found.steps:
            sign = {True: "✓", False: "✗", None: "?"}[step.passed]
            say(sanitize(f"{sign} {step.name}: {step.sentence}"))
        say("")
        say(sanitize(f"{found.sentence} {found.mend}".strip()))
        return code
    record: dict[str, Json] = {
        "key": decode(query.key),
        "element": element,
        "filter": query.filter or None,
        "cause": found.cause.value,
        "sentence": found.sentence,
        "mend": found.mend or None,
        "score": found.score,
        "rank": found.rank,
        "rank_without_filter": found.rank_unfiltered,
        "steps": [{"step": one.name, "passed": one.passed, "sentence": one.sentence} for one in found.steps],
    }
    if found.options is not None:
        names = ("count", "ef", "filter_ef", "epsilon", "exact")
        record["options"] = {name: getattr(found.options, name) for name in names}
    rows: list[list[Json]] = [[one.name, one.passed, one.sentence] for one in found.steps]
    plain: list[list[Json]] = [["cause", found.cause.value], ["sentence", found.sentence], ["mend", found.mend]]
    write(Listing(record, [record], ["step", "passed", "sentence"], rows, frozenset(), plain), output_format)
    return code


def _write_words(element: str, weights: WordWeights, terms: list[TermShare], output_format: str) -> int:
    from vsexplorer.core.text import sanitize
    from vsexplorer.output.listing import Listing
    from vsexplorer.output.writer import say, write

    if output_format == "table":
        strongest = max((abs(one.weight) for one in weights.pieces), default=0.0)
        for one in weights.pieces:
            bar = "█" * round(10 * abs(one.weight) / strongest) if strongest else ""
            say(sanitize(f"{one.weight:+.4f} {'-' if one.weight < 0 else ' '}{bar:<10} {one.text}"))
        say(f"\nsimilarity of the whole text: {weights.score:.4f}")
        for term in terms:
            facts = f"weight {term.weight:g}, similarity {term.score:.4f}, share {term.share:+.4f}"
            say(sanitize(f"term {term.words}: {facts}"))
        return ExitCode.OK
    records = [
        {"start": one.start, "end": one.end, "word": one.text, "weight": round(one.weight, 6)}
        for one in weights.pieces
    ]
    document = {
        "element": element,
        "text": weights.text,
        "score": weights.score,
        "words": records,
        "terms": [
            {"term": one.words, "weight": one.weight, "score": one.score, "share": one.share} for one in terms
        ],
    }
    rows: list[list[Json]] = [[round(one.weight, 4), one.text] for one in weights.pieces]
    write(Listing(document, records, ["weight", "word"], rows, frozenset({0})), output_format)
    return ExitCode.OK
