"""What vector sets were made with, kept in Redis beside them, for anyone who searches them later.

One hash, ``vsexplorer:sets``: its fields are the keys of vector sets, its values JSON objects with ``model`` (the
name fastembed knows), ``text`` (the field or template that was embedded) and ``uid`` (the set's ``vset-uid``, so
that a set made anew under the same key is told apart). Written by loading only; any tool may read it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from vsexplorer.errors import VsexplorerError
from vsexplorer.model import SetInfo
from vsexplorer.vectorset.connection import Connection

RECORDS = b"vsexplorer:sets"


@dataclass(frozen=True, slots=True)
class SetRecord:
    """What a set was made with; an empty ``text`` is unknown or mixed."""

    model: str
    text: str


async def read(connection: Connection, info: SetInfo) -> SetRecord | None:
    """The record of a set; ``None`` where there is none, or where it may not be read."""
    try:
        stored = json.loads(await connection.call(b"HGET", RECORDS, info.key) or b"null")
        if isinstance(stored, dict) and stored.get("uid") == info.uid:
            return SetRecord(str(stored.get("model", "")), str(stored.get("text", "")))
    except (VsexplorerError, ValueError):
        # It is a help, not a need.
        return None
    return None


async def write(connection: Connection, info: SetInfo, record: SetRecord) -> None:
    """Write a set's record; a set embedded from several texts keeps none of them.

    Raises:
        VsexplorerError: the server refuses.
    """
    before = await read(connection, info)
    text = record.text if before is None or before.text == record.text else ""
    value = json.dumps({"model": record.model, "text": text, "uid": info.uid}, ensure_ascii=False)
    await connection.call(b"HSET", RECORDS, info.key, value)
