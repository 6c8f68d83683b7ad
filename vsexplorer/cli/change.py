"""``vsexplorer add``, ``set-attributes``, ``rename``, ``delete``: show commands, ask, and run them."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from vsexplorer.cli.key_name import KeyName
from vsexplorer.cli.options import connection_options, explore
from vsexplorer.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from vsexplorer.core.values import ByText, ByVector
    from vsexplorer.services.edit import PreparedChange
    from vsexplorer.services.explorer import Explorer
    from vsexplorer.vectorset.writer import SetOptions

_YES = click.option("--yes", is_flag=True, help="Do not ask for confirmation; required without a terminal.")
_LONGEST_ATTRIBUTES = 8 << 20
"""Maximum length of attributes, in characters."""
_SHOWN = 20
"""Maximum number of commands shown; the others are only counted."""


@click.command()
@click.argument("key", type=KeyName())
@click.argument("element")
@click.argument("text", nargs=-1)
@click.option("--vector", metavar="FILE|[…]", help="A vector instead of TEXT: numbers in brackets, or a file.")
@click.option("--attributes", metavar="JSON|@FILE", help="A JSON object; @FILE reads it, - reads standard input.")
@click.option("--replace", is_flag=True, help="Replace an element of that name.")
@click.option("--quantization", type=click.Choice(["int8", "f32", "bin"]), help="Quantization of a new set.")
@click.option("--reduce", type=click.IntRange(1), metavar="DIM", help="Reduced dimension of a new set.")
@click.option("--m", "links", type=click.IntRange(4, 4096), help="Links per node (M) of a new set.")
@click.option("--ef", type=click.IntRange(1, 1_000_000), help="Exploration factor for inserting the element.")
@_YES
@connection_options
@click.pass_context
def add(
    ctx: click.Context,
    key: str,
    element: str,
    text: tuple[str, ...],
    vector: str | None,
    attributes: str | None,
    replace: bool,
    quantization: str | None,
    reduce: int | None,
    links: int | None,
    ef: int | None,
    yes: bool,
) -> int:
    """Add ELEMENT to the vector set KEY, from TEXT or a vector."""
    from vsexplorer.vectorset.writer import SetOptions

    what = _what(" ".join(text), vector)
    described = _attributes(attributes) if attributes is not None else None
    options = SetOptions(quantization or "", reduce, links, ef)

    async def prepare(explorer: Explorer) -> PreparedChange:
        return await _prepare_add(ctx, explorer, key, element, what, described, options, replace)

    return _change(ctx, prepare, yes)


@click.command("set-attributes")
@click.argument("key", type=KeyName())
@click.argument("element")
@click.argument("attributes", metavar="JSON|@FILE|-", required=False)
@click.option("--remove", is_flag=True, help="Remove the attributes.")
@_YES
@connection_options
@click.pass_context
def set_attributes(
    ctx: click.Context, key: str, element: str, attributes: str | None, remove: bool, yes: bool
) -> int:
    """Replace or remove the attributes of ELEMENT.

    Give a JSON object, @FILE to read a file, or - to read standard input.
    """
    if (attributes is None) != remove:
        raise click.UsageError("Give either the attributes or --remove.")
    described = _attributes(attributes) if attributes is not None else None

    async def prepare(explorer: Explorer) -> PreparedChange:
        return await explorer.editor.set_attributes(_raw(key), _raw(element), described)

    return _change(ctx, prepare, yes)


@click.command()
@click.argument("key", type=KeyName())
@click.argument("element")
@click.argument("name")
@_YES
@connection_options
@click.pass_context
def rename(ctx: click.Context, key: str, element: str, name: str, yes: bool) -> int:
    """Rename ELEMENT to NAME; its vector and attributes stay."""

    async def prepare(explorer: Explorer) -> PreparedChange:
        return await explorer.editor.rename(_raw(key), _raw(element), _raw(name))

    return _change(ctx, prepare, yes)


@click.command()
@click.argument("key", type=KeyName())
@click.argument("elements", nargs=-1, metavar="[ELEMENT]...")
@click.option("--whole-set", is_flag=True, help="Delete the vector set itself.")
@_YES
@connection_options
@click.pass_context
def delete(ctx: click.Context, key: str, elements: tuple[str, ...], whole_set: bool, yes: bool) -> int:
    """Delete elements of the vector set KEY, or the whole set."""
    if bool(elements) == whole_set:
        raise click.UsageError("Give either elements or --whole-set.")

    async def prepare(explorer: Explorer) -> PreparedChange:
        if whole_set:
            return await explorer.editor.delete_set(_raw(key))
        return await explorer.editor.delete(_raw(key), [_raw(one) for one in elements])

    return _change(ctx, prepare, yes, typed=key if whole_set else "")


def _change(
    ctx: click.Context, prepare: Callable[[Explorer], Awaitable[PreparedChange]], yes: bool, typed: str = ""
) -> int:
    """Prepare a change, show its commands, ask for confirmation (by typing ``typed``, if given) and apply it."""

    async def work(explorer: Explorer) -> bool:
        prepared = await prepare(explorer)
        lines = prepared.lines
        for line in lines[:_SHOWN]:
            print(line, file=sys.stderr)
        if len(lines) > _SHOWN:
            print(f"… and {len(lines) - _SHOWN:,} more", file=sys.stderr)
        if not yes and not _agreed(prepared.words, typed):
            return False
        await explorer.editor.apply(prepared)
        return True

    if not yes and not sys.stdin.isatty():
        raise UsageError("There is no terminal to ask for confirmation.", "Use --yes to skip it.")
    made = explore(ctx, work)
    print("done" if made else "nothing was changed", file=sys.stderr)
    return ExitCode.OK if made else ExitCode.NOTHING


def _agreed(words: str, typed: str) -> bool:
    if typed:
        answer: str = click.prompt(f"{words}: type its name to confirm", default="", show_default=False, err=True)
        return answer == typed
    return click.confirm(f"{words}?", err=True)


async def _prepare_add(
    ctx: click.Context,
    explorer: Explorer,
    key: str,
    element: str,
    what: ByText | ByVector | str,
    attributes: bytes | None,
    options: SetOptions,
    replace: bool,
) -> PreparedChange:
    from vsexplorer.cli.remembered import open_model
    from vsexplorer.core.values import ByText

    if isinstance(what, ByText):
        await open_model(explorer, _raw(key))
    return await explorer.editor.add(_raw(key), _raw(element), what, attributes, options, replace)


def _what(text: str, vector: str | None) -> ByText | ByVector | str:
    from vsexplorer.core.values import ByText, ByVector
    from vsexplorer.core.vectors import packed
    from vsexplorer.language.query_line import Kind, read

    if bool(text.strip()) == (vector is not None):
        raise click.UsageError("Give either TEXT or --vector.")
    if vector is None:
        return ByText(text)
    if not vector.lstrip().startswith("["):
        return vector
    reading = read(vector)
    if not reading.terms or reading.terms[0].kind is not Kind.VECTOR:
        raise UsageError("--vector must be a file, or numbers in brackets such as [0.1, 0.2].")
    return ByVector(packed(reading.terms[0].numbers))


def _attributes(given: str) -> bytes | None:
    from vsexplorer.services.edit import verbatim_attributes

    if given == "-":
        return verbatim_attributes(_bounded(sys.stdin, "standard input"))
    if given.startswith("@"):
        try:
            with Path(given[1:]).open(encoding="utf-8") as file:
                return verbatim_attributes(_bounded(file, given[1:]))
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"Cannot read {given[1:]}: {error}.") from error
    return verbatim_attributes(given)


def _bounded(file: TextIO, name: str) -> str:
    text = file.read(_LONGEST_ATTRIBUTES + 1)
    if len(text) > _LONGEST_ATTRIBUTES:
        raise UsageError(f"{name} is larger than {_LONGEST_ATTRIBUTES >> 20} MiB, the limit for attributes.")
    return text


def _raw(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
