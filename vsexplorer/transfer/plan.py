"""The plan and the report of a load."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

from vsexplorer.transfer.mapping import Mapping
from vsexplorer.transfer.rows import BadRow
from vsexplorer.vectorset.writer import SetOptions

_REMEMBERED = 100
_COUNTED = ("added", "replaced", "unchanged", "skipped", "filtered", "rejected")


class OnExisting(StrEnum):
    """What to do with elements that already exist."""

    REPLACE = "replace"
    """Keep if equal, replace if changed."""
    SKIP = "skip"
    """Left alone."""
    REFUSE = "refuse"
    """The row is rejected."""


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """How files become elements of a set."""

    key: bytes
    mapping: Mapping = field(default_factory=Mapping)
    options: SetOptions = field(default_factory=SetOptions)
    existing: OnExisting = OnExisting.REPLACE
    limit: int | None = None
    """Rows read at most."""
    strict: bool = False
    """Stop at the first row that cannot be loaded."""
    rejects: Path | None = None
    """File for rejected rows."""
    checkpoints: Path | None = None
    """Folder for the progress of loads; ``None`` keeps none."""
    restart: bool = False
    """Start over instead of resuming an interrupted load."""
    mix_models: bool = False
    """Embed with the named model, even if the set was made with another one."""

    def fingerprint(self, mapping: Mapping, model: str) -> str:
        """Return what must be unchanged to resume an interrupted load."""
        options = asdict(self.options) | {"ef": None}
        return repr((mapping, options, self.existing.value, self.limit, model))


@dataclass(slots=True)
class LoadReport:
    """The outcome of a load."""

    mapping: Mapping = field(default_factory=Mapping)
    added: int = 0
    replaced: int = 0
    """New vector, or only new attributes."""
    unchanged: int = 0
    """Existing, and equal."""
    skipped: int = 0
    """Existing, and skipped as requested."""
    filtered: int = 0
    """Rows that did not pass the filter."""
    rejected: int = 0
    cut: int = 0
    """Number of texts longer than the model's limit."""
    resumed_at: int = 0
    """Number of rows that an earlier run had processed."""
    seconds: float = 0.0
    memory: int | None = None
    """Bytes of the set in Redis, as it estimates them."""
    notes: list[str] = field(default_factory=list)
    rejections: list[tuple[str, BadRow]] = field(default_factory=list)
    """The first hundred, with the file's name."""

    @property
    def rows(self) -> int:
        """Number of rows processed."""
        return sum(self.counts.values())

    @property
    def counts(self) -> dict[str, int]:
        """What a checkpoint keeps."""
        return {name: getattr(self, name) for name in _COUNTED}

    def take_up(self, counts: dict[str, int]) -> None:
        """Continue from a checkpoint's counts."""
        for name in _COUNTED:
            setattr(self, name, counts.get(name, 0))

    def reject(self, source: str, row: BadRow) -> None:
        """Count a row that cannot be loaded."""
        self.rejected += 1
        if len(self.rejections) < _REMEMBERED:
            self.rejections.append((source, row))
