"""What the screen begins with, and how it gets its explorer."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vsexplorer.server.target import Where
    from vsexplorer.services.explorer import Explorer


@dataclass(frozen=True, slots=True)
class Start:
    """What the screen begins with."""

    where: Where
    model: str
    key: bytes | None = None
    demo: str = ""
    """Data to load first: ``people`` or ``unicode``."""
    write: bool = False
    """Whether anything may be changed."""
    count: int = 100
    state: Path | None = None
    """Folder of what is remembered; ``None`` for until the program ends."""
    history: bool = True
    """Whether searches are remembered without being told to."""
    model_given: bool = False
    """The model was named for this run, so that no set changes it."""
    theme: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)


type MakeExplorer = Callable[[Start], Awaitable[Explorer]]
"""Makes an explorer that is not connected yet."""


async def import_explorer(start: Start) -> Explorer:
    """Make the explorer, importing redis and the services in a thread so that the screen is painted meanwhile."""
    await asyncio.to_thread(importlib.import_module, "vsexplorer.services.explorer")
    from vsexplorer.services.explorer import make_explorer

    return make_explorer(start.where, start.model, start.model_given)
