"""From "which server?" to a connected store, and back again after the connection was lost."""

from __future__ import annotations

import asyncio

from vsexplorer.errors import VsexplorerError
from vsexplorer.vectorset.binary import find_server
from vsexplorer.vectorset.connection import Connection, listens
from vsexplorer.vectorset.private import PrivateServer
from vsexplorer.vectorset.store import VectorSetStore
from vsexplorer.vectorset.target import Target, Where


class Session:
    """A connected store and, where it is ours, the share in the server behind it."""

    def __init__(self, store: VectorSetStore, server: PrivateServer | None) -> None:
        self.store = store
        self._server = server

    @property
    def target(self) -> Target:
        """The server in use."""
        return self.store.connection.target

    @classmethod
    async def open(cls, where: Where) -> Session:
        """Connect, starting a private server where none was named and none listens on the default port.

        Raises:
            NoServer: a private server is needed and none can be had.
            VsexplorerError: the server cannot be reached, denies access or has no vector sets.
        """
        server: PrivateServer | None = None
        target = where.target
        if target is None or where.private or where.temporary:
            target = where.default
            if where.private or where.temporary or not await listens(target):
                server = await asyncio.to_thread(_private_server, where)
                target = server.target(where.default.db)
        session = cls(VectorSetStore(Connection(target, where.timeout)), server)
        try:
            await session.store.open()
        except BaseException:
            await session.close()
            raise
        return session

    async def reconnect(self) -> None:
        """Connect again, restarting a private server that is gone.

        Raises:
            VsexplorerError: it did not work yet.
        """
        if self._server is not None:
            await asyncio.to_thread(self._server.acquire)
        await self.store.open()

    async def close(self) -> None:
        """Close the connections and give back the share in a private server."""
        try:
            await self.store.close()
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
