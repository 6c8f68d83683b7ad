"""Connections to all nodes of a Redis Cluster: routing, redirections, and repeating what a failover interrupts.

redis-py's own cluster client is not used: it refuses command names as bytes, burns its retries without a pause, and
answers nothing while one shard is down.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from redis.exceptions import (
    AskError,
    BusyLoadingError,
    ClusterDownError,
    MasterDownError,
    MovedError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from vsexplorer.core.errors import ConnectionFailed, ServerNotReady, VsexplorerError
from vsexplorer.server.connection import Argument, Commands, Reply
from vsexplorer.server.failures import translate
from vsexplorer.server.node_connection import NodeConnection
from vsexplorer.server.target import Target
from vsexplorer.server.topology import Address, Topology, key_of, name_of, reachable

_PATIENCE = 15.0
"""Seconds for which a command that a failover interrupts is repeated; a failover takes 5 to 20."""
_PAUSE = 0.1
_REFRESH = 0.5
"""Seconds between two reads of the topology at least."""
_REPEATABLE = frozenset([b"VADD", b"VSETATTR", b"HSET"])
"""Writes that may be sent twice: the second changes nothing."""
_WRITES = frozenset([b"VREM", b"DEL", b"UNLINK", b"HDEL", *_REPEATABLE])
_PING = 1.0
"""Seconds for which a primary may take to answer a PING."""
_NODE_BITS = 64
"""A cursor of a scan over all nodes is that of a node, with the node's place above so many bits."""
_PASSING = (AskError, TryAgainError, ClusterDownError, BusyLoadingError, MasterDownError, ReadOnlyError)
_LOST = (RedisConnectionError, RedisTimeoutError, OSError, TimeoutError, TypeError)
"""Errors of a lost connection. CPython's asyncio may raise TypeError when it writes to a socket just closed."""


