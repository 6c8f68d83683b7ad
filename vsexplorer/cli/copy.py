"""``vsexplorer copy`` and ``vsexplorer reembed``: copy a vector set to another."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import config, connection_options, explore
from vsexplorer.core.errors import ExitCode

if TYPE_CHECKING:
    from vsexplorer.server.target import Where
    from vsexplorer.services.explorer import Explorer
    from vsexplorer.transfer.copying import CopyPlan, CopyReport

_QUANTIZATIONS = ("int8", "f32", "bin")


def _shape[F: Callable[..., Any]](command: F) -> F:
    for option in (
        click.option("--quantization", type=click.Choice(_QUANTIZATIONS), help="Default: that of the source."),
        click.option("--reduce", type=click.IntRange(1), metavar="N", help="Project the vectors to N dimensions."),
        click.option(
            "--m", "links", type=click.IntRange(4, 4096), metavar="N", help="Links per node; default: the source's."
        ),
        click.option(
            "--ef", type=click.IntRange(1, 1_000_000), metavar="N", help="Exploration factor while building."
        ),
        click.option(
            "--existing", type=click.Choice(["skip", "replace"]), help="What to do with existing elements."
        ),
        click.option("--to", "to_url", metavar="URL", help="URL of another server; default: the same server."),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("source", type=KeyName())
@click.argument("destination", type=KeyName())
@_shape
@connection_options
@click.pass_context
def copy(ctx: click.Context, /, source: str, destination: str, **options: Any) -> int:
    """Copy the vector set SOURCE to DESTINATION.

    DESTINATION may be on another server (--to) or have another quantization. Nothing is embedded again: the vectors
    are copied as stored, without what their quantization has lost.
    """
    return _copy(ctx, source, destination, "", options)


@click.command()
@click.argument("source", type=KeyName())
@click.argument("destination", type=KeyName())
@click.option("--text", required=True, metavar="FIELD", help="Attribute to embed, or a template of several.")
@_shape
@connection_options
@click.pass_context
def reembed(ctx: click.Context, /, source: str, destination: str, text: str, **options: Any) -> int:
    """Copy SOURCE to DESTINATION with vectors of another model.

    A text in the attributes is embedded with --model.
    """
    return _copy(ctx, source, destination, text, options)


def _copy(ctx: click.Context, source: str, destination: str, text: str, options: dict[str, Any]) -> int:
    from vsexplorer.cli.progress import shown_on_stderr
    from vsexplorer.core.text import display, duration, plural

    plan = _plan(destination, text, options)
    to = _where(options["to_url"])

    async def work(explorer: Explorer) -> CopyReport:
        info = await explorer.sets.info(source.encode("utf-8", "surrogateescape"))
        with shown_on_stderr() as progress:
            return await explorer.transfers.copy(info, plan, to, progress)

    report = explore(ctx, work)
    for name in report.without_text:
        print(f"no {text}: {display(name)}", file=sys.stderr)
    parts = [f"{plural(report.copied, 'element')} copied"]
    parts += [f"{report.skipped:,} skipped"] if report.skipped else []
    parts += [f"{report.left_out:,} left out"] if report.left_out else []
    print(f"{display(plan.destination)}: {', '.join(parts)} in {duration(report.seconds)}", file=sys.stderr)
    return ExitCode.NOTHING if report.left_out else ExitCode.OK


def _plan(destination: str, text: str, options: dict[str, Any]) -> CopyPlan:
    from vsexplorer.transfer.copying import CopyPlan
    from vsexplorer.transfer.plan import OnExisting
    from vsexplorer.vectorset.writer import SetOptions

    quantization = options["quantization"] or ""
    shape = SetOptions(quantization, options["reduce"], options["links"], options["ef"])
    existing = OnExisting(options["existing"]) if options["existing"] else None
    return CopyPlan(destination.encode("utf-8", "surrogateescape"), shape, text, existing)


def _where(url: str | None) -> Where | None:
    from vsexplorer.server.target import TargetOptions, Where, resolve

    return Where(resolve(TargetOptions(url=url), {}, config())) if url is not None else None
