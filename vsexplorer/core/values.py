"""The values that travel between the rooms: frozen, without behaviour beyond what they know of themselves.

Keys and element names are bytes throughout, because Redis allows any bytes in them; only the screen and the
writers decode.
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
    """What EPSILON must be multiplied by: 2 before Redis 8.0.4 and 8.2.2, which halve the distance."""
    run: str = ""
    """The server's ``run_id``, another one after each start; empty where it may not be known."""
    cluster: bool = False
    """It is a node of a Redis Cluster, which holds a part of the keys."""
    replica: bool = False
    """It was a replica, which takes no changes, when it was connected to."""


@dataclass(frozen=True, slots=True)
class SetInfo:
    """One vector set as VINFO describes it."""

    key: bytes
    size: int
    dimension: int
    """Dimension of the stored vectors, after REDUCE."""
    input_dimension: int
    """Dimension a query must have: that before REDUCE where the set was made with it."""
    quantization: str
    """``int8``, ``f32`` or ``bin``."""
    links: int
    """M, the connections of a node."""
    levels: int
    with_attributes: int
    uid: int
    """VINFO's ``vset-uid``: another one tells that the set was made anew under the same key, as long as the server
    runs. Reading its data again, a server numbers all sets anew."""
    newest_node: int = 0
    """Grows with every element that is added."""

    @property
    def reduced(self) -> bool:
        """Made with REDUCE."""
        return self.input_dimension != self.dimension


@dataclass(frozen=True, slots=True)
class SetSummary:
    """One vector set among others."""

    info: SetInfo
    memory: int | None
    """Bytes as MEMORY USAGE estimates them; ``None`` where it may not be asked."""
    model: str
    """The embedding model it was made with; empty where that is not known."""


@dataclass(frozen=True, slots=True)
class ByText:
    """Rank by nearness to a text's embedding."""

    text: str


@dataclass(frozen=True, slots=True)
class ByElement:
    """Rank by nearness to an element of the set."""

    element: bytes


@dataclass(frozen=True, slots=True)
class ByVector:
    """Rank by nearness to a vector: float32, little-endian."""

    vector: bytes


@dataclass(frozen=True, slots=True)
class ByFile:
    """Rank by nearness to the vector in a file: JSON, NumPy's format, or raw float32."""

    path: str


type Operand = ByText | ByElement | ByVector | ByFile


@dataclass(frozen=True, slots=True)
class Weighted:
    """A term of a sum; a negative weight leads away from it."""

    weight: float
    operand: Operand


@dataclass(frozen=True, slots=True)
class BySum:
    """Rank by nearness to a weighted sum of vectors, each of length one before it is weighted."""

    terms: tuple[Weighted, ...]


@dataclass(frozen=True, slots=True)
class Everything:
    """No ranking: the first elements, or the first that pass the filter."""


type Source = Operand | BySum | Everything


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """VSIM's options; ``None`` leaves the server's default."""

    count: int = 10
    ef: int | None = None
    """Exploration factor: nodes kept in view while walking the graph."""
    filter_ef: int | None = None
    """How many candidates a filtered search examines."""
    epsilon: float | None = None
    """Largest distance: only elements with similarity >= 1 - epsilon."""
    exact: bool = False
    """TRUTH: compare with every element instead of walking the graph."""
    no_thread: bool = False
    """NOTHREAD: search in the server's main thread; everyone else waits meanwhile."""


@dataclass(frozen=True, slots=True)
class SearchDraft:
    """A search as it is typed and remembered: the query line, the filter line and the chosen options."""

    line: str
    filter: str = ""
    options: SearchOptions = field(default_factory=SearchOptions)


@dataclass(frozen=True, slots=True)
class Query:
    """One question to one vector set."""

    key: bytes
    source: Source
    filter: str = ""
    options: SearchOptions = field(default_factory=SearchOptions)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a set's elements in the order of their names, bytes compared as unsigned numbers."""

    prefix: bytes = b""
    """Only names that begin so."""
    after: bytes | None = None
    """Only names behind this one."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An element linked to another in the HNSW graph."""

    element: bytes
    score: float
    """Similarity, 0 opposite to 1 same."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One element of an answer."""

    rank: int
    element: bytes
    score: float | None
    """Similarity, 0 opposite to 1 same; ``None`` where nothing was ranked."""
    attributes: bytes | None
    """As stored; ``None`` where the element has none."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Where the time of one search went, in milliseconds."""

    embed: float
    redis: float
    total: float
    embed_cached: bool = False


@dataclass(frozen=True, slots=True)
class ResultPage:
    """The answer to one query, with what is needed to trust it."""

    query: Query
    hits: tuple[Hit, ...]
    command: str
    """The command sent, as one would type it, with a sign in place of the vector's bytes."""
    timings: Timings
    notes: tuple[str, ...] = ()
    """What a reader must know: cut text, a random sample, missing permissions."""
    argv: tuple[bytes | str | int | float, ...] = ()
    """The command sent, argument by argument."""


@dataclass(frozen=True, slots=True)
class ElementDetails:
    """One element on its own."""

    element: bytes
    attributes: bytes | None
    quantization: str
    dimension: int
    norm: float
    """L2 norm of the vector as it was added."""
    numbers: tuple[float, ...] = ()
    """The vector as VEMB returns it: what is left of it after quantization; of ``bin`` the signs alone."""
