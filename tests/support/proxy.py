"""A proxy in front of a server's socket that can cut all connections at any moment."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType


class CuttingProxy:
    """Passes bytes both ways until ``cut`` is called, for the length of a block; counts the round trips.

    Args:
        listen: The socket to listen on.
        server: The server's socket.
        delay: Seconds by which each answer is held back, as on a slow link.
    """

    def __init__(self, listen: Path, server: Path, delay: float = 0.0) -> None:
        self.socket = listen
        self._delay = delay
        self._server = server
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._ready = threading.Event()
        self.turns = 0
        """How often a client began to speak after the server had answered, on all connections together."""
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> CuttingProxy:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def cut(self) -> None:
        """Drop every connection in the middle of whatever it carries."""
        self._loop.call_soon_threadsafe(self._drop)

    def _drop(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_unix_server(self._accept, self.socket))
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._drop()
        self._loop.run_until_complete(self._end())
        self._loop.close()

    async def _end(self) -> None:
        """Wait until the connections that were dropped have ended."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=5)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            other_reader, other_writer = await asyncio.open_unix_connection(self._server)
            self._writers |= {writer, other_writer}
            heard = [True]
            await asyncio.gather(
                _pass(reader, other_writer, lambda: self._asked(heard)),
                _pass(other_reader, writer, lambda: _answered(heard), self._delay),
            )

    def _asked(self, heard: list[bool]) -> None:
        self.turns += heard[0]
        heard[0] = False


def _answered(heard: list[bool]) -> None:
    heard[0] = True


async def _pass(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passed: Callable[[], None], delay: float = 0.0
) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(1 << 16):
            await asyncio.sleep(delay)
            passed()
            writer.write(chunk)
            await writer.drain()
    writer.close()
