"""Records of how vector sets were made, kept in Redis for anyone who searches them later.

One hash, ``vsexplorer:sets``: its fields are the keys of vector sets, its values JSON objects as docs/models.md
describes. Written by loads, and with ``--write``; any tool may read it. Version 1 had ``model``, ``text``,
``dimension``, ``uid`` and ``run`` only, and its readers ignore what was added.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from vsexplorer import __version__
from vsexplorer.core.attributes import parse
from vsexplorer.core.errors import PartsDiffer, VsexplorerError
from vsexplorer.core.values import SetInfo
from vsexplorer.embedding.prefixes import Prefixes
from vsexplorer.embedding.text_embedder import TextEmbedder
from vsexplorer.server.connection import Reply
from vsexplorer.vectorset import replies
from vsexplorer.vectorset.store import VectorSetStore

RECORDS = b"vsexplorer:sets"
VERSION = 2
"""Version of the records that are written."""


@dataclass(frozen=True, slots=True)
class SetRecord:
    """What a set was made with; an empty ``text`` is unknown or mixed."""

    model: str
    text: str
    provider: str = ""
    """The kind of source of the model: ``fastembed``, ``folder`` or ``http``; never an address."""
    query_prefix: str | None = None
    document_prefix: str | None = None
    """What was put before documents, and is to be put before queries; ``None`` if it is not recorded."""
    limit: int | None = None
    """Number of tokens that texts were truncated to, if known."""

    @classmethod
    def of(cls, embedder: TextEmbedder, text: str) -> SetRecord:
        """Return the record of a set made by an embedder from a field or template."""
        prefixes = embedder.prefixes
        return cls(embedder.name, text, embedder.provider, prefixes.query, prefixes.document, embedder.limit)

    @property
    def prefixes(self) -> Prefixes | None:
        """The prefixes; ``None`` if they are not recorded."""
        if self.query_prefix is None or self.document_prefix is None:
            return None
        return Prefixes(self.query_prefix, self.document_prefix)


async def read(store: VectorSetStore, infos: Sequence[SetInfo]) -> list[SetRecord | None]:
    """Read the records of some sets; ``None`` if there is none, or if reading is not permitted.

    Raises:
        PartsDiffer: the parts of a partitioned set were made with different models.
    """
    if not infos:
        return []
    try:
        found = await store.connection.call(b"HMGET", RECORDS, *(info.key for info in infos))
    except PartsDiffer:
        raise
    except VsexplorerError:
        # Records are optional.
        return [None] * len(infos)
    return _records(found, infos, store.capabilities.run)


async def described(store: VectorSetStore, key: bytes) -> tuple[SetInfo, SetRecord | None]:
    """Describe a set and return its record, in one round trip.

    Raises:
        NotFound: there is no such key.
        WrongType: the key is not a vector set.
        PartsDiffer: the parts of a partitioned set were made otherwise than others.
        VsexplorerError: the server or the connection failed.
    """
    about, found = await store.connection.pipeline([[b"VINFO", key], [b"HMGET", RECORDS, key]])
    info = replies.described(key, about)
    if isinstance(found, PartsDiffer):
        raise found
    if isinstance(found, VsexplorerError):
        return info, None
    return info, _records(found, [info], store.capabilities.run)[0]


@replies.parses("HMGET")
def _records(found: Reply, infos: Sequence[SetInfo], run: str) -> list[SetRecord | None]:
    return [_record(reply, info, run) for reply, info in zip(found, infos, strict=True)]


async def write(store: VectorSetStore, info: SetInfo, record: SetRecord, corrected: bool = False) -> None:
    """Write a set's record; its ``text`` becomes empty if the set was embedded from different fields.

    Args:
        store: The vector sets.
        info: The set.
        record: How it was made.
        corrected: The record corrects the one before, so its ``text`` stays as it is.

    Raises:
        VsexplorerError: the server refuses.
    """
    before = (await read(store, [info]))[0]
    text = record.text if corrected or before is None or before.text == record.text else ""
    identity = {"uid": info.uid, "run": store.capabilities.run}
    value = {
        "version": VERSION,
        "model": record.model,
        "provider": record.provider,
        "text": text,
        "dimension": info.input_dimension,
        "query_prefix": record.query_prefix,
        "document_prefix": record.document_prefix,
        "limit": record.limit,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "tool": f"vsexplorer {__version__}",
        **identity,
    }
    await store.connection.call(b"HSET", RECORDS, info.key, json.dumps(value, ensure_ascii=False))


async def remove(store: VectorSetStore, key: bytes) -> bool:
    """Remove the record of a set; ``False`` if there is none.

    Raises:
        VsexplorerError: the server refuses.
    """
    return bool(await store.connection.call(b"HDEL", RECORDS, key))


def _record(reply: Reply, info: SetInfo, run: str) -> SetRecord | None:
    _, stored = parse(reply or b"null")
    if not isinstance(stored, dict) or stored.get("dimension", info.input_dimension) != info.input_dimension:
        return None
    # A restarted server assigns new uids, so they are compared only within one run.
    if stored.get("run", run) == run and stored.get("uid", info.uid) != info.uid:
        return None
    limit = stored.get("limit")
    # Writers of version 1 put nothing before texts.
    unrecorded = None if "version" in stored else ""
    return SetRecord(
        str(stored.get("model", "")),
        str(stored.get("text", "")),
        str(stored.get("provider", "")),
        _text(stored.get("query_prefix", unrecorded)),
        _text(stored.get("document_prefix", unrecorded)),
        limit if isinstance(limit, int) else None,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
