import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsexplorer.core.errors import CommandRefused
from vsexplorer.core.values import Hit
from vsexplorer.vectorset import replies
from vsexplorer.vectorset.stored_vector import StoredVector


def test_hits_keep_the_servers_order_and_bytes() -> None:
    reply = [b"b", b"0.9", b'{"x":1}', b"\xff", b"0.5", None]
    assert replies.hits(reply, with_attributes=True) == (Hit(1, b"b", 0.9, b'{"x":1}'), Hit(2, b"\xff", 0.5, None))
    assert replies.hits([b"a", b"1"], with_attributes=False) == (Hit(1, b"a", 1.0, None),)
    assert replies.hits([], with_attributes=True) == ()


def test_a_reply_of_another_shape_is_not_guessed_at() -> None:
    with pytest.raises(CommandRefused, match="reply to VSIM is malformed"):
        replies.hits([b"a", b"1", b"b"], with_attributes=False)


_values = st.recursive(
    st.none() | st.integers() | st.binary(max_size=6) | st.sampled_from([b"1", b"nan", b"vector-dim", b"int8"]),
    lambda inner: st.lists(inner, max_size=6),
    max_leaves=12,
)


@given(_values, st.integers(1, 9))
def test_any_reply_is_read_or_refused(reply: Any, dimension: int) -> None:
    readers: list[Callable[[], object]] = [
        lambda: replies.hits(reply, with_attributes=True),
        lambda: replies.hits(reply, with_attributes=False),
        lambda: replies.set_info(b"k", reply),
        lambda: replies.links(reply),
        lambda: replies.names(reply),
        lambda: replies.scan(reply),
        lambda: replies.attributes(reply),
        lambda: StoredVector.of(reply, dimension).numbers(),
    ]
    for read in readers:
        with contextlib.suppress(CommandRefused):
            read()


def test_set_info_knows_a_reduced_set() -> None:
    pairs: list[object] = [
        *(b"quant-type", b"int8", b"hnsw-m", 16, b"vector-dim", 3, b"projection-input-dim", 8, b"size", 5),
        *(b"max-level", 1, b"attributes-count", 4, b"vset-uid", 7, b"hnsw-max-node-uid", 9),
    ]
    info = replies.set_info(b"k", pairs)
    assert (info.dimension, info.input_dimension, info.reduced) == (3, 8, True)
    assert (info.size, info.quantization, info.links, info.with_attributes) == (5, "int8", 16, 4)
