"""How attributes differ, for a question before a change."""

from vsexplorer.core.attributes import difference


def test_only_what_changes_is_named() -> None:
    before, after = b'{"a": 1, "b": [1, 2], "c": "x"}', b'{"b": [1, 2], "c": "y", "d": null}'
    assert difference(before, after) == ["- a: 1", '~ c: "x" → "y"', "+ d: null"]


def test_true_is_not_one() -> None:
    assert difference(b'{"a": 1}', b'{"a": true}') == ["~ a: 1 → true"]


def test_what_is_no_object_is_not_compared() -> None:
    assert difference(b"not json", b'{"a": 1}') == []
    assert difference(None, b'{"a": 1}') == ["+ a: 1"]
    assert difference(b'{"a": 1}', None) == ["- a: 1"]
