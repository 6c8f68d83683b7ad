"""Changes to elements: prepared as commands, and sent in one transaction only if the elements have not changed.

A vector is never overwritten by VADD, which the server would neither log nor replicate: it is removed and added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vsexplorer.core.errors import Conflict
from vsexplorer.core.text import display, plural
from vsexplorer.core.values import SetInfo
from vsexplorer.core.vectors import norm, packed
from vsexplorer.server.connection import Argument, Commands, Connection
from vsexplorer.vectorset.commands import render
from vsexplorer.vectorset.projection import lift
from vsexplorer.vectorset.stored_vector import StoredVector
from vsexplorer.vectorset.writer import (
    Existing,
    NewElement,
    SetOptions,
    checked,
    existing,
    read_existing,
    state_commands,
    vadd,
)

_ATTEMPTS = 100
"""How often a change is tried while others keep writing to the same set."""


@dataclass(frozen=True, slots=True)
class Change:
    """What will be done to a vector set, in one transaction."""

    key: bytes
    words: str
    """Such as ``delete 2 elements of people``; sanitized."""
    commands: tuple[tuple[Argument, ...], ...]
    expected: Mapping[bytes, Existing | None] = field(default_factory=dict)
    """The states that the elements must still have; ``None`` for one that must not exist."""
    uid: int | None = None
    """The set's ``vset-uid``; ``None`` if the set does not exist yet."""
    renamed: Mapping[bytes, bytes] = field(default_factory=dict)
    """New names of elements by their old ones."""

    @property
    def lines(self) -> list[str]:
        """The commands as text, in the order they are sent; sanitized."""
        return [render(command) for command in self.commands]


def add(key: bytes, info: SetInfo | None, element: NewElement, options: SetOptions) -> Change:
    """Add an element that must not exist; the set is created if it does not exist (``info`` is ``None``)."""
    fitting = options.fitting(info) if info is not None else options
    command = vadd(key, element, fitting)
    words = f"add {display(element.name)} to {display(key)}"
    return Change(key, words, (tuple(command),), {element.name: None}, info.uid if info else None)


def set_attributes(info: SetInfo, element: bytes, before: Existing, attributes: bytes | None) -> Change:
    """Replace or remove an element's attributes."""
    words = f"{'change' if attributes else 'remove'} the attributes of {display(element)}"
    command = (b"VSETATTR", info.key, element, attributes or b"")
    return Change(info.key, words, (command,), {element: before}, info.uid)


def replace(info: SetInfo, before: Existing, element: NewElement) -> Change:
    """Replace an element's vector and attributes."""
    commands = ((b"VREM", info.key, element.name), _added(info, element))
    words = f"replace {display(element.name)} in {display(info.key)}"
    return Change(info.key, words, commands, {element.name: before}, info.uid)


def rename(info: SetInfo, element: bytes, before: Existing, name: bytes) -> Change:
    """Give an element another name, which must be free."""
    commands = (_added(info, _again(info, name, before)), (b"VREM", info.key, element))
    words = f"rename {display(element)} to {display(name)}"
    return Change(info.key, words, commands, {element: before, name: None}, info.uid, {element: name})


def delete(info: SetInfo, before: Mapping[bytes, Existing]) -> Change:
    """Delete elements."""
    named = display(next(iter(before))) if len(before) == 1 else plural(len(before), "element")
    commands = tuple((b"VREM", info.key, name) for name in before)
    return Change(info.key, f"delete {named} of {display(info.key)}", commands, before, info.uid)


def delete_set(info: SetInfo) -> Change:
    """Delete a vector set with all its elements."""
    words = f"delete {display(info.key)} with its {plural(info.size, 'element')}"
    return Change(info.key, words, ((b"DEL", info.key),), {}, info.uid)


