"""Check the server: faults of its version, and settings by which it loses or evicts data."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.values import Capabilities
from vsexplorer.insight.health.findings import Finding, Severity
from vsexplorer.server.connection import Connection

type Version = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Fault:
    """A fault of vector sets, and the first version of each line that mends it; all after the last are mended."""

    mended: tuple[Version, ...]
    severity: Severity
    sentence: str


_FAULTS = (
    _Fault(
        ((8, 2, 9), (8, 4, 6), (8, 6, 6), (8, 8, 2), (8, 10, 1)),
        Severity.WARNING,
        "three memory-safety bugs, one of which occurs when elements are deleted during a search",
    ),
    _Fault(
        ((8, 10, 0),),
        Severity.WARNING,
        "VADD with CAS and SETATTR miscounts attributes, and they can be lost when the server loads its file",
    ),
    _Fault(
        ((8, 0, 4), (8, 2, 2), (8, 4, 0)),
        Severity.NOTE,
        "EPSILON is halved; vsexplorer compensates for this, other clients do not",
    ),
)
"""From the release notes of Redis."""


def version_findings(able: Capabilities) -> list[Finding]:
    """Return the known faults of the server's version; none for a product other than Redis."""
    version = tuple(int(part) for part in re.findall(r"\d+", able.version)[:3])
    if able.product != "Redis" or len(version) < 3:
        return []
    return [
        Finding(
            "server version",
            fault.severity,
            f"Redis {able.version} has a known bug: {fault.sentence}.",
            f"Fixed in {', '.join('.'.join(map(str, one)) for one in fault.mended)}.",
        )
        for fault in _FAULTS
        if not _mended(version, fault.mended)
    ]


async def settings_findings(connection: Connection) -> list[Finding]:
    """Return the settings by which the server can lose data; a note if they cannot be read.

    Raises:
        VsexplorerError: the connection failed.
    """
    names = (b"save", b"appendonly", b"maxmemory", b"maxmemory-policy")
    settings: dict[str, str] = {}
    for name, reply in zip(
        names, await connection.pipeline([[b"CONFIG", b"GET", name] for name in names]), strict=True
    ):
        if isinstance(reply, VsexplorerError) or len(reply) < 2:
            return [
                Finding(
                    "persistence",
                    Severity.NOTE,
                    "The server's settings cannot be read, so persistence and eviction were not checked.",
                    "Allow CONFIG GET to check them.",
                )
            ]
        settings[name.decode()] = bytes(reply[1]).decode("utf-8", "replace")
    return _judged(settings)


def _judged(settings: dict[str, str]) -> list[Finding]:
    found = []
    if not settings["save"].strip() and settings["appendonly"] == "no":
        found.append(
            Finding(
                "persistence",
                Severity.SERIOUS,
                "The server saves nothing: a restart loses the set.",
                "Set appendonly yes or save, or keep a copy with vsexplorer export.",
            )
        )
    if settings["maxmemory"] != "0" and settings["maxmemory-policy"].startswith("allkeys"):
        policy = settings["maxmemory-policy"]
        found.append(
            Finding(
                "eviction",
                Severity.SERIOUS,
                f"The server evicts any key when memory is short ({policy}), a whole vector set at once.",
                "Set maxmemory-policy to noeviction or to a volatile policy.",
            )
        )
    if settings["appendonly"] == "yes":
        found.append(
            Finding(
                "replaced vectors",
                Severity.NOTE,
                "VADD of an existing element is not written to the append-only file: a restart undoes it.",
                "Replace a vector with VREM followed by VADD, as vsexplorer does.",
            )
        )
    return found


def _mended(version: Version, mended: tuple[Version, ...]) -> bool:
    if version >= mended[-1]:
        return True
    return any(version[:2] == one[:2] and version >= one for one in mended)
