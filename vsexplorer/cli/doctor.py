"""``vsexplorer doctor``: examine a vector set for what makes answers wrong or loses data."""

from __future__ import annotations

import sys
from random import Random
from typing import TYPE_CHECKING

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import budget_option, connection_options, explore, format_options, seed_option
from vsexplorer.core.errors import ExitCode

if TYPE_CHECKING:
    from vsexplorer.core.attributes import Json
    from vsexplorer.insight.health.findings import Finding
    from vsexplorer.services.explorer import Explorer
    from vsexplorer.services.health import HealthReport


@click.command()
@click.argument("key", type=KeyName())
@click.option(
    "--number", default=2_000, type=click.IntRange(1, 1_000_000), show_default=True, help="Elements to look at."
)
@click.option("--full", is_flag=True, help="Look at every element; what is searched for stays a sample.")
@budget_option
@seed_option
@format_options
@connection_options
@click.pass_context
def doctor(
    ctx: click.Context,
    key: str,
    number: int,
    full: bool,
    budget: int,
    seed: int | None,
    output_format: str,
) -> int:
    """Examine KEY: vectors, attributes, names, graph, model and server.

    Each finding is serious (answers are wrong, or data can be lost), a warning or a note, and says how many
    elements it concerns and what to do. All elements of a set of up to 5,000 are looked at, else --number of them.
    The exit code is 1 if something is serious.
    """
    from vsexplorer.cli.progress import shown_on_stderr

    raw = key.encode("utf-8", "surrogateescape")
    random = Random(seed)  # noqa: S311 - nothing secret is drawn

    async def run(explorer: Explorer) -> HealthReport:
        with shown_on_stderr() as progress:
            return await explorer.health.examine(raw, number, random, full, budget / 100, progress)

    report = explore(ctx, run)
    _write(key, report, output_format)
    return ExitCode.NOTHING if report.serious else ExitCode.OK


def _write(key: str, report: HealthReport, output_format: str) -> None:
    from vsexplorer.core.text import plural
    from vsexplorer.output.listing import Listing
    from vsexplorer.output.writer import write

    if output_format == "table":
        for one in report.findings:
            _say(one)
        found = plural(len(report.findings), "finding") if report.findings else "nothing found"
        print(" · ".join([found, *report.facts, f"{report.searched_for:,} searched for"]), file=sys.stderr)
        return
    records = [_record(one) for one in report.findings]
    document = {
        "key": key,
        "size": report.info.size,
        "looked_at": report.looked_at,
        "searched_for": report.searched_for,
        "uniform": report.uniform,
        "effective_rank": round(report.effective_rank, 2) if report.effective_rank is not None else None,
        "memory": report.memory,
        "findings": records,
    }
    header = ["severity", "check", "count", "of", "sentence", "advice"]
    rows: list[list[Json]] = [[record[name] for name in header] for record in records]
    write(Listing(document, records, header, rows, frozenset({2, 3})), output_format)


def _record(finding: Finding) -> dict[str, Json]:
    from vsexplorer.core.text import decode

    return {
        "check": finding.check,
        "severity": finding.severity.value,
        "sentence": finding.sentence,
        "advice": finding.advice or None,
        "count": finding.count,
        "of": finding.of,
        "examples": [decode(name) for name in finding.examples],
    }


def _say(finding: Finding) -> None:
    import shutil
    from textwrap import fill

    from vsexplorer.core.text import decode, sanitize
    from vsexplorer.output.writer import say

    width = shutil.get_terminal_size((100, 24)).columns
    number = f" ({finding.count:,} of {finding.of:,})" if finding.count is not None else ""
    lines = [f"{finding.severity.value}: {finding.check}{number}"]
    examples = f"For example: {', '.join(map(decode, finding.examples))}." if finding.examples else ""
    texts = [text for text in (finding.sentence, examples, finding.advice) if text]
    lines += [fill(sanitize(text), width, initial_indent="    ", subsequent_indent="    ") for text in texts]
    say("\n".join(lines) + "\n")
