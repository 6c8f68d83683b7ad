"""Waiting for background tasks."""

from __future__ import annotations

import asyncio
from typing import Any


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
