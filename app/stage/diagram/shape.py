"""What a diagram shows of a network, besides its numbers; and the hidden layers with one thing changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine import ACTIVATIONS, UNITS, Layer, Network

if TYPE_CHECKING:
    from engine import Learner, NetworkTask

DEFAULT = Layer(4)
FRAMES = 30  # how long what was asked for waits to be confirmed by a picture
MOST_PLANE = 2  # raw inputs over which what a unit answers can be drawn


@dataclass(frozen=True, slots=True)
class Shape:
    """The units of a network by name. Column 0 are the inputs, column c > 0 the layer of weights c - 1.

    raw: how many inputs the examples have; image: (rows, columns) if they are pixels. output: what the one output
    means, or empty.
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
        """Whether what a unit answers can be drawn over the inputs."""
        return self.raw <= MOST_PLANE

    def title(self, column: int) -> str:
        """What a column is called."""
        if column == 0:
            return "inputs"
        return "output" if column == self.columns - 1 else f"hidden {column}"

    def activation(self, column: int) -> str:
        """The title of a layer's activation."""
        return ACTIVATIONS[self.network.activations[column - 1]].title

    def unit(self, column: int, unit: int) -> str:
        """What a unit is called, in a sentence."""
        if column == 0:
            return self.inputs[unit]
        if column == self.columns - 1:
            return f"output {self.outputs[unit]}".rstrip()
        return f"hidden {column}, unit {unit + 1}"

    def label(self, column: int, unit: int) -> str:
        """What stands beside a unit."""
        if column == 0:
            return "" if self.image else self.inputs[unit]
        return self.outputs[unit] if column == self.columns - 1 else ""


def shape_of(task: NetworkTask, learner: Learner) -> Shape:
    """The shape of a task's network."""
    data, network = learner.data, learner.network
    outputs = data.classes if len(data.classes) == network.sizes[-1] else (data.target,)
    return Shape(network, task.hidden, data.features, outputs, data.raw.shape[1], data.image)


Hidden = tuple[Layer, ...]
Change = Callable[[Hidden], Hidden]


# The diagram may still show a layer that is to go: what is changed about it then is passed over.


def with_units(hidden: Hidden, place: int, units: int) -> Hidden:
    """The hidden layers with so many units in one of them."""
    if place >= len(hidden):
        return hidden
    return (*hidden[:place], replace(hidden[place], units=units), *hidden[place + 1 :])


def stepped(hidden: Hidden, place: int, step: int) -> Hidden:
    """The hidden layers with a few units more or fewer in one of them, as far as there may be."""
    if place >= len(hidden):
        return hidden
    units = min(max(hidden[place].units + step, int(UNITS.low)), int(UNITS.high))
    return with_units(hidden, place, units)


def with_activation(hidden: Hidden, place: int, key: str) -> Hidden:
    """The hidden layers with another activation in one of them."""
    if place >= len(hidden):
        return hidden
    return (*hidden[:place], replace(hidden[place], activation=key), *hidden[place + 1 :])


def with_layer(hidden: Hidden, place: int) -> Hidden:
    """The hidden layers and one more at a place, like the one before it (or else the one behind)."""
    like = hidden[min(max(place, 1), len(hidden)) - 1] if hidden else DEFAULT
    return (*hidden[:place], like, *hidden[place:])


def without_layer(hidden: Hidden, place: int) -> Hidden:
    """The hidden layers but for one."""
    return (*hidden[:place], *hidden[place + 1 :])


class Asked:
    """The hidden layers as the hand has asked for them, until a picture has them or it is plain that none will."""

    def __init__(self) -> None:
        self._known: Hidden = ()
        self._held: Hidden | None = None
        self._frames = 0

    @property
    def hidden(self) -> Hidden:
        return self._known if self._held is None else self._held

    def ask(self, hidden: Hidden) -> None:
        """They are asked for."""
        self._held, self._frames = hidden, FRAMES

    def confirm(self, known: Hidden) -> None:
        """A picture of the experiment has these."""
        self._frames -= 1
        if known == self._held or self._frames < 0:
            self._held = None
        self._known = known
