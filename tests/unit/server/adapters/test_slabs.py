"""Cells of one metric lie together, whatever order they are asked for in."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assay.server.adapters.metrics_segment.slabs import Slabs

CODES = st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=6, unique=True), max_size=40)


@given(loaded=st.lists(st.integers(0, 9), max_size=40), given=CODES)
def test_every_cell_is_given_once_and_found_by_its_code(loaded: list[int], given: list[list[int]]) -> None:
    slabs = Slabs()
    owners: dict[int, int] = {}
    for codes, cells in [(loaded, slabs.load(_codes(loaded))), *((codes, slabs.give(_codes(codes))) for codes in given)]:
        for code, cell in zip(codes, cells.tolist(), strict=True):
            assert cell not in owners
            owners[cell] = code
    assert all(cell < slabs.size for cell in owners)
    for code in range(11):
        assert sorted(slabs.find(code).tolist()) == sorted(cell for cell, owner in owners.items() if owner == code)


def test_many_runs_have_their_metrics_in_few_slabs_with_little_room() -> None:
    slabs = Slabs()
    for _ in range(10_000):
        slabs.give(_codes(range(20)))
    assert slabs.size < 1.25 * 20 * 10_000
    assert int((np.diff(slabs.find(7)) != 1).sum()) < 60


def _codes(codes: object) -> np.ndarray:
    return np.array(list(codes), dtype=np.uint64)  # type: ignore[call-overload]
