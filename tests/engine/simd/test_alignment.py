"""Scratch memory begins a cache line, and so does each of its parts."""

from __future__ import annotations

import numpy as np
import pytest

from engine import Session, new_network, new_run
from engine.architectures.layout import Allocator
from engine.simd.alignment import aligned_zeros
from engine.simd.registers import LANES


@pytest.mark.parametrize("size", [1, 7, 64, 1000, 20_000, 300_000])
def test_zeros_begin_a_cache_line(size) -> None:
    kept = [aligned_zeros(size) for _ in range(5)]
    for zeros in kept:
        assert zeros.shape == (size,) and not zeros.any() and zeros.flags.c_contiguous
        assert zeros.ctypes.data % 64 == 0


def test_parts_of_scratch_memory_begin_whole_vectors() -> None:
    work = Allocator()
    places = [work.take(numbers) for numbers in (1, 8, 9, 30)]
    assert all(place % LANES == 0 for place in places) and work.size % LANES == 0
    assert (np.diff([*places, work.size]) >= [1, 8, 9, 30]).all()


def test_a_run_works_in_aligned_memory() -> None:
    session = Session(new_network("spiral", [new_run("adam", batch=10)], (4, 3)))
    assert session.runs[0].machine._work.ctypes.data % 64 == 0
