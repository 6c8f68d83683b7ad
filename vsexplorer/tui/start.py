"""The start parameters of the application, and the factory of its explorer."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vsexplorer.embedding.text_embedder import EmbeddingOptions
    from vsexplorer.server.target import Where
    from vsexplorer.services.explorer import Explorer


@dataclass(frozen=True, slots=True)
class Start:
    """The start parameters of the application."""

    where: Where
    model: str
    key: bytes | None = None
    demo: str = ""
    """Data to load first: ``people`` or ``unicode``."""
    write: bool = False
    """Whether anything may be changed."""
    count: int = 100
    state: Path | None = None
    """Folder for persistent state; ``None`` keeps it only until the program ends."""
    history: bool = True
    """Whether searches are recorded in the history; favourites always are."""
    measure: bool = True
    """Whether recall is measured while nothing is typed."""
    model_given: bool = False
    """Whether the model was given for this run; opening a set does not change it then."""
    embedding: EmbeddingOptions | None = None
    """What the user says about embedding, besides the model."""
    theme: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)


type MakeExplorer = Callable[[Start], Awaitable[Explorer]]
"""Factory of an unconnected explorer."""


async def import_explorer(start: Start) -> Explorer:
    """Make the explorer; redis and the services are imported in a thread while the screen is drawn."""
    await asyncio.to_thread(importlib.import_module, "vsexplorer.services.explorer")
    from vsexplorer.services.explorer import make_explorer

    return make_explorer(start.where, start.model, start.model_given, start.embedding)
