"""Where a transformer has diverged: in which block, and at which position."""

from __future__ import annotations

import numpy as np

from engine.architectures.attention.network import AttentionNetwork
from engine.architectures.forward import layer_pieces
from engine.architectures.packing import Packed
from engine.interruption import finish

Array = np.ndarray

_WHAT = {"shares": "attention", "heads": "what attention gathers"}


def attention_divergence(network: AttentionNetwork, theta: Array, packed: Packed) -> str:
    """What is the first that is not finite at theta (n,) on packed sequences, as a sentence; empty if all outputs are
    finite.
    """
    theta = network.flat(theta)
    for block in network.blocks:
        if not np.isfinite(theta[block.start : block.stop]).all():
            return f"the {block.name} are not finite"
    values = finish(layer_pieces(network, theta, packed, 0, None))
    for place, (title, found) in enumerate(zip(network.layer_titles, values, strict=True)):
        kind, _, number = title.partition(" ")
        last = place == network.layers - 1
        positions = network.steps if last else network.length if place == 0 else network.queries((place - 1) // 3)
        if kind == "shares":
            finite = np.isfinite(found.reshape(-1, network.heads, positions, network.length)).all(axis=(0, 1, 3))
        else:
            finite = np.isfinite(found.reshape(len(found), positions, -1)).all(axis=(0, 2))
        if not finite.all():
            step = network.length - positions + int(np.argmin(finite)) + 1
            what = f"{_WHAT.get(kind, kind)} in block {number}" if number else kind
            return f"the {what} is the first that is not finite, at position {step} of {network.length}"
    return ""
