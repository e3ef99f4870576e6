"""What is measured now and then, on all examples: a sparse record beside the history of every update."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray

# Of the whole network, on the full training and validation set: score is accuracy or R².
MEASURES = ("training_loss", "validation_loss", "training_score", "validation_score", "penalty")
# Of each layer, from the full training set; update_ratio: length of the last step over that of the weights.
LAYER_MEASURES = (
    "gradient_norm",
    "delta_norm",
    "update_ratio",
    "activation_mean",
    "activation_deviation",
    "dead",
    "saturated",
)

_DENSE = 64  # measurements before their distance begins to double
_SHARE, _LARGE_SHARE = 64, 16  # examples for which the distance grows by an update
_LARGE = 20_000_000  # products of examples and parameters from which a measurement takes more than a moment


def distance(update: int, examples: int, parameters: int) -> int:
    """How many updates lie between two measurements about `update`: more for much data, doubling as a run grows."""
    share = _LARGE_SHARE if examples * parameters > _LARGE else _SHARE
    first = 1 << max(0, (examples // share).bit_length() - 1)
    return first << max(0, (update // (_DENSE * first)).bit_length() - 1)


def next_due(update: int, examples: int, parameters: int) -> int:
    """The first update after `update` at which to measure."""
    step = distance(update, examples, parameters)
    return (update // step + 1) * step


@dataclass(frozen=True, slots=True)
class MeasuresView:
    """An immutable picture of the measures: they were taken before the updates `at` (k,), rising.

    values (k, MEASURES) and layers (k, L, LAYER_MEASURES) will not change; NaN where there is nothing to measure.
    """

    at: Array
    values: Array
    layers: Array

    def column(self, name: str, layer: int | None = None) -> Array:
        """One measure over time, (k,): of the network, or of a layer counted from 0."""
        if layer is None:
            return self.values[:, MEASURES.index(name)]
        return self.layers[:, layer, LAYER_MEASURES.index(name)]


class Measures:
    """The growing record of one run; what older views hold stays as it is."""

    def __init__(self, layers: int) -> None:
        self._count = 0
        self._at = np.zeros(256)
        self._values = np.zeros((256, len(MEASURES)))
        self._layers = np.zeros((256, layers, len(LAYER_MEASURES)))

    @property
    def last_at(self) -> int:
        """The update of the newest measurement, -1 if there is none."""
        return int(self._at[self._count - 1]) if self._count else -1

    def append(self, update: int, values: Array, layers: Array) -> None:
        """Add a row: values (MEASURES,) and layers (L, LAYER_MEASURES)."""
        if self._count == len(self._at):
            # New arrays: views hold the old ones.
            self._at = np.concatenate([self._at, np.zeros_like(self._at)])
            self._values = np.concatenate([self._values, np.zeros_like(self._values)])
            self._layers = np.concatenate([self._layers, np.zeros_like(self._layers)])
        self._at[self._count] = update
        self._values[self._count] = values
        self._layers[self._count] = layers
        self._count += 1

    def cut(self, update: int) -> None:
        """Forget what was measured after an update."""
        count = int(np.searchsorted(self._at[: self._count], update, "right"))
        if count < self._count:
            # New arrays: what comes next would be written over what older views show.
            self._at, self._values, self._layers = self._at.copy(), self._values.copy(), self._layers.copy()
            self._count = count

    def view(self) -> MeasuresView:
        count = self._count
        return MeasuresView(self._at[:count], self._values[:count], self._layers[:count])
