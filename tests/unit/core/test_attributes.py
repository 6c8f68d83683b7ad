import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsexplorer.core import attributes

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), json_values))
def test_what_is_stored_reads_back(value: dict[str, attributes.Json]) -> None:
    try:
        stored = attributes.to_stored(value)
    except UnicodeEncodeError:
        return
    assert attributes.parse(stored) == (True, value)


@given(st.binary(max_size=200))
def test_any_bytes_can_be_shown(raw: bytes) -> None:
    attributes.pretty(raw)
    assert isinstance(attributes.fields(raw), dict)


@pytest.mark.parametrize(
    "raw",
    [
        b"not json",
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b"[" * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b"\xff\xfe",
        b'{"a": 1} x',
    ],
)
def test_what_no_json_writer_could_give_back_is_not_json(raw: bytes) -> None:
    assert attributes.parse(raw) == (False, None)
    assert attributes.fields(raw) == {}


def test_only_objects_have_fields() -> None:
    assert attributes.fields(b"[1, 2]") == {}
    assert attributes.fields(None) == {}
    assert attributes.fields(b'{"year": 1867}') == {"year": 1867}


def test_stored_attributes_keep_their_characters() -> None:
    # The server's filter parser does not decode \u escapes.
    assert attributes.to_stored({"name": "café"}) == '{"name": "café"}'.encode()


def test_pretty_attributes_hold_no_c1_control() -> None:
    laid_out = attributes.pretty(json.dumps({"a": "\x9b2J"}, ensure_ascii=False).encode())
    assert "\x9b" not in laid_out
    assert "\\u009b2J" in laid_out
