"""Answer the commands of vector sets from indexes of the query engine.

A key ``ft:NAME`` names an index, ``ft:NAME@FIELD`` one of its vector fields. Commands about such a key become
FT.SEARCH and its kin, and the replies those of vector sets, so that what works on a vector set works on an index.
The documents are not changed: what writes is refused.
"""

from __future__ import annotations

import asyncio
import random
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from vsexplorer.core.errors import CommandRefused, FilterRefused, NotFound, NoVectorSets, VsexplorerError
from vsexplorer.core.text import display
from vsexplorer.core.vectors import packed
from vsexplorer.queryengine import documents
from vsexplorer.queryengine.encoding import decode, encode, similarity
from vsexplorer.queryengine.index_info import PREFIX, IndexInfo, parse, split
from vsexplorer.server.connection import Argument, Commands, Connection, Reply
from vsexplorer.server.target import Target
from vsexplorer.server.topology import key_of, raw

_SCORE = b"__vsexplorer_distance"
_PAGE = 5_000
_REMEMBERED = 32
"""Searches whose command can still be shown."""
_WRITES = frozenset([b"VADD", b"VREM", b"VSETATTR", b"DEL", b"UNLINK"])

type _Command = Sequence[Argument]
type _Outcome = Reply | VsexplorerError


@dataclass(slots=True)
class _Known:
    """An index, and the names of its documents once they were listed."""

    info: IndexInfo
    names: list[bytes] | None = None


