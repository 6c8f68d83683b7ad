"""All elements of a set, page by page, with what is asked of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from vsexplorer.core.errors import CommandRefused
from vsexplorer.core.values import SetInfo
from vsexplorer.vectorset.store import VectorSetStore
from vsexplorer.vectorset.stored_vector import StoredVector

_PAGE = 500
_MOST_LISTED = 2_000_000
"""Names that a server without VRANGE is asked for in one reply."""


@dataclass(frozen=True, slots=True)
class StoredElement:
    """An element as it is in Redis."""

    name: bytes
    attributes: bytes | None
    vector: StoredVector | None
    """``None`` where it was not asked for."""


async def elements(
    store: VectorSetStore, info: SetInfo, vectors: bool, after: bytes | None = None
) -> AsyncIterator[list[StoredElement]]:
    """All elements in the order of their names; those that go meanwhile are left out.

    Servers before 8.4 cannot list in order: there all names come in one reply, unordered; ``after`` is ignored.

    Raises:
        CommandRefused: such a server, and a set too large for one reply.
        VsexplorerError: the server or the connection failed.
    """
    if not store.capabilities.vrange and info.size > _MOST_LISTED:
        raise CommandRefused(
            f"This server cannot list elements in order, and {info.size:,} are too many for one reply.",
            "Redis 8.4 or newer can; query --count gives a part.",
        )
    async for names in store.names(info, _PAGE, after):
        found = await store.described(info, names, vectors)
        yield [
            StoredElement(name, attributes, vector)
            for name, (attributes, vector) in zip(names, found, strict=True)
            if not vectors or vector is not None
        ]
