"""Names in the opposite order: VRANGE lists forward only, so where a page before a name begins must be found.

Names that share a beginning stand together. Cutting a name shorter and shorter therefore goes back in steps that
grow with the density of the names around it, and a few halvings between two such steps find a page.
"""

from __future__ import annotations

from vsexplorer.vectorset.store import VectorSetStore

_STEPS = 100
"""Halvings at most; some ten are enough for names people give."""
_PROBES = 16
"""Parts into which a round trip divides what is searched."""
_SINGLE_CUTS = 32
"""Bytes cut off one at a time; of longer names more and more at once."""


async def names_before(
    store: VectorSetStore, key: bytes, name: bytes | None, page: int
) -> tuple[list[bytes], bool]:
    """Up to a page of the names before one, in order.

    Args:
        store: Of a server with VRANGE.
        key: The vector set.
        name: The name; ``None`` for the end of all names.
        page: How many at most, and at least a quarter of them where there are as many.

    Returns:
        The names, and whether nothing comes before them.
    """
    low, high, found = await _bracket(store, key, name, name or b"", page)
    if len(found) > page and not low:
        # Nothing like that name is there: beginnings of the last one before it lead to where the names are.
        low, high, found = await _bracket(store, key, name, await _last(store, key, name), page)
    if len(found) <= page:
        return found, not low
    for _ in range(_STEPS):
        middle = between(low, high)
        if middle is None:
            break
        found = await store.names_between(key, middle, name, page + 1)
        if page // 4 <= len(found) <= page:
            return found, False
        if len(found) > page:
            low = middle
        else:
            high = middle
    return await _walked(store, key, low, name, page), False


async def _bracket(
    store: VectorSetStore, key: bytes, name: bytes | None, like: bytes, page: int
) -> tuple[bytes, bytes, list[bytes]]:
    """Go back from a name by cutting one like it shorter.

    Returns:
        Where to begin, a place behind it from which on there are too few, and the names from the first on: a page,
        or all there are, or too many.
    """
    low = like
    for length in _cuts(len(like)):
        low, high = like[:length], low
        found = await store.names_between(key, low, name, page + 1)
        if len(found) >= page // 4 or not low:
            break
    return low, high, found


def _cuts(length: int) -> list[int]:
    """The lengths a name is cut to, down to nothing."""
    cuts = list(range(length - 1, max(-1, length - 1 - _SINGLE_CUTS), -1))
    while cuts and cuts[-1] > 0:
        cuts.append(max(0, cuts[-1] - len(cuts)))
    return cuts or [0]


async def _last(store: VectorSetStore, key: bytes, before: bytes | None) -> bytes:
    """The last name before one, of which there are some, byte by byte."""
    name = (await store.names_between(key, b"", before, 1))[0]
    settled = 0
    while True:
        # The largest byte at this place with which a name still begins as the settled part does.
        low, high = (name[settled] if len(name) > settled else -1), 256
        while high - low > 1:
            # Several in one round trip: over a slow line each costs as much as the search itself.
            places = sorted(
                {low + 1, *(low + max(1, (high - low) * part // _PROBES) for part in range(1, _PROBES))}
            )
            starts = [name[:settled] + bytes([place]) for place in places if place < high]
            for place, found in zip(places, await store.first_from(key, starts, before), strict=False):
                if found is None or found[:settled] != name[:settled]:
                    high = min(high, place)
                    break
                name, low = found, max(low, found[settled])
        if low < 0:
            return name
        settled += 1


async def _walked(store: VectorSetStore, key: bytes, low: bytes, name: bytes | None, page: int) -> list[bytes]:
    """The last page before a name, reached by walking."""
    found = await store.names_between(key, low, name, page)
    last = found
    while len(last) == page:
        last = await store.names_between(key, last[-1] + b"\0", name, page)
        found = (found + last)[-page:]
    return found


def between(low: bytes, high: bytes) -> bytes | None:
    """A name about halfway from one to another, above the first; ``None`` where there is no room for one."""
    common = 0
    while common < len(low) and common < len(high) and low[common] == high[common]:
        common += 1
    for length in (8, 16, 64):
        one = int.from_bytes(low[common : common + length].ljust(length, b"\0"), "big")
        other = int.from_bytes(high[common : common + length].ljust(length, b"\0"), "big")
        middle = ((one + other) // 2).to_bytes(length, "big")
        found = low[:common] + middle
        if low < found < high:
            return found
    return None
