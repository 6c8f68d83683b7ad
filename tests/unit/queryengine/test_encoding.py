"""Vectors in the types of index fields."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsexplorer.core.errors import CommandRefused
from vsexplorer.queryengine.encoding import decode, encode, similarity

_STEPS = {"FLOAT32": 1e-7, "FLOAT64": 1e-7, "FLOAT16": 1e-3, "BFLOAT16": 4e-3}


@pytest.mark.parametrize("data_type", _STEPS)
@given(numbers=st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=8))
def test_numbers_come_back_as_precise_as_their_type(data_type: str, numbers: list[float]) -> None:
    stored = encode(np.array(numbers, "<f4").tobytes(), data_type)
    found = decode(stored, data_type)
    assert found.tolist() == pytest.approx(numbers, rel=_STEPS[data_type], abs=1e-4)


def test_bfloat16_rounds_to_even() -> None:
    # 1 + 2**-8 lies in the middle between 1 and 1 + 2**-7.
    halves = np.array([1 + 2**-8, 1 + 3 * 2**-8], "<f4").tobytes()
    assert decode(encode(halves, "BFLOAT16"), "BFLOAT16").tolist() == [1.0, 1 + 2**-6]


def test_whole_numbers_are_limited() -> None:
    numbers = np.array([1.6, -200, 300], "<f4").tobytes()
    assert decode(encode(numbers, "INT8"), "INT8").tolist() == [2, -128, 127]
    assert decode(encode(numbers, "UINT8"), "UINT8").tolist() == [2, 0, 255]


def test_unknown_types_and_lengths_are_refused() -> None:
    with pytest.raises(CommandRefused, match="FLOAT8"):
        encode(b"", "FLOAT8")
    with pytest.raises(CommandRefused, match="3 bytes"):
        decode(b"abc", "FLOAT32")


def test_similarity_of_distances() -> None:
    assert similarity(0, "COSINE") == 1
    assert similarity(1, "COSINE") == 0.5
    assert similarity(2, "COSINE") == 0
    assert similarity(0, "L2") == 1
    assert similarity(3, "L2") == 0.25
    assert similarity(1, "IP") == 0.5
