"""Records of how vector sets were made, kept in Redis for anyone who searches them later.

One hash, ``vsexplorer:sets``: its fields are the keys of vector sets, its values JSON objects with ``model`` (the
name fastembed knows), ``text`` (the field or template that was embedded), ``dimension`` (of the model's vectors),
and ``uid`` with ``run`` (the set's ``vset-uid`` and the server's ``run_id``, to detect a set recreated under the
same key). Written by loads, and with ``--write``; any tool may read it.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from vsexplorer.core.attributes import parse
from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.values import SetInfo
from vsexplorer.server.connection import Reply
from vsexplorer.vectorset import replies
from vsexplorer.vectorset.store import VectorSetStore

RECORDS = b"vsexplorer:sets"


@dataclass(frozen=True, slots=True)
class SetRecord:
    """What a set was made with; an empty ``text`` is unknown or mixed."""

    model: str
    text: str


async def read(store: VectorSetStore, infos: Sequence[SetInfo]) -> list[SetRecord | None]:
    """Read the records of some sets; ``None`` if there is none, or if reading is not permitted."""
    if not infos:
        return []
    try:
        found = await store.connection.call(b"HMGET", RECORDS, *(info.key for info in infos))
    except VsexplorerError:
        # Records are optional.
        return [None] * len(infos)
    return _records(found, infos, store.capabilities.run)


async def described(store: VectorSetStore, key: bytes) -> tuple[SetInfo, SetRecord | None]:
    """Describe a set and return its record, in one round trip.

    Raises:
        NotFound: there is no such key.
        WrongType: the key is not a vector set.
        VsexplorerError: the server or the connection failed.
    """
    about, found = await store.connection.pipeline([[b"VINFO", key], [b"HMGET", RECORDS, key]])
    info = replies.described(key, about)
    if isinstance(found, VsexplorerError):
        return info, None
    return info, _records(found, [info], store.capabilities.run)[0]


@replies.parses("HMGET")
def _records(found: Reply, infos: Sequence[SetInfo], run: str) -> list[SetRecord | None]:
    return [_record(reply, info, run) for reply, info in zip(found, infos, strict=True)]


async def write(store: VectorSetStore, info: SetInfo, record: SetRecord) -> None:
    """Write a set's record; its ``text`` becomes empty if the set was embedded from different fields.

    Raises:
        VsexplorerError: the server refuses.
    """
    before = (await read(store, [info]))[0]
    text = record.text if before is None or before.text == record.text else ""
    identity = {"uid": info.uid, "run": store.capabilities.run}
    value = {"model": record.model, "text": text, "dimension": info.input_dimension, **identity}
    await store.connection.call(b"HSET", RECORDS, info.key, json.dumps(value, ensure_ascii=False))


async def remove(store: VectorSetStore, key: bytes) -> None:
    """Remove the record of a deleted set, if there is one and the user may remove it."""
    # A failure does no harm: a record without its set is ignored.
    with contextlib.suppress(VsexplorerError):
        await store.connection.call(b"HDEL", RECORDS, key)


def _record(reply: Reply, info: SetInfo, run: str) -> SetRecord | None:
    _, stored = parse(reply or b"null")
    if not isinstance(stored, dict) or stored.get("dimension", info.input_dimension) != info.input_dimension:
        return None
    # A restarted server assigns new uids, so they are compared only within one run.
    if stored.get("run", run) == run and stored.get("uid", info.uid) != info.uid:
        return None
    return SetRecord(str(stored.get("model", "")), str(stored.get("text", "")))
