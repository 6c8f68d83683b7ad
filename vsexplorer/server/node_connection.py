"""Connections to one server, with time limits and a retry policy short enough for interactive use."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, cast

from redis.asyncio import Connection as TcpConnection
from redis.asyncio import ConnectionPool, Redis, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.driver_info import DriverInfo
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError

from vsexplorer import __version__
from vsexplorer.core.errors import VsexplorerError
from vsexplorer.server.connection import Argument, Commands, Reply
from vsexplorer.server.failures import translate
from vsexplorer.server.target import DEFAULT_TIMEOUT, Target

CONNECT_TIMEOUT = 3.0
"""Seconds until an address that does not answer counts as unreachable."""


class _TlsConnection(SSLConnection):
    """A TLS connection with a configurable server name (``--sni``)."""

    def __init__(self, sni: str = "", **options: Any) -> None:
        self._sni = sni
        super().__init__(**options)

    def _connection_arguments(self) -> Mapping[str, Any]:
        arguments = dict(super()._connection_arguments())
        if self._sni:
            arguments["server_hostname"] = self._sni
        return arguments


class NodeConnection:
    """A pool of connections to one server; concurrent calls use separate ones."""

    def __init__(self, target: Target, timeout: float = DEFAULT_TIMEOUT) -> None:
        self.target = target
        self._timeout = timeout
        self._client: Any = Redis(connection_pool=_pool(target, timeout))
        self._transactions_allowed = False

    async def move(self, target: Target) -> None:
        """Connect to another server from now on, as after a failover."""
        before, self._client = self._client, Redis(connection_pool=_pool(target, self._timeout))
        self.target = target
        await before.aclose()
        await before.connection_pool.disconnect()

    async def call(self, *command: Argument) -> Reply:
        """Send one command and return its reply.

        Raises:
            VsexplorerError: the server or the connection failed.
        """
        try:
            return await self.send(*command)
        except (RedisError, OSError, TimeoutError) as error:
            raise translate(error, self.target) from error

    async def send(self, *command: Argument) -> Reply:
        """Send one command and return its reply.

        Raises:
            RedisError: redis-py's error, as it is.
        """
        return await self._client.execute_command(*command)

    async def exchange(self, commands: Sequence[Sequence[Argument]]) -> list[Reply | Exception]:
        """Send commands over one connection in one round trip; redis-py's errors take the places of replies.

        Raises:
            RedisError: the connection failed.
        """
        async with self._client.pipeline(transaction=False) as pipe:
            for command in commands:
                pipe.execute_command(*command)
            replies: list[Reply | Exception] = await pipe.execute(raise_on_error=False)
        return replies

    async def pipeline(
        self, commands: Sequence[Sequence[Argument]], transaction: bool = False
    ) -> list[Reply | VsexplorerError]:
        """Send commands in one round trip; an error takes the place of the reply of its command.

        Raises:
            VsexplorerError: the connection failed, so the outcome of all commands is unknown.
        """
        if not commands:
            return []
        if transaction:
            return await self._transaction(commands)
        try:
            replies = await self.exchange(commands)
        except (RedisError, OSError, TimeoutError) as error:
            raise translate(error, self.target) from error
        return self._translated(replies)

    async def _transaction(self, commands: Sequence[Sequence[Argument]]) -> list[Reply | VsexplorerError]:
        """Send commands in one transaction, once it is known that the user may begin one."""
        async with self._borrowed() as connection:
            if not self._transactions_allowed:
                await _ask(connection, b"MULTI")
                await _ask(connection, b"DISCARD")
                self._transactions_allowed = True
            replies = await _execute(connection, [(b"MULTI",), *commands])
        assert replies is not None, "no key is watched"
        return self._translated(replies)

    @contextlib.asynccontextmanager
    async def _borrowed(self) -> AsyncIterator[AbstractConnection]:
        """Borrow a connection from the pool; close it on any failure, so that no partial transaction is left."""
        pool = self._client.connection_pool
        connection: AbstractConnection | None = None
        try:
            connection = await pool.get_connection()
            yield connection
        except (RedisError, OSError, TimeoutError) as error:
            if connection is not None:
                await connection.disconnect()
            raise translate(error, self.target) from error
        except BaseException:
            if connection is not None:
                await connection.disconnect()
            raise
        finally:
            if connection is not None:
                await pool.release(connection)

    def _translated(self, replies: list[Any]) -> list[Reply | VsexplorerError]:
        return [translate(reply, self.target) if isinstance(reply, Exception) else reply for reply in replies]

    async def transact(
        self,
        key: bytes,
        check: Callable[[Commands], Awaitable[None]],
        commands: Sequence[Sequence[Argument]],
        attempts: int,
    ) -> list[Reply | VsexplorerError] | None:
        """Send commands in one transaction, as ``Connection.transact`` does.

        Raises:
            VsexplorerError: the connection failed, or what ``check`` raises.
        """
        for _ in range(attempts):
            async with self._borrowed() as connection:
                await _ask(connection, b"WATCH", key)
                await check(_Watching(self.target, connection))
                # If MULTI failed, each command would be executed on its own and without the check.
                await _ask(connection, b"MULTI")
                replies = await _execute(connection, commands)
            if replies is not None:
                return self._translated(replies)
        return None

    def as_sent(self, command: Sequence[Argument]) -> Sequence[Argument]:
        """Return the command: it was sent as it is."""
        return command

    def is_index(self, key: bytes) -> bool:
        """Return false: keys are keys here."""
        return False

    def limits(self, key: bytes) -> tuple[str, ...]:
        """Return nothing: an answer about a key comes from one server, and is whole."""
        return ()

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()
        await self._client.connection_pool.disconnect()
        # The sockets are closed in the next iteration of the event loop, which may be the last one.
        await asyncio.sleep(0)


class _Watching:
    """The one connection that watches a key: a command at a time, in order."""

    def __init__(self, target: Target, connection: AbstractConnection) -> None:
        self.target = target
        self._connection = connection

    async def call(self, *command: Argument) -> Reply:
        """Send one command and return its reply."""
        try:
            return await _ask(self._connection, *command)
        except (RedisError, OSError, TimeoutError) as error:
            raise translate(error, self.target) from error

    async def pipeline(
        self, commands: Sequence[Sequence[Argument]], transaction: bool = False
    ) -> list[Reply | VsexplorerError]:
        """Send the commands one by one: a pipeline would end the WATCH."""
        replies: list[Reply | VsexplorerError] = []
        for command in commands:
            try:
                replies.append(await self.call(*command))
            except VsexplorerError as error:
                replies.append(error)
        return replies


async def _ask(connection: AbstractConnection, *command: Argument) -> Reply:
    await connection.send_command(*command)
    return await connection.read_response()


async def _execute(
    connection: AbstractConnection, commands: Sequence[Sequence[Argument]]
) -> list[Reply | Exception] | None:
    """Queue commands and execute them; ``None`` if a watched key has changed.

    Raises:
        ResponseError: the server refused to queue one of them, so that none was executed.
    """
    await connection.send_packed_command(connection.pack_commands([*commands, (b"EXEC",)]))
    refused: ResponseError | None = None
    for _ in commands:
        try:
            await connection.read_response()
        except ResponseError as error:
            refused = refused or error
    try:
        replies: list[Reply | Exception] | None = await connection.read_response()
    except ResponseError as error:
        raise refused or error from None
    return replies


def _pool(target: Target, timeout: float) -> ConnectionPool:
    options: dict[str, Any] = {
        "db": target.db,
        "username": target.username or None,
        "password": target.password or None,
        "protocol": 2,
        # Shown by CLIENT LIST; sent together with SELECT, so that it costs one round trip.
        "driver_info": DriverInfo("vsexplorer", __version__),
        "socket_timeout": timeout,
        "socket_connect_timeout": min(CONNECT_TIMEOUT, timeout),
        # Retry once immediately, because the server may have closed an idle connection.
        "retry": Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    }
    kind: type[AbstractConnection]
    if target.socket:
        kind = UnixDomainSocketConnection
        options["path"] = target.socket
    else:
        kind = TcpConnection
        options.update(host=target.host, port=target.port, socket_keepalive=True)
    if target.tls:
        kind = _TlsConnection
        options.update(
            sni=target.tls.sni,
            ssl_ca_certs=target.tls.cacert or None,
            ssl_certfile=target.tls.cert or None,
            ssl_keyfile=target.tls.key or None,
            ssl_cert_reqs="none" if target.tls.insecure else "required",
            ssl_check_hostname=not target.tls.insecure,
        )
    return ConnectionPool(connection_class=cast(Any, kind), **options)


async def listens(target: Target) -> bool:
    """Whether anything accepts connections at the target's address."""
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT):
            _, writer = await asyncio.open_connection(target.host, target.port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
