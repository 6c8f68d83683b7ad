"""``vsexplorer completion``: the completion script of a shell."""

from __future__ import annotations

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script for a shell.

    \b
    bash:  eval "$(vsexplorer completion bash)"      in ~/.bashrc
    zsh:   eval "$(vsexplorer completion zsh)"       in ~/.zshrc
    fish:  vsexplorer completion fish > ~/.config/fish/completions/vsexplorer.fish
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(ctx.find_root().command, {}, "vsexplorer", "_VSEXPLORER_COMPLETE").source())
