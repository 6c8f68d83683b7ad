"""Send commands about partitioned sets to their parts, at the same time, and merge the replies.

Everything that works on one vector set works on a partitioned one: a command whose key names a partitioned set goes
to all parts, or to the part of its element. A part that fails is left out and noted.
"""

from __future__ import annotations

import json
import random
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from vsexplorer.core.attributes import parse
from vsexplorer.core.errors import (
    CommandRefused,
    ConnectionFailed,
    NotFound,
    PartsDiffer,
    ServerNotReady,
    TimedOut,
    VsexplorerError,
)
from vsexplorer.core.text import display
from vsexplorer.core.vectors import packed
from vsexplorer.server.connection import Argument, Commands, Connection, Reply
from vsexplorer.server.target import Target
from vsexplorer.server.topology import key_of, raw
from vsexplorer.vectorset import partitions
from vsexplorer.vectorset.projection import lift
from vsexplorer.vectorset.stored_vector import StoredVector

_OF_ELEMENT = frozenset([b"VGETATTR", b"VEMB", b"VLINKS", b"VISMEMBER", b"VSETATTR", b"VREM"])
_KNOWN_PLACES = 100_000
"""Elements whose part is remembered."""
_TRIED = 3
"""Elements of each part by which it is found out whether elements are where the hash says."""
_REST = 30.0
"""Seconds before the keys that match a pattern are looked for again: that scans the database."""
_FEW = 4
"""Commands about elements up to which all parts are asked for an element that is not where the hash says."""
_PASSING = (ConnectionFailed, TimedOut, ServerNotReady)
"""Failures of a part that leave the others usable."""

type _Command = Sequence[Argument]
type _Outcome = Reply | VsexplorerError


@dataclass(slots=True)
class _Collection:
    """A partitioned set and what is known of it."""

    name: bytes
    keys: list[bytes]
    hashed: bool | None = None
    """Whether elements are where the hash says; ``None`` until that was found out."""
    sizes: dict[bytes, int] = field(default_factory=dict)
    dimension: int = 0
    input_dimension: int = 0
    failed: dict[bytes, VsexplorerError] = field(default_factory=dict)
    """The parts that failed in the last command to all of them."""
    places: OrderedDict[bytes, bytes] = field(default_factory=OrderedDict)
    """The parts of elements that were seen."""

    def saw(self, name: bytes, key: bytes) -> None:
        """Remember the part of an element."""
        if not self.hashed:
            self.places[name] = key
            if len(self.places) > _KNOWN_PLACES:
                self.places.popitem(last=False)

    def home(self, name: bytes) -> bytes:
        """Return the part that an element belongs to by the hash."""
        return self.keys[partitions.part_of(name, len(self.keys))]


@dataclass(frozen=True, slots=True)
class _Plan:
    """The commands that answer one command, and how their replies become its reply."""

    commands: Sequence[_Command]
    merge: Callable[[Sequence[_Outcome]], _Outcome]


