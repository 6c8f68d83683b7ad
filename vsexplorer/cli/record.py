"""``vsexplorer record``: show, change or remove what is recorded of how a set was made."""

from __future__ import annotations

import sys
from dataclasses import replace
from shlex import quote
from typing import TYPE_CHECKING

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import connection_options, explore, format_options
from vsexplorer.core.errors import ExitCode
from vsexplorer.core.text import display

if TYPE_CHECKING:
    from vsexplorer.core.attributes import Json
    from vsexplorer.services.explorer import Explorer
    from vsexplorer.vectorset.set_records import SetRecord

_FIELDS = ("model", "provider", "text", "query_prefix", "document_prefix", "limit")
_PROVIDERS = ("fastembed", "folder", "http")


@click.command()
@click.argument("key", type=KeyName())
@click.option("--set", "changes", multiple=True, metavar="FIELD=VALUE", help="Record a value; repeatable.")
@click.option("--clear", is_flag=True, help="Remove the record.")
@format_options
@connection_options
@click.pass_context
def record(ctx: click.Context, key: str, changes: tuple[str, ...], clear: bool, output_format: str) -> int:
    """Show how KEY was made: model, embedded text, prefixes and limit.

    The record is kept in the hash vsexplorer:sets, for vsexplorer and other tools. Fields to --set are model,
    provider, text, query_prefix, document_prefix and limit (in tokens).
    """
    if clear and changes:
        raise click.UsageError("--clear and --set cannot be combined.")
    raw = key.encode("utf-8", "surrogateescape")
    wanted = _parsed(changes)

    async def remove(explorer: Explorer) -> bool:
        await explorer.sets.info(raw)
        return await explorer.sets.forget_record(raw)

    async def run(explorer: Explorer) -> SetRecord | None:
        info = await explorer.sets.info(raw)
        if wanted:
            from vsexplorer.vectorset.set_records import SetRecord

            before = await explorer.sets.recorded(info) or SetRecord("", "")
            await explorer.sets.record_as(info, replace(before, **wanted))  # type: ignore[arg-type]
        return await explorer.sets.recorded(info)

    if clear:
        removed = explore(ctx, remove)
        print("the record was removed" if removed else "nothing is recorded", file=sys.stderr)
        return ExitCode.OK if removed else ExitCode.NOTHING
    found = explore(ctx, run)
    if found is None:
        about = f"run vsexplorer fit {quote(display(raw))} to find out the model"
        print(f"nothing is recorded; {about}", file=sys.stderr)
        return ExitCode.NOTHING
    _write(key, found, output_format)
    return ExitCode.OK


def _parsed(changes: tuple[str, ...]) -> dict[str, str | int]:
    found: dict[str, str | int] = {}
    for one in changes:
        name, equals, value = one.partition("=")
        if not equals or name not in _FIELDS:
            raise click.UsageError(f"--set {one}: write FIELD=VALUE, with one of {', '.join(_FIELDS)}.")
        if name == "limit" and not (value.isascii() and value.isdigit()):
            raise click.UsageError(f"--set {one}: the limit is a number of tokens.")
        if name == "provider" and value not in _PROVIDERS:
            raise click.UsageError(f"--set {one}: the provider is one of {', '.join(_PROVIDERS)}.")
        found[name] = int(value) if name == "limit" else value
    return found


def _write(key: str, found: SetRecord, output_format: str) -> None:
    from vsexplorer.output.listing import Listing
    from vsexplorer.output.writer import write

    document: dict[str, Json] = {"key": key, **{name: getattr(found, name) for name in _FIELDS}}
    rows: list[list[Json]] = [[name, value] for name, value in document.items()]
    write(Listing(document, [document], ["field", "value"], rows), output_format)