class ClusterConnection:
    """One pool of connections for each node; commands go to the primary of their key.

    A scan visits one primary after the other. A shard without a living node is left out and noted.

    Args:
        target: A node to begin with.
        timeout: Seconds that a command may take.
        moved: Announced addresses that cannot be reached, with those to use instead.
    """

    def __init__(self, target: Target, timeout: float, moved: Mapping[str, Address]) -> None:
        self.target = target
        self._timeout = timeout
        self._moved = moved
        self._seed: Address = (target.host, target.port)
        self._nodes: dict[Address, NodeConnection] = {}
        self._topology = Topology()
        self._read = -_REFRESH
        self._reading = asyncio.Lock()
        self._silent: set[Address] = set()
        """Nodes that did not answer for long; they are not waited for again."""
        self.unreachable: set[Address] = set()
        """Primaries that did not answer the last scan."""

    @property
    def topology(self) -> Topology:
        """The slots as last read."""
        return self._topology

    async def open(self) -> None:
        """Read the topology.

        Raises:
            VsexplorerError: no node answers.
        """
        await self._learn()

    async def call(self, *command: Argument) -> Reply:
        """Send one command to the node of its key and return its reply.

        Raises:
            VsexplorerError: the server or the connection failed, and repeating did not help.
        """
        if name_of(command) == b"SCAN":
            return await self._scan(command)
        return await self._repeated(command, time.monotonic() + _PATIENCE)

    async def pipeline(
        self, commands: Sequence[Sequence[Argument]], transaction: bool = False
    ) -> list[Reply | VsexplorerError]:
        """Send commands to their nodes, one round trip each at the same time; errors take the places of replies.

        Raises:
            VsexplorerError: no node answers.
        """
        if not commands:
            return []
        if transaction:
            key = key_of(commands[0])
            assert key is not None, "a transaction is about one key"
            return await self._at_owner(key, lambda node: node.pipeline(commands, transaction=True))
        places: dict[Address | None, list[int]] = {}
        for place, command in enumerate(commands):
            places.setdefault(await self._owner(command), []).append(place)
        replies: list[Reply | VsexplorerError] = [None] * len(commands)

        async def ask(address: Address | None, asked: list[int]) -> None:
            found: Sequence[Reply]
            deadline = time.monotonic() + _PATIENCE
            try:
                if address is None:
                    raise ClusterDownError("Hash slot not served")
                found = await self._node(address).exchange([commands[place] for place in asked])
            except (RedisError, *_LOST) as error:
                found = [error] * len(asked)
            for place, reply in zip(asked, found, strict=True):
                replies[place] = await self._settled(commands[place], address, reply, deadline)

        await asyncio.gather(*(ask(address, asked) for address, asked in places.items()))
        return replies

    async def transact(
        self,
        key: bytes,
        check: Callable[[Commands], Awaitable[None]],
        commands: Sequence[Sequence[Argument]],
        attempts: int,
    ) -> list[Reply | VsexplorerError] | None:
        """Send commands about one key in one transaction at its primary, as ``Connection.transact`` does.

        Raises:
            VsexplorerError: the connection failed, or what ``check`` raises.
        """
        return await self._at_owner(key, lambda node: node.transact(key, check, commands, attempts))

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
        """Close the connections to all nodes."""
        nodes, self._nodes = list(self._nodes.values()), {}
        for node in nodes:
            with contextlib.suppress(VsexplorerError):
                await node.close()

    # Routing

    def _node(self, address: Address) -> NodeConnection:
        if address not in self._nodes:
            target = replace(self.target, host=address[0], port=address[1], socket="", name="")
            if self.target.socket and (address == self._seed or not address[1]):
                # The node was named by its socket, and may listen on nothing else.
                target = self.target
            self._nodes[address] = NodeConnection(target, self._timeout)
        return self._nodes[address]

    async def _owner(self, command: Sequence[Argument]) -> Address | None:
        """Return the node that a command goes to; ``None`` if no node has its slot."""
        key = key_of(command)
        if key is None:
            primaries = self._topology.primaries
            alive = [one for one in primaries if one not in self.unreachable]
            return (alive or primaries or [self._seed])[0]
        owner = self._topology.owner(key)
        if owner is None:
            await self._learn()
            owner = self._topology.owner(key)
        return owner

    async def _repeated(
        self,
        command: Sequence[Argument],
        deadline: float,
        address: Address | None = None,
        error: BaseException | None = None,
    ) -> Reply:
        """Send a command until it is answered, as long as repeating it is safe and may help.

        Args:
            command: What to send.
            deadline: ``time.monotonic()`` after which it is not repeated.
            address: The node it was sent to already, and
            error: the failure there.
        """
        while True:
            if error is None:
                address = await self._owner(command)
                try:
                    if address is None:
                        raise ClusterDownError("Hash slot not served")
                    reply = await self._node(address).send(*command)
                except (RedisError, *_LOST) as failure:
                    error = failure
                else:
                    self._silent.discard(address)
                    return reply
            self._note_lost(command, address, error)
            reply = await self._after(command, address, error, deadline)
            if not isinstance(reply, _Again):
                return reply
            error = None

    async def _after(
        self, command: Sequence[Argument], address: Address | None, error: BaseException, deadline: float
    ) -> Reply:
        """Follow a redirection, or wait for a failover; ``_Again`` tells to send the command again.

        Raises:
            VsexplorerError: repeating is not safe, or would not help.
        """
        target = self._node(address).target if address is not None else self.target
        late = time.monotonic() >= deadline
        if isinstance(error, MovedError) and not late:
            self._topology.move(error.slot_id, reachable((error.host, error.port), self._seed, self._moved))
            return _Again()
        if isinstance(error, AskError) and not isinstance(error, MovedError):
            asked = self._node(reachable((error.host, error.port), self._seed, self._moved))
            try:
                _, reply = await asked.exchange([[b"ASKING"], command])
            except (RedisError, *_LOST) as failure:
                reply = failure
            if not isinstance(reply, BaseException):
                return reply
            error = reply
        lost, name = isinstance(error, _LOST), name_of(command)
        if lost and name in _WRITES and name not in _REPEATABLE:
            raise ConnectionFailed(
                f"The connection to {target.address} was lost during {name.decode()}; "
                "whether it was executed is unknown.",
                "Look at the set before you repeat it.",
            ) from error
        if not (lost or _passes(error)):
            raise translate(error, target) from error
        known_silent = lost and address in self._silent
        if late and lost and address is not None:
            self._silent.add(address)
        if late:
            raise translate(error, target) from error
        await asyncio.sleep(_PAUSE)
        with contextlib.suppress(VsexplorerError):
            await self._learn()
        if known_silent and await self._owner(command) == address:
            # It has not answered for long, and no other node has taken over.
            raise translate(error, target) from error
        return _Again()

    def _note_lost(self, command: Sequence[Argument], address: Address | None, error: BaseException) -> None:
        """Send commands without a key to another node if one does not answer."""
        if address is not None and key_of(command) is None and isinstance(error, _LOST):
            self.unreachable.add(address)

    async def _settled(
        self, command: Sequence[Argument], address: Address | None, reply: Reply, deadline: float
    ) -> Reply | VsexplorerError:
        """Return the reply of a command in a pipeline, after repeating it if need be."""
        if not isinstance(reply, BaseException):
            return reply
        try:
            return await self._repeated(command, deadline, address, reply)
        except VsexplorerError as error:
            return error

    async def _at_owner[T](self, key: bytes, work: Callable[[NodeConnection], Awaitable[T]]) -> T:
        """Do work at the primary of a key; begin again if the key has moved, so that nothing was done."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            owner = self._topology.owner(key)
            try:
                if owner is None:
                    raise ServerNotReady("No node of the cluster serves the slot of the key.", "Try again later.")
                return await work(self._node(owner))
            except VsexplorerError as error:
                # WATCH is refused before anything is sent.
                before = isinstance(error.__cause__, MovedError | ClusterDownError | TryAgainError | AskError)
                if not (before or owner is None) or time.monotonic() >= deadline:
                    raise
                await asyncio.sleep(_PAUSE)
                with contextlib.suppress(VsexplorerError):
                    await self._learn()

    # Topology

    async def _learn(self) -> None:
        """Read the topology from a node that answers, unless that was done a moment ago."""
        asked = time.monotonic()
        async with self._reading:
            if self._read > asked - _REFRESH and self._topology.primaries:
                return
            failure: BaseException | None = None
            nodes = dict.fromkeys([*self._topology.nodes, self._seed])
            for address in sorted(nodes, key=lambda one: one in self._silent | self.unreachable):
                try:
                    reply = await self._node(address).send(b"CLUSTER", b"SLOTS")
                except (RedisError, *_LOST) as error:
                    failure = error
                    continue
                found = Topology.of(reply, address, self._moved)
                if found.primaries:
                    self._topology, self._read = found, time.monotonic()
                    await self._drop(found)
                    return
            if failure is not None:
                raise translate(failure, self.target) from failure
            raise ServerNotReady("No node of the cluster serves any slot.", "Try again later.")

    async def _drop(self, topology: Topology) -> None:
        """Forget nodes that left the cluster."""
        known = {*topology.nodes, self._seed}
        for address in [one for one in self._nodes if one not in known]:
            node = self._nodes.pop(address)
            with contextlib.suppress(VsexplorerError):
                await node.close()

    async def _check_primaries(self) -> None:
        """Find out which primaries answer, so that no command waits for the others."""

        async def answers(address: Address) -> bool:
            try:
                async with asyncio.timeout(_PING):
                    await self._node(address).send(b"PING")
            except ResponseError:
                return True
            except (RedisError, *_LOST):
                return False
            return True

        primaries = self._topology.primaries
        found = await asyncio.gather(*map(answers, primaries))
        self.unreachable = {address for address, there in zip(primaries, found, strict=True) if not there}
        self._silent |= self.unreachable

    async def _scan(self, command: Sequence[Argument]) -> Reply:
        """Scan one node after the other; a cursor holds the place of its node."""
        cursor = int(command[1])
        place, inner = cursor >> _NODE_BITS, cursor & ((1 << _NODE_BITS) - 1)
        if cursor == 0:
            await self._learn()
            await self._check_primaries()
        primaries = self._topology.primaries
        if place >= len(primaries):
            return [0, []]
        try:
            if primaries[place] in self.unreachable:
                raise RedisConnectionError("it does not answer")
            following, keys = await self._node(primaries[place]).send(b"SCAN", inner, *command[2:])
        except (RedisError, *_LOST) as error:
            if isinstance(error, ResponseError):
                raise translate(error, self.target) from error
            self.unreachable.add(primaries[place])
            self._silent.add(primaries[place])
            following, keys = 0, []
        if int(following):
            return [(place << _NODE_BITS) | int(following), keys]
        return [(place + 1) << _NODE_BITS if place + 1 < len(primaries) else 0, keys]


def _passes(error: BaseException) -> bool:
    """Whether an error is due to a failover or to slots that move; a failover leaves no slot without an owner."""
    if isinstance(error, ClusterDownError):
        return "not served" not in str(error)
    return isinstance(error, _PASSING) or (isinstance(error, ResponseError) and "UNBLOCKED" in str(error))


class _Again:
    """Tells to send a command again."""
