"""Describe indexes, from the RESP2 reply to FT.INFO."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from vsexplorer.core.errors import CommandRefused, NotFound
from vsexplorer.core.text import display
from vsexplorer.server.connection import Reply

PREFIX = b"ft:"
"""What the name of an index is written with where keys of vector sets may stand, too."""
_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class IndexField:
    """A field of the documents that is indexed, but no vector."""

    identifier: bytes
    """Field of a hash, or path in a JSON document."""
    name: bytes
    """What queries call it."""
    kind: str
    """``NUMERIC``, ``TAG``, ``TEXT``, ``GEO``, ``GEOSHAPE``."""


@dataclass(frozen=True, slots=True)
class VectorField:
    """A vector of the documents."""

    identifier: bytes
    name: bytes
    algorithm: str
    """``FLAT``, ``HNSW``, ``SVS-VAMANA``."""
    data_type: str
    """``FLOAT32``, ``FLOAT64``, ``FLOAT16``, ``BFLOAT16``, ``INT8``, ``UINT8``."""
    dimension: int
    metric: str
    """``COSINE``, ``L2``, ``IP``."""
    links: int
    """M; 0 without a graph."""


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """An index, seen by one of its vector fields."""

    key: bytes
    """How it is named among vector sets: ``ft:NAME``, or ``ft:NAME@FIELD``."""
    name: bytes
    documents_are: str
    """``HASH`` or ``JSON``."""
    prefixes: tuple[bytes, ...]
    fields: tuple[IndexField, ...]
    vector: VectorField
    other_vectors: tuple[VectorField, ...]
    size: int
    """Number of documents."""
    newest: int
    """Grows with every document that is added or changed."""
    memory: int
    """Bytes, as the engine counts them."""
    failures: int
    """Documents that could not be indexed, such as those with a vector of the wrong length."""
    last_error: str
    indexed: float
    """Share of the documents that are indexed already."""

    @property
    def as_vinfo(self) -> list[Reply]:
        """The same facts as a reply to VINFO, which is how vector sets are described."""
        identity = zlib.crc32(b"%s %s %d" % (self.name, self.vector.identifier, self.vector.dimension))
        pairs: dict[bytes, Reply] = {
            # The engine keeps numbers as they are given, which vector sets call f32.
            b"quant-type": b"f32",
            b"hnsw-m": self.vector.links,
            b"vector-dim": self.vector.dimension,
            b"projection-input-dim": 0,
            b"size": self.size,
            b"max-level": 0,
            b"attributes-count": self.size,
            b"vset-uid": identity,
            b"hnsw-max-node-uid": self.newest,
            b"kind": b"index",
            b"metric": self.vector.metric.encode(),
            b"algorithm": f"{self.vector.algorithm} {self.vector.data_type}".encode(),
        }
        return [item for pair in pairs.items() for item in pair]


def split(key: bytes) -> tuple[bytes, bytes]:
    """Return the index and the vector field that a key names; an empty field means the first."""
    name, _, field = key.removeprefix(PREFIX).partition(b"@")
    return name, field


def parse(key: bytes, reply: Sequence[Reply]) -> IndexInfo:
    """Read the reply to FT.INFO.

    Raises:
        NotFound: the index has no such vector field, or none at all.
        CommandRefused: the reply has another shape.
    """
    try:
        return _parse(key, reply)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise CommandRefused(f"The reply to FT.INFO is malformed ({type(error).__name__}).") from error


def _parse(key: bytes, reply: Sequence[Reply]) -> IndexInfo:
    table = _pairs(reply)
    name, wanted = split(key)
    vectors: list[VectorField] = []
    fields: list[IndexField] = []
    for attribute in table[b"attributes"]:
        facts = _pairs(attribute)
        kind = _text(facts[b"type"])
        if kind == "VECTOR":
            vectors.append(
                VectorField(
                    facts[b"identifier"],
                    facts[b"attribute"],
                    _text(facts[b"algorithm"]),
                    _text(facts[b"data_type"]),
                    int(facts[b"dim"]),
                    _text(facts[b"distance_metric"]),
                    int(facts.get(b"M", 0)),
                )
            )
        else:
            fields.append(IndexField(facts[b"identifier"], facts[b"attribute"], kind))
    chosen = [one for one in vectors if not wanted or wanted in (one.name, one.identifier)]
    if not chosen:
        known = ", ".join(display(one.name) for one in vectors)
        hint = f"It has {known}." if known else ""
        what = f"no vector field {display(wanted)!r}" if vectors else "no vector field"
        raise NotFound(f"The index {display(name)} has {what}.", hint)
    definition = _pairs(table[b"index_definition"])
    errors = _pairs(table.get(b"Index Errors", []))
    last = _text(errors.get(b"last indexing error", b""))
    return IndexInfo(
        key,
        name,
        _text(definition[b"key_type"]),
        tuple(definition[b"prefixes"]),
        tuple(fields),
        chosen[0],
        tuple(one for one in vectors if one is not chosen[0]),
        int(table[b"num_docs"]),
        int(table[b"max_doc_id"]),
        round(
            sum(float(table.get(one, 0)) for one in (b"vector_index_sz_mb", b"total_index_memory_sz_mb"))
            * _MEBIBYTE
        ),
        int(table.get(b"hash_indexing_failures", 0)),
        "" if last == "N/A" else last,
        float(table.get(b"percent_indexed", 1)),
    )


def _pairs(flat: Sequence[Reply]) -> dict[bytes, Reply]:
    """Return a flat list as a table; a word without a value, such as SORTABLE, ends it."""
    found: dict[bytes, Reply] = {}
    place = 0
    while place + 1 < len(flat):
        found[flat[place]] = flat[place + 1]
        place += 2
    return found


def _text(value: Reply) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
