"""The ``vsexplorer`` command: its subcommands, and the translation of failures to messages and exit codes."""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from typing import NoReturn

import click

from vsexplorer import __version__
from vsexplorer.cli.options import connection_options
from vsexplorer.cli.screen import open_screen, screen_options, write_option
from vsexplorer.core.errors import ExitCode, VsexplorerError

_SAME_NAME = (
    *("browse", "check", "compare", "copy", "demo", "doctor", "export", "fields", "fit", "history", "info", "load"),
    *("query", "recall", "record", "scores", "sets", "show", "size", "why"),
)
"""Commands defined in the module of their name."""
_COMMANDS = {
    **{name: f"vsexplorer.cli.{name}:{name}" for name in _SAME_NAME},
    "add": "vsexplorer.cli.change:add",
    "completion": "vsexplorer.cli.completion:completion",
    "delete": "vsexplorer.cli.change:delete",
    "eval": "vsexplorer.cli.eval:eval_",
    "filter": "vsexplorer.cli.filter:filter_",
    "map": "vsexplorer.cli.map:map_",
    "neighbours": "vsexplorer.cli.browse:neighbours",
    "open": "vsexplorer.cli.screen:open_screen",
    "reembed": "vsexplorer.cli.copy:reembed",
    "rename": "vsexplorer.cli.change:rename",
    "set-attributes": "vsexplorer.cli.change:set_attributes",
}
"""Where each command is defined; imported on use, because importing all of them would delay the first screen."""


class _Group(click.Group):
    """A group whose first word may also be a key: ``vsexplorer people`` opens the screen on it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands."""
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in _COMMANDS:
            return super().resolve_command(ctx, args)
        import difflib

        words = [word for word in args[1:] if not word.startswith("-")]
        near = difflib.get_close_matches(args[0], self.list_commands(ctx), 1, 0.7)
        if near and words:
            raise click.UsageError(f"There is no command {args[0]!r}. Did you mean {near[0]!r}?", ctx)
        return "open", open_screen, args


@click.group(
    cls=_Group,
    invoke_without_command=True,
    context_settings={"help_option_names": ["--help"], "max_content_width": 100},
    subcommand_metavar="[KEY] | COMMAND [ARGS]...",
)
@connection_options
@screen_options
@write_option
@click.version_option(__version__, "--version", prog_name="vsexplorer")
@click.pass_context
def cli(ctx: click.Context) -> int | None:
    """Explore Redis vector sets: type a query, see the nearest elements, narrow them with a filter.

    \b
    vsexplorer                       open the explorer (a private Redis if none is running)
    vsexplorer people                open it on one vector set
    vsexplorer demo                  try it on a data set of people
    vsexplorer query people science --filter '.died < 2000' --json
    vsexplorer -h db.example.org -p 6380 --tls --askpass sets
    """
    if ctx.invoked_subcommand is None:
        return int(ctx.invoke(open_screen))
    return None


def main() -> NoReturn:
    """Run the command line and exit with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Characters that the terminal's encoding lacks are escaped instead of raising an error.
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command line; print failures on standard error and return the exit code."""
    if "_VSEXPLORER_COMPLETE" in os.environ:
        from vsexplorer.cli.completion import install

        install()
    try:
        outcome = cli.main(arguments, prog_name="vsexplorer", standalone_mode=False)
        return int(outcome or ExitCode.OK)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except VsexplorerError as error:
        _complain(error.message, error.hint)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        print(file=sys.stderr)
        return ExitCode.INTERRUPTED
    except Exception:
        _complain(*_report_unexpected())
        return ExitCode.NOTHING


def _complain(message: str, hint: str) -> None:
    from vsexplorer.core.text import sanitize

    print(f"vsexplorer: {sanitize(message, keep_newlines=True)}", file=sys.stderr)
    if hint:
        print(sanitize(hint, keep_newlines=True), file=sys.stderr)


def _report_unexpected() -> tuple[str, str]:
    """Write the traceback to the log file; return a message and a hint for the user."""
    import logging
    import traceback

    from vsexplorer.core import paths

    log = paths.log_file()
    summary = traceback.format_exc().strip().splitlines()[-1]
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(log, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        logger = logging.getLogger("vsexplorer")
        logger.addHandler(handler)
        logger.exception("unexpected failure in vsexplorer %s", __version__)
        handler.close()
    except OSError:
        return f"Unexpected error: {summary}", ""
    return f"Unexpected error: {summary}", f"The details are in {log}."
