"""Waiting for background tasks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast


async def drain(tasks: set[asyncio.Task[Any]]) -> None:
    """Wait until a set of tasks is empty.

    Args:
        tasks: The set; the done callback of each task must remove it.
    """
    while tasks:
        await asyncio.wait(tasks)
        # The done callback of a task may run after this coroutine resumes, and asyncio.wait returns at once for a
        # finished task; so give the callback a chance to run.
        await asyncio.sleep(0)


async def read_ahead[T](source: AsyncIterator[T]) -> AsyncIterator[T]:
    """Yield what an iterator yields, fetching the next item while the one before is used.

    A fetch under way is never cancelled: if the consumer stops, it is waited for.
    """
    following = asyncio.ensure_future(_next(source))
    try:
        while (item := await asyncio.shield(following)) is not _END:
            following = asyncio.ensure_future(_next(source))
            yield cast(T, item)
    finally:
        if not following.done():
            await asyncio.wait([following])
        if not following.cancelled():
            # An error of a fetch that nobody waits for any more is of no interest.
            following.exception()


_END = object()


async def _next(source: AsyncIterator[object]) -> object:
    return await anext(source, _END)
