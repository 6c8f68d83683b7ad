"""The formats of results, by the names of ``--format``; imports nothing, so that ``--help`` is fast."""

from __future__ import annotations

from typing import Literal, get_args

type Format = Literal["table", "json", "jsonl", "csv", "markdown", "plain"]

FORMATS: tuple[str, ...] = get_args(Format.__value__)
FOR_PROGRAMS = frozenset(["json", "jsonl", "csv", "markdown"])
"""Formats written in UTF-8 whatever the terminal's encoding."""
