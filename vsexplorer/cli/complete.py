"""Shell completion: the script for a shell, and the names of vector sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vsexplorer.cli.options import config, where

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_PATIENCE = 2.0
"""Seconds a person at the prompt may be kept waiting for key names."""


class KeyName(click.ParamType[str]):
    """A vector set's key, completed from the server."""

    name = "key"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Keys that begin with what was typed; none when the server cannot be asked quickly."""
        import asyncio
        import contextlib

        from click.shell_completion import CompletionItem

        from vsexplorer.errors import VsexplorerError

        with contextlib.suppress(VsexplorerError, TimeoutError, OSError):
            return [CompletionItem(key) for key in asyncio.run(_keys(ctx, incomplete))]
        return []


async def _keys(ctx: click.Context, prefix: str) -> list[str]:
    import asyncio

    from vsexplorer import paths
    from vsexplorer.embedding.embedder import Embedder
    from vsexplorer.explorer import Explorer
    from vsexplorer.text import display

    settings = config()
    explorer = Explorer(where(ctx, settings), Embedder(settings.model, paths.cache_folder()))
    try:
        async with asyncio.timeout(_PATIENCE):
            await explorer.connect()
            return [display(key) for key in await explorer.keys(prefix.encode())]
    finally:
        await explorer.close()


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for a shell.

    \b
    bash:  eval "$(vsexplorer completion bash)"      in ~/.bashrc
    zsh:   eval "$(vsexplorer completion zsh)"       in ~/.zshrc
    fish:  vsexplorer completion fish > ~/.config/fish/completions/vsexplorer.fish
    """
    from click.shell_completion import get_completion_class

    from vsexplorer.cli.main import cli

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(cli, {}, "vsexplorer", "_VSEXPLORER_COMPLETE").source())