def inverse(
    info: SetInfo, change: Change, after: Mapping[bytes, Existing | None], uid: int | None
) -> Change | None:
    """Return the change that undoes another; ``None`` if it cannot be undone.

    Args:
        info: The set as it was before the change.
        change: The change that was made.
        after: The states of its elements after the change.
        uid: The set's ``vset-uid`` after it; ``None`` if the change removed the last element and so the set.
    """
    if not change.expected:
        return None
    commands: list[tuple[Argument, ...]] = []
    for name, before in change.expected.items():
        now = after[name]
        if before is None and now is not None:
            commands.append((b"VREM", info.key, name))
        elif before is not None and now is None:
            commands.insert(0, _added(info, _again(info, name, before)))
        elif before is not None and now is not None:
            if now.vector != before.vector:
                commands += [(b"VREM", info.key, name), _added(info, _again(info, name, before))]
            elif now.attributes != before.attributes:
                commands.append((b"VSETATTR", info.key, name, before.attributes or b""))
    renamed = {new: old for old, new in change.renamed.items()}
    return Change(info.key, f"undo: {change.words}", tuple(commands), after, uid, renamed)


async def read(connection: Commands, info: SetInfo, names: Sequence[bytes]) -> dict[bytes, Existing | None]:
    """Read the current states of elements."""
    found = await existing(connection, info.key, names, info.dimension, vectors=True)
    return dict(zip(names, found, strict=True))


async def apply(connection: Connection, change: Change, info: SetInfo | None) -> dict[bytes, Existing | None]:
    """Apply a change, unless another client has changed the data.

    Args:
        connection: The server.
        change: What to do.
        info: The set as it is known; ``None`` where it does not exist yet.

    Returns:
        The states of the elements after the change.

    Raises:
        Conflict: the set or its elements are no longer as expected; nothing was changed.
        VsexplorerError: the server refused; nothing was changed.
    """

    async def unchanged(watching: Commands) -> None:
        uid = await _uid(watching, change.key)
        if uid is None and info is None:
            return
        if uid is not None and info is not None and uid == change.uid:
            now = await existing(watching, change.key, names, info.dimension, vectors=True)
            different = [name for name, is_ in zip(names, now, strict=True) if is_ != change.expected[name]]
            if not different:
                return
            name = different[0]
            if change.expected[name] is None:
                raise Conflict(f"{display(change.key)} already has an element {display(name)}.")
            raise Conflict(
                f"{display(name)} was changed by another client in the meantime; nothing was written.",
                "Reload it, then try again.",
            )
        recreated = "was recreated, or its server restarted,"
        what = "was created" if info is None else "was deleted" if uid is None else recreated
        raise Conflict(f"{display(change.key)} {what} in the meantime; nothing was written.")

    names = list(change.expected)
    commands = [*change.commands, *state_commands(change.key, names, vectors=True)]
    replies = await connection.transact(change.key, unchanged, commands, _ATTEMPTS)
    if replies is None:
        raise Conflict(
            f"{display(change.key)} is constantly being written to; nothing was changed.", "Try again later."
        )
    answered = checked(replies)[len(change.commands) :]
    return dict(zip(names, read_existing(answered, info.dimension if info else 0, vectors=True), strict=True))


def restorable(info: SetInfo, vector: StoredVector) -> bytes:
    """Return the vector to add so that the same vector is stored again: float32 of the set's input dimension.

    The quantized numbers and the norm stay the same; the range of int8, which was that of the exact vector, becomes
    that of the stored one, which differs by less than half a step.
    """
    stored = vector.normalized()
    scale = vector.norm / (norm(stored) or 1.0)
    numbers = [one * scale for one in stored]
    return packed(lift(numbers, info.input_dimension) if info.reduced else numbers)


async def _uid(connection: Commands, key: bytes) -> int | None:
    reply = await connection.call(b"VINFO", key)
    if reply is None:
        return None
    return int(dict(zip(reply[::2], reply[1::2], strict=True))[b"vset-uid"])


def _again(info: SetInfo, name: bytes, before: Existing) -> NewElement:
    assert before.vector is not None
    return NewElement(name, restorable(info, before.vector), before.attributes)


def _added(info: SetInfo, element: NewElement) -> tuple[Argument, ...]:
    return tuple(vadd(info.key, element, SetOptions().fitting(info)))
