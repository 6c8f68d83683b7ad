"""Ask Sentinels for the primary of a group of servers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vsexplorer.core.errors import ConnectionFailed, UsageError, VsexplorerError
from vsexplorer.server.connection import Connection
from vsexplorer.server.node_connection import NodeConnection
from vsexplorer.server.target import Target

PORT = 26379
_PATIENCE = 1.0
"""Seconds that one Sentinel may take: a dead one must not hold the others up."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A group of servers, and the Sentinels that watch it."""

    name: str
    """The name that the Sentinels give it; empty if they watch a single one."""
    sentinels: tuple[Target, ...]
    server: Target
    """User, password, TLS and database for the servers themselves."""


async def find_primary(watched: Watched) -> Target:
    """Return the primary as the first Sentinel that answers knows it.

    Raises:
        UsageError: the Sentinels do not watch a group of that name; the hint names those they watch.
        ConnectionFailed: no Sentinel answers, or none knows a primary.
    """
    failures = []
    for sentinel in watched.sentinels:
        connection = NodeConnection(sentinel, _PATIENCE)
        try:
            name = watched.name or await _only_name(connection)
            reply = await connection.call(b"SENTINEL", b"GET-MASTER-ADDR-BY-NAME", name)
            if reply is None:
                known = ", ".join(await _names(connection)) or "none"
                raise UsageError(
                    f"The Sentinels watch no group {name!r}.", f"They watch: {known}. Name it with --master."
                )
            return replace(watched.server, host=reply[0].decode(), port=int(reply[1]))
        except UsageError:
            raise
        except VsexplorerError as error:
            failures.append(error.message)
        finally:
            await connection.close()
    raise ConnectionFailed(f"No Sentinel answers: {' '.join(failures)}", "Check --sentinel HOST:PORT,…")


def parse_sentinels(text: str, template: Target) -> tuple[Target, ...]:
    """Convert ``HOST:PORT,HOST:PORT`` to targets; the port is 26379 unless it is given.

    Raises:
        UsageError: an address is not valid.
    """
    found = []
    for one in text.split(","):
        host, colon, port = one.strip().rpartition(":")
        if not colon:
            host, port = port, str(PORT)
        if not (host and port.isascii() and port.isdigit()):
            raise UsageError(f"--sentinel {one}: write HOST:PORT, several separated by commas.")
        # User and password are those of the servers; Sentinels usually have none.
        address = host.strip("[]")
        found.append(
            replace(template, host=address, port=int(port), db=0, socket="", name="", username="", password="")
        )
    return tuple(found)


async def _only_name(connection: Connection) -> str:
    names = await _names(connection)
    if len(names) != 1:
        raise UsageError(
            "The Sentinels watch several groups." if names else "The Sentinels watch no group.",
            f"Name one with --master: {', '.join(names)}." if names else "",
        )
    return names[0]


async def _names(connection: Connection) -> list[str]:
    reply: Sequence[Sequence[bytes] | dict[str, object]] | dict[str, object]
    reply = await connection.call(b"SENTINEL", b"MASTERS")
    if isinstance(reply, dict):
        return sorted(map(str, reply))
    return [one[1].decode() for one in reply if not isinstance(one, dict)]
