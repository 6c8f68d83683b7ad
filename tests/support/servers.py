"""Redis servers of the tests' own, on unix sockets or loopback ports."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import redis

from vsexplorer.server.target import Target


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        return int(plug.getsockname()[1])


class RedisServer:
    """A server for the length of a block; ``arguments`` are redis-server's own."""

    def __init__(self, binary: Path, *arguments: str, port: int = 0) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="vsx-")
        self.folder = Path(self._folder.name)
        self.socket = self.folder / "s"
        self.port = port
        self._command = [
            *(str(binary), "--port", str(port), "--unixsocket", str(self.socket), "--dir", str(self.folder)),
            *("--save", "", "--daemonize", "no", "--loglevel", "warning", *arguments),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> RedisServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._folder.cleanup()

    @property
    def target(self) -> Target:
        """Where it listens."""
        return Target(socket=str(self.socket))

    @property
    def options(self) -> list[str]:
        """The command line options that lead here."""
        return ["-s", str(self.socket)]

    def client(self, **options: Any) -> Any:
        """A plain client, for setting up and for looking behind the scenes."""
        return redis.Redis(unix_socket_path=str(self.socket), protocol=2, **options)

    def start(self) -> None:
        """Start and wait until it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while not self._answers():
            assert self._process.poll() is None, f"the server ended: {self._command}"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.01)

    def rewrite(self) -> None:
        """Have it write its append-only file anew, as a snapshot."""
        client = self.client()
        client.bgrewriteaof()
        while any(client.info("persistence")[f"aof_rewrite_{state}"] for state in ("in_progress", "scheduled")):
            time.sleep(0.01)

    def stop(self, kill: bool = False) -> None:
        """End it, by SIGKILL if asked."""
        if self._process is not None:
            if kill:
                self._process.kill()
            else:
                self._process.terminate()
            self._process.wait()
            self._process = None
            self.socket.unlink(missing_ok=True)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as plug:
                plug.connect(os.fsencode(self.socket))
                plug.sendall(b"PING\r\n")
                return bool(reply := plug.recv(16)) and not reply.startswith(b"-LOADING")
        except OSError:
            return False


def fill(
    client: Any,
    key: str,
    elements: Sequence[tuple[str, Sequence[float], str | None]],
    *options: str,
    reduce: int | None = None,
) -> None:
    """Add elements given as name, vector and attributes."""
    for name, vector, attributes in elements:
        argv: list[Any] = [
            "VADD",
            key,
            *(("REDUCE", reduce) if reduce else ()),
            "VALUES",
            len(vector),
            *vector,
            name,
            *options,
        ]
        if attributes is not None:
            argv += ["SETATTR", attributes]
        client.execute_command(*argv)
