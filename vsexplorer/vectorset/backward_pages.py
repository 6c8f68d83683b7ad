"""Page backward through names: VRANGE lists forward only, so the start of the previous page must be searched for.

Names with a common prefix are adjacent. Shortening a name therefore goes back in steps that adapt to the density of
the names around it, and a few bisections between two such steps find a page.
"""

from __future__ import annotations

from vsexplorer.vectorset.store import VectorSetStore

_STEPS = 100
"""Maximum number of bisections; about ten are enough for typical names."""
_PROBES = 16
"""Number of parts into which each round trip divides the search range."""
_SINGLE_CUTS = 32
"""Number of bytes removed one at a time; after that, more and more at once."""


async def names_before(
    store: VectorSetStore, key: bytes, name: bytes | None, page: int
) -> tuple[list[bytes], bool]:
    """Return up to a page of the names before a name, in order.

    Args:
        store: Of a server with VRANGE.
        key: The vector set.
        name: The name; ``None`` for the end of all names.
        page: Maximum number of names; at least a quarter of it is returned if there are enough.

    Returns:
        The names, and whether nothing comes before them.
    """
    low, high, found = await _bracket(store, key, name, name or b"", page)
    if len(found) > page and not low:
        # No name shares a prefix with it: use the prefixes of the last name before it instead.
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
    """Find bounds for the start of a page before a name by shortening ``like``.

    Returns:
        The lower bound, the upper bound, from which on there are too few names, and the names from the lower bound
        on: a page, all there are, or too many.
    """
    low = like
    for length in _cuts(len(like)):
        low, high = like[:length], low
        found = await store.names_between(key, low, name, page + 1)
        if len(found) >= page // 4 or not low:
            break
    return low, high, found


def _cuts(length: int) -> list[int]:
    """Return the lengths to shorten a name to, down to zero."""
    cuts = list(range(length - 1, max(-1, length - 1 - _SINGLE_CUTS), -1))
    while cuts and cuts[-1] > 0:
        cuts.append(max(0, cuts[-1] - len(cuts)))
    return cuts or [0]


async def _last(store: VectorSetStore, key: bytes, before: bytes | None) -> bytes:
    """Find the last name before a name, byte by byte; there must be one."""
    name = (await store.names_between(key, b"", before, 1))[0]
    settled = 0
    while True:
        # Find the largest byte at this position for which a name with the settled prefix exists.
        low, high = (name[settled] if len(name) > settled else -1), 256
        while high - low > 1:
            # Probe several bytes per round trip, because round trips dominate on a slow connection.
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
    """Return the last page before a name by listing forward from ``low``."""
    found = await store.names_between(key, low, name, page)
    last = found
    while len(last) == page:
        last = await store.names_between(key, last[-1] + b"\0", name, page)
        found = (found + last)[-page:]
    return found


def between(low: bytes, high: bytes) -> bytes | None:
    """Return a name about halfway between two names; ``None`` if there is none."""
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
