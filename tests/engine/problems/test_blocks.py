"""Blocks cover theta in order, and what decays follows from them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engine import ROLES, Session, new_experiment, new_network, new_run, problem_of
from engine.blocks import BLOCK, COLUMNS, DECAYS, ROLE, ROWS, START, Block, block_table


def network(hidden: tuple[int, ...]) -> Session:
    return Session(new_network("circle", [new_run("sgd")], hidden=hidden))


@pytest.mark.parametrize("hidden", [(), (3,), (4, 2), (5, 4, 3, 2)])
def test_blocks_of_a_network_cover_theta_and_name_its_layers(hidden) -> None:
    problem = network(hidden).problem
    blocks, sizes = problem.blocks, (2, *hidden, 1)
    assert [block.start for block in blocks] == [0, *(block.stop for block in blocks[:-1])]
    assert blocks[-1].stop == problem.start.size
    weights, biases = blocks[::2], blocks[1::2]
    assert [block.shape for block in weights] == [(out, into) for into, out in pairwise(sizes)]
    assert [block.shape for block in biases] == [(out,) for out in sizes[1:]]
    assert {block.role for block in biases} == {"bias"}
    roles = ["output"] if not hidden else ["input", *["hidden"] * (len(hidden) - 1), "output"]
    assert [block.role for block in weights] == roles
    assert [block.name for block in weights] == [f"{title} weights" for title in problem.subject.layers]
    assert [[block.start, block.stop] for block in weights] == problem.decayed.reshape(-1, 2).tolist()
    assert all(block.rate == 1.0 for block in blocks)


def test_a_surface_is_one_point_that_decays() -> None:
    problem = problem_of(new_experiment("rosenbrock", ["sgd"]).problem)
    (block,) = problem.blocks
    assert (block.role, block.start, block.size, block.matrix) == ("point", 0, 2, (1, 2))
    assert problem.decayed.tolist() == [0, 2]


def test_the_table_holds_filters_as_rows() -> None:
    filters = Block("filters", 0, (8, 3, 3, 2), "input", True)
    gains = Block("gains", filters.stop, (8,), "gain", False)
    table = block_table([filters, gains])
    assert table.shape == (2, BLOCK) and table.dtype == np.int64
    assert table[:, START].tolist() == [0, 144]
    assert table[:, ROWS].tolist() == [8, 1] and table[:, COLUMNS].tolist() == [18, 8]
    assert table[:, DECAYS].tolist() == [1, 0]
    assert [ROLES[role] for role in table[:, ROLE]] == ["input", "gain"]
