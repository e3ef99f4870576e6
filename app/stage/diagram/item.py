"""Something in a diagram that can be pointed at: a unit, its bias, or a weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine import Network

UNIT: Literal["unit"] = "unit"
BIAS: Literal["bias"] = "bias"
WEIGHT: Literal["weight"] = "weight"


@dataclass(frozen=True, slots=True)
class Item:
    """A unit of a column, its bias, or the weight that it gives to `source`, a unit of the column before.

    Column 0 are the inputs; of an image they are one block, and unit is 0.
    """

    kind: Literal["unit", "bias", "weight"]
    column: int
    unit: int
    source: int = -1

    def place(self, network: Network) -> int | None:
        """Where its number stands in theta: a unit's is its bias. None for an input."""
        if self.column == 0:
            return None
        if self.kind == WEIGHT:
            inputs = network.sizes[self.column - 1]
            return int(network.weights(self.column - 1).start) + self.unit * inputs + self.source
        return int(network.biases(self.column - 1).start) + self.unit

    @property
    def owner(self) -> Item:
        """The unit that a bias or a weight belongs to."""
        return Item(UNIT, self.column, self.unit)
