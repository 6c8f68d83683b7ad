"""Names of partitioned sets, and the merging of what their parts reply.

A partitioned set is several vector sets that are one collection, such as ``products:{0}`` to ``products:{15}``. It
is named by a range in braces, ``products:{0..15}``, or by a pattern, ``products:*``. An element belongs to the part
with the number ``crc32(name) % parts``, where CRC-32 is that of zlib.
"""

from __future__ import annotations

import heapq
import itertools
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from vsexplorer.core.errors import CommandRefused, PartsDiffer
from vsexplorer.core.text import display
from vsexplorer.server.connection import Reply

MOST_PARTS = 16_384
"""As many as a cluster has slots."""
_RANGE = re.compile(rb"\{([^{}.]*?)(\d{1,5})\.\.(\d{1,5})\}")
_NUMBERED = re.compile(rb"^(.*)\{([^{}.]*?)(\d{1,5})\}(.*)$", re.DOTALL)
_GLOB = re.compile(rb"[*?\[]")
_EQUAL = (b"quant-type", b"vector-dim", b"projection-input-dim", b"hnsw-m")
"""What the parts must have in common."""
_SUMMED = (b"size", b"attributes-count", b"hnsw-max-node-uid")


def pattern_of(key: bytes, parts: int) -> bytes:
    """Return the name of a key's partitioned set: ``products`` with 4 parts is ``products:{0..3}``."""
    return key + b":{0..%d}" % (parts - 1)


def expanded(name: bytes) -> list[bytes] | None:
    """Return the keys that a range in braces stands for; ``None`` if there is none, or it is not a range.

    Raises:
        CommandRefused: there are more than ``MOST_PARTS``.
    """
    found = _RANGE.search(name)
    if found is None:
        return None
    prefix, first, last = found[1], int(found[2]), int(found[3])
    if last < first:
        return None
    if last - first >= MOST_PARTS:
        raise CommandRefused(f"{display(name)} has more than {MOST_PARTS:,} parts.")
    before, after = name[: found.start()], name[found.end() :]
    return [before + b"{%s%d}" % (prefix, number) + after for number in range(first, last + 1)]


def is_glob(name: bytes) -> bool:
    """Whether a name is a pattern of keys, as MATCH takes it."""
    return _GLOB.search(name) is not None


def families(keys: Iterable[bytes]) -> list[bytes]:
    """Return the names of the partitioned sets among keys: those whose parts are numbered from 0 without a gap."""
    numbers: dict[tuple[bytes, bytes, bytes], set[int]] = {}
    for key in keys:
        if (found := _NUMBERED.match(key)) is not None and str(int(found[3])).encode() == found[3]:
            numbers.setdefault((found[1], found[2], found[4]), set()).add(int(found[3]))
    return [
        before + b"{%s0..%d}" % (prefix, len(known) - 1) + after
        for (before, prefix, after), known in sorted(numbers.items())
        if len(known) > 1 and known == set(range(len(known)))
    ]


def part_of(name: bytes, parts: int) -> int:
    """Return the number of the part that an element belongs to."""
    return zlib.crc32(name) % parts


def natural(key: bytes) -> list[tuple[int, int, bytes]]:
    """Return a sort key by which numbers in keys count as numbers."""
    pieces = re.split(rb"(\d+)", key)
    return [(1, int(piece), b"") if place % 2 else (0, 0, piece) for place, piece in enumerate(pieces)]


def merged_info(name: bytes, described: Mapping[bytes, Sequence[Reply]], parts: int) -> list[Reply]:
    """Return the reply to VINFO for all parts together.

    The identity, ``vset-uid``, is made from those of the parts. ``parts`` is added.

    Args:
        name: The partitioned set.
        described: The replies of the parts that exist.
        parts: How many parts there are, existing or not.

    Raises:
        PartsDiffer: the parts differ in dimension, quantization or M.
    """
    tables: dict[bytes, dict[bytes, Reply]] = {
        key: dict(zip(reply[::2], reply[1::2], strict=True)) for key, reply in described.items()
    }
    first_key, first = next(iter(tables.items()))
    for key, table in tables.items():
        for property_ in _EQUAL:
            if table.get(property_) != first.get(property_):
                raise PartsDiffer(
                    f"The parts of {display(name)} differ: {display(first_key)} has {property_.decode()} "
                    f"{_shown(first.get(property_))}, {display(key)} has {_shown(table.get(property_))}.",
                    "Only parts of the same dimension, quantization and M can be searched together.",
                )
    whole = dict(first)
    for property_ in _SUMMED:
        whole[property_] = sum(int(table.get(property_, 0)) for table in tables.values())
    whole[b"max-level"] = max(int(table[b"max-level"]) for table in tables.values())
    identity = b"".join(b"%s=%d;" % (key, int(table[b"vset-uid"])) for key, table in tables.items())
    whole[b"vset-uid"] = zlib.crc32(identity)
    whole[b"parts"] = parts
    return list(itertools.chain.from_iterable(whole.items()))


def merged_names(listed: Sequence[Sequence[bytes]], count: int | None) -> list[bytes]:
    """Return the first names of several lists in order."""
    merged = heapq.merge(*listed)
    distinct = (name for name, _ in itertools.groupby(merged))
    return list(itertools.islice(distinct, count))


def merged_hits(replies: Sequence[Sequence[Reply]], count: int, width: int) -> list[Reply]:
    """Return the best of several replies to VSIM WITHSCORES, in the order of their scores.

    Equal scores keep the order of the parts.

    Args:
        replies: Flat lists of ``width`` items a result: name, score, and with a width of 3 the attributes.
        count: How many results to return at most.
        width: Items of a result.
    """
    rows = [row for reply in replies for row in _rows(reply, width)]
    rows.sort(key=lambda row: -float(row[1]))
    return list(itertools.chain.from_iterable(rows[:count]))


def shares(number: int, sizes: Sequence[int]) -> list[int]:
    """Divide a number in proportion to sizes, at least one for each that is not empty."""
    total = sum(sizes) or 1
    return [min(size, max(1, -(-number * size // total))) if size else 0 for size in sizes]


def _rows(flat: Sequence[Reply], width: int) -> Iterator[tuple[Reply, ...]]:
    return zip(*[iter(flat)] * width, strict=True)


def _shown(value: Reply) -> str:
    return display(value) if isinstance(value, bytes) else str(value)
