"""Measures of a network on all examples, taken at intervals: a sparse record beside the history of every update."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray

# Of the whole network, on the full training and validation set; score: accuracy or R².
MEASURES = ("training_loss", "validation_loss", "training_score", "validation_score", "penalty")
# Of each layer, on the full training set; update_ratio: norm of the last step over that of the weights.
LAYER_MEASURES = (
    "gradient_norm",
    "delta_norm",
    "update_ratio",
    "activation_mean",
    "activation_deviation",
    "dead",
    "saturated",
)

_DENSE = 64  # measurements before their interval starts to double
_SHARE, _LARGE_SHARE = 64, 16  # examples per update of interval
_LARGE = 20_000_000  # examples times parameters from which a measurement takes noticeable time


def interval(update: int, examples: int, parameters: int) -> int:
    """Updates between two measurements around `update`: more for large data sets, doubling as a run grows."""
    share = _LARGE_SHARE if examples * parameters > _LARGE else _SHARE
    first = 1 << max(0, (examples // share).bit_length() - 1)
    return first << max(0, (update // (_DENSE * first)).bit_length() - 1)


def next_due(update: int, examples: int, parameters: int) -> int:
    """The first update after `update` at which to measure."""
    step = interval(update, examples, parameters)
    return (update // step + 1) * step


@dataclass(frozen=True, slots=True)
class MeasuresView:
    """An immutable view of the measures, taken before the updates `at` (k,), ascending.

    values (k, MEASURES) and layers (k, L, LAYER_MEASURES) never change; NaN where there is nothing to measure.
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
    """The growing record of one run; existing views stay valid."""

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
            # New arrays: views keep the old ones.
            self._at = np.concatenate([self._at, np.zeros_like(self._at)])
            self._values = np.concatenate([self._values, np.zeros_like(self._values)])
            self._layers = np.concatenate([self._layers, np.zeros_like(self._layers)])
        self._at[self._count] = update
        self._values[self._count] = values
        self._layers[self._count] = layers
        self._count += 1

    def cut(self, update: int) -> None:
        """Discard the measurements after an update."""
        count = int(np.searchsorted(self._at[: self._count], update, "right"))
        if count < self._count:
            # New arrays: otherwise the next rows would overwrite those of existing views.
            self._at, self._values, self._layers = self._at.copy(), self._values.copy(), self._layers.copy()
            self._count = count

    def view(self) -> MeasuresView:
        count = self._count
        return MeasuresView(self._at[:count], self._values[:count], self._layers[:count])
