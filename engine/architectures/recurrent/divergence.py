"""Where a recurrent network has diverged: at which time step, and in which part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from engine.architectures.packing import Packed
from engine.architectures.recurrent.inside import Unrolled, measured_pieces, unrolled_pieces
from engine.architectures.recurrent.network import RecurrentNetwork
from engine.interruption import Interruption, Pieces, finish

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class RecurrentDivergence:
    """step: the first time step, from 1, at which something is not finite on the way forward, or the last one on the
    way back; None if it is no matter of steps. part: the block of theta, or the state, gate or output it is in.
    """

    step: int | None
    part: str
    sentence: str


def recurrent_divergence(network: RecurrentNetwork, theta: Array, packed: Packed) -> RecurrentDivergence | None:
    """What is not finite at theta (n,) on sequences packed with targets, or None if everything is."""
    return finish(divergence_pieces(network, theta, packed, None))


def divergence_pieces(
    network: RecurrentNetwork, theta: Array, packed: Packed, interruption: Interruption | None
) -> Pieces[RecurrentDivergence | None]:
    """`recurrent_divergence`, in pieces."""
    theta = network.flat(theta)
    for block in network.blocks:
        if not np.isfinite(theta[block.start : block.stop]).all():
            return RecurrentDivergence(None, block.name, f"the {block.name} are not finite")
    forward = yield from unrolled_pieces(network, theta, packed, interruption)
    found = _first(network, forward)
    if found is not None:
        step, part = found
        told = f"the {part} is the first that is not finite, at time step {step} of {network.length}"
        return RecurrentDivergence(step, part, f"{told}: {_growth(network, theta)}")
    back = yield from measured_pieces(network, theta, packed, interruption)
    if not np.isfinite(back.loss):
        return RecurrentDivergence(network.length, "loss", "the loss is not finite, although all outputs are")
    steps = np.flatnonzero(~np.isfinite(back.step_norms))
    blocks = [block for block in network.blocks if not np.isfinite(back.gradient[block.start : block.stop]).all()]
    if not blocks:
        return None
    part = blocks[0].name
    if not len(steps):
        return RecurrentDivergence(None, part, f"the gradient of the {part} is not finite")
    step = int(steps[-1]) + 1
    told = f"on its way back the gradient is no longer finite at time step {step} of {network.length}"
    return RecurrentDivergence(step, part, f"{told}, and so is that of the {part}: {_growth(network, theta)}")


def _first(network: RecurrentNetwork, forward: Unrolled) -> tuple[int, str] | None:
    """The first time step (from 1) at which a part is not finite, and which part, in the order they are computed."""
    late = network.length - forward.outputs.shape[1]
    parts: Iterable[tuple[str, Array, int]] = [
        *((f"{name} gate", values, 0) for name, values in forward.gates.items()),
        *([("cell state", forward.cells, 0)] if forward.cells is not None else []),
        ("state", forward.states, 0),
        ("output", forward.outputs, late),
    ]
    found = [(step + offset, name) for name, values, offset in parts if (step := _broken(values)) is not None]
    return min(found, key=lambda each: each[0]) if found else None


def _broken(values: Array) -> int | None:
    """The first step (from 1) of values (m, steps, units) with a number that is not finite."""
    steps = np.flatnonzero(~np.isfinite(values).all(axis=(0, 2)))
    return int(steps[0]) + 1 if len(steps) else None


def _growth(network: RecurrentNetwork, theta: Array) -> str:
    """By how much the recurrent weights enlarge a state at a step, in words."""
    weights = network.part(theta, "recurrent weights")
    with np.errstate(all="ignore"):
        largest = float(np.linalg.norm(weights / (scale := float(np.abs(weights).max()) or 1.0), 2)) * scale
    return f"the recurrent weights enlarge a state up to {largest:.3g} times at every step"
