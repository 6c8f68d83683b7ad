"""A parameter that names a vector set, completed from the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vsexplorer.cli.options import config, where

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_PATIENCE = 2.0
"""Maximum time to wait for key names, in seconds."""


class KeyName(click.ParamType[str]):
    """A vector set's key, completed from the server."""

    name = "key"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return printable keys that begin with the typed text; none if the server does not answer quickly."""
        import asyncio
        import contextlib

        from click.shell_completion import CompletionItem

        from vsexplorer.core.errors import VsexplorerError

        with contextlib.suppress(VsexplorerError, TimeoutError, OSError):
            return [CompletionItem(key) for key in asyncio.run(_keys(ctx, incomplete)) if key.isprintable()]
        return []


async def _keys(ctx: click.Context, prefix: str) -> list[str]:
    import asyncio

    from vsexplorer.core.text import decode
    from vsexplorer.services.explorer import make_explorer

    settings = config()
    explorer = make_explorer(where(ctx, settings), settings.model)
    try:
        async with asyncio.timeout(_PATIENCE):
            await explorer.connect()
            return [decode(key) for key in await explorer.sets.keys(prefix.encode())]
    finally:
        await explorer.close()
