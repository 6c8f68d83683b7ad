"""Names of partitioned sets, and merging what their parts reply."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsexplorer.core.errors import CommandRefused
from vsexplorer.vectorset import partitions


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        (b"a:{0..2}", [b"a:{0}", b"a:{1}", b"a:{2}"]),
        (b"{9..11}:x", [b"{9}:x", b"{10}:x", b"{11}:x"]),
        (b"a{p0..1}b", [b"a{p0}b", b"a{p1}b"]),
        (b"a:{7..7}", [b"a:{7}"]),
        (b"a:{3..1}", None),
        (b"a:{x..y}", None),
        (b"a:{0}", None),
        (b"plain", None),
    ],
)
def test_ranges(name: bytes, keys: list[bytes] | None) -> None:
    assert partitions.expanded(name) == keys


def test_too_many_parts_are_refused() -> None:
    with pytest.raises(CommandRefused, match="more than 16,384 parts"):
        partitions.expanded(b"a:{0..16384}")


@given(st.binary(max_size=8).filter(lambda key: b"{" not in key), st.integers(1, 64))
def test_the_name_of_a_key_stands_for_as_many_parts(key: bytes, parts: int) -> None:
    found = partitions.expanded(partitions.pattern_of(key, parts))
    assert found == [key + b":{%d}" % number for number in range(parts)]


def test_families_are_numbered_without_a_gap() -> None:
    keys = [
        b"a:{0}",
        b"a:{1}",
        b"a:{2}",
        b"b:{0}",
        b"b:{2}",
        b"c:{0}",
        b"d:{1}",
        b"d:{0}",
        b"e:{00}",
        b"e:{01}",
        b"f",
    ]
    assert partitions.families(keys) == [b"a:{0..2}", b"d:{0..1}"]


@given(st.binary(), st.integers(1, 100))
def test_the_part_of_an_element_is_as_documented(name: bytes, parts: int) -> None:
    assert partitions.part_of(name, parts) == zlib.crc32(name) % parts


def test_keys_are_sorted_by_their_numbers() -> None:
    keys = [b"a:{10}", b"a:{9}", b"a:{1}", b"b", b"a"]
    assert sorted(keys, key=partitions.natural) == [b"a", b"a:{1}", b"a:{9}", b"a:{10}", b"b"]


@given(
    st.lists(st.lists(st.tuples(st.binary(max_size=3), st.floats(0, 1)), max_size=6), max_size=5), st.integers(1, 9)
)
def test_merged_hits_are_the_best_of_all(parts: list[list[tuple[bytes, float]]], count: int) -> None:
    replies = []
    for part in parts:
        ranked = sorted(part, key=lambda row: -row[1])
        replies.append([item for name, score in ranked for item in (name, repr(score).encode())])
    merged = partitions.merged_hits(replies, count, 2)
    scores = [float(one) for one in merged[1::2]]
    everyone = sorted((score for part in parts for _, score in part), reverse=True)
    assert scores == everyone[:count]


@given(st.lists(st.lists(st.binary(max_size=3), unique=True), max_size=4), st.one_of(st.none(), st.integers(0, 9)))
def test_merged_names_are_those_of_all_in_order(parts: list[list[bytes]], count: int | None) -> None:
    merged = partitions.merged_names([sorted(part) for part in parts], count)
    assert merged == sorted({name for part in parts for name in part})[:count]


def vinfo(**changed: int | bytes) -> list[object]:
    table: dict[bytes, object] = {
        b"quant-type": b"int8", b"hnsw-m": 16, b"vector-dim": 3, b"projection-input-dim": 0, b"size": 5,
        b"max-level": 2, b"attributes-count": 1, b"vset-uid": 7, b"hnsw-max-node-uid": 9,
    }  # fmt: skip
    table.update({name.replace("_", "-").encode(): value for name, value in changed.items()})
    return [item for pair in table.items() for item in pair]


def test_descriptions_are_added_up() -> None:
    reply = partitions.merged_info(b"k", {b"a": vinfo(), b"b": vinfo(size=6, max_level=3, vset_uid=8)}, 3)
    table = dict(zip(reply[::2], reply[1::2], strict=True))
    assert (table[b"size"], table[b"max-level"], table[b"attributes-count"], table[b"parts"]) == (11, 3, 2, 3)
    again = partitions.merged_info(b"k", {b"a": vinfo(), b"b": vinfo(size=6, vset_uid=9)}, 3)
    assert dict(zip(again[::2], again[1::2], strict=True))[b"vset-uid"] != table[b"vset-uid"]


@pytest.mark.parametrize("changed", [{"quant_type": b"bin"}, {"vector_dim": 4}, {"hnsw_m": 8}])
def test_parts_that_differ_are_refused(changed: dict[str, int | bytes]) -> None:
    with pytest.raises(CommandRefused, match=r"The parts of k differ: a has .* b has"):
        partitions.merged_info(b"k", {b"a": vinfo(), b"b": vinfo(**changed)}, 2)


@given(st.integers(1, 500), st.lists(st.integers(0, 300), min_size=1, max_size=9))
def test_a_sample_is_divided_by_size(number: int, sizes: list[int]) -> None:
    found = partitions.shares(number, sizes)
    assert all(share <= size for share, size in zip(found, sizes, strict=True))
    assert sum(found) >= min(number, sum(sizes))
    assert all(share > 0 for share, size in zip(found, sizes, strict=True) if size)
