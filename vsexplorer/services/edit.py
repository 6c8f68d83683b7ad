"""Change vector sets safely: commands are known in advance, concurrent changes detected, most changes undoable."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from vsexplorer.core.attributes import to_stored
from vsexplorer.core.errors import (
    CommandRefused,
    Conflict,
    DimensionMismatch,
    NotFound,
    UsageError,
    VsexplorerError,
)
from vsexplorer.core.text import display
from vsexplorer.core.values import ByText, ByVector, SetInfo
from vsexplorer.core.vectors import norm, unpacked
from vsexplorer.server.failures import no_element
from vsexplorer.services.models import ModelService
from vsexplorer.transfer.vector_file import read_vector
from vsexplorer.vectorset import changes
from vsexplorer.vectorset import set_records as records
from vsexplorer.vectorset.changes import Change
from vsexplorer.vectorset.set_records import SetRecord
from vsexplorer.vectorset.store import VectorSetStore
from vsexplorer.vectorset.writer import Existing, NewElement, SetOptions


@dataclass(frozen=True, slots=True)
class PreparedChange:
    """A change that has not been made yet, with the set it was prepared for."""

    change: Change
    info: SetInfo | None
    """``None`` if the set does not exist yet."""
    model: str = ""
    """The model that embedded the first element of a new set."""

    @property
    def words(self) -> str:
        """What will be done, as sanitized text."""
        return self.change.words

    @property
    def lines(self) -> list[str]:
        """The commands, in the order they are sent, as sanitized text."""
        return self.change.lines


@dataclass(frozen=True, slots=True)
class Seen:
    """Attributes as they were when editing began."""

    attributes: bytes | None


class Editor:
    """Prepares and makes changes to the sets of one store."""

    def __init__(self, store: VectorSetStore, models: ModelService) -> None:
        self._store = store
        self._models = models

    async def add(
        self,
        key: bytes,
        element: bytes,
        what: ByText | ByVector | str,
        attributes: bytes | None,
        options: SetOptions | None = None,
        replace: bool = False,
    ) -> PreparedChange:
        """Prepare to add an element, or to replace the vector and attributes of one that is there.

        Args:
            key: The vector set; created if it does not exist.
            element: Its name, which must be free unless ``replace`` is given.
            what: A text to embed, a vector, or the path of a file with one.
            attributes: Validated JSON.
            options: Options of a new set; they must match those of an existing one.
            replace: Replace an element of that name; without attributes it keeps those it has.

        Raises:
            DimensionMismatch: the model or the vector does not fit the set.
            CommandRefused: the options do not fit the set.
        """
        info = await self._info(key)
        model = ""
        if isinstance(what, ByText):
            embedder = self._models.embedder
            await embedder.open()
            if info is not None:
                self._models.check(info)
            vector = (await asyncio.to_thread(embedder.run_documents, [what.text]))[0]
            model = embedder.name
        else:
            vector = what.vector if isinstance(what, ByVector) else await asyncio.to_thread(read_vector, what)
        if not vector or not norm(unpacked(vector)):
            raise UsageError("A zero vector has no direction and could never be found, so it is not added.")
        if info is not None and len(vector) != 4 * info.input_dimension:
            raise DimensionMismatch(
                f"The vector has {len(vector) // 4:,} dimensions; the vectors of {display(key)} have "
                f"{info.input_dimension:,}."
            )
        if replace and info is not None:
            before = (await changes.read(self._store.connection, info, [element]))[element]
            if before is not None:
                new = NewElement(element, vector, attributes or before.attributes)
                return PreparedChange(changes.replace(info, before, new), info)
        change = changes.add(key, info, NewElement(element, vector, attributes), options or SetOptions())
        return PreparedChange(change, info, model)

    async def set_attributes(
        self, key: bytes, element: bytes, attributes: bytes | None, seen: Seen | None = None
    ) -> PreparedChange:
        """Prepare to replace or remove an element's attributes.

        Args:
            key: The vector set.
            element: Its name.
            attributes: Validated JSON; ``None`` removes them.
            seen: The attributes when editing began, if known.

        Raises:
            NotFound: the element does not exist.
            Conflict: they have changed since then.
        """
        info, before = await self._before(key, [element])
        if seen is not None and seen.attributes != before[element].attributes:
            raise Conflict(
                f"The attributes of {display(element)} were changed by another client; nothing was written.",
                "Reload them and edit them again.",
            )
        return PreparedChange(changes.set_attributes(info, element, before[element], attributes), info)

    async def rename(self, key: bytes, element: bytes, name: bytes) -> PreparedChange:
        """Prepare to give an element another name.

        Raises:
            NotFound: the element does not exist.
            CommandRefused: the name is taken.
        """
        info, before = await self._before(key, [element])
        if (await changes.read(self._store.connection, info, [name]))[name] is not None:
            raise CommandRefused(
                f"{display(key)} already has an element {display(name)}.",
                "Delete it first, or choose another name.",
            )
        return PreparedChange(changes.rename(info, element, before[element], name), info)

    async def delete(self, key: bytes, elements: Sequence[bytes]) -> PreparedChange:
        """Prepare to delete elements.

        Raises:
            NotFound: one of them does not exist.
        """
        info, before = await self._before(key, elements)
        return PreparedChange(changes.delete(info, before), info)

    async def delete_set(self, key: bytes) -> PreparedChange:
        """Prepare to delete a vector set.

        Raises:
            NotFound: there is none.
        """
        info = await self._store.info(key)
        return PreparedChange(changes.delete_set(info), info)

    async def apply(self, prepared: PreparedChange) -> PreparedChange | None:
        """Apply a prepared change.

        Returns:
            The change that undoes it; ``None`` if it cannot be undone.

        Raises:
            Conflict: another client has changed the data; nothing was written.
            VsexplorerError: the server refused; nothing was written.
        """
        change, info = prepared.change, prepared.info
        after = await changes.apply(self._store.connection, change, info)
        now = await self._info(change.key)
        if info is None and now is not None and prepared.model:
            # The change succeeded; a failure to record its model must not hide that.
            with contextlib.suppress(VsexplorerError):
                await records.write(self._store, now, SetRecord(prepared.model, ""))
        if now is None:
            # A failure does no harm: a record without its set is ignored.
            with contextlib.suppress(VsexplorerError):
                await records.remove(self._store, change.key)
        known = info or now
        if known is None:
            return None
        if info is None:
            # The dimension of the stored vectors is known only now.
            after = await changes.read(self._store.connection, known, list(change.expected))
        undo = changes.inverse(known, change, after, now.uid if now is not None else None)
        return PreparedChange(undo, now) if undo is not None else None

    async def _info(self, key: bytes) -> SetInfo | None:
        try:
            return await self._store.info(key)
        except NotFound:
            return None

    async def _before(self, key: bytes, elements: Sequence[bytes]) -> tuple[SetInfo, dict[bytes, Existing]]:
        info = await self._store.info(key)
        found = await changes.read(self._store.connection, info, list(dict.fromkeys(elements)))
        before: dict[bytes, Existing] = {}
        for name, state in found.items():
            if state is None:
                raise no_element(key, name)
            before[name] = state
        return info, before


def verbatim_attributes(text: str) -> bytes | None:
    """Return attributes exactly as given, after checking that they are a JSON object; ``None`` for blank text.

    Raises:
        UsageError: it is not JSON, or not an object; the message says where.
    """
    return text.strip().encode("utf-8", "surrogateescape") if checked_attributes(text) is not None else None


def checked_attributes(text: str) -> bytes | None:
    """Return attributes as they will be stored: a JSON object without escapes; ``None`` for blank text.

    Raises:
        UsageError: it is not JSON, or no object; the message says where.
    """
    if not text.strip():
        return None
    try:
        value = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise UsageError(f"Not JSON: {error.msg}, line {error.lineno}, column {error.colno}.") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"Not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise UsageError('Attributes must be a JSON object, such as {"year": 1950}: filters read nothing else.')
    try:
        return to_stored(value)
    except ValueError as error:
        raise UsageError(f"Not JSON: {error}.") from error


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not a valid number")
