"""Waiting for background tasks."""

from __future__ import annotations

import asyncio
from typing import Any


async def drain(tasks: set[asyncio.Task[Any]]) -> None:
    """Wait until a set is empty from which each task is removed once it is done.

    Args:
        tasks: The set; a callback of each task removes it.
    """
    while tasks:
        await asyncio.wait(tasks)
        # The callback of a task that has just ended runs after whoever was waiting before it, and waiting for a
        # task that has ended does not let it run.
        await asyncio.sleep(0)
