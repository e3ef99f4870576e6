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
    the state after each step. inputs (length, inputs), states (length, hidden) and outputs (outputs,): of the example
    that was asked for.
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
