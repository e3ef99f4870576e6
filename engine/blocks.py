"""Blocks: the tensors that the flat theta consists of, as optimizers and people tell them apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

Role = Literal["input", "hidden", "output", "bias", "gain", "embedding", "point"]
ROLES: tuple[Role, ...] = get_args(Role)

# Columns of the table that step kernels read; ROLE: the place in ROLES, DECAYS: 1 or 0.
START, ROWS, COLUMNS, ROLE, DECAYS, BLOCK = range(6)


@dataclass(frozen=True, slots=True)
class Block:
    """One tensor of theta: `shape` in row-major order from `start` on.

    The first axis of weights counts the units they lead to, so that a matrix is (out, in). role: what it does: weights
    that read the inputs, lie between hidden layers or lead to the output; biases, gains and embeddings; or the point
    on a surface. decays: whether weight decay and L1 shrink it. rate multiplies the learning rate.
    """

    name: str
    start: int
    shape: tuple[int, ...]
    role: Role
    decays: bool
    rate: float = 1.0

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def stop(self) -> int:
        return self.start + self.size

    @property
    def matrix(self) -> tuple[int, int]:
        """(rows, columns) as a matrix: filters as rows, and a vector as a single row."""
        rows = self.shape[0] if len(self.shape) > 1 else 1
        return rows, self.size // rows


def block_table(blocks: Sequence[Block]) -> np.ndarray:
    """(k, BLOCK) int64: the blocks as step kernels read them."""
    rows = [(block.start, *block.matrix, ROLES.index(block.role), block.decays) for block in blocks]
    return np.array(rows, np.int64).reshape(-1, BLOCK)
