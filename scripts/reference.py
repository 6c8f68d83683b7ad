"""Write the reference pages that are made from the code: docs/keys.md and docs/command-line.md.

python scripts/reference.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from vsexplorer.cli.main import cli
from vsexplorer.tui.keymap import Place, keys_at, shown

DOCS = Path(__file__).parents[1] / "docs"
_WIDTH = 100


def keys_page() -> str:
    """Return the page of all keys, by place."""
    lines = [
        "# Keys",
        "",
        "`?` shows this list on the screen. The name in the last column moves a key in the configuration:",
        "",
        "    [keys]",
        '    sets = "ctrl+o"',
        "",
        "A moved key that is not a letter works in the query and filter lines, too.",
    ]
    for place in Place:
        lines += ["", f"## {place.value}", "", "| key | action | name |", "|---|---|---|"]
        lines += [f"| {_code(shown(key, {}))} | {_cell(key.help)} | `{key.id}` |" for key in keys_at(place)]
    return "\n".join(lines) + "\n"


def command_line_page() -> str:
    """Return the page of all commands: the text of ``--help`` of each."""
    lines = [
        "# Command line",
        "",
        "What `--help` prints. Most options of the first page may be given before or after a command.",
    ]
    for name, command, context in _commands(
        cli, click.Context(cli, info_name="vsexplorer", max_content_width=_WIDTH)
    ):
        help_text = command.get_help(context)
        lines += ["", f"## {name}", "", "```", help_text, "```"]
    return "\n".join(lines) + "\n"


def _commands(command: click.Command, context: click.Context) -> Iterator[tuple[str, click.Command, click.Context]]:
    context.terminal_width = _WIDTH
    yield context.command_path, command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None and not found.hidden:
                inner = click.Context(found, info_name=name, parent=context, terminal_width=_WIDTH)
                yield from _commands(found, inner)


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{_cell(text)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


PAGES = {"keys.md": keys_page, "command-line.md": command_line_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
