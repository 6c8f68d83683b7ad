"""What a load shall do, and what it has done."""

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
    """What becomes of elements that are there already."""

    REPLACE = "replace"
    """Left alone when equal, replaced when changed."""
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
    """Begin anew even where an interrupted load could go on."""
    mix_models: bool = False
    """Embed with the model that was named, even into a set that another one made."""

    def fingerprint(self, mapping: Mapping, model: str) -> str:
        """What must be the same for an interrupted load to go on."""
        options = asdict(self.options) | {"ef": None, "cas": None}
        return repr((mapping, options, self.existing.value, self.limit, model))


@dataclass(slots=True)
class LoadReport:
    """What became of the rows."""

    mapping: Mapping = field(default_factory=Mapping)
    added: int = 0
    replaced: int = 0
    """New vector, or only new attributes."""
    unchanged: int = 0
    """There already, and equal."""
    skipped: int = 0
    """There already, and left alone as asked."""
    filtered: int = 0
    """Not passed by the filter on rows."""
    rejected: int = 0
    cut: int = 0
    """Texts longer than the model reads."""
    resumed_at: int = 0
    """Rows that an earlier run had dealt with."""
    seconds: float = 0.0
    memory: int | None = None
    """Bytes of the set in Redis, as it estimates them."""
    notes: list[str] = field(default_factory=list)
    rejections: list[tuple[str, BadRow]] = field(default_factory=list)
    """The first hundred, with the file's name."""

    @property
    def rows(self) -> int:
        """All rows dealt with."""
        return sum(self.counts.values())

    @property
    def counts(self) -> dict[str, int]:
        """What a checkpoint keeps."""
        return {name: getattr(self, name) for name in _COUNTED}

    def take_up(self, counts: dict[str, int]) -> None:
        """Go on from a checkpoint's counts."""
        for name in _COUNTED:
            setattr(self, name, counts.get(name, 0))

    def reject(self, source: str, row: BadRow) -> None:
        """Count a row that cannot be loaded."""
        self.rejected += 1
        if len(self.rejections) < _REMEMBERED:
            self.rejections.append((source, row))
