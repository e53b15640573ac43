"""Per-query values come back as they went in, and anybody can read them."""

import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from archive.packing import pack, unpack

VALUES = st.lists(st.floats(width=32), max_size=50)


@given(VALUES)
def test_round_trip_is_exact(values: list[float]) -> None:
    array = np.array(values, np.float32)
    back = unpack(pack(array))
    assert back is not None
    assert back.dtype == np.float32
    assert back.tobytes() == array.tobytes()


@given(st.lists(st.floats(0, 1, width=32), max_size=50))
def test_the_format_is_little_endian_float32(values: list[float]) -> None:
    assert pack(np.array(values, np.float64)) == struct.pack(f"<{len(values)}f", *values)


def test_no_values_stay_none() -> None:
    assert pack(None) is None
    assert unpack(None) is None
