"""What vector sets were made with, kept in Redis beside them, for anyone who searches them later.

One hash, ``vsexplorer:sets``: its fields are the keys of vector sets, its values JSON objects with ``model`` (the
name fastembed knows), ``text`` (the field or template that was embedded), ``dimension`` (of what the model makes),
and ``uid`` with ``run`` (the set's ``vset-uid`` and the server's ``run_id``, so that a set made anew under the same
key is told apart). Written by loading, and with ``--write``; any tool may read it.
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
    """The records of some sets; ``None`` where there is none, or where they may not be read."""
    if not infos:
        return []
    try:
        found = await store.connection.call(b"HMGET", RECORDS, *(info.key for info in infos))
    except VsexplorerError:
        # They are a help, not a need.
        return [None] * len(infos)
    return _records(found, infos, store.capabilities.run)


@replies.of("HMGET")
def _records(found: Reply, infos: Sequence[SetInfo], run: str) -> list[SetRecord | None]:
    return [_record(reply, info, run) for reply, info in zip(found, infos, strict=True)]


async def write(store: VectorSetStore, info: SetInfo, record: SetRecord) -> None:
    """Write a set's record; a set embedded from several texts keeps none of them.

    Raises:
        VsexplorerError: the server refuses.
    """
    before = (await read(store, [info]))[0]
    text = record.text if before is None or before.text == record.text else ""
    identity = {"uid": info.uid, "run": store.capabilities.run}
    value = {"model": record.model, "text": text, "dimension": info.input_dimension, **identity}
    await store.connection.call(b"HSET", RECORDS, info.key, json.dumps(value, ensure_ascii=False))


async def remove(store: VectorSetStore, key: bytes) -> None:
    """Remove the record of a set that was deleted, where there is one and it may be removed."""
    # The set is gone, and a record without its set is never believed.
    with contextlib.suppress(VsexplorerError):
        await store.connection.call(b"HDEL", RECORDS, key)


def _record(reply: Reply, info: SetInfo, run: str) -> SetRecord | None:
    _, stored = parse(reply or b"null")
    if not isinstance(stored, dict) or stored.get("dimension", info.input_dimension) != info.input_dimension:
        return None
    # A server that was started anew has numbered its sets anew.
    if stored.get("run", run) == run and stored.get("uid", info.uid) != info.uid:
        return None
    return SetRecord(str(stored.get("model", "")), str(stored.get("text", "")))
