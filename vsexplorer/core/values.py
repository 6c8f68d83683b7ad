"""Immutable values passed between the packages.

Keys and element names are bytes throughout, because Redis allows any bytes in them; only the screen and the
output writers decode them.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the connected server can do."""

    product: str
    """``Redis``, ``Valkey`` ..."""
    version: str
    vrange: bool
    """Ordered browsing by name (VRANGE, Redis 8.4)."""
    withattribs: bool
    """VSIM returns attributes in the same reply (Redis 8.0.3)."""
    filter_null: bool
    """The filter literal ``null``, and with it ``in`` for substrings (Redis 8.2)."""
    epsilon_scale: float = 1.0
    """Factor to apply to EPSILON: 2 before Redis 8.0.4 and 8.2.2, which halve the distance."""
    run: str = ""
    """The server's ``run_id``, which changes at each start; empty if INFO is not permitted."""
    cluster: bool = False
    """The server is a node of a Redis Cluster and has only some of the keys."""
    replica: bool = False
    """The server was a read-only replica when the connection was made."""


@dataclass(frozen=True, slots=True)
class SetInfo:
    """One vector set as VINFO describes it."""

    key: bytes
    size: int
    dimension: int
    """Dimension of the stored vectors, after REDUCE."""
    input_dimension: int
    """Dimension of query vectors: the one before REDUCE, if the set was created with it."""
    quantization: str
    """``int8``, ``f32`` or ``bin``."""
    links: int
    """M, the number of links per node."""
    levels: int
    with_attributes: int
    uid: int
    """VINFO's ``vset-uid``: it changes if the set is recreated under the same key. A restarted server assigns new
    ids to all sets."""
    newest_node: int = 0
    """Grows with every element that is added."""
    parts: int = 1
    """Number of vector sets that a partitioned set consists of."""
    metric: str = ""
    """Of an index of the query engine, its distance: ``COSINE``, ``L2`` or ``IP``; empty for vector sets."""
    algorithm: str = ""
    """Of an index, how it searches and the type of its numbers: ``HNSW FLOAT32``; empty for vector sets."""

    @property
    def version(self) -> tuple[int, int, int]:
        """What changes when elements are added, replaced or removed."""
        return self.uid, self.size, self.newest_node

    @property
    def is_index(self) -> bool:
        """Whether it is an index of the query engine."""
        return bool(self.metric)

    @property
    def reduced(self) -> bool:
        """Whether the set was created with REDUCE."""
        return self.input_dimension != self.dimension


@dataclass(frozen=True, slots=True)
class SetSummary:
    """One vector set among others."""

    info: SetInfo
    memory: int | None
    """Bytes as estimated by MEMORY USAGE; ``None`` if the command is not permitted."""
    model: str
    """The embedding model the set was made with; empty if unknown."""


@dataclass(frozen=True, slots=True)
class ByText:
    """Rank by similarity to the embedding of a text."""

    text: str


@dataclass(frozen=True, slots=True)
class ByElement:
    """Rank by similarity to an element of the set."""

    element: bytes


@dataclass(frozen=True, slots=True)
class ByVector:
    """Rank by similarity to a vector: float32, little-endian."""

    vector: bytes


@dataclass(frozen=True, slots=True)
class ByFile:
    """Rank by similarity to the vector in a file: JSON, NumPy's format, or raw float32."""

    path: str


type Operand = ByText | ByElement | ByVector | ByFile


@dataclass(frozen=True, slots=True)
class Weighted:
    """A term of a weighted sum; a negative weight subtracts it."""

    weight: float
    operand: Operand


@dataclass(frozen=True, slots=True)
class BySum:
    """Rank by similarity to a weighted sum of vectors, each normalized first."""

    terms: tuple[Weighted, ...]


@dataclass(frozen=True, slots=True)
class Everything:
    """No ranking: the first elements, or the first that pass the filter."""


type Source = Operand | BySum | Everything


DEFAULT_EF = 100
DEFAULT_FILTER_EF = 100
"""The server's default exploration factor; and of FILTER-EF, for each result asked for."""
LARGEST_EF = 1_000_000
"""The server refuses a larger EF."""
EXACT_COST = 1.3e-6
"""Milliseconds per element and dimension that an exact search is assumed to take: 10 ms for 20,000 of 384."""
_MOST_CANDIDATES = 1_000


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """VSIM's options, where ``None`` leaves the server's default, and how results are chosen from candidates."""

    count: int = 10
    ef: int | None = None
    """Exploration factor: number of candidates kept while the graph is searched."""
    filter_ef: int | None = None
    """How many candidates a filtered search examines."""
    epsilon: float | None = None
    """Largest distance: only elements with similarity >= 1 - epsilon."""
    exact: bool = False
    """TRUTH: compare with every element instead of walking the graph."""
    no_thread: bool = False
    """NOTHREAD: search in the server's main thread; other clients wait."""
    diversify: float | None = None
    """Weight of relevance against variety, from 0 to 1 (maximal marginal relevance); ``None`` for relevance."""
    group_by: str = ""
    """A field of which each value appears ``per_group`` times at most; empty for no groups."""
    per_group: int = 1
    candidates: int | None = None
    """Number of results to choose varied ones from; ``None`` for ten times ``count``, 1,000 at most."""

    @property
    def varied(self) -> bool:
        """Whether results are chosen from more candidates."""
        return self.diversify is not None or bool(self.group_by)

    @property
    def asked(self) -> int:
        """Number of results that the server is asked for."""
        if not self.varied:
            return self.count
        return max(self.count, self.candidates or min(_MOST_CANDIDATES, 10 * self.count))


@dataclass(frozen=True, slots=True)
class SearchDraft:
    """A search as it is typed and remembered: the query line, the filter line and the chosen options."""

    line: str
    filter: str = ""
    options: SearchOptions = field(default_factory=SearchOptions)


@dataclass(frozen=True, slots=True)
class Query:
    """One search in one vector set."""

    key: bytes
    source: Source
    filter: str = ""
    options: SearchOptions = field(default_factory=SearchOptions)


@dataclass(frozen=True, slots=True)
class Span:
    """A range of a set's elements in name order, compared byte by byte."""

    prefix: bytes = b""
    """Only names with this prefix."""
    after: bytes | None = None
    """Only names after this one."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An element linked to another in the HNSW graph."""

    element: bytes
    score: float
    """Similarity, from 0 (opposite) to 1 (equal)."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One element of the results."""

    rank: int
    element: bytes
    score: float | None
    """Similarity, from 0 (opposite) to 1 (equal); ``None`` if nothing was ranked."""
    attributes: bytes | None
    """As stored; ``None`` if the element has none."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Where the time of one search went, in milliseconds."""

    embed: float
    redis: float
    total: float
    embed_cached: bool = False


@dataclass(frozen=True, slots=True)
class ResultPage:
    """The results of one query, with the command sent, timings and notes on limitations."""

    query: Query
    hits: tuple[Hit, ...]
    command: str
    """The command sent, as text, with a placeholder for the vector's bytes."""
    timings: Timings
    notes: tuple[str, ...] = ()
    """Limitations of the results: truncated text, a random sample, missing permissions."""
    argv: tuple[bytes | str | int | float, ...] = ()
    """The command sent, argument by argument."""


@dataclass(frozen=True, slots=True)
class ElementDetails:
    """The attributes and the vector of one element."""

    element: bytes
    attributes: bytes | None
    quantization: str
    dimension: int
    norm: float
    """L2 norm of the vector as it was added."""
    numbers: tuple[float, ...] = ()
    """The vector as VEMB returns it, after quantization; for ``bin`` only the signs."""