class IndexConnection:
    """A connection that knows the indexes of the query engine.

    Args:
        connection: The server.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[bytes, _Known] = {}
        self._sent: OrderedDict[tuple[Argument, ...], _Command] = OrderedDict()
        """The last searches, as they were asked for and as they were sent."""

    @property
    def target(self) -> Target:
        """The server."""
        return self._connection.target

    def limits(self, key: bytes) -> tuple[str, ...]:
        """Return what limits the last answer about a key: documents that are not indexed, or not yet."""
        known = self._known.get(key)
        if known is None:
            return self._connection.limits(key)
        info = known.info
        found = []
        if info.indexed < 1:
            found.append(f"{info.indexed:.0%} of the documents are indexed so far")
        if info.failures:
            error = f": {info.last_error}" if info.last_error else ""
            found.append(f"{info.failures:,} documents could not be indexed{error}")
        return tuple(found)

    async def indexes(self) -> list[bytes]:
        """Return the keys of all indexes with vectors, one for each vector field; none without a query engine."""
        try:
            names = await self._connection.call(b"FT._LIST")
        except VsexplorerError:
            return []
        found: list[bytes] = []
        for name in sorted(names):
            try:
                info = await self._described(PREFIX + name)
            except VsexplorerError:
                continue
            more = [PREFIX + name + b"@" + one.name for one in info.other_vectors]
            found += [PREFIX + name, *more]
        return found

    def as_sent(self, command: _Command) -> _Command:
        """Return the FT.SEARCH that was sent for a VSIM."""
        return self._sent.get(tuple(command), command)

    def is_index(self, key: bytes) -> bool:
        """Whether a key names an index that was described."""
        return key in self._known

    async def call(self, *command: Argument) -> Reply:
        """Send one command and return its reply.

        Raises:
            VsexplorerError: the server or the connection failed.
        """
        known = await self._index(command)
        return await self._connection.call(*command) if known is None else await self._answer(known, command)

    async def pipeline(self, commands: Sequence[_Command], transaction: bool = False) -> list[_Outcome]:
        """Send commands in one round trip, or few; an error takes the place of the reply of its command.

        Raises:
            VsexplorerError: the connection failed, so the outcome of all commands is unknown.
        """
        if not any(_names_index(command) for command in commands):
            return await self._connection.pipeline(commands, transaction)
        found = await asyncio.gather(*(self._index(command) for command in commands), return_exceptions=True)
        others = [command for command, known in zip(commands, found, strict=True) if known is None]
        replies = iter(await self._connection.pipeline(others) if others else [])
        documents_asked = await self._read_documents(commands, found)

        async def one(place: int) -> _Outcome:
            known = found[place]
            if isinstance(known, VsexplorerError):
                return known
            if isinstance(known, BaseException):
                raise known
            if known is None:
                return next(replies)
            if place in documents_asked:
                return documents_asked[place]
            try:
                return await self._answer(known, commands[place])
            except VsexplorerError as error:
                return error

        return [await one(place) for place in range(len(commands))]

    async def transact(
        self,
        key: bytes,
        check: Callable[[Commands], Awaitable[None]],
        commands: Sequence[_Command],
        attempts: int,
    ) -> list[_Outcome] | None:
        """Send commands in one transaction, as ``Connection.transact`` does.

        Raises:
            CommandRefused: they are about an index.
            VsexplorerError: the connection failed, or what ``check`` raises.
        """
        if key in self._known:
            raise _unwritable()
        return await self._connection.transact(key, check, commands, attempts)

    async def close(self) -> None:
        """Close all connections."""
        await self._connection.close()

    def forget(self) -> None:
        """Forget the indexes: the server may be another one."""
        self._known.clear()

    # Indexes

    async def _index(self, command: _Command) -> _Known | None:
        """Return the index that a command is about; ``None`` for any other key."""
        key = key_of(command)
        if key is None or not key.startswith(PREFIX):
            return None
        known = self._known.get(key)
        if known is None or command[0] == b"VINFO":
            try:
                await self._described(key)
            except NotFound:
                # There may be a vector set of that name.
                return None
            known = self._known[key]
        return known

    async def _described(self, key: bytes) -> IndexInfo:
        """Describe an index.

        Raises:
            NotFound: there is no such index, it has no such vector field, or the server has no query engine.
        """
        try:
            info = parse(key, await self._connection.call(b"FT.INFO", split(key)[0]))
        except (CommandRefused, NoVectorSets) as error:
            raise NotFound("There is no such key.") from error
        before = self._known.get(key)
        if before is not None and replace(before.info, memory=info.memory) == info:
            before.info = info
        else:
            self._known[key] = _Known(info)
        return info

    # Answers

    async def _answer(self, known: _Known, command: _Command) -> Reply:
        name, info = command[0], known.info
        if name == b"VINFO":
            return info.as_vinfo
        if name == b"VSIM":
            return await self._search(known, command)
        if name == b"VCARD":
            return info.size
        if name == b"VDIM":
            return info.vector.dimension
        if name == b"VRANGE":
            return self._range(await self._names(known), command)
        if name == b"VRANDMEMBER":
            names = await self._names(known)
            return random.sample(names, min(len(names), abs(int(command[2]))))
        if name == b"MEMORY":
            return info.memory
        if name == b"EXISTS":
            return 1
        if name in (b"VGETATTR", b"VEMB", b"VISMEMBER"):
            return (await self._read_documents([command], [known]))[0]
        if name == b"VLINKS":
            raise CommandRefused(
                "The query engine does not show the graph of an index.", "Search with @NAME instead."
            )
        if name in _WRITES:
            raise _unwritable()
        raise CommandRefused(f"{display(raw(name))} is not possible on an index.")

    async def _names(self, known: _Known) -> list[bytes]:
        """Return the names of all documents, sorted; they are listed once for each version of the index."""
        if known.names is None:
            known.names = sorted(await self._matching(known.info, b"*"))
        return known.names

    async def _matching(self, info: IndexInfo, expression: bytes) -> list[bytes]:
        """Return the names of the documents that a query matches."""
        asked: list[Argument] = [b"FT.AGGREGATE", info.name, expression, b"LOAD", 1, b"@__key"]
        reply, cursor = await self._connection.call(*asked, b"WITHCURSOR", b"COUNT", _PAGE, b"DIALECT", 2)
        found = [row[1] for row in reply[1:]]
        while cursor:
            reply, cursor = await self._connection.call(b"FT.CURSOR", b"READ", info.name, cursor, b"COUNT", _PAGE)
            found += [row[1] for row in reply[1:]]
        return found

    def _range(self, names: list[bytes], command: _Command) -> list[bytes]:
        start, end = raw(command[2]), raw(command[3])
        first = 0 if start == b"-" else (bisect_right if start[:1] == b"(" else bisect_left)(names, start[1:])
        last = len(names) if end == b"+" else (bisect_left if end[:1] == b"(" else bisect_right)(names, end[1:])
        found = names[first:last]
        return found[: int(command[4])] if len(command) > 4 else found

    async def _search(self, known: _Known, command: _Command) -> Reply:
        """Answer VSIM by FT.SEARCH with KNN.

        A search with a vector of zeros and TRUTH lists what passes the filter, as it does for vector sets.
        """
        info, options = known.info, _options(command)
        expression = raw(options.get(b"FILTER", b"")).strip() or b"*"
        count = int(options.get(b"COUNT", 10))
        with_scores, with_attributes = b"WITHSCORES" in options, b"WITHATTRIBS" in options
        vector = await self._wanted(info, command)
        try:
            if not any(vector):
                names = await self._matching(info, expression)
                return names[:count]
            search = _knn(info, expression, count, vector, options)
            self._remember(command, search)
            reply = await self._connection.call(*search)
        except CommandRefused as error:
            if expression != b"*":
                raise FilterRefused(f"The query engine refuses the filter: {error.message}") from error
            raise
        found: list[Reply] = []
        least = 1 - float(options[b"EPSILON"]) if b"EPSILON" in options else None
        for name, flat in zip(reply[1::2], reply[2::2], strict=True):
            returned = dict(zip(flat[::2], flat[1::2], strict=True))
            score = similarity(float(returned[_SCORE]), info.vector.metric)
            if least is not None and score < least:
                continue
            found.append(name)
            if with_scores:
                found.append(repr(score).encode())
            if with_attributes:
                found.append(documents.from_search(info, returned))
        return found

    def _remember(self, command: _Command, search: _Command) -> None:
        self._sent[tuple(command)] = search
        if len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)

    async def _wanted(self, info: IndexInfo, command: _Command) -> bytes:
        """Return the vector to search for, as float32."""
        if command[2] != b"ELE":
            return raw(command[3])
        numbers = await self._vectors(info, [raw(command[3])])
        if numbers[0] is None:
            raise NotFound(f"The index has no document {display(raw(command[3]))} with a vector.")
        return packed(numbers[0])

    # Documents

    async def _read_documents(
        self, commands: Sequence[_Command], found: Sequence[_Known | BaseException | None]
    ) -> dict[int, _Outcome]:
        """Answer commands about single documents, all in one round trip."""
        asked: list[_Command] = []
        places: list[int] = []
        for place, (command, known) in enumerate(zip(commands, found, strict=True)):
            if isinstance(known, _Known) and command[0] in (b"VGETATTR", b"VEMB", b"VISMEMBER"):
                asked.append(_document_command(known.info, command))
                places.append(place)
        replies = await self._connection.pipeline(asked) if asked else []
        answers: dict[int, _Outcome] = {}
        for place, reply in zip(places, replies, strict=True):
            known = found[place]
            assert isinstance(known, _Known)
            answers[place] = _document_reply(known.info, commands[place], reply)
        return answers

    async def _vectors(self, info: IndexInfo, names: Sequence[bytes]) -> list[list[float] | None]:
        replies = await self._connection.pipeline(
            [_document_command(info, [b"VEMB", info.key, one]) for one in names]
        )
        return [_numbers(info, reply) for reply in replies]


def _knn(
    info: IndexInfo, expression: bytes, count: int, vector: bytes, options: dict[bytes, Argument]
) -> list[Argument]:
    """Return FT.SEARCH for the nearest documents that pass a filter, the nearest first.

    TRUTH examines the whole graph; a FLAT field is always searched exactly.
    """
    runtime = b""
    ef = info.size if b"TRUTH" in options else options.get(b"EF")
    if info.vector.algorithm == "HNSW" and ef is not None:
        runtime = b" EF_RUNTIME %d" % max(int(ef), count)
    query = b"(%s)=>[KNN %d @%s $B%s AS %s]" % (expression, count, info.vector.name, runtime, _SCORE)
    if expression == b"*":
        query = query.replace(b"(*)", b"*", 1)
    returned = [_SCORE]
    if b"WITHATTRIBS" in options:
        returned += [one.name for one in info.fields]
    search: list[Argument] = [b"FT.SEARCH", info.name, query, b"PARAMS", 2, b"B"]
    search += [encode(vector, info.vector.data_type), b"RETURN", len(returned), *returned]
    return [*search, b"SORTBY", _SCORE, b"LIMIT", 0, count, b"TIMEOUT", 0, b"DIALECT", 2]


def _document_command(info: IndexInfo, command: _Command) -> _Command:
    name, document = command[0], raw(command[2])
    if name == b"VISMEMBER":
        return [b"EXISTS", document]
    json_documents = info.documents_are == "JSON"
    if name == b"VGETATTR":
        return [b"JSON.GET", document] if json_documents else [b"HGETALL", document]
    identifier = info.vector.identifier
    return [b"JSON.GET", document, identifier] if json_documents else [b"HGET", document, identifier]


def _document_reply(info: IndexInfo, command: _Command, reply: _Outcome) -> _Outcome:
    name = command[0]
    if isinstance(reply, VsexplorerError) or name == b"VISMEMBER":
        return reply
    if name == b"VGETATTR":
        if not reply:
            return None
        return documents.from_json(info, reply) if isinstance(reply, bytes) else documents.from_hash(info, reply)
    numbers = _numbers(info, reply)
    if numbers is None:
        return None
    import numpy as np

    vector = np.asarray(numbers, np.float32)
    length = float(np.linalg.norm(vector))
    unit = (vector / length if length else vector).astype("<f4")
    return [b"f32", unit.tobytes(), repr(length or 1.0).encode()]


def _numbers(info: IndexInfo, reply: _Outcome) -> list[float] | None:
    if isinstance(reply, VsexplorerError):
        raise reply
    if info.documents_are == "JSON":
        return documents.vector_of(info, reply)
    return decode(reply, info.vector.data_type).tolist() if isinstance(reply, bytes) else None


def _options(command: _Command) -> dict[bytes, Argument]:
    """Return the options of VSIM; those without a value stand for themselves."""
    found: dict[bytes, Argument] = {}
    place = 4
    while place < len(command):
        name = raw(command[place])
        flag = name in (b"WITHSCORES", b"WITHATTRIBS", b"TRUTH", b"NOTHREAD")
        found[name] = name if flag else command[place + 1]
        place += 1 if flag else 2
    return found


def _names_index(command: _Command) -> bool:
    return (key_of(command) or b"").startswith(PREFIX)


def _unwritable() -> CommandRefused:
    return CommandRefused(
        "The documents of an index are not changed by vsexplorer.",
        "Change the hash or JSON document itself, or copy the index to a vector set.",
    )
