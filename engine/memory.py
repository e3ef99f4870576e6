"""How much memory an experiment with a network takes, told beforehand; and how much of its past a run keeps."""

from __future__ import annotations

from collections.abc import Sequence

from engine.architectures.network import Network
from engine.architectures.packing import numbers_needed, work_needed
from engine.optimizers import OPTIMIZERS
from engine.training.history import COLUMNS, MAX_BINS

MEMORY_LIMIT = 4 * 2**30  # bytes that a whole experiment may take
MAX_CHECKPOINTS, FEWEST_CHECKPOINTS = 256, 4
LONGEST_TRAIL, SHORTEST_TRAIL = 512, 8
MAX_PATH_POINTS, MAX_CLOUD = 256, 1 << 24  # points of all paths from which a plane is fitted, and numbers in them
MAX_ACTIVATIONS = 1 << 24  # numbers in the activations of a snapshot
_CHECKPOINT_BYTES, _TRAIL_BYTES = 48 * 2**20, 16 * 2**20  # about what a run keeps of its past
_FLOAT = 8


def checkpoints_kept(size: int) -> int:
    """How many checkpoints of so many bytes a run keeps at most."""
    return min(max(_CHECKPOINT_BYTES // size, FEWEST_CHECKPOINTS), MAX_CHECKPOINTS)


def trail_kept(size: int) -> int:
    """How many points of so many bytes the trail of a run has at most."""
    return min(max(_TRAIL_BYTES // size, SHORTEST_TRAIL), LONGEST_TRAIL)


def memory_needed(network: Network, examples: int, raw: int, optimizers: Sequence[str], averaged: int = 0) -> int:
    """Bytes that an experiment takes in the end, about: its data once, and a run for each of the optimizers.

    raw: inputs of an example, before features are made of them. averaged: how many of the runs keep an average.
    """
    features, n = network.sizes[0], network.parameters
    data = numbers_needed(network, examples, features) + 2 * examples * (raw + features) + n
    units = sum(network.sizes[1:])
    views = 2 * min(n * MAX_PATH_POINTS, MAX_CLOUD) + 2 * min(examples * units, MAX_ACTIVATIONS)
    averages = averaged * n * (checkpoints_kept(_FLOAT * n) + 3)
    runs = sum(_run_numbers(network, examples, optimizer) for optimizer in optimizers)
    return _FLOAT * (data + views + averages + runs)


def _run_numbers(network: Network, examples: int, optimizer: str) -> int:
    """What a run takes: its state, its past and where that is looked at, scratch memory and history."""
    n, entry = network.parameters, OPTIMIZERS[optimizer]
    slots, scratch = entry.size(n), entry.scratch(network.blocks)
    state = n + slots
    past = (checkpoints_kept(_FLOAT * state) + 2) * state + (trail_kept(_FLOAT * n) + 1) * n
    return 4 * n + slots + scratch + past + work_needed(network, examples) + 3 * len(COLUMNS) * MAX_BINS
