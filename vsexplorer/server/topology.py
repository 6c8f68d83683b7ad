"""The slots of a Redis Cluster: which node has which key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.crc import key_slot

SLOTS = 16_384

type Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Shard:
    """A primary with its replicas, and the slots it serves."""

    primary: Address
    replicas: tuple[Address, ...]
    slots: int
    """Number of its slots."""


@dataclass(slots=True)
class Topology:
    """Which primary serves which slot."""

    _owners: list[Address | None] = field(default_factory=lambda: [None] * SLOTS)
    _replicas: dict[Address, tuple[Address, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, reply: Sequence[Any], asked: Address, moved: Mapping[str, Address]) -> Topology:
        """Read the reply to CLUSTER SLOTS.

        Args:
            reply: Ranges of slots, each with its primary and its replicas.
            asked: The node that was asked; it may call itself by an empty host.
            moved: What to use instead of announced addresses, as ``reachable`` takes it.
        """
        found = cls()
        for start, end, primary, *replicas in reply:
            owner = reachable(_announced(primary), asked, moved)
            found._owners[start : end + 1] = [owner] * (end + 1 - start)
            found._replicas[owner] = tuple(reachable(_announced(one), asked, moved) for one in replicas)
        return found

    def owner(self, key: bytes) -> Address | None:
        """Return the primary of a key; ``None`` if no node serves its slot."""
        return self._owners[slot(key)]

    def move(self, slot: int, owner: Address) -> None:
        """Note that a slot is served by another primary."""
        self._owners[slot] = owner

    @property
    def primaries(self) -> list[Address]:
        """All primaries, in the order of their first slots."""
        return list(dict.fromkeys(one for one in self._owners if one is not None))

    @property
    def nodes(self) -> list[Address]:
        """All nodes, the primaries first."""
        replicas = [one for primary in self.primaries for one in self._replicas.get(primary, ())]
        return list(dict.fromkeys([*self.primaries, *replicas]))

    @property
    def shards(self) -> list[Shard]:
        """The shards, in the order of their first slots."""
        return [
            Shard(primary, self._replicas.get(primary, ()), self._owners.count(primary))
            for primary in self.primaries
        ]

    @property
    def complete(self) -> bool:
        """Whether every slot is served."""
        return None not in self._owners


def slot(key: bytes) -> int:
    """Return the hash slot of a key; of a key with ``{tag}``, that of the tag."""
    found: int = key_slot(key)
    return found


_BEHIND = frozenset([b"MEMORY", b"OBJECT"])
"""Commands with a subcommand before the key."""
_KEYLESS = frozenset(
    [b"INFO", b"PING", b"CONFIG", b"CLIENT", b"COMMAND", b"CLUSTER", b"SCAN", b"HELLO", b"TIME", b"ACL", b"SCRIPT"]
)


def key_of(command: Sequence[object]) -> bytes | None:
    """Return the key of a command of this program; ``None`` if it has none."""
    name = name_of(command)
    if name in _KEYLESS or len(command) < 2:
        return None
    return raw(command[2 if name in _BEHIND else 1])


def mapped(pairs: Iterable[str]) -> dict[str, Address]:
    """Convert ``A=B`` pairs of addresses to a mapping.

    Raises:
        ValueError: one is written differently.
    """
    found = {}
    for pair in pairs:
        before, equals, after = pair.partition("=")
        host, _, port = after.rpartition(":")
        if not (equals and before and host and port.isascii() and port.isdigit()):
            raise ValueError(pair)
        found[before] = (host, int(port))
    return found


def reachable(address: Address, asked: Address, moved: Mapping[str, Address]) -> Address:
    """Return the address to use for one that a node has announced.

    Args:
        address: What was announced; the host is empty or ``?`` where a node does not know its own.
        asked: The node that announced it.
        moved: Announced addresses that cannot be reached, as ``host:port`` or ``host``, with those to use instead.
    """
    host = address[0] if address[0] not in ("", "?") else asked[0]
    return moved.get(f"{host}:{address[1]}") or moved.get(host) or (host, address[1])


def _announced(node: Sequence[Any]) -> Address:
    return node[0].decode() if isinstance(node[0], bytes) else str(node[0] or ""), int(node[1])


def name_of(command: Sequence[object]) -> bytes:
    """Return the name of a command, in capitals."""
    return raw(command[0]).upper()


def raw(argument: object) -> bytes:
    """Return an argument of a command as it is sent."""
    return argument if isinstance(argument, bytes) else str(argument).encode("utf-8", "surrogateescape")
