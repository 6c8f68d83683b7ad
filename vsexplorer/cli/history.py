"""``vsexplorer history``: list the searches made on the screen, and favourites."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import format_options
from vsexplorer.core.errors import ExitCode

if TYPE_CHECKING:
    from vsexplorer.core.attributes import Json
    from vsexplorer.state.history import PastSearch


@click.command()
@click.argument("key", required=False, type=KeyName())
@click.option("--favourites", is_flag=True, help="Only searches saved under a name.")
@click.option("--clear", is_flag=True, help="Delete the searches, except favourites.")
@format_options
def history(key: str | None, favourites: bool, clear: bool, output_format: str) -> int:
    """List the searches made on the screen, the newest first.

    They are those of all servers. Only the address of a server is saved, never a user or a password. With
    --no-history, or history = false in the configuration, only favourites are saved.
    """
    from vsexplorer.cli.remembered import user_state
    from vsexplorer.output.listing import Listing
    from vsexplorer.output.writer import write

    raw = key.encode("utf-8", "surrogateescape") if key is not None else None
    if clear and favourites:
        raise click.UsageError("--clear keeps favourites; to delete them, press H on the screen, then ctrl+x.")
    with user_state() as state:
        if clear:
            number = state.history.clear(raw)
            print(f"deleted {number:,} search{'' if number == 1 else 'es'}", file=sys.stderr)
            return ExitCode.OK
        found = [one for one in state.history.found(key=raw) if one.name or not favourites]
    records = [_record(one) for one in found]
    header = ["asked", "server", "key", "query", "filter", "options", "favourite"]
    rows: list[list[Json]] = [[record[name] for name in header] for record in records]
    write(Listing(records, records, header, rows), output_format)
    return ExitCode.OK if found else ExitCode.NOTHING


def _record(past: PastSearch) -> dict[str, Json]:
    from dataclasses import asdict
    from datetime import UTC, datetime

    from vsexplorer.core.text import decode
    from vsexplorer.core.values import SearchOptions

    usual = asdict(SearchOptions())
    changed = {name: value for name, value in asdict(past.search.options).items() if value != usual[name]}
    return {
        "asked": datetime.fromtimestamp(past.asked, UTC).isoformat(timespec="seconds"),
        "server": past.server,
        "key": decode(past.key),
        "query": past.search.line,
        "filter": past.search.filter,
        "options": changed,
        "favourite": past.name or None,
    }
