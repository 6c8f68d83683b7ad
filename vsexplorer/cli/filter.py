"""``vsexplorer filter``: check expressions and explain their results, with or without a server."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import connection_options, connection_options_beside_key, explore, given
from vsexplorer.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from vsexplorer.language.check import Report
    from vsexplorer.language.dialect import Dialect
    from vsexplorer.language.evaluator import Verdict
    from vsexplorer.language.known import SetFacts
    from vsexplorer.services.explorer import Explorer

_ADDRESS = ("host", "port", "socket", "url", "profile", "private")


@click.group("filter")
def filter_() -> None:
    """Check filter expressions, and explain their results."""


@filter_.command()
@click.argument("expression")
@click.option("--server-version", metavar="X.Y", help="Check for that Redis version, without a server.")
@click.option("--key", type=KeyName(), help="Also check against a sample of this vector set's attributes.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object with spans.")
@connection_options_beside_key
@click.pass_context
def check(ctx: click.Context, expression: str, server_version: str | None, key: str | None, as_json: bool) -> int:
    """Report errors and pitfalls in EXPRESSION.

    With --key, also report unknown fields, comparisons that are never true, and fields that some elements lack. If
    EXPRESSION is -, read expressions from standard input, one per line, and print one JSON line for each. Without
    --server-version, the version is that of the server given by the options, else the newest.
    """
    from vsexplorer.core.attributes import to_json
    from vsexplorer.language.check import check as judge
    from vsexplorer.output.writer import say

    known = None
    if key is not None:
        dialect, known = _known(ctx, key)
    if key is None or server_version is not None:
        dialect = _dialect(ctx, server_version)
    if expression == "-":
        for line in sys.stdin:
            say(to_json(_as_dict(judge(line.rstrip("\r\n"), dialect, known))))
        return ExitCode.OK
    report = judge(expression, dialect, known)
    if as_json:
        say(to_json(_as_dict(report), indent=2))
    else:
        _print(report)
    return ExitCode.OK if report.ok else ExitCode.NOTHING


@filter_.command()
@click.argument("expression")
@click.argument("key", required=False)
@click.argument("element", required=False)
@click.option("--attributes", metavar="JSON", help="Attributes to try it on, instead of an element's.")
@click.option("--server-version", metavar="X.Y", help="Evaluate as in that Redis version.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@connection_options
@click.pass_context
def explain(
    ctx: click.Context,
    expression: str,
    key: str | None,
    element: str | None,
    attributes: str | None,
    server_version: str | None,
    as_json: bool,
) -> int:
    """Tell whether an element passes EXPRESSION, and why.

    If EXPRESSION is -, read JSON lines with "filter" and "attributes" (a JSON value, or a text as it is stored)
    from standard input, and print one JSON line for each.
    """
    from vsexplorer.core.attributes import to_json
    from vsexplorer.core.text import sanitize
    from vsexplorer.output.writer import say

    if expression == "-":
        _explain_lines(_dialect(ctx, server_version))
        return ExitCode.OK
    raw: bytes | None
    if attributes is not None:
        raw, dialect = attributes.encode("utf-8", "surrogateescape"), _dialect(ctx, server_version)
    elif key is not None and element is not None:
        raw, dialect = _stored(ctx, key, element)
    else:
        raise click.UsageError("Give KEY and ELEMENT, or --attributes JSON.")
    verdict = _verdict(expression, raw, dialect)
    if as_json:
        say(to_json({"match": verdict.match, "because": verdict.because}))
    else:
        say(f"{'yes' if verdict.match else 'no'}: {sanitize(verdict.because)}")
    return ExitCode.OK if verdict.match else ExitCode.NOTHING


def _explain_lines(dialect: Dialect) -> None:
    import json

    from vsexplorer.core.attributes import to_json
    from vsexplorer.core.errors import FilterRefused
    from vsexplorer.output.writer import say

    for place, line in enumerate(sys.stdin, 1):
        try:
            asked = json.loads(line)
            expression, attributes = asked["filter"], asked["attributes"]
            expression.encode("utf-8", "surrogatepass")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(f"Line {place} is not a JSON object with filter and attributes.") from error
        if attributes is not None and not isinstance(attributes, str):
            attributes = json.dumps(attributes, ensure_ascii=False)
        raw = attributes.encode("utf-8", "surrogatepass") if attributes is not None else None
        try:
            verdict = _verdict(expression, raw, dialect)
            answer: dict[str, Any] = {"match": verdict.match, "because": verdict.because}
        except FilterRefused as error:
            answer = {"match": False, "because": f"the server refuses the expression: {error.message}"}
        say(to_json(answer))


def _stored(ctx: click.Context, key: str, element: str) -> tuple[bytes | None, Dialect]:
    async def look(explorer: Explorer) -> tuple[bytes | None, Dialect]:
        name = element.encode("utf-8", "surrogateescape")
        details = await explorer.elements.details(key.encode("utf-8", "surrogateescape"), name)
        return details.attributes, explorer.dialect

    return explore(ctx, look)


def _verdict(expression: str, raw: bytes | None, dialect: Dialect) -> Verdict:
    from vsexplorer.language.check import require_valid
    from vsexplorer.language.evaluator import compiled

    if not expression.strip():
        raise UsageError("The filter is blank.")
    require_valid(expression, dialect)
    return compiled(expression, dialect).explain(raw)


def _dialect(ctx: click.Context, version: str | None) -> Dialect:
    from vsexplorer.language.dialect import NEWEST, for_version

    if version is not None:
        try:
            return for_version(version)
        except ValueError as error:
            raise click.UsageError(f"--server-version must be a version such as 8.0, not {version!r}.") from error
    if not any(name in given(ctx) for name in _ADDRESS):
        return NEWEST

    async def look(explorer: Explorer) -> Dialect:
        return explorer.dialect

    return explore(ctx, look)


def _known(ctx: click.Context, key: str) -> tuple[Dialect, SetFacts]:
    async def look(explorer: Explorer) -> tuple[Dialect, SetFacts]:
        facts = await explorer.samples.facts(key.encode("utf-8", "surrogateescape"))
        return explorer.dialect, facts

    return explore(ctx, look)


def _as_dict(report: Report) -> dict[str, Any]:
    return {
        "ok": report.ok,
        "findings": [
            {
                "severity": finding.severity.value,
                "start": finding.start,
                "end": finding.end,
                "sentence": finding.sentence,
                "correction": finding.correction.apply(report.expression) if finding.correction else None,
            }
            for finding in report.findings
        ],
    }


def _print(report: Report) -> None:
    from vsexplorer.core.text import sanitize
    from vsexplorer.language.check import caret
    from vsexplorer.output.writer import say

    for finding in report.findings:
        say(f"{finding.severity.value}: {sanitize(finding.sentence)}")
        say(sanitize(caret(report.expression, finding), keep_newlines=True))
        if finding.correction:
            say(f"suggestion: {sanitize(finding.correction.apply(report.expression))}")
    if not report.findings:
        say("no problems found")
