"""A real Redis Cluster and a real group of servers watched by Sentinels, on loopback ports."""

from __future__ import annotations

import contextlib
import random
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

import redis


def _free_ports(number: int) -> list[int]:
    """Ports below the ephemeral range nobody listens on, nor on the port of the cluster bus above each."""
    found: list[int] = []
    for port in random.sample(range(10_000, 21_000), 11_000):
        with contextlib.suppress(OSError):
            for one in (port, port + 10_000):
                with socket.socket() as plug:
                    plug.bind(("127.0.0.1", one))
            found.append(port)
        if len(found) == number:
            return found
    raise AssertionError("no free ports")


def wait(what: str, holds: Callable[[], object], patience: float = 30.0) -> None:
    """Wait until something holds; errors of the server mean that it does not yet."""
    deadline = time.monotonic() + patience
    while True:
        with contextlib.suppress(redis.RedisError, OSError):
            if holds():
                return
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


class Processes:
    """Servers on ports of the loopback interface."""

    def __init__(self, binary: Path) -> None:
        self._binary = binary
        self._folder = tempfile.TemporaryDirectory(prefix="vsx-")
        self.folder = Path(self._folder.name)
        self._commands: dict[int, list[str]] = {}
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    def client(self, port: int) -> Any:
        """A plain client of one server."""
        return redis.Redis(port=port, protocol=2, socket_timeout=5)

    def start(self, port: int, *arguments: str) -> None:
        """Start a server, or start it again."""
        if arguments:
            self._commands[port] = [str(self._binary), *arguments]
        self._running[port] = subprocess.Popen(
            self._commands[port], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder
        )
        wait(f"{port} answers", lambda: self.client(port).ping())

    def kill(self, port: int) -> None:
        """End a server at once."""
        self._running[port].kill()
        self._running[port].wait()

    def stop(self, port: int) -> None:
        """Let a server hang."""
        self._running[port].send_signal(signal.SIGSTOP)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._running.values():
            with contextlib.suppress(OSError):
                process.send_signal(signal.SIGCONT)
                process.kill()
        for process in self._running.values():
            process.wait()
        self._folder.cleanup()


class Cluster(Processes):
    """Three primaries with a replica each; ``ports`` has the primaries first."""

    def __init__(self, binary: Path) -> None:
        super().__init__(binary)
        self.ports = _free_ports(6)

    def __enter__(self) -> Cluster:
        for port in self.ports:
            home = self.folder / str(port)
            home.mkdir()
            self.start(
                port,
                *("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(home)),
                *(
                    "--cluster-enabled",
                    "yes",
                    "--cluster-config-file",
                    "nodes.conf",
                    "--cluster-node-timeout",
                    "1000",
                ),
                *("--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"),
            )
        clients = [self.client(port) for port in self.ports]
        for number, (start, end) in enumerate(((0, 5460), (5461, 10922), (10923, 16383))):
            clients[number].execute_command("CLUSTER ADDSLOTSRANGE", start, end)
            clients[number].execute_command("CLUSTER SET-CONFIG-EPOCH", number + 1)
        for place, client in enumerate(clients):
            for port in self.ports[:place]:
                client.execute_command("CLUSTER MEET", "127.0.0.1", port)
        for client in clients:
            wait("nodes met", partial(_knows_all, client))
        ids = [client.execute_command("CLUSTER MYID") for client in clients]
        for place, client in enumerate(clients[3:]):
            wait("primary known", partial(client.execute_command, "CLUSTER REPLICATE", ids[place]))
        self.settle()
        return self

    def settle(self) -> None:
        """Wait until all nodes agree on the topology."""
        clients = [self.client(port) for port in self.ports]
        for client in clients:
            wait("state", partial(_is_ok, client))
        for client in clients:
            wait("replicas", partial(_has_replicas, client))

    @property
    def options(self) -> list[str]:
        """The command line options that lead to one node."""
        return ["-p", str(self.ports[0])]

    def routed(self) -> Any:
        """A client of the whole cluster, for setting up."""
        return redis.RedisCluster(host="127.0.0.1", port=self.ports[0], protocol=2)


class Watched(Processes):
    """A primary with two replicas, and three Sentinels that watch them as ``mine``."""

    def __init__(self, binary: Path) -> None:
        super().__init__(binary)
        ports = _free_ports(6)
        self.servers, self.sentinels = ports[:3], ports[3:]

    def __enter__(self) -> Watched:
        for port in self.servers:
            follows = ["--replicaof", "127.0.0.1", str(self.servers[0])] if port != self.servers[0] else []
            self.start(
                port,
                *("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--repl-diskless-sync-delay", "0"),
                *follows,
            )
        for port in self.servers[1:]:
            client = self.client(port)
            wait("in sync", partial(_in_sync, client))
        for port in self.sentinels:
            file = self.folder / f"{port}.conf"
            file.write_text(
                f"port {port}\nbind 127.0.0.1\nsentinel monitor mine 127.0.0.1 {self.servers[0]} 2\n"
                "sentinel down-after-milliseconds mine 1000\nsentinel failover-timeout mine 3000\n"
                "sentinel parallel-syncs mine 1\n"
            )
            self.start(port, str(file), "--sentinel")
        for port in self.sentinels:
            client = self.client(port)
            wait("Sentinels agree", partial(_agrees, client))
        return self

    @property
    def options(self) -> list[str]:
        """The command line options that lead to the primary."""
        return ["--sentinel", ",".join(f"127.0.0.1:{port}" for port in self.sentinels), "--master", "mine"]

    def primary(self) -> int:
        """The port of the primary as the Sentinels know it."""
        return int(self.client(self.sentinels[0]).sentinel_get_master_addr_by_name("mine")[1])


def _agrees(client: Any) -> bool:
    facts = client.sentinel_masters()["mine"]
    return bool(facts["num-other-sentinels"] == 2 and facts["num-slaves"] == 2)


def _knows_all(client: Any) -> bool:
    return bool(client.execute_command("CLUSTER INFO")["cluster_known_nodes"] == "6")


def _is_ok(client: Any) -> bool:
    return bool(client.execute_command("CLUSTER INFO")["cluster_state"] == "ok")


def _has_replicas(client: Any) -> bool:
    return sum(len(one) - 3 for one in client.execute_command("CLUSTER", "SLOTS")) == 3


def _in_sync(client: Any) -> bool:
    return bool(client.info("replication")["master_link_status"] == "up")


def is_primary(client: Any) -> bool:
    """Whether a server is a primary."""
    return bool(client.info("replication")["role"] == "master")
