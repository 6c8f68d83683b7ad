"""``vsexplorer check``: compare the results of favourites with those of a saved snapshot."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import connection_options, explore, format_options
from vsexplorer.core.errors import ExitCode

if TYPE_CHECKING:
    from vsexplorer.core.attributes import Json
    from vsexplorer.insight.drift import Drift, Ranking
    from vsexplorer.services.explorer import Explorer

_LISTED = 5


@click.command()
@click.argument("key", type=KeyName())
@click.argument("snapshot", type=click.Path(path_type=Path))
@click.option("--update", is_flag=True, help="Write the current results to SNAPSHOT instead of comparing.")
@click.option("--lost", default=0, type=click.IntRange(0), show_default=True, help="Elements a search may lose.")
@click.option("--shift", default=0, type=click.IntRange(0), show_default=True, help="Places an element may move.")
@click.option(
    "--drift", default=1e-3, type=click.FloatRange(0), show_default=True, help="Change of a score that is allowed."
)
@format_options
@connection_options
@click.pass_context
def check(
    ctx: click.Context,
    key: str,
    snapshot: Path,
    update: bool,
    lost: int,
    shift: int,
    drift: float,
    output_format: str,
) -> int:
    """Run the favourites of KEY and compare their results with SNAPSHOT.

    Elements that were lost, are new or have moved, and the largest change of a score are reported for each. The
    exit code is 1 if a search has changed by more than allowed, or if a favourite is missing on one side.
    """
    from vsexplorer.core.text import plural
    from vsexplorer.insight.drift import drift as drift_of
    from vsexplorer.transfer.snapshot import read_snapshot, write_snapshot

    before = read_snapshot(snapshot) if not update else {}
    raw = key.encode("utf-8", "surrogateescape")
    now = explore(ctx, lambda explorer: _rankings(explorer, raw))
    if update:
        write_snapshot(snapshot, key, now)
        print(f"saved the results of {plural(len(now), 'favourite')}", file=sys.stderr)
        return ExitCode.OK
    drifts = {name: drift_of(before[name], ranking) for name, ranking in now.items() if name in before}
    beyond = {name for name, one in drifts.items() if one.beyond(lost, shift, drift)}
    _write(key, drifts, beyond, output_format)
    for name in sorted(before.keys() ^ now.keys()):
        where = "the snapshot" if name in now else "the favourites"
        print(f"{name!r} is not among {where}", file=sys.stderr)
    return ExitCode.NOTHING if beyond or before.keys() ^ now.keys() else ExitCode.OK


async def _rankings(explorer: Explorer, key: bytes) -> dict[str, Ranking]:
    """Run the favourites of a set.

    Raises:
        NotFound: there are none.
    """
    from vsexplorer.cli import remembered
    from vsexplorer.core.errors import NotFound
    from vsexplorer.core.text import sanitize
    from vsexplorer.core.values import Everything, Query
    from vsexplorer.language.query_source import asked, embeds

    found: dict[str, Ranking] = {}
    await explorer.sets.info(key)
    favourites = remembered.favourites(explorer, key)
    sources = {one.name: asked(one.search.line) if one.search.line.strip() else Everything() for one in favourites}
    if any(embeds(source) for source in sources.values()):
        await remembered.open_model(explorer, key)
    for one in favourites:
        question = Query(key, sources[one.name], one.search.filter, one.search.options)
        try:
            found[one.name] = await explorer.evaluation.ranking(question)
        except NotFound as error:
            # The element that it asks for is gone.
            print(sanitize(f"note: {one.name!r}: {error.message}"), file=sys.stderr)
            found[one.name] = []
    return found


def _write(key: str, drifts: dict[str, Drift], beyond: set[str], output_format: str) -> None:
    from vsexplorer.output.listing import Listing
    from vsexplorer.output.writer import write

    records: list[dict[str, Json]] = [
        {
            "favourite": name,
            "ok": name not in beyond,
            "results": one.after,
            "lost": list(one.lost),
            "new": list(one.new),
            "moved": [{"element": element, "before": was, "after": is_} for element, was, is_ in one.moved],
            "drift": round(one.score, 6),
        }
        for name, one in drifts.items()
    ]
    header = ["favourite", "ok", "results", "lost", "new", "moved", "drift"]
    rows: list[list[Json]] = [
        [
            name,
            "yes" if name not in beyond else "no",
            one.after,
            _listed(one.lost),
            _listed(one.new),
            _listed([f"{element} {was}→{is_}" for element, was, is_ in one.moved]),
            round(one.score, 6),
        ]
        for name, one in drifts.items()
    ]
    write(Listing({"key": key, "favourites": records}, records, header, rows, frozenset({2, 6})), output_format)


def _listed(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
