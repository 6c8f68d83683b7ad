import pytest

from vsexplorer.core.values import Hit
from vsexplorer.vectorset import replies


def test_hits_keep_the_servers_order_and_bytes() -> None:
    reply = [b"b", b"0.9", b'{"x":1}', b"\xff", b"0.5", None]
    assert replies.hits(reply, with_attributes=True) == (Hit(1, b"b", 0.9, b'{"x":1}'), Hit(2, b"\xff", 0.5, None))
    assert replies.hits([b"a", b"1"], with_attributes=False) == (Hit(1, b"a", 1.0, None),)
    assert replies.hits([], with_attributes=True) == ()


def test_a_reply_of_another_shape_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="zip"):
        replies.hits([b"a", b"1", b"b"], with_attributes=False)


def test_set_info_knows_a_reduced_set() -> None:
    pairs: list[object] = [
        *(b"quant-type", b"int8", b"hnsw-m", 16, b"vector-dim", 3, b"projection-input-dim", 8, b"size", 5),
        *(b"max-level", 1, b"attributes-count", 4, b"vset-uid", 7, b"hnsw-max-node-uid", 9),
    ]
    info = replies.set_info(b"k", pairs)
    assert (info.dimension, info.input_dimension, info.reduced) == (3, 8, True)
    assert (info.size, info.quantization, info.links, info.with_attributes) == (5, "int8", 16, 4)
