"""Negations in a row, backslashes in lists, and texts that an old server does not look into."""

from __future__ import annotations

import pytest

from vsexplorer.insight.fields import summarise
from vsexplorer.language.check import check
from vsexplorer.language.dialect import NEWEST, OLDEST


def sentences(expression: str, *rows: bytes) -> list[str]:
    return [finding.sentence for finding in check(expression, NEWEST, summarise(rows) if rows else None).findings]


@pytest.mark.parametrize("twice", ["not not", "! !", "!!", "not !", "! not"])
def test_two_negations_in_a_row_are_pointed_out(twice: str) -> None:
    found = [
        one
        for one in check(f".n > 1 and {twice} .active", NEWEST).findings
        if "not a double negation" in one.sentence
    ]
    assert len(found) == 1, "accepted, and read as nobody means it"
    assert found[0].correction is None
    for expression, better in ((f"{twice} .active", ".active"), (f"{twice} .n == 1", None)):
        finding = check(expression, NEWEST).findings[0]
        assert "cannot follow" in finding.sentence
        corrected = finding.correction.apply(expression) if finding.correction is not None else None
        assert corrected == better


def test_a_backslash_in_a_list_stays_as_well() -> None:
    assert any("a backslash stays" in said for said in sentences(r'.t in ["a\b", "c"]'))


def test_an_old_server_does_not_look_into_texts() -> None:
    rows = [b'{"t": "a dog"}', b'{"t": null}']
    found = check('"dog" in .t', OLDEST, summarise(rows))
    assert any("this is always false" in finding.sentence for finding in found.findings)
    assert not any("always false" in said for said in sentences('"dog" in .t', *rows))


def test_null_is_not_proposed_to_a_server_without_it() -> None:
    finding = check(".a is null", OLDEST).findings[0]
    assert "does not support null" in finding.sentence
    assert finding.correction is None
