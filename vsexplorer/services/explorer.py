"""Compose the services for the vector sets of one database."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from vsexplorer.core import paths
from vsexplorer.core.values import Capabilities
from vsexplorer.embedding.factory import make_embedder
from vsexplorer.embedding.text_embedder import EmbeddingOptions, TextEmbedder
from vsexplorer.language.dialect import Dialect
from vsexplorer.queryengine.index_connection import IndexConnection
from vsexplorer.server.cluster import ClusterConnection
from vsexplorer.server.session import Session
from vsexplorer.server.target import Target, Where
from vsexplorer.services.elements import ElementService
from vsexplorer.services.models import ModelService
from vsexplorer.services.samples import SampleService
from vsexplorer.services.search import SearchService
from vsexplorer.services.sets import SetService
from vsexplorer.vectorset.partitioned_connection import PartitionedConnection
from vsexplorer.vectorset.store import VectorSetStore

if TYPE_CHECKING:
    from vsexplorer.services.distribution import DistributionService
    from vsexplorer.services.edit import Editor
    from vsexplorer.services.evaluation import EvaluationService
    from vsexplorer.services.explanations import ExplanationService
    from vsexplorer.services.fit import FitService
    from vsexplorer.services.health import HealthService
    from vsexplorer.services.maps import MapService
    from vsexplorer.services.quality import QualityService
    from vsexplorer.services.sizes import SizeService
    from vsexplorer.services.transfers import Transfers


class Explorer:
    """Composes the services over one connection; ``models`` works before ``connect``, the others after it.

    What not every command needs is imported and made on first use.

    Args:
        where: The server to use.
        embedder: The embedder to begin with.
        model_given: The user named its model for this run, so no set may change it.
        embedding: What the user says about embedding, besides the model.
    """

    sets: SetService
    search: SearchService
    elements: ElementService
    samples: SampleService
    _partitions: PartitionedConnection
    _indexes: IndexConnection

    def __init__(
        self,
        where: Where,
        embedder: TextEmbedder,
        model_given: bool = False,
        embedding: EmbeddingOptions | None = None,
    ) -> None:
        self._where = where
        self._session: Session | None = None
        self._opened: VectorSetStore | None = None
        self.models = ModelService(embedder, model_given, embedding)

    async def connect(self) -> None:
        """Connect, or connect again after the connection was lost.

        The model need not be loaded yet; the first text waits for it.

        Raises:
            NoServer: a private server is needed and cannot be started.
            NoVectorSets: the server has no vector sets.
            VsexplorerError: the server cannot be reached or denies access.
        """
        if self._session is None:
            self._session = await Session.open(self._where)
            self._compose(self._session)
        else:
            await self._session.reconnect()
            self._begin_again(self._session.capabilities)

    async def check_role(self) -> bool:
        """Ask whether the server is a replica; return whether that has changed, as after a failover.

        Raises:
            VsexplorerError: the connection failed.
        """
        if self._session is None:
            return False
        run = self._session.capabilities.run
        if not await self._session.check_role():
            return False
        if self._session.capabilities.run != run:
            # After a failover another server answers.
            self._begin_again(self._session.capabilities)
        else:
            self._store.update(self._session.capabilities)
        return True

    def _begin_again(self, capabilities: Capabilities) -> None:
        """Forget what is known of the sets: the server may be another one."""
        self._store.reconnected(capabilities)
        self._partitions.forget()
        self._indexes.forget()
        self.sets.forget()
        self.samples.forget()
        if "maps" in vars(self):
            self.maps.forget()
        if "distribution" in vars(self):
            self.distribution.forget()

    def _compose(self, session: Session) -> None:
        self._indexes = IndexConnection(session.connection)
        self._partitions = PartitionedConnection(self._indexes, self._where.collections)
        store = self._opened = VectorSetStore(self._partitions, session.capabilities)
        self.sets = SetService(store, self.models, self._partitions.names, self._indexes.indexes)
        self.search = SearchService(store, self.models, self.sets)
        self.elements = ElementService(store, self.sets)
        self.samples = SampleService(store, self.sets)

    @cached_property
    def quality(self) -> QualityService:
        """Measures recall."""
        from vsexplorer.services.quality import QualityService

        return QualityService(self._store, self.models, self.sets, self.samples)

    @cached_property
    def explanations(self) -> ExplanationService:
        """Explains why an element is or is not among the results."""
        from vsexplorer.services.explanations import ExplanationService

        return ExplanationService(self._store, self.models, self.sets, self.search)

    @cached_property
    def evaluation(self) -> EvaluationService:
        """Compares rankings with judgments."""
        from vsexplorer.services.evaluation import EvaluationService

        return EvaluationService(self._store, self.sets, self.search)

    @cached_property
    def fit(self) -> FitService:
        """Finds out which model a set was made with."""
        from vsexplorer.services.fit import FitService

        return FitService(self._store, self.models, self.sets)

    @cached_property
    def health(self) -> HealthService:
        """Examines sets."""
        from vsexplorer.services.health import HealthService

        return HealthService(self._store, self.sets, self.fit)

    @cached_property
    def maps(self) -> MapService:
        """Lays out elements as points."""
        from vsexplorer.services.maps import MapService

        return MapService(self._store, self.sets, self.search)

    @cached_property
    def distribution(self) -> DistributionService:
        """Compares the scores of results with those of all elements."""
        from vsexplorer.services.distribution import DistributionService

        return DistributionService(self._store, self.sets, self.search, self.samples)

    @cached_property
    def sizes(self) -> SizeService:
        """Calculates what sets take in memory."""
        from vsexplorer.services.sizes import SizeService

        return SizeService(self._store, self.sets)

    @cached_property
    def editor(self) -> Editor:
        """Changes elements."""
        from vsexplorer.services.edit import Editor

        return Editor(self._store, self.models)

    @cached_property
    def transfers(self) -> Transfers:
        """Loads, exports and copies."""
        from vsexplorer.services.transfers import Transfers

        return Transfers(self._store, self.models)

    @property
    def _store(self) -> VectorSetStore:
        assert self._opened is not None, "connect() comes first"
        return self._opened

    @property
    def target(self) -> Target:
        """The server in use."""
        return self._store.connection.target

    @property
    def cluster(self) -> ClusterConnection | None:
        """The connections to the nodes of the cluster; ``None`` for a single server."""
        return self._session.cluster if self._session is not None else None

    @property
    def server_binary(self) -> Path | None:
        """The binary of the private server in use; ``None`` for any other server."""
        return self._session.server_binary if self._session is not None else None

    @property
    def notice(self) -> str:
        """What the user should know about the start of a private server; empty if there is nothing."""
        return self._session.notice if self._session is not None else ""

    @property
    def place(self) -> str:
        """Server and database, without user and password, to distinguish sets with the same key."""
        return f"{self.target.name or self.target.address}/{self.target.db}"

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do."""
        return self._store.capabilities

    @property
    def dialect(self) -> Dialect:
        """The filter language of the server."""
        return self._store.dialect

    def dialect_of(self, key: bytes) -> Dialect:
        """Return the filter language of a set."""
        return self._store.dialect_of(key)

    async def close(self) -> None:
        """Close the connections and the model, and stop using the private server."""
        await self.models.embedder.close()
        if self._session is not None:
            await self._session.close()


def unreachable(cluster: ClusterConnection | None) -> str:
    """Name the shards that did not answer the last listing; empty if all did, and for a single server."""
    if cluster is None or not cluster.unreachable:
        return ""
    named = ", ".join(f"{host}:{port}" for host, port in sorted(cluster.unreachable))
    return f"not answering: {named}; their sets are missing here"


def make_explorer(
    where: Where, model: str, model_given: bool = False, embedding: EmbeddingOptions | None = None
) -> Explorer:
    """Make an explorer, not connected yet, that embeds with a model from the user's cache folder."""
    embedder = make_embedder(model, paths.cache_folder(), embedding)
    return Explorer(where, embedder, model_given, embedding)
