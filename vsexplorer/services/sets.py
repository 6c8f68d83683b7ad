"""The vector sets of a database: listing, describing, and the model recorded for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from vsexplorer.core.errors import NotFound, PermissionDenied, WrongType
from vsexplorer.core.text import display
from vsexplorer.core.values import SetInfo, SetSummary
from vsexplorer.services.models import ModelService
from vsexplorer.vectorset import set_records
from vsexplorer.vectorset.partitions import families
from vsexplorer.vectorset.set_records import SetRecord
from vsexplorer.vectorset.store import VectorSetStore

_COMPLETED = 1000
"""Keys offered by completion."""


class SetService:
    """Lists and describes the vector sets of one database.

    Args:
        store: The vector sets.
        models: The models.
        named: The partitioned sets that have a name in the configuration.
        indexes: Lists the indexes of the query engine.
    """

    def __init__(
        self,
        store: VectorSetStore,
        models: ModelService,
        named: Sequence[bytes],
        indexes: Callable[[], Awaitable[list[bytes]]],
    ) -> None:
        self._store = store
        self._models = models
        self._partitioned = named
        self._indexes = indexes
        self._infos: dict[bytes, SetInfo] = {}

    async def pages(self) -> AsyncIterator[list[SetInfo]]:
        """List all vector sets as SCAN finds them, each once; sets the user may not read are left out.

        Partitioned sets come last, those that the configuration names and those whose parts are numbered, and then
        the indexes of the query engine.

        Raises:
            PermissionDenied: there are sets, but the user may read none of them.
        """
        seen: set[bytes] = set()
        readable, denied = 0, None
        async for page in self._store.keys():
            fresh = [key for key in dict.fromkeys(page) if key not in seen]
            seen.update(fresh)
            found = await self._store.infos(fresh)
            denied = denied or next((one for one in found if isinstance(one, PermissionDenied)), None)
            infos = [info for info in found if isinstance(info, SetInfo)]
            readable += len(infos)
            yield infos
        if denied is not None and not readable:
            raise denied
        more = dict.fromkeys([*self._partitioned, *families(seen), *await self._indexes()])
        partitioned = await self._store.infos(list(more))
        if found := [info for info in partitioned if isinstance(info, SetInfo)]:
            yield found

    async def summaries(self) -> AsyncIterator[list[SetSummary]]:
        """List all vector sets with their memory and the model recorded for them."""
        async for page in self.pages():
            yield await self._summarize(page)

    async def summary(self, key: bytes) -> SetSummary:
        """Describe one set with its memory and the model recorded for it.

        Raises:
            NotFound: there is no such key.
        """
        return (await self._summarize([await self.info(key)]))[0]

    async def keys(self, prefix: bytes) -> list[bytes]:
        """List the keys of vector sets that begin with ``prefix``, sorted; about a thousand at most."""
        found: dict[bytes, None] = {}
        async for page in self._store.keys(prefix + b"*"):
            found.update(dict.fromkeys(page))
            if len(found) > _COMPLETED:
                break
        return sorted(found)

    async def info(self, key: bytes) -> SetInfo:
        """Describe a set as it is now.

        Raises:
            NotFound: there is no such key.
            WrongType: the key holds something other than a vector set.
        """
        self._infos.pop(key, None)
        with self._named(key):
            info = await self._store.info(key)
        self._infos[key] = info
        return info

    async def described(self, key: bytes) -> tuple[SetInfo, SetRecord]:
        """Describe a set as it is now, with what is recorded of it, in one round trip.

        Raises:
            NotFound: there is no such key.
            WrongType: the key holds something other than a vector set.
        """
        self._infos.pop(key, None)
        with self._named(key):
            info, record = await set_records.described(self._store, key)
        self._infos[key] = info
        return info, await self._believed(info, record)

    @contextmanager
    def _named(self, key: bytes) -> Iterator[None]:
        """Name the key and the server in errors about a set that cannot be described."""
        try:
            yield
        except NotFound as error:
            target = self._store.connection.target
            raise NotFound(
                f"There is no vector set {display(key)!r} in database {target.db} of {target.place}."
            ) from error
        except WrongType as error:
            raise WrongType(f"{display(key)} holds something other than a vector set.") from error

    async def known(self, key: bytes) -> SetInfo:
        """Return the last known description of a set; ask the server if there is none.

        Raises:
            NotFound: there is no such key.
            WrongType: the key holds something other than a vector set.
        """
        return self._infos.get(key) or await self.info(key)

    def forget(self) -> None:
        """Forget the descriptions: the server may be another one."""
        self._infos.clear()

    async def record(self, info: SetInfo) -> SetRecord:
        """Return the record in Redis of how a set was made; an unknown model is left out.

        A record is data: it must never make vsexplorer load or fetch a model that fastembed does not know.
        """
        return await self._believed(info, (await set_records.read(self._store, [info]))[0])

    async def recorded(self, info: SetInfo) -> SetRecord | None:
        """Return the record of a set as it is, also if its model is unknown here; ``None`` if there is none."""
        return (await set_records.read(self._store, [info]))[0]

    async def _believed(self, info: SetInfo, record: SetRecord | None) -> SetRecord:
        if record is None:
            return SetRecord("", "")
        if record.model == self._models.embedder.name:
            return record
        known = {model.name for model in await self._models.fitting(info)}
        return record if record.model in known else replace(record, model="")

    async def record_model(self, info: SetInfo) -> None:
        """Record in Redis that a set was made with the model in use.

        Raises:
            VsexplorerError: the server or the connection failed.
        """
        await set_records.write(self._store, info, SetRecord.of(self._models.embedder, ""))

    async def record_as(self, info: SetInfo, record: SetRecord) -> None:
        """Record in Redis how a set was made.

        Raises:
            VsexplorerError: the server or the connection failed.
        """
        await set_records.write(self._store, info, record, corrected=True)

    async def forget_record(self, key: bytes) -> bool:
        """Remove the record of how a set was made; ``False`` if there is none.

        Raises:
            VsexplorerError: the server refuses.
        """
        return await set_records.remove(self._store, key)

    async def _summarize(self, infos: Sequence[SetInfo]) -> list[SetSummary]:
        sizes = await self._store.memory([info.key for info in infos])
        recorded = await set_records.read(self._store, infos)
        return [
            SetSummary(info, size, record.model if record is not None else "")
            for info, size, record in zip(infos, sizes, recorded, strict=True)
        ]
