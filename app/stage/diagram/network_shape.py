"""The shape of a network as the diagram shows it, and edits of its hidden layers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine import ACTIVATIONS, UNITS, Layer, Network

if TYPE_CHECKING:
    from engine import Learner, NetworkTask

DEFAULT = Layer(4)
FRAMES = 30  # how many frames a requested change waits for confirmation
MAX_PLANE = 2  # raw inputs over which activations can be drawn


@dataclass(frozen=True, slots=True)
class NetworkShape:
    """The units of a network by name. Column 0 are the inputs, column c > 0 the layer of weights c - 1.

    raw: how many raw inputs the examples have; image: (rows, columns) if they are pixels. outputs: names of the
    outputs.
    """

    network: Network
    hidden: tuple[Layer, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    raw: int
    image: tuple[int, int] | None

    @property
    def columns(self) -> int:
        return len(self.network.sizes)

    @property
    def mapped(self) -> bool:
        """Whether activations can be drawn over the inputs."""
        return self.raw <= MAX_PLANE

    def title(self, column: int) -> str:
        """The name of a column."""
        if column == 0:
            return "inputs"
        return "output" if column == self.columns - 1 else f"hidden {column}"

    def activation(self, column: int) -> str:
        """The title of a layer's activation."""
        return ACTIVATIONS[self.network.activations[column - 1]].title

    def unit(self, column: int, unit: int) -> str:
        """The name of a unit, for a sentence."""
        if column == 0:
            return self.inputs[unit]
        if column == self.columns - 1:
            return f"output {self.outputs[unit]}".rstrip()
        return f"hidden {column}, unit {unit + 1}"

    def label(self, column: int, unit: int) -> str:
        """The label beside a unit."""
        if column == 0:
            return "" if self.image else self.inputs[unit]
        if column < self.columns - 1 or (self.image and self.outputs == self.inputs):
            return ""
        return self.outputs[unit]


def network_shape(task: NetworkTask, learner: Learner) -> NetworkShape:
    """The shape of a task's network."""
    data, network = learner.data, learner.network
    outputs = data.output_names(network.sizes[-1])
    return NetworkShape(network, task.hidden, data.features, outputs, data.raw.shape[1], data.image)


HiddenLayers = tuple[Layer, ...]
LayersChange = Callable[[HiddenLayers], HiddenLayers]


# The diagram may still show a layer that is being removed: edits of it are ignored.


def with_units(hidden: HiddenLayers, place: int, units: int) -> HiddenLayers:
    """The hidden layers with the number of units of one changed."""
    if place >= len(hidden):
        return hidden
    return (*hidden[:place], replace(hidden[place], units=units), *hidden[place + 1 :])


def stepped(hidden: HiddenLayers, place: int, step: int) -> HiddenLayers:
    """The hidden layers with a few units more or fewer in one, within the limits."""
    if place >= len(hidden):
        return hidden
    units = min(max(hidden[place].units + step, int(UNITS.low)), int(UNITS.high))
    return with_units(hidden, place, units)


def with_activation(hidden: HiddenLayers, place: int, key: str) -> HiddenLayers:
    """The hidden layers with the activation of one changed."""
    if place >= len(hidden):
        return hidden
    return (*hidden[:place], replace(hidden[place], activation=key), *hidden[place + 1 :])


def with_layer(hidden: HiddenLayers, place: int) -> HiddenLayers:
    """The hidden layers with one inserted, a copy of the previous one (or else the next)."""
    like = hidden[min(max(place, 1), len(hidden)) - 1] if hidden else DEFAULT
    return (*hidden[:place], like, *hidden[place:])


def without_layer(hidden: HiddenLayers, place: int) -> HiddenLayers:
    """The hidden layers without one."""
    return (*hidden[:place], *hidden[place + 1 :])


class PendingLayers:
    """The hidden layers as requested by the user, until a picture confirms them or they were evidently refused."""

    def __init__(self) -> None:
        self._known: HiddenLayers = ()
        self._held: HiddenLayers | None = None
        self._frames = 0

    @property
    def hidden(self) -> HiddenLayers:
        return self._known if self._held is None else self._held

    def request(self, hidden: HiddenLayers) -> None:
        """Request these."""
        self._held, self._frames = hidden, FRAMES

    def confirm(self, known: HiddenLayers) -> None:
        """A picture of the experiment has these."""
        self._frames -= 1
        if known == self._held or self._frames < 0:
            self._held = None
        self._known = known
