"""Read vector sets with as few round trips as possible."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from vsexplorer.core.errors import CommandRefused, NotFound, PermissionDenied, VsexplorerError
from vsexplorer.core.values import Capabilities, ElementDetails, Hit, Neighbour, SearchOptions, SetInfo, Span
from vsexplorer.language.dialect import ENGINE, Dialect
from vsexplorer.server.capabilities import probe, probed_search, search_probes
from vsexplorer.server.connection import Argument, Connection, Reply
from vsexplorer.server.failures import no_element
from vsexplorer.vectorset import commands, replies
from vsexplorer.vectorset.stored_vector import StoredVector

_SCAN_COUNT = 1000
_PROPOSED = 12
"""Maximum number of names proposed to complete one."""
_SAMPLED_NAMES = 2000
"""Sample size for completing names if the server cannot list in order."""
_SAMPLE_PAGE = 100
"""Elements whose attributes are read in one pipeline: about a millisecond of the server."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a search: hits, the command sent, the time in Redis, and notes on limitations."""

    hits: tuple[Hit, ...]
    command: str
    milliseconds: float
    notes: tuple[str, ...] = ()
    argv: tuple[Argument, ...] = ()


class VectorSetStore:
    """The vector sets of one database."""

    def __init__(self, connection: Connection, capabilities: Capabilities) -> None:
        self.connection = connection
        self._capabilities = capabilities
        self._search_probed = False

    @classmethod
    async def open(cls, connection: Connection) -> VectorSetStore:
        """Create a store after detecting the server's capabilities.

        Raises:
            NoVectorSets: the server has no vector sets.
            VsexplorerError: the server or the connection failed.
        """
        return cls(connection, await probe(connection))

    async def close(self) -> None:
        """Close the connections."""
        await self.connection.close()

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do; more is known once a set has been searched."""
        return self._capabilities

    @property
    def dialect(self) -> Dialect:
        """The filter language of the server."""
        return Dialect(null=self._capabilities.filter_null, substring=self._capabilities.filter_null)

    def dialect_of(self, key: bytes) -> Dialect:
        """Return the filter language of a set: that of the server, or of the query engine for its indexes."""
        return ENGINE if self.connection.is_index(key) else self.dialect

    def reconnected(self, capabilities: Capabilities) -> None:
        """Continue after a reconnect; the server may have another version."""
        self._capabilities = capabilities
        self._search_probed = False

    def update(self, capabilities: Capabilities) -> None:
        """Continue with the role that the server has now."""
        self._capabilities = replace(self._capabilities, replica=capabilities.replica)

    async def keys(self, match: bytes | None = None) -> AsyncIterator[list[bytes]]:
        """All vector set keys of the database, a SCAN page at a time; a key may occur twice."""
        cursor: bytes | int = 0
        while True:
            argv: list[Argument] = [b"SCAN", cursor, b"COUNT", _SCAN_COUNT, b"TYPE", b"vectorset"]
            if match is not None:
                argv += [b"MATCH", match]
            cursor, page = replies.scan(await self.connection.call(*argv))
            if page:
                yield page
            if cursor == 0:
                return

    async def info(self, key: bytes) -> SetInfo:
        """Describe one set.

        Raises:
            NotFound: there is no such key.
            WrongType: the key is not a vector set.
        """
        found = (await self.infos([key]))[0]
        if isinstance(found, VsexplorerError):
            raise found
        return found

    async def infos(self, keys: Sequence[bytes]) -> list[SetInfo | VsexplorerError]:
        """Describe several sets in one round trip; an error takes the place of a set that cannot be described."""
        described: list[SetInfo | VsexplorerError] = []
        for key, reply in zip(keys, await self.connection.pipeline([[b"VINFO", key] for key in keys]), strict=True):
            try:
                described.append(replies.described(key, reply))
            except VsexplorerError as error:
                described.append(error)
        return described

    async def search(
        self,
        info: SetInfo,
        filter: str,
        options: SearchOptions,
        *,
        like: bytes | None = None,
        vector: bytes | None = None,
    ) -> Answer:
        """Rank elements by similarity to an element or a vector.

        Args:
            info: The set, as described before.
            filter: A filter expression; blank means none.
            options: VSIM's options.
            like: Name of an element of the set, or
            vector: float32 little-endian, ``4 * info.input_dimension`` bytes.

        Raises:
            FilterRefused: the server cannot parse the filter.
            NotFound: the element to compare with does not exist.
            VsexplorerError: the server or the connection failed.
        """

        def command() -> list[Argument]:
            able = self.capabilities
            return commands.vsim(
                info.key, like, vector, filter.strip(), options, able.withattribs, able.epsilon_scale
            )

        argv = command()
        started = time.perf_counter()
        try:
            reply = (
                await self._probe_with(info, argv) if self._unprobed(info) else await self.connection.call(*argv)
            )
            if argv != command():
                # The probe has found the server other than its version says.
                argv = command()
                reply = await self.connection.call(*argv)
            if isinstance(reply, VsexplorerError):
                raise reply
        except NotFound:
            if like is None:
                raise
            raise no_element(info.key, like) from None
        with_attributes = self.capabilities.withattribs
        found = replies.hits(reply, with_attributes)
        notes: tuple[str, ...] = ()
        if not with_attributes:
            found, notes = await self._with_attributes(info.key, found)
        notes = (*notes, *self.connection.limits(info.key))
        sent = self.connection.as_sent(argv)
        return Answer(found, commands.render(sent), _since(started), notes, tuple(sent))

    async def ranking(
        self, info: SetInfo, filter: str, options: SearchOptions, like: bytes | None, vector: bytes | None
    ) -> list[tuple[bytes, float]]:
        """Rank elements as ``search`` does, for their names and scores alone.

        Raises:
            FilterRefused: the server cannot parse the filter.
            VsexplorerError: the server or the connection failed.
        """
        scale = self.capabilities.epsilon_scale
        argv = commands.vsim(info.key, like, vector, filter.strip(), options, False, scale)
        found = replies.hits(await self.connection.call(*argv), False)
        return [(hit.element, hit.score or 0.0) for hit in found]

    async def attributes(
        self, key: bytes, names: Sequence[bytes], most_bytes: int, most_seconds: float
    ) -> list[bytes | None]:
        """Read the attributes of elements, in order, until a limit of bytes or seconds is reached."""
        started = time.perf_counter()
        found: list[bytes | None] = []
        size = 0
        for start in range(0, len(names), _SAMPLE_PAGE):
            page = names[start : start + _SAMPLE_PAGE]
            answers = await self.connection.pipeline([[b"VGETATTR", key, name] for name in page])
            for reply in answers:
                if isinstance(reply, VsexplorerError):
                    raise reply
                found.append(replies.attributes(reply))
                size += len(found[-1] or b"")
            if size >= most_bytes or time.perf_counter() - started > most_seconds:
                break
        return found

    async def names(self, info: SetInfo, page: int, after: bytes | None = None) -> AsyncIterator[list[bytes]]:
        """Yield the names of all elements in pages: in order, or from one reply if the server cannot list in order.

        That reply is of an exact search (TRUTH) with a zero vector, which finds every element; a search of the
        graph or random sampling would not guarantee that.
        """
        if self.capabilities.vrange:
            while found := replies.names(
                await self.connection.call(*commands.vrange(info.key, Span(after=after), page))
            ):
                yield found
                after = found[-1]
            return
        if info.size:
            argv = commands.vsim_all(info.key, info.input_dimension, info.size)
            every = replies.names(await self.connection.call(*argv))
            for place in range(0, len(every), page):
                yield every[place : place + page]

    async def names_from(self, key: bytes, name: bytes, number: int) -> list[bytes]:
        """Return the first names from ``name`` on, in order."""
        return replies.names(
            await self.connection.call(b"VRANGE", key, b"[" + name if name else b"-", b"+", number)
        )

    async def names_after(self, key: bytes, name: bytes, number: int) -> list[bytes]:
        """Return the first names after ``name``, in order."""
        return replies.names(await self.connection.call(b"VRANGE", key, commands.behind(name), b"+", number))

    async def names_between(self, key: bytes, low: bytes, high: bytes | None, number: int) -> list[bytes]:
        """Return the first names from ``low`` on and before ``high``; ``None`` means no end."""
        if high == b"":
            return []
        end = b"(" + high if high is not None else b"+"
        return replies.names(await self.connection.call(b"VRANGE", key, b"[" + low if low else b"-", end, number))

    async def first_from(self, key: bytes, starts: Sequence[bytes], before: bytes | None) -> list[bytes | None]:
        """Return the first name from each of ``starts`` on and before ``before``, in one round trip."""
        end = b"(" + before if before is not None else b"+"
        asked: list[list[Argument]] = [[b"VRANGE", key, b"[" + start, end, 1] for start in starts]
        found: list[bytes | None] = []
        for reply in await self.connection.pipeline(asked):
            if isinstance(reply, VsexplorerError):
                raise reply
            listed = replies.names(reply)
            found.append(listed[0] if listed else None)
        return found

    async def sample_names(self, key: bytes, number: int) -> list[bytes]:
        """Return a random sample of distinct names, sorted."""
        return sorted(set(replies.names(await self.connection.call(b"VRANDMEMBER", key, number))))

    async def some_names(self, key: bytes, prefixes: Sequence[bytes]) -> list[bytes]:
        """Return some names with one of the prefixes; from a sample if the server cannot list in order."""
        if self.capabilities.vrange:
            asked: list[list[Argument]] = [commands.vrange(key, Span(one), _PROPOSED) for one in prefixes]
            answers = await self.connection.pipeline(asked)
        else:
            answers = [await self.connection.call(b"VRANDMEMBER", key, _SAMPLED_NAMES)]
        found: dict[bytes, None] = {}
        for reply in answers:
            if isinstance(reply, VsexplorerError):
                raise reply
            listed = replies.names(reply)
            found.update(dict.fromkeys(name for name in listed if name.startswith(tuple(prefixes))))
        return sorted(found)[:_PROPOSED]

    async def described(
        self, info: SetInfo, names: Sequence[bytes], vectors: bool
    ) -> list[tuple[bytes | None, StoredVector | None]]:
        """Read the attributes, and optionally the vectors, of elements in one round trip."""
        asked: list[list[Argument]] = [[b"VGETATTR", info.key, name] for name in names]
        if vectors:
            asked += [[b"VEMB", info.key, name, b"RAW"] for name in names]
        answers: list[Reply] = await self.connection.pipeline(asked)
        for reply in answers:
            if isinstance(reply, VsexplorerError):
                raise reply
        described = answers[: len(names)]
        stored = answers[len(names) :] or [None] * len(names)
        return [
            (
                replies.attributes(attributes),
                StoredVector.of(vector, info.dimension) if vector is not None else None,
            )
            for attributes, vector in zip(described, stored, strict=True)
        ]

    async def memory(self, keys: Sequence[bytes]) -> list[int | None]:
        """Return the server's estimates of the memory of sets, in bytes; ``None`` if that is not permitted."""
        answers = await self.connection.pipeline([[b"MEMORY", b"USAGE", key] for key in keys])
        return [int(reply) if isinstance(reply, int) else None for reply in answers]

    async def count(self, info: SetInfo, filter: str) -> int:
        """Count the elements that pass a filter by checking every one.

        Raises:
            FilterRefused: the server cannot parse the filter.
        """
        return len(await self.passing(info, filter))

    async def passing(self, info: SetInfo, filter: str) -> list[bytes]:
        """Return the names of the elements that pass a filter by checking every one.

        Raises:
            FilterRefused: the server cannot parse the filter.
        """
        argv = commands.vsim_count(info.key, info.input_dimension, filter.strip(), info.size)
        return replies.names(await self.connection.call(*argv))

    async def first(self, key: bytes, number: int, span: Span | None = None) -> Answer:
        """Return the first elements of a span by name, or a random sample if the server cannot list in order.

        Raises:
            CommandRefused: a span is given, and the server cannot list in order.
        """
        started = time.perf_counter()
        if self.capabilities.vrange:
            argv = commands.vrange(key, span or Span(), number)
            notes: tuple[str, ...] = ()
        elif span is not None and span != Span():
            raise CommandRefused(
                "This server cannot list elements in order, which needs Redis 8.4 or newer.",
                "Leave out --prefix and --after to see a random sample.",
            )
        else:
            argv = [b"VRANDMEMBER", key, number]
            notes = ("a random sample: this server cannot list in order",)
        names = replies.names(await self.connection.call(*argv))
        listed = tuple(Hit(rank, name, None, None) for rank, name in enumerate(names, 1))
        found, more = await self._with_attributes(key, listed)
        limits = self.connection.limits(key)
        return Answer(found, commands.render(argv), _since(started), (*notes, *more, *limits), tuple(argv))

    async def element(self, info: SetInfo, element: bytes) -> ElementDetails:
        """Read the attributes and the vector of an element.

        Raises:
            NotFound: the set has no such element.
        """
        attributes, vector = await self.connection.pipeline(
            [[b"VGETATTR", info.key, element], [b"VEMB", info.key, element, b"RAW"]]
        )
        if isinstance(vector, VsexplorerError):
            raise vector
        if isinstance(attributes, VsexplorerError):
            raise attributes
        if vector is None:
            raise no_element(info.key, element)
        stored = StoredVector.of(vector, info.dimension)
        numbers = tuple(stored.numbers())
        return ElementDetails(
            element, replies.attributes(attributes), stored.quantization, info.dimension, stored.norm, numbers
        )

    async def vectors(self, info: SetInfo, names: Sequence[bytes]) -> list[StoredVector | None]:
        """The stored vectors of some elements in one round trip; ``None`` for those that are not there.

        Raises:
            VsexplorerError: the first refusal.
        """
        found: list[StoredVector | None] = []
        for reply in await self.connection.pipeline([[b"VEMB", info.key, name, b"RAW"] for name in names]):
            if isinstance(reply, VsexplorerError):
                raise reply
            found.append(StoredVector.of(reply, info.dimension) if reply is not None else None)
        return found

    async def members(self, key: bytes, names: Sequence[bytes]) -> list[bool]:
        """Tell which elements a set has, in one round trip.

        Raises:
            VsexplorerError: the first refusal.
        """
        found: list[bool] = []
        for reply in await self.connection.pipeline([[b"VISMEMBER", key, name] for name in names]):
            if isinstance(reply, VsexplorerError):
                raise reply
            found.append(bool(reply))
        return found

    async def neighbours(self, key: bytes, element: bytes) -> list[list[Neighbour]]:
        """Return an element's links in the HNSW graph, from the lowest level, which contains all elements, upward.

        Raises:
            NotFound: the set or the element does not exist.
        """
        reply = await self.connection.call(b"VLINKS", key, element, b"WITHSCORES")
        if reply is None:
            raise no_element(key, element)
        return replies.links(reply)

    def _unprobed(self, info: SetInfo) -> bool:
        """Return whether the options of searches can and should be probed on a set."""
        return not self._search_probed and bool(info.size)

    async def _probe_once(self, info: SetInfo) -> None:
        if self._unprobed(info):
            await self._probe_with(info, None)

    async def _probe_with(self, info: SetInfo, argv: list[Argument] | None) -> Reply:
        """Probe the options of searches and send a command, in one round trip; return its reply or error."""
        asked = search_probes(info.key, info.input_dimension)
        answers = await self.connection.pipeline([*asked, *([argv] if argv is not None else [])])
        self._capabilities = probed_search(self.capabilities, answers[: len(asked)])
        self._search_probed = True
        return answers[-1]

    async def _with_attributes(self, key: bytes, found: tuple[Hit, ...]) -> tuple[tuple[Hit, ...], tuple[str, ...]]:
        got: list[Reply] = await self.connection.pipeline([[b"VGETATTR", key, hit.element] for hit in found])
        denied = next((reply for reply in got if isinstance(reply, PermissionDenied)), None)
        hits = tuple(
            replace(
                hit, attributes=None if isinstance(attributes, VsexplorerError) else replies.attributes(attributes)
            )
            for hit, attributes in zip(found, got, strict=True)
        )
        return hits, ("no permission to read attributes (VGETATTR)",) if denied else ()


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
