"""Columns come back as they were, in the codec that fits them, and never longer than asked for."""

from __future__ import annotations

import numpy as np
import pytest

from assay.server.adapters.metrics_segment.codec import (
    ARITHMETIC,
    PCO,
    RAW,
    ZLIB,
    decode_column,
    decode_objects,
    decode_progression,
    encode_column,
    encode_objects,
)

dice = np.random.default_rng(5)
COLUMNS = {
    "even steps": (np.arange(100, 9_000, 7), ARITHMETIC),
    "one step again and again": (np.full(50, 3), ARITHMETIC),
    "a short column": (np.array([1.5, np.nan, -np.inf]), RAW),
    "a walk": (np.cumsum(dice.standard_normal(5_000)).round(2), PCO),
    "integers beyond 2^53": (dice.integers(-(1 << 62), 1 << 62, 200), RAW),
    "NaN and infinities": (np.where(np.arange(300) % 7 == 0, np.nan, np.where(np.arange(300) % 5 == 0, np.inf, 0.5)), PCO),
    "booleans": (dice.integers(0, 2, 99).astype(np.uint8), ZLIB),
    "nothing": (np.empty(0), RAW),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_comes_back_exactly(name: str) -> None:
    values, expected = COLUMNS[name]
    codec, data = encode_column(values)
    assert codec in {expected, PCO} if expected == RAW and len(values) > 16 else codec == expected
    found = decode_column(codec, data, len(values), values.dtype)
    assert found.dtype == values.dtype
    assert found.tobytes() == values.tobytes()


def test_a_negative_zero_and_a_nan_keep_their_bits() -> None:
    values = np.array([-0.0, 0.0] * 20)
    codec, data = encode_column(values)
    assert np.signbit(decode_column(codec, data, 40, np.float64)).tolist() == [True, False] * 20


def test_a_column_is_decoded_into_the_buffer_given() -> None:
    values = np.cumsum(dice.standard_normal(1_000)).round(1)
    codec, data = encode_column(values)
    buffer = np.zeros(4_000)
    found = decode_column(codec, data, 1_000, np.float64, buffer)
    assert np.shares_memory(found, buffer)
    np.testing.assert_array_equal(found, values)
    assert not buffer[1_000:].any()


def test_a_column_that_holds_another_number_of_values_is_an_error() -> None:
    codec, data = encode_column(np.cumsum(dice.standard_normal(1_000)))
    with pytest.raises(ValueError, match="1000|999"):
        decode_column(codec, data, 1_001, np.float64)
    with pytest.raises(ValueError, match="codec 9"):
        decode_column(9, data, 1_000, np.float64)


def test_only_rising_columns_are_progressions() -> None:
    for values, is_one in ((np.arange(5, 50, 5), True), (np.full(9, 4), False), (np.arange(50, 5, -5), False)):
        codec, data = encode_column(values)
        assert codec == ARITHMETIC
        found = decode_progression(data, len(values))
        assert (found is not None) == is_one
        if found is not None:
            np.testing.assert_array_equal(found.array(), values)


def test_objects_come_back_and_must_fill_their_block() -> None:
    objects = [b"", b"one", b"\x00" * 500, "größe".encode()]
    codec, data = encode_objects(objects)
    assert decode_objects(codec, data, 4) == objects
    with pytest.raises(ValueError, match="fill"):
        decode_objects(codec, data, 2)
