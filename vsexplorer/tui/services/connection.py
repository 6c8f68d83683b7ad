"""The connection to the server: connecting, and reconnecting after a loss."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from vsexplorer.core.errors import ConnectionFailed, NoServer, TimedOut, VsexplorerError

if TYPE_CHECKING:
    from vsexplorer.services.explorer import Explorer

_PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds between attempts to reconnect; the last repeats."""


class ConnectionService:
    """Owns the explorer and knows whether it is connected.

    Args:
        make: Makes an explorer that is not connected yet.
    """

    def __init__(self, make: Callable[[], Awaitable[Explorer]]) -> None:
        self._make = make
        self._explorer: Explorer | None = None
        self._making = asyncio.Lock()
        self.connected = False
        self.reconnecting = False

    @property
    def explorer(self) -> Explorer:
        """The explorer, which ``prepare`` has made."""
        assert self._explorer is not None, "prepare() comes first"
        return self._explorer

    async def prepare(self) -> Explorer:
        """Make the explorer, once even if called concurrently, and return it."""
        async with self._making:
            if self._explorer is None:
                self._explorer = await self._make()
            return self._explorer

    async def connect(self) -> None:
        """Connect.

        Raises:
            VsexplorerError: the server cannot be reached, denies access or has no vector sets.
        """
        await self.explorer.connect()
        self.connected = True

    async def reconnect(self, lost: VsexplorerError, attempt: Callable[[VsexplorerError], None]) -> None:
        """Try to connect again until it works.

        Args:
            lost: The error by which the connection was lost.
            attempt: Called before each attempt with the previous error.

        Raises:
            VsexplorerError: the server answers with an error that retrying cannot fix.
        """
        self.connected, self.reconnecting = False, True
        error, pauses = lost, list(_PAUSES)
        try:
            while True:
                attempt(error)
                await asyncio.sleep(pauses.pop(0) if len(pauses) > 1 else pauses[0])
                try:
                    await self.connect()
                except (ConnectionFailed, TimedOut, NoServer) as failure:
                    error = failure
                else:
                    return
        finally:
            self.reconnecting = False

    async def close(self) -> None:
        """Close the explorer."""
        self.connected = False
        if self._explorer is not None:
            await self._explorer.close()
