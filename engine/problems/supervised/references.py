"""What is known beforehand: how low a linear autoencoder could come, how often the best rule of all is right, and what
tables make of a text.
"""

from __future__ import annotations

import math

import numpy as np

from engine.architectures.losses import LOSSES
from engine.choices import Choice
from engine.contracts import Check, no_check
from engine.data.examples import TrainingData
from engine.data.letter_tables import table_losses
from engine.data.texts import window_places
from engine.problems.subject import Reference

Array = np.ndarray

_MOST = 1024  # columns or examples, of whichever there are fewer: their products are diagonalised
_PRODUCTS = 200_000_000  # of a piece, about a fiftieth of a second


def references_of(data: TrainingData, loss: Choice, narrowest: int, check: Check = no_check) -> tuple[Reference, ...]:
    """Losses that are known beforehand of these data, and what they are of. check: called between two pieces."""
    return _of_text(data) if data.text is not None else _of_components(data, loss, narrowest, check)


def is_in_nats(loss: Choice, outputs: int) -> bool:
    """Whether a loss of so many outputs is the cross-entropy of one of some classes, in nats."""
    return (loss.kind == "softmax" and loss.values["smoothing"] == 0.0) or (loss.kind == "bce" and outputs == 1)


def _of_text(data: TrainingData) -> tuple[Reference, ...]:
    """Beside bits per character: the entropy of the text if it is known, and what tables of pairs and of triples of
    characters, counted in the training set, reach on the validation set.
    """
    assert data.text is not None
    found = [] if math.isnan(data.text.entropy) else [("entropy", data.text.entropy)]
    if data.validation:
        rows = np.column_stack([window_places(data, slice(None)), data.targets[:, -1].astype(np.int64)])
        pairs, triples = table_losses(rows[: data.train], rows[data.train :], len(data.classes))
        found += [("bigram table", pairs), ("trigram table", triples)]
    return tuple(Reference(title, nats / math.log(2.0), ("bits",)) for title, nats in found)


def _of_components(data: TrainingData, loss: Choice, narrowest: int, check: Check) -> tuple[Reference, ...]:
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
    left = discarded_variance(inputs, narrowest, check)
    value = entry.squares * left / entry.elements(columns)
    plural = "s" if narrowest > 1 else ""
    return (Reference(f"PCA with {narrowest} component{plural}", value),)


def discarded_variance(inputs: Array, components: int, check: Check = no_check) -> float:
    """The mean squared distance of inputs (n, d) from their best flat of so many dimensions."""
    examples, columns = inputs.shape
    mean = inputs.mean(axis=0)
    rows = min(examples, columns)
    products, width = np.zeros((rows, rows)), max(_PRODUCTS // rows**2, 1)
    for start in range(0, max(examples, columns), width):
        check()
        stop = start + width
        if rows == columns:
            part = inputs[start:stop] - mean
            products += part.T @ part
        else:
            part = inputs[:, start:stop] - mean[start:stop]
            products += part @ part.T
    check()
    found = np.linalg.eigvalsh(products)[::-1]
    return float(np.maximum(found[components:], 0.0).sum()) / len(inputs)
