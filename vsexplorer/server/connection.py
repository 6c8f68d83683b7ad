"""What everything else needs of a connection: to one server, or to all nodes of a cluster."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.server.target import Target

type Argument = bytes | str | int | float
type Reply = Any


class Commands(Protocol):
    """Sends commands. Replies are raw: bytes, integers, lists.

    A running command must not be cancelled: redis-py would close its connection, while the server would still
    finish the work.
    """

    @property
    def target(self) -> Target:
        """The server; of a cluster, the node that was named."""

    async def call(self, *command: Argument) -> Reply:
        """Send one command and return its reply.

        Raises:
            VsexplorerError: the server or the connection failed.
        """

    async def pipeline(
        self, commands: Sequence[Sequence[Argument]], transaction: bool = False
    ) -> list[Reply | VsexplorerError]:
        """Send commands in one round trip; an error takes the place of the reply of its command.

        Raises:
            VsexplorerError: the connection failed, so the outcome of all commands is unknown.
        """


class Connection(Commands, Protocol):
    """Sends commands side by side, so that a slow one never delays a quick one, and transactions."""

    async def transact(
        self,
        key: bytes,
        check: Callable[[Commands], Awaitable[None]],
        commands: Sequence[Sequence[Argument]],
        attempts: int,
    ) -> list[Reply | VsexplorerError] | None:
        """Send commands in one transaction that is executed only if the key has not changed since it was checked.

        Args:
            key: The key to watch.
            check: Called with the connection that watches the key; raises if the commands must not be sent. May be
                called more than once.
            commands: What to send.
            attempts: How often to try while others write to the key.

        Returns:
            The replies; ``None`` if the key changed at every attempt, so that nothing was executed.

        Raises:
            VsexplorerError: the connection failed, or what ``check`` raises.
        """

    def as_sent(self, command: Sequence[Argument]) -> Sequence[Argument]:
        """Return what was sent for a command: another one if its key names an index of the query engine."""

    def is_index(self, key: bytes) -> bool:
        """Whether a key names an index of the query engine that was described."""

    def limits(self, key: bytes) -> tuple[str, ...]:
        """Return what limits the last answer about a key, in words; empty if nothing does."""

    async def close(self) -> None:
        """Close all connections."""
