"""The memory of a network is known before it is allocated."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from engine.architectures.packing import numbers_needed, packed_examples
from tests.engine.architectures.objective import network


@pytest.mark.parametrize("examples", [1, 7, 128, 1000])
@pytest.mark.parametrize("sizes", [(1, 1), (2, 4, 2, 1), (64, 64, 32, 10), (3, *[512] * 8, 2)])
def test_the_memory_needed_is_told_to_the_number(sizes, examples) -> None:
    net = network(sizes, "relu", "huber")
    found = packed_examples(net, np.zeros((examples, sizes[0])), np.zeros((examples, sizes[-1])))
    assert numbers_needed(net, examples, sizes[0]) == found.constants.size + found.work_size


def test_telling_takes_no_memory() -> None:
    net = network((1000, *[512] * 8, 10), "tanh", "softmax")
    tracemalloc.start()
    needed = numbers_needed(net, 10**9, 1000)
    assert tracemalloc.get_traced_memory()[1] < 100_000
    tracemalloc.stop()
    assert needed > 10**12
