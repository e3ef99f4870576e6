"""Queries that only networks of some architectures answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.queries import Query

Array = np.ndarray
Region = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Field(Query[Array]):
    """The network over a region of one or two raw inputs, (x0, x1, y0, y1), for one (x0, x1, ...).

    Answer (rows, columns, c): the probability of each class (c = classes), or the value (c = 1); for one raw input rows
    is 1. Empty for more than two.
    """

    region: Region
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class UnitMaps(Query[tuple[Array, ...]]):
    """The activations of every unit over a region of raw inputs: for each layer (units, nodes, nodes), for one raw
    input (units, 1, nodes). Empty for more than two.
    """

    region: Region
    nodes: int


@dataclass(frozen=True, slots=True, eq=False)
class StageMaps:
    """What one stage of a convolutional network makes of an example.

    filters (channels, inputs, height, width): of a convolution, with a height of 1 in one dimension; None of other
    stages. maps (channels, height, width): what comes out; of a dense layer (1, 1, units).
    """

    title: str
    filters: Array | None
    maps: Array


@dataclass(frozen=True, slots=True)
class FeatureMaps(Query[tuple[StageMaps, ...]]):
    """What each stage of a convolutional network makes of the example at a place of the data, the output last. A place
    beyond the last example means the last.
    """

    example: int


@dataclass(frozen=True, slots=True, eq=False)
class StepsInTime:
    """A recurrent network by time step.

    norms (length,): root mean square over the training examples of the norm of dl/dh, where l is the loss of one and h
    the state after each step. inputs (length, inputs), states (length, hidden) and outputs (steps, outputs): of the
    example that was asked for; steps is 1 where the last state alone gives an answer.
    """

    norms: Array
    inputs: Array
    states: Array
    outputs: Array


@dataclass(frozen=True, slots=True)
class TimeSteps(Query[StepsInTime]):
    """The gradient norm of a recurrent network by time step, and its states on the example at a place of the data. A
    place beyond the last example means the last.
    """

    example: int


@dataclass(frozen=True, slots=True)
class RunningOutputs(Query[Array]):
    """What a recurrent network would answer if the example at a place of the data ended after each of its steps.

    Answer (length, outputs), after the output activation. A place beyond the last example means the last.
    """

    example: int


@dataclass(frozen=True, slots=True, eq=False)
class Attending:
    """What the heads of a transformer attend to in one example.

    shares: of each block (heads, queries, length): how much each step, counted from the last, of which only those that
    the outputs need are computed, attends to each. inputs (length, ...): what the steps are, tokens as places in the
    vocabulary. outputs (outputs,): of the last step.
    """

    shares: tuple[Array, ...]
    inputs: Array
    outputs: Array


@dataclass(frozen=True, slots=True)
class Attention(Query[Attending]):
    """What a transformer attends to in the example at a place of the data. A place beyond the last example means the
    last.
    """

    example: int


@dataclass(frozen=True, slots=True)
class TokenVectors(Query[Array]):
    """The vectors (tokens, width) that a network has learned for the tokens of its vocabulary: of one that reads them
    one-hot the weights of its first layer.
    """


@dataclass(frozen=True, slots=True, eq=False)
class PartInTime:
    """One part of a recurrent cell on one sequence: values (length, hidden), of each unit after each step.

    key, title: what it is called. gate: whether it goes from 0, closed, to 1, open.
    """

    key: str
    title: str
    values: Array
    gate: bool


@dataclass(frozen=True, slots=True, eq=False)
class CellInTime:
    """A recurrent cell on one sequence: inputs (length, inputs), and its parts: the gates and the candidate in the
    order of their weights, then the cell state if it has one, and the state.
    """

    inputs: Array
    parts: tuple[PartInTime, ...]


@dataclass(frozen=True, slots=True)
class Gates(Query[CellInTime]):
    """The gates and states of a recurrent network by time step, on the example at a place of the data. A place beyond
    the last example means the last.
    """

    example: int


@dataclass(frozen=True, slots=True, eq=False)
class NarrowLayer:
    """What the narrowest hidden layer of an autoencoder makes of its n examples.

    title: its name; values (n, units): its activations, or of a recurrent network its last state, in the order of the
    data.
    """

    title: str
    values: Array


@dataclass(frozen=True, slots=True)
class Code(Query[NarrowLayer]):
    """The activations of the narrowest hidden layer, the first of several, on every example. It is asked of networks
    whose other layers can be computed from that one alone.
    """


@dataclass(frozen=True, slots=True)
class Decoded(Query[Array]):
    """What an autoencoder makes of activations of its narrowest hidden layer, one for each of its units.

    Answer (f,): its outputs in the units of the unscaled features; empty for as many numbers as the layer has not.
    """

    code: tuple[float, ...]
