"""Read all elements of a set page by page, with attributes and vectors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from vsexplorer.core.errors import CommandRefused
from vsexplorer.core.tasks import read_ahead
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
    """``None`` if it was not requested."""


async def elements(
    store: VectorSetStore, info: SetInfo, vectors: bool, after: bytes | None = None
) -> AsyncIterator[list[StoredElement]]:
    """Yield all elements in name order; those deleted in the meantime are left out.

    Servers before Redis 8.4 cannot list in order: all names come in one reply, unordered, and ``after`` is ignored.

    Raises:
        CommandRefused: the server cannot list in order, and the set is too large for one reply.
        VsexplorerError: the server or the connection failed.
    """
    if not store.capabilities.vrange and info.size > _MOST_LISTED:
        raise CommandRefused(
            f"This server cannot list elements in order, and {info.size:,} are too many for one reply.",
            "This needs Redis 8.4 or newer; query --count returns some of them.",
        )
    async for names in read_ahead(store.names(info, _PAGE, after)):
        found = await store.described(info, names, vectors)
        yield [
            StoredElement(name, attributes, vector)
            for name, (attributes, vector) in zip(names, found, strict=True)
            if not vectors or vector is not None
        ]
