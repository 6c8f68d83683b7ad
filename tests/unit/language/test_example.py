"""The example of a filter is one that the server accepts and that some elements pass."""

from __future__ import annotations

import json

from hypothesis import given

from tests.support.samples import samples
from vsexplorer.insight.fields import summarise
from vsexplorer.language.check import check
from vsexplorer.language.dialect import NEWEST
from vsexplorer.language.example import example


def test_a_number_and_a_text_make_an_example() -> None:
    rows = [
        json.dumps({"born": 1900 + place, "country": "Chile", "name": f"n{place}"}).encode() for place in range(9)
    ]
    assert example(summarise(rows)) == '.born > 1904 and .country == "Chile"'
    assert example(summarise([b'{"n": -624}', b'{"n": 1900}', b'{"n": 1950}'])) == ".n > 1900"
    assert example(summarise([b'{"a b": 1}', b'{"a b": 2}'])) == ""
    assert example(summarise([])) == ""


@given(samples)
def test_an_example_is_accepted(elements: tuple[dict[str, object], ...]) -> None:
    found = example(summarise([json.dumps(one).encode() for one in elements]))
    assert not found or check(found, NEWEST).ok
