"""The catalogue of architectures: how a network is made, and everything of it that depends on that."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from engine.architectures.activations import ACTIVATIONS
from engine.architectures.coding import CodeLayer
from engine.architectures.inspection import Inspection
from engine.architectures.losses import LOSSES
from engine.architectures.packing import Packed
from engine.architectures.queries import Code, Decoded
from engine.blocks import Block
from engine.choices import Choice
from engine.contracts import Catalogue, Hyper, Kernel, Routine, Tier, routines_in
from engine.interruption import Interruption, Pieces
from engine.queries import Query

Array = np.ndarray

# Modules of what looks at a network.
_LOOKS = ("engine.architectures.forward", "engine.architectures.inspection", "engine.architectures.class_losses")


@dataclass(frozen=True, slots=True)
class Layer:
    """A hidden layer of a perceptron: how many units, and the key of their activation."""

    units: int
    activation: str = "tanh"

    @property
    def title(self) -> str:
        """In words: `4 Tanh`."""
        return f"{self.units} {ACTIVATIONS[self.activation].title}"

    def to_dict(self) -> dict[str, Any]:
        return {"units": self.units, "activation": self.activation}


@dataclass(frozen=True, slots=True)
class Design:
    """What a network is made from.

    inputs: numbers of an example that reach it. shape: of an example, () for a row of features; is_image: whether it is
    an image. tokens: how many tokens the vocabulary has of which every input is one, 0 if inputs are numbers; only an
    architecture that `embeds` is given tokens. outputs: how many the loss needs, at each of `steps`; output: the key of
    their activation. hidden, residual, dropout: of a perceptron; stages: choices of STAGES, of a convolutional network.
    """

    architecture: Choice
    inputs: int
    shape: tuple[int, ...]
    is_image: bool
    outputs: int
    output: str
    loss: Choice
    hidden: tuple[Layer, ...] = ()
    residual: bool = False
    dropout: float = 0.0
    stages: tuple[Choice, ...] = ()
    tokens: int = 0
    steps: int = 1


@dataclass(frozen=True, slots=True)
class LayerPart:
    """A layer of which measures are taken: its title, its weights and biases in theta, and how many units it has (of a
    convolution its filters).
    """

    title: str
    weights: tuple[Block, ...]
    biases: tuple[Block, ...]
    units: int


@lru_cache(maxsize=64)
def _blocks(network: Any) -> tuple[Block, ...]:
    """The blocks of a network, made once: a list of all parameters asks for each name by itself."""
    return tuple(network.blocks)


class Architecture(ABC):
    """One architecture. Networks are whatever its `network` makes; inputs are rows (n, inputs), as the data hold them.

    parts: the settings of a task that only this architecture has. looks: modules whose routines look at its networks
    alone. queries: what it answers besides what every network
    does. embeds: whether it reads tokens as places in a vocabulary, which others read one-hot. held_as_places: whether
    what is read one-hot, and the goals of classes, take a number each where examples are packed. remedy: what would
    need less memory.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    source: ClassVar[str] = ""
    tier: Tier = "more"
    knobs: tuple[Hyper, ...] = ()
    parts: ClassVar[tuple[str, ...]] = ()
    queries: ClassVar[tuple[type[Query[Any]], ...]] = ()
    looks: ClassVar[tuple[str, ...]] = ()
    embeds: ClassVar[bool] = False
    held_as_places: ClassVar[tuple[bool, bool]] = False, False
    remedy: ClassVar[str] = "a smaller network, or less data"

    # The network

    @abstractmethod
    def unfit(self, shape: tuple[int, ...], is_image: bool, steps: int = 1) -> str:
        """Why examples of this shape, with targets at so many time steps, are none for it, as a sentence; empty if they
        are.
        """

    @abstractmethod
    def network(self, design: Design) -> Any:
        """The network of a design. Raises SettingError with the numbers if its parts do not fit each other."""

    def reading(self, choice: Choice) -> Choice:
        """This architecture with knobs with which no step sees a later one, as the next character of a text wants."""
        return choice

    def sees_ahead(self, network: Any) -> str:
        """How a step could see a later one, and what to do about it, in words; empty if none can."""
        return ""

    @abstractmethod
    def start(self, network: Any, initializer: Choice, seed: int) -> Array:
        """The initial theta (n,)."""

    def layout(self, network: Any) -> tuple[object, ...]:
        """What tells where in theta each number lies."""
        return self.key, network.blocks

    def beginning(self, network: Any) -> tuple[object, ...]:
        """What theta begins with depends on this, beside the initializer and its seed."""
        return self.layout(network)

    @abstractmethod
    def packed(self, network: Any, inputs: Array, targets: Array | None, weights: Array | None) -> Packed:
        """Pack inputs (n, inputs) and encoded targets (n, outputs), which outputs alone do not need.

        weights (n,): how much each example counts, if they differ. Raises SettingError.
        """

    def packed_set(
        self, network: Any, inputs: Array, targets: Array, classes: int, weights: Array | None = None
    ) -> Packed:
        """Pack inputs (n, inputs) and raw targets, see TargetShape: numbers, or class indices. Raises SettingError."""
        return self.packed(network, inputs, LOSSES[network.loss.kind].encode(targets, classes), weights)

    @abstractmethod
    def numbers(self, network: Any, examples: int) -> tuple[int, int]:
        """How many numbers the packed examples take, with their scratch memory; and that scratch memory alone."""

    @abstractmethod
    def products(self, network: Any) -> tuple[int, int, int]:
        """Of a forward pass of one example: multiplications; those whose inputs have no gradient; and activations."""

    @abstractmethod
    def own_kernels(self) -> list[Kernel | Routine]:
        """The kernels that its objective consists of, without activations and loss.

        They are declared when this is first asked, or a first network is packed, so that others need not wait for them.
        """

    def kernels(self, network: Any) -> list[Kernel | Routine]:
        """What must be compiled before such a network can be trained and measured."""
        found = [*self.own_kernels(), LOSSES[network.loss.kind].kernel]
        return [
            *routines_in(*_LOOKS, *self.looks),
            *found,
            *(ACTIVATIONS[key].kernel for key in dict.fromkeys(self.activations(network))),
        ]

    # What is known of it

    @abstractmethod
    def activations(self, network: Any) -> tuple[str, ...]:
        """The keys of the activations of its layers."""

    @abstractmethod
    def described(self, network: Any) -> str:
        """Its shape in a line, for people."""

    @abstractmethod
    def titles(self, network: Any) -> tuple[str, ...]:
        """What its layers with weights are called, as `layers` has them."""

    @abstractmethod
    def units(self, network: Any) -> tuple[int, ...]:
        """How many units these layers have."""

    def layers(self, network: Any) -> tuple[LayerPart, ...]:
        """The layers with weights: some blocks of weights, then their biases."""
        groups: list[tuple[list[Block], list[Block]]] = []
        for block in network.blocks:
            if block.role == "bias":
                groups[-1][1].append(block)
            elif groups and not groups[-1][1]:
                groups[-1][0].append(block)
            else:
                groups.append(([block], []))
        told = zip(self.titles(network), groups, self.units(network), strict=True)
        return tuple(LayerPart(title, tuple(w), tuple(b), units) for title, (w, b), units in told)

    def parameter_name(self, network: Any, inputs: tuple[str, ...], outputs: tuple[str, ...], place: int) -> str:
        """The name of a parameter by its index in theta. inputs: names of the features; outputs: of the outputs if they
        are classes, else empty.
        """
        block = next(block for block in _blocks(network) if place < block.stop)
        where = np.unravel_index(place - block.start, block.shape)
        return f"{block.name} {', '.join(str(int(each) + 1) for each in where)}"

    def parameter_lists(
        self, network: Any, inputs: tuple[str, ...], outputs: tuple[str, ...], target: str, chosen: tuple[int, ...]
    ) -> tuple[Sequence[str], ...]:
        """See Subject.parameter_lists: the tensors, what the first axis of one counts, and the numbers of each."""
        block = network.blocks[chosen[0] if chosen else 0]
        rest = block.shape[1:]
        inner = [", ".join(str(each + 1) for each in where) for where in np.ndindex(*rest)] if rest else ["bias"]
        return tuple(each.name for each in network.blocks), [f"unit {row + 1}" for row in range(block.shape[0])], inner

    def picked_parameter(self, network: Any, chosen: tuple[int, ...]) -> int:
        """The place in theta of what is picked in these lists."""
        block = network.blocks[chosen[0]]
        return int(block.start + chosen[1] * (block.size // block.shape[0]) + chosen[2])

    def narrowest(self, network: Any) -> int:
        """Through how few numbers an example passes on its way, at least."""
        return int(min(network.sizes))

    def time_steps(self, network: Any) -> tuple[int, ...]:
        """The time steps, counted from 1, whose gradient norm is measured; none where nothing goes through time."""
        return ()

    def step_norm_pieces(
        self, network: Any, theta: Array, packed: Packed, interruption: Interruption | None
    ) -> Pieces[Array]:
        """The gradient norm after each of the `time_steps`, (S,): root mean square over the packed examples."""
        yield from ()
        return np.empty(0)

    def undefined(self, network: Any, measure: str) -> str:
        """Why a measure by layer has no value in any of its layers; empty if there is nothing to say."""
        what = {"dead": "no dead units", "saturated": "no ends to be saturated at"}.get(measure)
        if what is None:
            return ""
        keys = dict.fromkeys(self.activations(network))
        titles = [ACTIVATIONS[key].title for key in keys if key != "identity"] or [ACTIVATIONS["identity"].title]
        *first, last = titles
        return f"{', '.join(first)} and {last} have {what}" if first else f"{last} has {what}"

    # What happens inside

    def answered(self, network: Any) -> tuple[type[Query[Any]], ...]:
        """Which of its queries such a network answers."""
        coded = self.code_layer(network) is not None
        return tuple(query for query in self.queries if coded or query not in (Code, Decoded))

    def code_layer(self, network: Any) -> CodeLayer | None:
        """The narrowest hidden layer, if the rest of the network can be computed from it alone; else None."""
        return None

    def code_pieces(
        self, network: Any, theta: Array, inputs: Array, interruption: Interruption | None
    ) -> Pieces[Array]:
        """What stands in the code layer, (m, units), for inputs (m, inputs), in pieces."""
        yield from ()
        raise NotImplementedError

    def decoded(self, network: Any, theta: Array, code: Array) -> Array:
        """The outputs (k,) of a network in whose code layer stand these numbers (units,)."""
        raise NotImplementedError

    @abstractmethod
    def inspection_pieces(
        self, network: Any, theta: Array, packed: Packed, interruption: Interruption | None
    ) -> Pieces[Inspection]:
        """An inspection on at least one example, packed with targets; in pieces."""

    @abstractmethod
    def activation_pieces(
        self, network: Any, theta: Array, packed: Packed, interruption: Interruption | None
    ) -> Pieces[list[Array]]:
        """The activations of each of its layers with weights, (m, ...) as (m, numbers), for m packed examples."""

    def first_layer_images(self, network: Any, theta: Array) -> tuple[Array, Array] | None:
        """If the first layer has a weight for every pixel: these (units, pixels), and its biases (units,)."""
        return None

    def step_groups(self, network: Any) -> tuple[tuple[str, int], ...]:
        """What of it has a value at every time step: groups of units by their names, and how many units each has."""
        return ()

    def step_value_pieces(
        self, network: Any, theta: Array, packed: Packed, group: str, interruption: Interruption | None
    ) -> Pieces[Array]:
        """The values (m, steps, units) of one of `step_groups` for m packed examples, in pieces."""
        yield from ()
        raise NotImplementedError

    def answer_pieces(
        self,
        network: Any,
        theta: Array,
        query: Query[Any],
        packed: Packed,
        inputs: Array,
        interruption: Interruption | None,
    ) -> Pieces[Any]:
        """The answer to one of its queries. packed: the training set; inputs (n, inputs): of all examples."""
        yield from ()
        raise NotImplementedError

    @abstractmethod
    def first_fault(self, network: Any, theta: Array, packed: Packed) -> str:
        """Where the first number is not finite, as the end of a sentence. packed: some training examples."""


ARCHITECTURES: Catalogue[Architecture] = Catalogue("architecture")


@lru_cache(maxsize=256)
def network_of(design: Design) -> Any:
    """The network of a design. Raises SettingError."""
    return ARCHITECTURES[design.architecture.kind].network(design)


def answers_once(what: str, steps: int) -> str:
    """That an architecture has no answer at every time step, if the targets want one; else empty."""
    if steps == 1:
        return ""
    return f"{what} answers an example once, and these targets are a sequence of {steps}: choose a recurrent network"


def fault_in(titles: Sequence[str], values: Sequence[Array], weights: Sequence[Array]) -> str:
    """In which layer the first number is not finite, among activations (m, numbers) and weights of each."""
    for title, answers, numbers in zip(titles, values, weights, strict=True):
        if not (np.isfinite(answers).all() and np.isfinite(numbers).all()):
            return f", first in layer {title}"
    return ", on the way back through the layers"
