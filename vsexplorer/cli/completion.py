"""``vsexplorer completion``: print the completion script of a shell.

The names of vector sets are untrusted data that a shell must not execute. zsh and fish quote completions; bash
inserts them unchanged, so they are quoted here, in the style in which the word begins.
"""

from __future__ import annotations

import os
import re

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class, get_completion_class

_VARIABLE = "_VSEXPLORER_COMPLETE"
_SPECIAL = re.compile(r"([^\w@%+:,./=-])")
_IN_DOUBLE_QUOTES = re.compile(r'([\\"$`])')
_BASH = """\
%(complete_func)s() {
    local IFS=$'\\n'
    local response
    response=$(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD COMP_WORD="${COMP_WORDS[COMP_CWORD]}" \\
        %(complete_var)s=bash_complete $1)
    for completion in $response; do
        IFS=',' read -r type value <<< "$completion"
        if [[ $type == 'dir' ]]; then
            COMPREPLY=()
            compopt -o dirnames
        elif [[ $type == 'file' ]]; then
            COMPREPLY=()
            compopt -o default
        elif [[ $type == 'plain' ]]; then
            COMPREPLY+=("$value")
        fi
    done
    return 0
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class QuotedBashComplete(BashComplete):
    """Completion for bash whose proposals are quoted."""

    source_template = _BASH

    def format_completion(self, item: CompletionItem) -> str:
        """Format a proposal, quoted in the style in which the word begins."""
        value = item.value if item.type != "plain" else quoted(item.value, os.environ.get("COMP_WORD", ""))
        return f"{item.type},{value}"


def quoted(value: str, begun: str) -> str:
    """Quote a word for bash.

    Args:
        value: The word.
        begun: What was typed of it; an opening quote is kept.
    """
    if begun.startswith("'"):
        return value.replace("'", "'\\''")
    if begun.startswith('"'):
        return _IN_DOUBLE_QUOTES.sub(r"\\\1", value)
    return _SPECIAL.sub(r"\\\1", value)


def install() -> None:
    """Use the quoting completion for bash."""
    add_completion_class(QuotedBashComplete)


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
    install()
    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(ctx.find_root().command, {}, "vsexplorer", _VARIABLE).source())
