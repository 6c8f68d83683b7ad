"""Add elements to a vector set so that confirmed writes survive a restart of the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vsexplorer.core.errors import CommandRefused, VsexplorerError
from vsexplorer.core.values import SetInfo
from vsexplorer.server.connection import Argument, Commands, Reply
from vsexplorer.vectorset.stored_vector import StoredVector

_QUANTIZATION: dict[str, list[Argument]] = {"": [], "int8": [b"Q8"], "f32": [b"NOQUANT"], "bin": [b"BIN"]}


@dataclass(frozen=True, slots=True)
class NewElement:
    """One element to add. ``vector`` is float32 little-endian."""

    name: bytes
    vector: bytes
    attributes: bytes | None


@dataclass(frozen=True, slots=True)
class SetOptions:
    """How a set is built; ``None`` and empty leave the server's default.

    Quantization, M and the reduced dimension belong to the set: every VADD must repeat them.
    """

    quantization: str = ""
    """``int8``, ``f32`` or ``bin``."""
    reduce: int | None = None
    links: int | None = None
    """M."""
    ef: int | None = None
    """Exploration factor while building."""

    def fitting(self, info: SetInfo) -> SetOptions:
        """Return the options of an existing set, with the ``ef`` of these.

        Raises:
            CommandRefused: the set was created with other options.
        """
        reduce = info.dimension if info.reduced else None
        for what, wanted, there in (
            ("quantization", self.quantization or info.quantization, info.quantization),
            ("M", self.links or info.links, info.links),
            ("REDUCE", self.reduce or reduce, reduce),
        ):
            if wanted != there:
                raise CommandRefused(
                    f"The set was created with {what} {there or 'left out'}, not {wanted}.",
                    "This cannot be changed: leave the option out, or use another key.",
                )
        return SetOptions(info.quantization, reduce, info.links, self.ef)


@dataclass(frozen=True, slots=True)
class Existing:
    """The state of an existing element."""

    attributes: bytes | None
    vector: StoredVector | None


async def existing(
    connection: Commands, key: bytes, names: Sequence[bytes], dimension: int, vectors: bool = False
) -> list[Existing | None]:
    """Read the states of elements in one round trip; ``None`` for those that do not exist.

    Raises:
        VsexplorerError: the first refusal.
    """
    replies = checked(await connection.pipeline(state_commands(key, names, vectors)))
    return read_existing(replies, dimension, vectors)


def state_commands(key: bytes, names: Sequence[bytes], vectors: bool) -> list[list[Argument]]:
    """Return the commands that read the states of elements."""
    asked: list[list[Argument]] = []
    for name in names:
        asked += [[b"VISMEMBER", key, name], [b"VGETATTR", key, name]]
        if vectors:
            asked.append([b"VEMB", key, name, b"RAW"])
    return asked


def read_existing(replies: Sequence[Reply], dimension: int, vectors: bool) -> list[Existing | None]:
    """Parse the replies to the commands of ``state_commands``."""
    step = 3 if vectors else 2
    found: list[Existing | None] = []
    for start in range(0, len(replies), step):
        vector = replies[start + 2] if vectors and replies[start + 2] is not None else None
        stored = StoredVector.of(vector, dimension) if vector is not None else None
        found.append(Existing(replies[start + 1] or None, stored) if replies[start] else None)
    return found


async def add(
    connection: Commands, key: bytes, elements: Sequence[NewElement], options: SetOptions
) -> tuple[int, int]:
    """Add elements in one pipeline; those that exist, unexpectedly, are replaced.

    Args:
        connection: The server.
        key: The vector set, created by the first element if it does not exist.
        elements: At most a few hundred, with distinct names.
        options: How the set is built.

    Returns:
        How many were added and how many replaced.

    Raises:
        VsexplorerError: the first refusal; elements before and after it may have been added.
    """
    replies = checked(await connection.pipeline([vadd(key, one, options) for one in elements]))
    there = [element for element, added in zip(elements, replies, strict=True) if not added]
    await replace(connection, key, there, options)
    return len(elements) - len(there), len(there)


async def replace(connection: Commands, key: bytes, elements: Sequence[NewElement], options: SetOptions) -> None:
    """Replace existing elements by new ones of the same names.

    The server neither logs nor replicates a VADD of an element that exists (it counts as no change), so each
    is removed and added in one transaction.

    Raises:
        VsexplorerError: the first refusal.
    """
    for element in elements:
        command = vadd(key, element, options)
        checked(await connection.pipeline([[b"VREM", key, element.name], command], transaction=True))


async def set_attributes(connection: Commands, key: bytes, described: Sequence[tuple[bytes, bytes | None]]) -> None:
    """Replace or remove the attributes of elements.

    Raises:
        VsexplorerError: the first refusal.
    """
    checked(await connection.pipeline([[b"VSETATTR", key, name, text or b""] for name, text in described]))


def vadd(key: bytes, element: NewElement, options: SetOptions) -> list[Argument]:
    """Return VADD for one element.

    CAS is never sent: up to Redis 8.10.2 at least, a server aborts on reading a VADD with CAS from its append-only
    file, so that it cannot be started again.
    """
    argv: list[Argument] = [b"VADD", key]
    if options.reduce:
        argv += [b"REDUCE", options.reduce]
    argv += [b"FP32", element.vector, element.name]
    argv += _QUANTIZATION[options.quantization]
    if options.ef:
        argv += [b"EF", options.ef]
    if element.attributes:
        argv += [b"SETATTR", element.attributes]
    if options.links:
        argv += [b"M", options.links]
    return argv


def checked(replies: list[Reply | VsexplorerError]) -> list[Reply]:
    """Return the replies, or raise the first error among them.

    Raises:
        VsexplorerError: the first refusal.
    """
    for reply in replies:
        if isinstance(reply, VsexplorerError):
            raise reply
    return replies
