"""Connect to the server that was named or to a private one, and connect again after a loss."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from vsexplorer.core.errors import UsageError, VsexplorerError
from vsexplorer.core.values import Capabilities
from vsexplorer.server.binary import find_server
from vsexplorer.server.capabilities import is_replica, probe
from vsexplorer.server.cluster import ClusterConnection
from vsexplorer.server.node_connection import NodeConnection, listens
from vsexplorer.server.private_server import PrivateServer
from vsexplorer.server.sentinel import Watched, find_primary, parse_sentinels
from vsexplorer.server.target import Target, Where
from vsexplorer.server.topology import mapped


class Session:
    """An open connection, the capabilities of its server and, if that is private, the server itself."""

    def __init__(
        self,
        connection: NodeConnection | ClusterConnection,
        server: PrivateServer | None,
        watched: Watched | None = None,
    ) -> None:
        self.connection = connection
        self._server = server
        self._watched = watched
        self._capabilities: Capabilities | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do, as detected at the last connect."""
        assert self._capabilities is not None, "a session is made by open()"
        return self._capabilities

    @property
    def target(self) -> Target:
        """The server in use."""
        return self.connection.target

    @property
    def server_binary(self) -> Path | None:
        """The binary of the private server in use; ``None`` for any other server."""
        return self._server.binary if self._server is not None else None

    @property
    def notice(self) -> str:
        """What the user should know about the start of a private server; empty if there is nothing."""
        return self._server.notice if self._server is not None else ""

    @classmethod
    async def open(cls, where: Where) -> Session:
        """Connect; start a private server if none was named and none listens on the default port.

        Raises:
            NoServer: a private server is needed and cannot be started.
            VsexplorerError: the server cannot be reached, denies access or has no vector sets.
        """
        server: PrivateServer | None = None
        watched: Watched | None = None
        target = where.target
        if where.sentinels:
            template = where.target or where.default
            watched = Watched(where.master, parse_sentinels(where.sentinels, template), template)
            target = await find_primary(watched)
        elif target is None or where.private or where.temporary:
            target = where.default
            if where.private or where.temporary or not await listens(target):
                server = await asyncio.to_thread(_private_server, where)
                target = server.target(where.default.db)
        session = cls(NodeConnection(target, where.timeout), server, watched)
        try:
            session._capabilities = await probe(session.connection)
            if session._capabilities.cluster:
                await session._join(where)
        except BaseException:
            await session.close()
            raise
        return session

    async def _join(self, where: Where) -> None:
        """Talk to all nodes of the cluster from now on."""
        try:
            moved = mapped(where.address_map)
        except ValueError as error:
            raise UsageError(f"--address-map {error}: write HOST:PORT=HOST:PORT.") from error
        node = self.connection
        cluster = ClusterConnection(node.target, where.timeout, moved)
        try:
            await cluster.open()
        except BaseException:
            await cluster.close()
            raise
        self.connection = cluster
        self._capabilities = replace(self.capabilities, replica=False)
        await node.close()

    @property
    def cluster(self) -> ClusterConnection | None:
        """The connections to the nodes of a cluster; ``None`` for a single server."""
        return self.connection if isinstance(self.connection, ClusterConnection) else None

    async def reconnect(self) -> None:
        """Connect again, restarting a private server that is gone.

        Raises:
            VsexplorerError: the server cannot be reached yet.
        """
        if self._server is not None:
            await asyncio.to_thread(self._server.acquire)
        if self._watched is not None and isinstance(self.connection, NodeConnection):
            primary = await find_primary(self._watched)
            if primary != self.connection.target:
                await self.connection.move(primary)
        self._capabilities = await probe(self.connection)

    async def check_role(self) -> bool:
        """Ask whether the server is a replica; return whether that has changed, as after a failover.

        Raises:
            VsexplorerError: the connection failed.
        """
        before = self.capabilities
        replica = await is_replica(self.connection, before.replica)
        if replica and self._watched is not None:
            # The Sentinels may have made another server the primary.
            target = self.connection.target
            await self.reconnect()
            return self.connection.target != target or self.capabilities.replica != before.replica
        self._capabilities = replace(before, replica=replica)
        return replica != before.replica

    async def close(self) -> None:
        """Close the connections and stop using the private server."""
        try:
            await self.connection.close()
        except VsexplorerError:
            pass
        finally:
            if self._server is not None:
                self._server.release()


def _private_server(where: Where) -> PrivateServer:
    binary = find_server(where.server_binary)
    server = PrivateServer.throwaway(binary) if where.temporary else PrivateServer.shared(binary)
    server.acquire()
    return server
