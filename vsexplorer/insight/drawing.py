"""Draw uniform random samples of a set's elements, if the server allows it.

VRANDMEMBER does not: asked for more than a fifth of a set it returns one run in the order of insertion, and
otherwise it prefers elements that were added early. A sample is uniform if all elements are taken or if it is drawn
from all names, which VRANGE lists page by page.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from random import Random

from vsexplorer.core.values import SetInfo
from vsexplorer.vectorset.store import VectorSetStore

WHOLE = 5_000
"""Elements up to which all are taken."""
_MOST_NAMES = 2_000_000
"""Names up to which all are read to draw from them: four seconds of server time, in steps of two milliseconds."""
_MOST_AT_ONCE = 20_000
"""Names up to which a server without VRANGE is asked for all of them at once."""
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Draw:
    """Elements of a set."""

    names: list[bytes]
    uniform: bool
    """Each element was as likely to be drawn as any other."""


def is_uniform(store: VectorSetStore, info: SetInfo) -> bool:
    """Whether elements of a set are drawn uniformly: not where too many names would have to be read."""
    return info.size <= (_MOST_NAMES if store.capabilities.vrange else _MOST_AT_ONCE)


async def draw(store: VectorSetStore, info: SetInfo, number: int, random: Random) -> Draw:
    """Draw elements: all of a set of up to ``WHOLE``, else ``number`` of them.

    The server is kept busy at most half of the time.

    Raises:
        VsexplorerError: the server or the connection failed.
    """
    if not is_uniform(store, info):
        return await draw_quickly(store, info.key, number)
    wanted = info.size if info.size <= WHOLE else number
    names = await reservoir(_pages(store, info), wanted, random)
    random.shuffle(names)
    return Draw(names, uniform=True)


async def draw_quickly(store: VectorSetStore, key: bytes, number: int) -> Draw:
    """Draw elements in one round trip; some are likelier than others.

    Raises:
        VsexplorerError: the server or the connection failed.
    """
    return Draw(await store.sample_names(key, number), uniform=False)


async def reservoir(pages: AsyncIterator[list[bytes]], number: int, random: Random) -> list[bytes]:
    """Draw ``number`` items from pages of unknown total, each with the same probability; all if there are fewer.

    Algorithm L of K.-H. Li (ACM Transactions on Mathematical Software 20, 1994) jumps over what is not drawn.
    """
    drawn: list[bytes] = []
    weight, jump, place = 1.0, 0, 0
    async for page in pages:
        taken = 0
        if len(drawn) < number:
            taken = min(number - len(drawn), len(page))
            drawn += page[:taken]
            if len(drawn) == number:
                weight = random.random() ** (1 / number)
                jump = place + taken + _gap(weight, random)
        while number and len(drawn) == number and jump < place + len(page):
            drawn[random.randrange(number)] = page[jump - place]
            weight *= random.random() ** (1 / number)
            jump += 1 + _gap(weight, random)
        place += len(page)
    return drawn


def _gap(weight: float, random: Random) -> int:
    return math.floor(math.log(random.random()) / math.log1p(-weight))


async def _pages(store: VectorSetStore, info: SetInfo) -> AsyncIterator[list[bytes]]:
    if not store.capabilities.vrange:
        # Sorted, so that a seeded draw is reproducible.
        yield sorted([name async for page in store.names(info, info.size) for name in page])
        return
    started = time.perf_counter()
    async for page in store.names(info, _PAGE):
        yield page
        if info.size > WHOLE:
            await asyncio.sleep(time.perf_counter() - started)
        started = time.perf_counter()
