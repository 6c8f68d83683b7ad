"""Detect what the connected server can do by trying its commands.

They are tried on a key that does not exist. VSIM parses its options only if the key exists, so
WITHATTRIBS and the filter literal ``null`` are tried on the first vector set that is searched; until then, and
if the user lacks the permission, the version decides (WITHATTRIBS 8.0.3, ``null`` 8.2, VRANGE 8.4).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from vsexplorer.core.errors import (
    CommandRefused,
    FilterRefused,
    KeyDenied,
    NoVectorSets,
    PermissionDenied,
    VsexplorerError,
    WrongNode,
)
from vsexplorer.core.values import Capabilities
from vsexplorer.server.connection import Argument, Connection, Reply

_NO_KEY = b"vsexplorer:no-such-key"


async def probe(connection: Connection) -> Capabilities:
    """Detect the product, its version and its vector set commands.

    Raises:
        NoVectorSets: the server does not support them; the message names product and version.
        VsexplorerError: the connection failed.
    """
    info, vcard, vrange = await connection.pipeline(
        [[b"INFO", b"server", b"replication"], [b"VCARD", _NO_KEY], [b"VRANGE", _NO_KEY, b"-", b"+", 1]]
    )
    product, version, run, facts = _product(info)
    if isinstance(vcard, NoVectorSets):
        raise NoVectorSets(
            f"{connection.target.address} is {product} {version}, which has no vector sets.",
            "Vector sets need Redis 8.0 or newer. Use --private to start a private server, or name another server.",
        )
    if isinstance(vcard, VsexplorerError) and not isinstance(vcard, PermissionDenied | WrongNode):
        raise vcard
    if isinstance(vcard, PermissionDenied) and isinstance(info, PermissionDenied) and "password" in str(vcard):
        raise vcard
    number = _number(version)
    return Capabilities(
        product=product,
        version=version,
        vrange=_has_vrange(vrange, number),
        withattribs=number >= (8, 0, 3),
        filter_null=number >= (8, 2),
        epsilon_scale=2.0 if number < (8, 0, 4) or (8, 1) <= number < (8, 2, 2) else 1.0,
        run=run,
        cluster=facts.get("redis_mode") == "cluster",
        replica=facts.get("role") == "slave",
    )


async def is_replica(connection: Connection, known: bool) -> bool:
    """Return whether the server is a read-only replica now; ``known`` if the user may not ask.

    Raises:
        VsexplorerError: the connection failed.
    """
    (reply,) = await connection.pipeline([[b"INFO", b"replication"]])
    if not isinstance(reply, bytes):
        return known
    return any(line.strip() == b"role:slave" for line in reply.splitlines())


def _has_vrange(reply: Reply, version: tuple[int, ...]) -> bool:
    if isinstance(reply, KeyDenied):
        return version >= (8, 4)
    return not isinstance(reply, NoVectorSets | PermissionDenied)


def search_probes(key: bytes, input_dimension: int) -> list[list[Argument]]:
    """Return commands that try WITHATTRIBS and ``null`` on a set, with a zero vector, which costs nothing."""
    start: list[Argument] = [b"VSIM", key, b"FP32", bytes(4 * input_dimension), b"COUNT", 1, b"EF", 1]
    return [[*start, b"WITHATTRIBS"], [*start, b"FILTER", b".a == null", b"FILTER-EF", 1]]


def probed_search(known: Capabilities, answers: Sequence[Reply | VsexplorerError]) -> Capabilities:
    """Return what the server can do, by its answers to ``search_probes``."""
    attributes, null = answers
    if not isinstance(attributes, Exception):
        known = replace(known, withattribs=True)
    elif isinstance(attributes, CommandRefused):
        known = replace(known, withattribs=False)
    if not isinstance(null, Exception):
        known = replace(known, filter_null=True)
    elif isinstance(null, FilterRefused):
        known = replace(known, filter_null=False)
    return known


def _product(reply: Reply) -> tuple[str, str, str, dict[str, str]]:
    """Return the server's name, version and run id, and all fields of its INFO reply."""
    if not isinstance(reply, bytes):
        return "Redis", "of unknown version", "", {}
    lines = (line.partition(":") for line in reply.decode("utf-8", "replace").splitlines())
    info = {name: value.strip() for name, _, value in lines}
    run = info.get("run_id", "")
    for name in ("valkey", "dragonfly", "garnet"):
        if f"{name}_version" in info:
            return name.capitalize(), info[f"{name}_version"], run, info
    name, version = info.get("server_name", "redis").capitalize(), info.get("redis_version", "of unknown version")
    return name, version, run, info


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
