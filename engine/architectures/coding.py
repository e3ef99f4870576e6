"""An autoencoder through its narrowest layer: which one that is, and what dense layers after it make of a code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from engine.architectures.activations import ACTIVATIONS

Array = np.ndarray


class CodeLayer(NamedTuple):
    """A hidden layer from whose activations alone the rest of the network makes its outputs.

    title: its name; units: how many numbers it has for an example; place: among the layers, from 0.
    """

    title: str
    units: int
    place: int


def narrowest_of(titles: tuple[str, ...], sizes: tuple[int, ...]) -> CodeLayer | None:
    """The hidden layer with the fewest numbers, the first of several; None without a hidden layer.

    titles, sizes (layers,): of the layers, the output last.
    """
    hidden = sizes[:-1]
    if not hidden:
        return None
    place = hidden.index(min(hidden))
    return CodeLayer(titles[place], hidden[place], place)


class DenseLayer(NamedTuple):
    """weights (units, inputs), biases (units,), the key of the activation, and whether the inputs are added."""

    weights: Array
    biases: Array
    activation: str
    skips: bool = False


def through_dense(layers: Iterable[DenseLayer], values: Array) -> Array:
    """What dense layers, one after another, make of inputs (inputs,): (units,) of the last."""
    for weights, biases, activation, skips in layers:
        found = ACTIVATIONS[activation].value(weights @ values + biases)
        values = found + values if skips else found
    return np.asarray(values)