class PartitionedConnection:
    """A connection that knows partitioned sets.

    Args:
        connection: The server or cluster.
        named: Names of partitioned sets from the configuration, with what they stand for.
    """

    def __init__(self, connection: Connection, named: Mapping[str, str]) -> None:
        self._connection = connection
        self._named = {name.encode(): pattern.encode() for name, pattern in named.items()}
        self._collections: dict[bytes, _Collection] = {}
        self._literal: set[bytes] = set()
        """Names that look like patterns and are keys."""
        self._looked: dict[bytes, float] = {}
        """``time.monotonic()`` when the keys of a pattern were looked for."""

    @property
    def target(self) -> Target:
        """The server; of a cluster, the node that was named."""
        return self._connection.target

    @property
    def names(self) -> list[bytes]:
        """The names of partitioned sets from the configuration."""
        return list(self._named)

    def as_sent(self, command: _Command) -> _Command:
        """Return what was sent for a command; to parts, the same with their keys."""
        return self._connection.as_sent(command)

    def is_index(self, key: bytes) -> bool:
        """Whether a key names an index of the query engine that was described."""
        return self._connection.is_index(key)

    def limits(self, key: bytes) -> tuple[str, ...]:
        """Return which parts of a set did not answer the last command; empty if all did."""
        found = self._collections.get(key)
        if found is None:
            return self._connection.limits(key)
        if not found.failed:
            return ()
        there = len(found.keys) - len(found.failed)
        named = ", ".join(display(one) for one in list(found.failed)[:3])
        more = f" and {len(found.failed) - 3} more" if len(found.failed) > 3 else ""
        return (f"{there} of {len(found.keys)} parts: {named}{more} did not answer",)

    async def call(self, *command: Argument) -> Reply:
        """Send one command and return its reply.

        Raises:
            VsexplorerError: the server or the connection failed.
        """
        if await self._collection(_key(command), again=command[0] == b"VINFO") is None:
            return await self._connection.call(*command)
        reply = (await self.pipeline([command]))[0]
        if isinstance(reply, VsexplorerError):
            raise reply
        return reply

    async def pipeline(self, commands: Sequence[_Command], transaction: bool = False) -> list[_Outcome]:
        """Send commands in one round trip, or few; an error takes the place of the reply of its command.

        Raises:
            VsexplorerError: the connection failed, so the outcome of all commands is unknown.
        """
        found = [await self._collection(_key(command), command[0] == b"VINFO") for command in commands]
        if not any(found):
            return await self._connection.pipeline(commands, transaction)
        if transaction:
            collection = found[0]
            assert collection is not None
            placed = await self._placed(collection, commands)
            keys = {key for key, _ in placed}
            assert len(keys) == 1, "a transaction is about one element"
            return await self._connection.pipeline([command for _, command in placed], transaction=True)
        await self._locate(commands, found)
        plans = [
            await self._plan(command, collection)
            if collection is not None
            else _Plan([command], lambda got: got[0])
            for command, collection in zip(commands, found, strict=True)
        ]
        replies = await self._connection.pipeline([one for plan in plans for one in plan.commands])
        outcomes: list[_Outcome] = []
        place = 0
        for plan in plans:
            got = replies[place : place + len(plan.commands)]
            place += len(plan.commands)
            try:
                outcomes.append(plan.merge(got))
            except VsexplorerError as error:
                outcomes.append(error)
        return outcomes

    async def transact(
        self,
        key: bytes,
        check: Callable[[Commands], Awaitable[None]],
        commands: Sequence[_Command],
        attempts: int,
    ) -> list[_Outcome] | None:
        """Send commands in one transaction for each part they concern, as ``Connection.transact`` does.

        A change of elements in several parts, such as a renaming, is a transaction for each part, one after the
        other: first what adds, then what removes, so that nothing is lost if the connection fails in between.

        Raises:
            VsexplorerError: the connection failed, or what ``check`` raises.
        """
        collection = await self._collection(key)
        if collection is None:
            return await self._connection.transact(key, check, commands, attempts)
        if commands and commands[0][0] == b"DEL":
            return await self._delete_all(collection, check, attempts)
        placed = await self._placed(collection, commands)
        groups: dict[bytes, list[int]] = {}
        for place, (part, _) in enumerate(placed):
            groups.setdefault(part, []).append(place)
        order = sorted(groups, key=lambda part: placed[groups[part][0]][1][0] != b"VADD")
        replies: list[_Outcome] = [None] * len(commands)

        async def watching(_: Commands) -> None:
            # Reading over another connection is as good: the WATCH was sent before.
            await check(self)

        async def done(_: Commands) -> None:
            """Nothing is left to check in further parts."""

        for number, part in enumerate(order):
            asked = [placed[place][1] for place in groups[part]]
            got = await self._connection.transact(part, done if number else watching, asked, attempts)
            if got is None:
                return None
            for place, reply in zip(groups[part], got, strict=True):
                replies[place] = reply
        collection.places.clear()
        return replies

    async def close(self) -> None:
        """Close all connections."""
        await self._connection.close()

    def forget(self) -> None:
        """Forget what is known of sets: the server may be another one."""
        self._collections.clear()
        self._literal.clear()
        self._looked.clear()

    # What a key stands for

    async def _collection(self, key: bytes | None, again: bool = False) -> _Collection | None:
        """Return the partitioned set that a key names; ``None`` for any other key.

        Args:
            key: The key.
            again: Look for the keys that match a pattern again, unless that was done a moment ago.
        """
        if key is None:
            return None
        pattern = self._named.get(key, key)
        known = self._collections.get(key)
        again = again and partitions.is_glob(pattern) and time.monotonic() > self._looked.get(key, -_REST) + _REST
        if not again and (known is not None or key in self._literal):
            return known
        keys = partitions.expanded(pattern)
        if keys is None and not (key in self._named or partitions.is_glob(pattern)):
            return None
        self._looked[key] = time.monotonic()
        if keys is None:
            keys = await self._matching(pattern)
        if known is None or known.keys != keys:
            known = _Collection(key, keys) if keys else None
        if known is not None:
            self._collections[key] = known
        else:
            self._literal.add(key)
        return known

    async def _matching(self, pattern: bytes) -> list[bytes]:
        """Return the vector sets that a pattern matches; none if a key is called like the pattern."""
        if await self._connection.call(b"EXISTS", pattern):
            return []
        found: set[bytes] = set()
        cursor: Argument = 0
        while True:
            cursor, page = await self._connection.call(
                b"SCAN", cursor, b"COUNT", 1_000, b"TYPE", b"vectorset", b"MATCH", pattern
            )
            found.update(page)
            if not int(cursor):
                break
        return sorted(found, key=partitions.natural)

    # Where elements are

    async def _locate(self, commands: Sequence[_Command], found: Sequence[_Collection | None]) -> None:
        """Find the parts of the elements that commands are about, as far as they are not known."""
        wanted: dict[bytes, tuple[_Collection, dict[bytes, None]]] = {}
        for command, collection in zip(commands, found, strict=True):
            name = _element(command)
            if collection is None or name is None:
                continue
            if collection.hashed is None:
                await self._try_hash(collection)
            if collection.hashed and len(commands) > _FEW:
                continue
            if name not in collection.places:
                wanted.setdefault(collection.name, (collection, {}))[1][name] = None
        for collection, names in wanted.values():
            await self._ask_all(collection, list(names))

    async def _ask_all(self, collection: _Collection, names: Sequence[bytes]) -> None:
        """Ask for elements: where the hash says, then everywhere."""
        if collection.hashed:
            homes = [collection.home(name) for name in names]
            asked: list[_Command] = [[b"VISMEMBER", key, name] for key, name in zip(homes, names, strict=True)]
            replies = await self._connection.pipeline(asked)
            names = [name for name, reply in zip(names, replies, strict=True) if reply == 0]
        pairs = [(name, key) for name in names for key in collection.keys]
        replies = await self._connection.pipeline([[b"VISMEMBER", key, name] for name, key in pairs])
        for (name, key), reply in zip(pairs, replies, strict=True):
            if reply == 1:
                collection.places[name] = key

    async def _try_hash(self, collection: _Collection) -> None:
        """Find out whether elements are where the hash says, by some of each part."""
        replies = await self._connection.pipeline([[b"VRANDMEMBER", key, _TRIED] for key in collection.keys])
        collection.hashed = all(
            collection.home(name) == key
            for key, reply in zip(collection.keys, replies, strict=True)
            if isinstance(reply, list)
            for name in reply
        )

    def _part(self, collection: _Collection, name: bytes) -> bytes:
        return collection.places.get(name) or collection.home(name)

    async def _placed(self, collection: _Collection, commands: Sequence[_Command]) -> list[tuple[bytes, _Command]]:
        """Return commands about elements with the keys of their parts in place of the set's."""
        if collection.hashed is None:
            await self._try_hash(collection)
        names = dict.fromkeys(name for command in commands if (name := _element(command)) is not None)
        await self._ask_all(collection, [name for name in names if name not in collection.places])
        placed: list[tuple[bytes, _Command]] = []
        for command in commands:
            name = _element(command)
            assert name is not None, "a transaction is about elements"
            part = self._part(collection, name)
            placed.append((part, _with_key(command, part)))
        return placed

    # Plans

    async def _plan(self, command: _Command, collection: _Collection) -> _Plan:
        name = command[0]
        if name == b"HMGET":
            return self._records(command)
        if (element := _element(command)) is not None:
            part = self._part(collection, element)
            if name == b"VADD":
                collection.sizes.clear()
            return _Plan([_with_key(command, part)], lambda got: got[0])
        if name == b"VSIM":
            return await self._search(command, collection)
        everywhere = [_with_key(command, key) for key in collection.keys]
        if name == b"VINFO":
            return _Plan(everywhere, lambda got: self._described(collection, got))
        if name == b"VRANGE":
            count = int(command[4]) if len(command) > 4 else None
            return _Plan(everywhere, lambda got: self._listed(collection, got, count))
        if name == b"VRANDMEMBER":
            return await self._sampled(command, collection)
        if name == b"VDIM":
            return _Plan(everywhere, lambda got: self._answers(collection, got)[0][1])
        if name in (b"VCARD", b"MEMORY", b"DEL", b"UNLINK", b"EXISTS"):
            return _Plan(everywhere, lambda got: self._summed(collection, got))
        raise CommandRefused(f"{display(raw(name))} is not possible on a partitioned set.")

    def _answers(self, collection: _Collection, got: Sequence[_Outcome]) -> list[tuple[bytes, Reply]]:
        """Return the replies of the parts that exist and answer.

        Raises:
            VsexplorerError: a part refuses, or none answers.
        """
        answers: list[tuple[bytes, Reply]] = []
        failed: dict[bytes, VsexplorerError] = {}
        for key, reply in zip(collection.keys, got, strict=True):
            if isinstance(reply, _PASSING):
                failed[key] = reply
            elif isinstance(reply, NotFound):
                continue
            elif isinstance(reply, VsexplorerError):
                raise reply
            elif reply is not None:
                answers.append((key, reply))
        collection.failed = failed
        if not answers and failed:
            raise next(iter(failed.values()))
        return answers

    def _described(self, collection: _Collection, got: Sequence[_Outcome]) -> Reply:
        answers = dict(self._answers(collection, got))
        if not answers:
            return None
        reply = partitions.merged_info(collection.name, answers, len(collection.keys))
        whole = dict(zip(reply[::2], reply[1::2], strict=True))
        collection.dimension = int(whole[b"vector-dim"])
        collection.input_dimension = int(whole.get(b"projection-input-dim", 0)) or collection.dimension
        collection.sizes = {
            key: int(dict(zip(one[::2], one[1::2], strict=True))[b"size"]) for key, one in answers.items()
        }
        return reply

    def _listed(self, collection: _Collection, got: Sequence[_Outcome], count: int | None) -> Reply:
        answers = self._answers(collection, got)
        for key, names in answers:
            for name in names:
                collection.saw(name, key)
        return partitions.merged_names([names for _, names in answers], count)

    def _summed(self, collection: _Collection, got: Sequence[_Outcome]) -> Reply:
        answers = self._answers(collection, got)
        return sum(int(reply) for _, reply in answers) if answers else None

    async def _sampled(self, command: _Command, collection: _Collection) -> _Plan:
        """Divide a sample among the parts in proportion to their sizes."""
        number = int(command[2]) if len(command) > 2 else 1
        if not collection.sizes:
            cards = await self._connection.pipeline([[b"VCARD", key] for key in collection.keys])
            collection.sizes = {
                key: reply for key, reply in zip(collection.keys, cards, strict=True) if isinstance(reply, int)
            }
        wanted = partitions.shares(abs(number), [collection.sizes.get(key, 0) for key in collection.keys])
        asked = [(key, share) for key, share in zip(collection.keys, wanted, strict=True) if share]

        def merge(got: Sequence[_Outcome]) -> Reply:
            every: list[bytes] = []
            for (key, _), reply in zip(asked, got, strict=True):
                if isinstance(reply, list):
                    every += reply
                    for name in reply:
                        collection.saw(name, key)
            random.shuffle(every)
            return every[: abs(number)]

        return _Plan([[b"VRANDMEMBER", key, share] for key, share in asked], merge)

    async def _search(self, command: _Command, collection: _Collection) -> _Plan:
        """Search all parts, and keep the best of what they find."""
        asked = list(command)
        if asked[2] == b"ELE":
            vector = await self._vector(collection, raw(asked[3]))
            if vector is None:
                # The server says that the element does not exist.
                return _Plan([_with_key(asked, collection.home(raw(asked[3])))], lambda got: got[0])
            asked[2:4] = [b"FP32", vector]
        scored = b"WITHSCORES" in asked[4:]
        if not scored:
            asked.append(b"WITHSCORES")
        width = 3 if b"WITHATTRIBS" in asked[4:] else 2
        count = int(asked[asked.index(b"COUNT", 4) + 1]) if b"COUNT" in asked[4:] else 10

        def merge(got: Sequence[_Outcome]) -> Reply:
            answers = self._answers(collection, got)
            for key, reply in answers:
                for name in reply[::width]:
                    collection.saw(name, key)
            best = partitions.merged_hits([reply for _, reply in answers], count, width)
            if scored:
                return best
            return [item for place, item in enumerate(best) if place % width != 1]

        return _Plan([_with_key(asked, key) for key in collection.keys], merge)

    async def _vector(self, collection: _Collection, name: bytes) -> bytes | None:
        """Return the vector of an element, to search other parts with; ``None`` if it does not exist."""
        if not collection.dimension:
            await self.call(b"VINFO", collection.name)
        reply = await self._connection.call(b"VEMB", self._part(collection, name), name, b"RAW")
        if reply is None:
            await self._ask_all(collection, [name])
            if (part := collection.places.get(name)) is None:
                return None
            reply = await self._connection.call(b"VEMB", part, name, b"RAW")
            if reply is None:
                return None
        numbers = StoredVector.of(reply, collection.dimension).numbers()
        if collection.input_dimension != collection.dimension:
            return packed(lift(numbers, collection.input_dimension))
        return packed(numbers)

    def _records(self, command: _Command) -> _Plan:
        """Read the record of a partitioned set; without one, that of its parts, if they have the same model."""
        fields = list(command[2:])
        parts: dict[int, list[bytes]] = {}
        asked = list(command)
        for place, one in enumerate(fields):
            collection = self._collections.get(raw(one))
            if collection is not None:
                parts[place] = collection.keys
                asked += collection.keys

        def merge(got: Sequence[_Outcome]) -> Reply:
            reply = got[0]
            if not isinstance(reply, list):
                return reply
            found, rest = reply[: len(fields)], reply[len(fields) :]
            for place, keys in parts.items():
                own, rest = rest[: len(keys)], rest[len(keys) :]
                if found[place] is None:
                    found[place] = _common_record(raw(fields[place]), keys, own)
            return found

        return _Plan([asked], merge)

    async def _delete_all(
        self, collection: _Collection, check: Callable[[Commands], Awaitable[None]], attempts: int
    ) -> list[_Outcome] | None:
        await check(self)
        replies = await self._connection.pipeline([[b"DEL", key] for key in collection.keys])
        failed = next((reply for reply in replies if isinstance(reply, VsexplorerError)), None)
        if failed is not None:
            raise failed
        return [sum(reply for reply in replies if isinstance(reply, int))]


