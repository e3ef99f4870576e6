"""What is known beforehand: how low a linear autoencoder could come, and how often the best rule of all is right."""

from __future__ import annotations

import numpy as np

from engine.architectures.losses import LOSSES
from engine.choices import Choice
from engine.data.examples import TrainingData
from engine.problems.subject import Reference

Array = np.ndarray

_MOST = 1024  # columns or examples, of whichever there are fewer: their products are diagonalised


def references_of(data: TrainingData, loss: Choice, narrowest: int) -> tuple[Reference, ...]:
    """For an autoencoder through `narrowest` numbers, with a loss of squares: the loss on the training set of principal
    component analysis, which no linear one can be below (Baldi & Hornik 1989, https://doi.org/10.1016/0893-6080(89)90014-2).
    For classes whose densities are known: how often the most probable one is right on the training set.
    """
    if data.best is not None and data.target_shape.kind == "class":
        right = float(np.mean(data.best[: data.train] == data.targets[: data.train]))
        return (Reference("best possible rule", right, ("score",)),)
    entry, inputs = LOSSES[loss.kind], data.inputs[: data.train]
    examples, columns = inputs.shape
    if not (data.target_shape.is_input and entry.squares) or data.weights is not None:
        return ()
    if narrowest >= columns or min(examples, columns) > _MOST:
        return ()
    left = discarded_variance(inputs, narrowest)
    value = entry.squares * left / entry.elements(columns)
    plural = "s" if narrowest > 1 else ""
    return (Reference(f"PCA with {narrowest} component{plural}", value),)


def discarded_variance(inputs: Array, components: int) -> float:
    """The mean squared distance of inputs (n, d) from their best flat of so many dimensions."""
    centred = inputs - inputs.mean(axis=0)
    products = centred.T @ centred if len(centred) >= centred.shape[1] else centred @ centred.T
    found = np.linalg.eigvalsh(products)[::-1]
    return float(np.maximum(found[components:], 0.0).sum()) / len(inputs)
