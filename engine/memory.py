"""How much memory an experiment takes, told beforehand; and how much of its past a run keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.blocks import Block
from engine.contracts import SettingError
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


class Need(NamedTuple):
    """What an experiment takes: bytes in the end, about; what needs them, and what would need less, in words."""

    bytes: int
    what: str
    remedy: str


def needed(parameters: int, work: int, optimizers: Sequence[str], shared: int = 0, blocks: Sequence[Block] = ()) -> int:
    """Bytes that an experiment takes in the end, about, with a run for each of the optimizers.

    work: numbers of scratch memory of each run. shared: numbers that all have in common, such as data. blocks: those
    of theta, for which some optimizers take scratch memory.
    """
    views = 2 * min(parameters * MAX_PATH_POINTS, MAX_CLOUD)
    return _FLOAT * (
        shared + views + sum(_run_numbers(parameters, work, optimizer, blocks) for optimizer in optimizers)
    )


def with_averages(need: Need, parameters: int, averaged: int) -> Need:
    """What an experiment takes in which so many runs keep an average of their parameters."""
    return need._replace(
        bytes=need.bytes + _FLOAT * averaged * parameters * (checkpoints_kept(_FLOAT * parameters) + 3)
    )


def refuse_beyond_limit(need: Need, runs: int) -> None:
    """Raises SettingError if so many runs need more memory than there may be, before it is taken."""
    if need.bytes <= MEMORY_LIMIT:
        return
    several = runs > 1
    raise SettingError(
        f"{f'{runs} runs of ' if several else ''}{need.what} {'need' if several else 'needs'} about "
        f"{need.bytes / 2**30:.1f} GB, more than the limit of {MEMORY_LIMIT / 2**30:g} GB: use "
        f"{'fewer runs, ' if several else ''}{need.remedy}"
    )


def _run_numbers(parameters: int, work: int, optimizer: str, blocks: Sequence[Block]) -> int:
    """What a run takes: its state, its past and where that is looked at, scratch memory and history."""
    n, entry = parameters, OPTIMIZERS[optimizer]
    slots, scratch = entry.size(n), entry.scratch(blocks)
    state = n + slots
    past = (checkpoints_kept(_FLOAT * state) + 2) * state + (trail_kept(_FLOAT * n) + 1) * n
    return 4 * n + slots + scratch + past + work + 3 * len(COLUMNS) * MAX_BINS
