"""RESP2 replies of the vector set commands as values.

RESP2 keeps the order of results; its flat lists are read here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vsexplorer.core.values import Hit, Neighbour, SetInfo
from vsexplorer.server.connection import Reply


def hits(reply: Sequence[bytes | None], with_attributes: bool) -> tuple[Hit, ...]:
    """Results of VSIM WITHSCORES, with or without WITHATTRIBS, in the server's order."""
    if with_attributes:
        return tuple(
            Hit(rank, element or b"", float(score or 0), attributes)
            for rank, (element, score, attributes) in enumerate(_groups(reply, 3), 1)
        )
    return tuple(
        Hit(rank, element or b"", float(score or 0), None)
        for rank, (element, score) in enumerate(_groups(reply, 2), 1)
    )


def set_info(key: bytes, reply: Sequence[Reply]) -> SetInfo:
    """VINFO's pairs."""
    pairs = {bytes(name).decode(): value for name, value in _groups(reply, 2)}
    dimension = int(pairs["vector-dim"])
    return SetInfo(
        key=key,
        size=int(pairs["size"]),
        dimension=dimension,
        input_dimension=int(pairs.get("projection-input-dim", 0)) or dimension,
        quantization=bytes(pairs["quant-type"]).decode(),
        links=int(pairs["hnsw-m"]),
        levels=int(pairs["max-level"]),
        with_attributes=int(pairs["attributes-count"]),
        uid=int(pairs["vset-uid"]),
        newest_node=int(pairs.get("hnsw-max-node-uid", 0)),
    )


def links(reply: Sequence[Sequence[bytes]]) -> list[list[Neighbour]]:
    """VLINKS WITHSCORES, turned round: the lowest level first, each with the nearest first."""
    levels = [[Neighbour(name, float(score)) for name, score in _groups(level, 2)] for level in reply]
    return [sorted(level, key=lambda one: -one.score) for level in reversed(levels)]


def _groups[T](flat: Sequence[T], width: int) -> Iterator[tuple[T, ...]]:
    """A flat list as rows, without the copies slicing would make."""
    return zip(*[iter(flat)] * width, strict=True)
