"""Adding elements to a vector set so that what the server confirmed also survives its restart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vsexplorer.errors import VsexplorerError
from vsexplorer.model import SetInfo
from vsexplorer.vectorset.connection import Argument, Connection

_QUANTIZATION: dict[str, list[Argument]] = {"int8": [], "f32": [b"NOQUANT"], "bin": [b"BIN"]}


@dataclass(frozen=True, slots=True)
class NewElement:
    """One element to add. ``vector`` is float32 little-endian."""

    name: bytes
    vector: bytes
    attributes: bytes | None


async def add(
    connection: Connection, key: bytes, elements: Sequence[NewElement], info: SetInfo | None
) -> tuple[int, int]:
    """Add elements in one pipeline, replacing those that exist.

    The server neither logs nor replicates a VADD of an element that exists (it counts as no change), so such
    an element is removed and added in one transaction.

    Args:
        connection: Where to.
        key: The vector set, made by the first element where it does not exist.
        elements: At most a few hundred, with distinct names.
        info: The set as it is; its quantization and M must be repeated. ``None`` for a new one.

    Returns:
        How many were added and how many replaced.

    Raises:
        VsexplorerError: the first refusal; elements before and after it may have been added.
    """
    exists = await connection.pipeline([[b"VISMEMBER", key, element.name] for element in elements])
    _raise_first(exists)
    fresh = [element for element, known in zip(elements, exists, strict=True) if not known]
    known = [element for element, known in zip(elements, exists, strict=True) if known]
    _raise_first(await connection.pipeline([_vadd(key, element, info) for element in fresh]))
    for element in known:
        pair: list[list[Argument]] = [[b"VREM", key, element.name], _vadd(key, element, info)]
        _raise_first(await connection.pipeline(pair, transaction=True))
    return len(fresh), len(known)


def _vadd(key: bytes, element: NewElement, info: SetInfo | None) -> list[Argument]:
    argv: list[Argument] = [b"VADD", key]
    if info and info.reduced:
        argv += [b"REDUCE", info.dimension]
    argv += [b"FP32", element.vector, element.name]
    if info:
        argv += [*_QUANTIZATION.get(info.quantization, []), b"M", info.links]
    if element.attributes:
        argv += [b"SETATTR", element.attributes]
    return argv


def _raise_first(replies: Sequence[object]) -> None:
    for reply in replies:
        if isinstance(reply, VsexplorerError):
            raise reply
