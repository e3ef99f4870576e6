"""A network and its examples packed into the flat constants that its objective reads."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from engine.architectures.activations import ACTIVATIONS
from engine.architectures.layout import (
    ACTIVATION,
    FEATURES,
    HEAD,
    IMPORTANCE,
    INPUT_WIDTH,
    INPUTS,
    LOSS,
    OWN_NUMBERS,
    ROW,
    SHARES_AT,
    WEIGHTS_AT,
    memory_layout,
)
from engine.architectures.losses import LOSSES
from engine.architectures.mlp import network_objective
from engine.architectures.network import Network
from engine.choices import Choice
from engine.contracts import SettingError, numbers_of
from engine.data.examples import TrainingData
from engine.data.tokens import one_hot
from engine.data.weights import checked_weights
from engine.simd.alignment import aligned_zeros

Array = np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """An objective (the address of its kernel), its constants for a set of examples, and the size of its scratch memory
    (initially zeros).
    """

    objective: int
    constants: Array
    work_size: int
    examples: int

    def work(self) -> Array:
        return aligned_zeros(self.work_size)


def packed_examples(
    network: Network, inputs: Array, targets: Array | None = None, weights: Array | None = None
) -> Packed:
    """Pack inputs (n, f) and encoded targets (n, k), which outputs alone do not need. Raises SettingError.

    weights (n,): how much each example counts in the loss, relative to the others; without any, all the same.
    """
    inputs = numbers_of(inputs)
    if inputs.ndim != 2 or inputs.shape[1] != network.sizes[0]:
        told = f"inputs are an array (n, {network.sizes[0]}) with the features of one example in each row"
        raise SettingError(f"{told}, got an array {inputs.shape}")
    examples, outputs = len(inputs), network.sizes[-1]
    assert targets is None or targets.shape == (examples, outputs)
    head, work_size = memory_layout(network, examples)
    loss = LOSSES[network.loss.kind]
    head[LOSS] = loss.kernel.address
    for row, key in zip(head[HEAD:].reshape(-1, ROW), network.activations, strict=True):
        row[ACTIVATION] = ACTIVATIONS[key].kernel.address
    own = [*network.loss.packed(loss.knobs)[:1], 0.0][0], 1.0 - network.dropout
    parts = (np.ravel(inputs), *([] if targets is None else [np.ravel(targets)]))
    return packed_constants(network_objective.address, head, own, parts, examples, work_size, weights)


def packed_constants(
    objective: int,
    head: Array,
    own: tuple[float, float],
    parts: tuple[Array, ...],
    examples: int,
    work_size: int,
    weights: Array | None,
) -> Packed:
    """The constants of an objective from a complete head, its own numbers, flat inputs and targets, and weights (n,)
    of the examples, if they have any. Raises SettingError.
    """
    more = () if weights is None else (checked_weights(weights, examples),)
    head[IMPORTANCE] = 0 if weights is None else head.size + OWN_NUMBERS + sum(part.size for part in parts)
    if weights is None:
        head[SHARES_AT] = head[WEIGHTS_AT]
    return Packed(objective, np.concatenate([head.view(np.float64), own, *parts, *more]), work_size, examples)


def packed(network: Network, data: TrainingData) -> Packed:
    """Pack a network with the training set of `data` and its weights. Raises SettingError."""
    weights = None if data.weights is None else data.weights[: data.train]
    return packed_set(network, data.inputs[: data.train], data.scaled_targets[: data.train], len(data.classes), weights)


def packed_inputs(packed: Packed) -> Array:
    """The inputs (n, f) that were packed."""
    head = packed.constants.view(np.int64)
    start, features, width = int(head[INPUTS]), int(head[FEATURES]), int(head[INPUT_WIDTH])
    if width:
        places = packed.constants[start : start + packed.examples * features // width]
        return one_hot(places.reshape(packed.examples, -1), width)
    found: Array = packed.constants[start : start + packed.examples * features].reshape(packed.examples, features)
    return found


def packed_set(network: Network, inputs: Array, targets: Array, classes: int, weights: Array | None = None) -> Packed:
    """Pack inputs (n, f) and raw targets (n,): numbers, or class indices; weights: see packed_examples."""
    return packed_examples(network, inputs, LOSSES[network.loss.kind].encode(targets, classes), weights)


def work_needed(network: Network, examples: int) -> int:
    """How many float64 numbers the scratch memory takes for so many examples."""
    return memory_layout(network, examples)[1]


def numbers_needed(network: Network, examples: int, features: int, weighted: bool = False) -> int:
    """How many float64 numbers `packed` and its scratch take for so many examples with so many features."""
    head, work_size = memory_layout(network, examples)
    return head.size + OWN_NUMBERS + examples * (features + network.sizes[-1] + weighted) + work_size


class Stepwise(Protocol):
    """A network that reads `length` steps and answers at the last, or with `every` at each of them."""

    @property
    def length(self) -> int: ...
    @property
    def every(self) -> bool: ...
    @property
    def outputs(self) -> int: ...
    @property
    def loss(self) -> Choice: ...


def encoded_sequences(network: Stepwise, examples: int, targets: Array, classes: int) -> Array:
    """Goals of the outputs, (n, outputs) or with outputs at every step (n, length, outputs), of raw targets: numbers or
    class indices (n,) or (n, length), of vectors with their numbers as the last axis. Raises SettingError.
    """
    raw = numbers_of(targets)
    rows = (examples, network.length) if network.every else (examples,)
    wanted = (*rows, network.outputs) if not classes and network.outputs > 1 else rows
    if raw.shape != wanted:
        told = "one at every step of every sequence" if network.every else "one for every sequence"
        raise SettingError(f"targets are an array {wanted}, {told}, got an array {raw.shape}")
    flat = raw.reshape(math.prod(rows), *wanted[len(rows) :])
    return LOSSES[network.loss.kind].encode(flat, classes).reshape(*rows, network.outputs)
