"""What each class of a network looks for in its inputs, whatever its architecture: by differences of its outputs."""

from __future__ import annotations

import numpy as np

from engine.architectures.forward import output_pieces
from engine.interruption import Interruption, Pieces
from engine.problems.supervised.examined import Examined

Array = np.ndarray

_EXAMPLES = 64  # at which the scores are differentiated, at most
_STEP = 1e-3  # standard deviations that an input is moved by, up and down
_ROWS = 8192  # inputs that are packed at once, about


def sought_pieces(learner: Examined, theta: Array, interruption: Interruption | None) -> Pieces[Array]:
    """The answer to SoughtInputs at theta (n,), in pieces."""
    inputs = learner.training[0]
    spread = inputs.std(axis=0)
    some = inputs[:: -(-len(inputs) // _EXAMPLES)]
    found = np.zeros((learner.classes, inputs.shape[1]))
    varied = np.flatnonzero(spread > 0.0)
    at_once = max(1, _ROWS // (2 * len(some)))
    for start in range(0, len(varied), at_once):
        columns = varied[start : start + at_once]
        moves = np.zeros((len(columns), 1, inputs.shape[1]))
        moves[np.arange(len(columns)), 0, columns] = _STEP * spread[columns]
        moved = np.stack([some + moves, some - moves]).reshape(-1, inputs.shape[1])
        outputs = yield from output_pieces(learner.network, theta, learner.packed_inputs(moved), interruption)
        with np.errstate(all="ignore"):  # diverged networks are looked at, too
            up, down = class_scores(outputs).reshape(2, len(columns), len(some), -1)
            found[:, columns] = ((up - down).mean(axis=1) / (2.0 * _STEP)).T
    return found


def class_scores(outputs: Array) -> Array:
    """The score (m, classes) of each class for outputs (m, k): each against the mean of all, one as its sign."""
    if outputs.shape[1] == 1:
        return np.hstack([-outputs, outputs])
    return np.asarray(outputs - outputs.mean(axis=1, keepdims=True))
