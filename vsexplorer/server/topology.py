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
    def of(cls, reply: Sequence[Any], asked: Address, moved: Mapping[str, str]) -> Topology:
        """Read the reply to CLUSTER SLOTS.

        Args:
            reply: Ranges of slots, each with its primary and its replicas.
            asked: The node that was asked; it may call itself by an empty host.
            moved: Announced addresses that cannot be reached, as ``host:port``, with those to use instead.
        """
        found = cls()
        for start, end, primary, *replicas in reply:
            owner = _address(primary, asked, moved)
            found._owners[start : end + 1] = [owner] * (end + 1 - start)
            found._replicas[owner] = tuple(_address(one, asked, moved) for one in replicas)
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
    name = _raw(command[0]).upper()
    if name in _KEYLESS or len(command) < 2:
        return None
    return _raw(command[2 if name in _BEHIND else 1])


def mapped(pairs: Iterable[str]) -> dict[str, str]:
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
        found[before] = after
    return found


def _address(node: Sequence[Any], asked: Address, moved: Mapping[str, str]) -> Address:
    host, port = node[0].decode() if isinstance(node[0], bytes) else str(node[0] or ""), int(node[1])
    if not host or host == "?":
        host = asked[0]
    instead = moved.get(f"{host}:{port}") or moved.get(host)
    if instead is None:
        return host, port
    other, _, other_port = instead.rpartition(":")
    return other, int(other_port)


def _raw(argument: object) -> bytes:
    return argument if isinstance(argument, bytes) else str(argument).encode("utf-8", "surrogateescape")
