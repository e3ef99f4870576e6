"""An item of the diagram: a unit, its bias, or a weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine import Network

UNIT: Literal["unit"] = "unit"
BIAS: Literal["bias"] = "bias"
WEIGHT: Literal["weight"] = "weight"


@dataclass(frozen=True, slots=True)
class DiagramItem:
    """A unit of a column, its bias, or its weight for `source`, a unit of the previous column.

    Column 0 are the inputs; an image is one block, with unit 0.
    """

    kind: Literal["unit", "bias", "weight"]
    column: int
    unit: int
    source: int = -1

    def place(self, network: Network) -> int | None:
        """The index of its number in theta; for a unit that of its bias. None for an input, or in another network."""
        if not 0 < self.column < len(network.sizes) or self.unit >= network.sizes[self.column]:
            return None
        if self.source >= network.sizes[self.column - 1]:
            return None
        if self.kind == WEIGHT:
            inputs = network.sizes[self.column - 1]
            return int(network.weights(self.column - 1).start) + self.unit * inputs + self.source
        return int(network.biases(self.column - 1).start) + self.unit

    @property
    def owner(self) -> DiagramItem:
        """The unit that a bias or weight belongs to."""
        return DiagramItem(UNIT, self.column, self.unit)