def _key(command: _Command) -> bytes | None:
    """Return the key that may name a partitioned set."""
    if command[0] == b"HMGET":
        # The fields of the records are the keys of their sets.
        return next((one for one in command[2:] if isinstance(one, bytes)), None)
    return key_of(command)


def _element(command: _Command) -> bytes | None:
    """Return the element that a command is about; ``None`` for a command about the whole set."""
    if command[0] in _OF_ELEMENT:
        return raw(command[2])
    if command[0] == b"VADD":
        return raw(command[6 if command[2] == b"REDUCE" else 4])
    return None


def _with_key(command: _Command, key: bytes) -> list[Argument]:
    place = 2 if command[0] == b"MEMORY" else 1
    return [*command[:place], key, *command[place + 1 :]]


def _common_record(name: bytes, keys: Sequence[bytes], records: Sequence[Reply]) -> bytes | None:
    """Return the record that the parts have in common, without the identity of a part.

    Raises:
        PartsDiffer: they were made with different models.
    """
    tables = {}
    for key, record in zip(keys, records, strict=True):
        _, table = parse(record or b"null")
        if isinstance(table, dict) and table.get("model"):
            tables[key] = table
    models = {str(table["model"]): key for key, table in tables.items()}
    if len(models) > 1:
        listed = ", ".join(f"{display(key)} {model}" for model, key in models.items())
        raise PartsDiffer(f"The parts of {display(name)} were made with different models: {listed}.")
    if not tables:
        return None
    first = next(iter(tables.values()))
    return json.dumps({key: value for key, value in first.items() if key not in ("uid", "run")}).encode()
