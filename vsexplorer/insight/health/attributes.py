"""Check attributes and names for what filters and people stumble over."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from vsexplorer.core.attributes import Json, parse
from vsexplorer.core.text import decode
from vsexplorer.insight.health.findings import EXAMPLES, Finding, Severity

_ESCAPE = re.compile(rb"\\u[0-9a-fA-F]{4}")
_SPACES = re.compile(r"\s+")
_LISTED = 8
_KINDS: dict[type, str] = {
    bool: "boolean",
    int: "number",
    float: "number",
    str: "text",
    list: "list",
    dict: "object",
}


class AttributeChecks:
    """Collects attributes in memory that grows with the number of fields only."""

    def __init__(self) -> None:
        self._seen = 0
        self._with = 0
        self._invalid: list[bytes] = []
        self._invalids = 0
        self._escaped: list[bytes] = []
        self._escapes = 0
        self._present: Counter[str] = Counter()
        self._kinds: dict[str, Counter[str]] = {}
        self._odd: dict[str, bytes] = {}
        """An element with a rarer kind of value, by field."""

    def add(self, names: Sequence[bytes], attributes: Sequence[bytes | None]) -> None:
        """Look at some elements."""
        for name, raw in zip(names, attributes, strict=True):
            self._seen += 1
            if not raw:
                continue
            self._with += 1
            valid, value = parse(raw)
            if not valid or not isinstance(value, dict):
                self._invalids += 1
                self._invalid = [*self._invalid, name][:EXAMPLES]
                continue
            if _ESCAPE.search(raw):
                self._escapes += 1
                self._escaped = [*self._escaped, name][:EXAMPLES]
            self._note_fields(name, value)

    def findings(self) -> list[Finding]:
        """Return what was found."""
        found = []
        if self._invalids:
            found.append(
                Finding(
                    "invalid attributes",
                    Severity.SERIOUS,
                    "Some attributes are not valid JSON objects: filters cannot see anything after the error.",
                    "Write them again: vsexplorer set-attributes KEY ELEMENT JSON.",
                    self._invalids,
                    self._seen,
                    tuple(self._invalid),
                )
            )
        if self._escapes:
            found.append(
                Finding(
                    "escaped characters",
                    Severity.WARNING,
                    r"Some attributes contain \u escapes, which filters do not decode: é never equals \u00e9.",
                    "Store them unescaped (in Python: ensure_ascii=False); vsexplorer load does.",
                    self._escapes,
                    self._seen,
                    tuple(self._escaped),
                )
            )
        return [*found, *self._mixed(), *self._incomplete(), *self._without()]

    def _note_fields(self, name: bytes, values: dict[str, Json]) -> None:
        for field, value in values.items():
            self._present[field] += 1
            kind = "null" if value is None else _KINDS[type(value)]
            kinds = self._kinds.setdefault(field, Counter())
            if kinds and kind not in kinds and kind != "null":
                self._odd[field] = name
            kinds[kind] += 1

    def _mixed(self) -> list[Finding]:
        mixed = {
            field: kinds
            for field, kinds in self._kinds.items()
            if len({"number" if kind == "boolean" else kind for kind in kinds if kind != "null"}) > 1
        }
        if not mixed:
            return []
        fields = ", ".join(
            f"{field} ({', '.join(f'{number:,} {kind}' for kind, number in kinds.most_common())})"
            for field, kinds in list(mixed.items())[:_LISTED]
        )
        return [
            Finding(
                "mixed types",
                Severity.WARNING,
                f"Some fields hold values of several types, which filters compare differently: {fields}.",
                "Use one type for each field.",
                examples=tuple(dict.fromkeys(self._odd[field] for field in mixed if field in self._odd))[:EXAMPLES],
            )
        ]

    def _incomplete(self) -> list[Finding]:
        objects = self._with - self._invalids
        rare = {field: number for field, number in self._present.items() if number < objects}
        if not rare:
            return []
        fields = ", ".join(
            f"{field} ({number:,})" for field, number in sorted(rare.items(), key=lambda one: one[1])[:_LISTED]
        )
        more = f" and {len(rare) - _LISTED:,} more" if len(rare) > _LISTED else ""
        return [
            Finding(
                "missing fields",
                Severity.NOTE,
                f'A filter that names a missing field is false, even inside "or" and "not". '
                f"Fields that only some of {objects:,} elements have: {fields}{more}.",
                "Give all elements the fields that filters name; null counts as present from Redis 8.2 on.",
            )
        ]

    def _without(self) -> list[Finding]:
        without = self._seen - self._with
        if not without or not self._with:
            return []
        return [
            Finding(
                "no attributes",
                Severity.NOTE,
                "Some elements have no attributes, so no filter finds them.",
                count=without,
                of=self._seen,
            )
        ]


class NameChecks:
    """Collects names and finds those that differ in case or spaces only."""

    def __init__(self) -> None:
        self._first: dict[str, bytes] = {}
        self._alike: dict[str, list[bytes]] = {}
        self._seen = 0

    def add(self, names: Sequence[bytes]) -> None:
        """Look at some names."""
        for name in names:
            self._seen += 1
            plain = _SPACES.sub(" ", decode(name)).strip().casefold()
            first = self._first.setdefault(plain, name)
            if first != name:
                self._alike.setdefault(plain, [first]).append(name)

    def findings(self) -> list[Finding]:
        """Return what was found."""
        if not self._alike:
            return []
        groups = list(self._alike.values())
        return [
            Finding(
                "similar names",
                Severity.WARNING,
                "Some names differ only in case or spaces.",
                "Check whether they are the same thing.",
                sum(map(len, groups)),
                self._seen,
                tuple(name for group in groups for name in group)[: EXAMPLES + 1],
            )
        ]
