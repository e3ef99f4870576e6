"""Loss functions: their kernels, the encoding of targets, and predictions from outputs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numba import types
from numba.extending import intrinsic

from engine.contracts import Catalogue, Floats, Hyper, Kernel, Tier, caller, inline
from engine.simd import elementary
from engine.simd.vectors import LANES, absolute, fma, load, maximum, minimum, positive, splat, store, total

Array = np.ndarray
Purpose = Literal["regression", "classification"]

# outputs, targets (k, columns), weights (k, columns), deltas (k, columns) out, k, columns, knob -> loss: the weighted
# sum of all elements; deltas: its derivative with respect to the outputs. columns is a multiple of LANES.
COMPARE = types.float64(Floats, Floats, Floats, Floats, types.int64, types.int64, types.float64)


@dataclass(frozen=True, slots=True)
class Loss:
    """One loss, as files, controls and the objective see it.

    summed: whether the terms of one example are added, not averaged. squares: what a squared error of 1 costs, if the
    loss is a sum of squares; else 0. single: the encoded targets of the first and second of two classes that share one
    output. several: with one output per class, the encoded targets of the other classes and of the true one. squash:
    what turns outputs into probabilities; "clip" is linear between the encoded targets.
    """

    key: str
    title: str
    knobs: tuple[Hyper, ...]
    purposes: tuple[Purpose, ...]
    formula: str
    source: str
    help: str
    single: tuple[float, float]
    several: tuple[float, float]
    squash: Literal["clip", "sigmoid", "softmax"]
    kernel: Kernel
    tier: Tier = "more"
    summed: bool = False
    squares: float = 0.0

    def outputs(self, classes: int) -> int:
        """How many outputs a network needs for so many classes; 0 classes is a regression."""
        return 1 if classes == 0 or (classes == 2 and self.squash != "softmax") else classes

    def elements(self, outputs: int) -> int:
        """How many loss terms one example with so many outputs contributes to the mean."""
        return 1 if self.squash == "softmax" or self.summed else outputs

    def encode(self, targets: Array, classes: int) -> Array:
        """The encoded targets (n, outputs) of real targets (n,) or (n, outputs), or of class indices (n,)."""
        outputs = self.outputs(classes)
        if classes == 0:
            return np.array(targets, np.float64).reshape(len(targets), math.prod(np.shape(targets)[1:]))
        places = np.asarray(targets, np.int64).reshape(-1, 1)
        if outputs == 1:
            return np.where(places > 0, self.single[1], self.single[0])
        return np.where(places == np.arange(outputs), self.several[1], self.several[0])

    def probabilities(self, outputs: Array) -> Array:
        """(m, classes) in [0, 1] for the outputs (m, k) of a classifier."""
        if self.squash == "softmax":
            shares = np.exp(outputs - outputs.max(axis=1, keepdims=True))
            return np.asarray(shares / shares.sum(axis=1, keepdims=True))
        if self.squash == "sigmoid":
            small = np.exp(-np.abs(outputs))  # of -|o|: exp of a large o would overflow
            found = np.where(outputs >= 0.0, 1.0, small) / (1.0 + small)
        else:
            low, high = self.single if outputs.shape[1] == 1 else self.several
            found = np.clip((outputs - low) / (high - low), 0.0, 1.0)
        return np.hstack([1.0 - found, found]) if outputs.shape[1] == 1 else found

    def predictions(self, outputs: Array) -> Array:
        """The class indices (m,) predicted by the outputs (m, k) of a classifier."""
        if outputs.shape[1] == 1:
            return (outputs[:, 0] > 0.0).astype(np.int64)
        return outputs.argmax(axis=1)


LOSSES: Catalogue[Loss] = Catalogue("loss")


def loss(
    key: str,
    title: str,
    formula: str,
    *knobs: Hyper,
    purposes: tuple[Purpose, ...],
    source: str,
    help: str,
    single: tuple[float, float] = (-1.0, 1.0),
    several: tuple[float, float] = (0.0, 1.0),
    squash: Literal["clip", "sigmoid", "softmax"] = "clip",
    squares: float = 0.0,
    tier: Tier = "more",
) -> Callable[[Callable[..., Any]], Kernel]:
    """Decorator: declare a loss over its COMPARE function, which receives the first knob."""

    def declare(function: Callable[..., Any]) -> Kernel:
        kernel = Kernel(function, COMPARE)
        declared = Loss(key, title, knobs, purposes, formula, source, help, single, several, squash, kernel, tier)
        LOSSES.add(replace(declared, squares=squares))
        return kernel

    return declare


@intrinsic
def call_loss(typing_context, address, outputs, targets, weights, deltas, k, columns, knob):
    """Call the COMPARE kernel at an address, inside another kernel."""
    return caller(COMPARE, 7)()


@inline
def _put(deltas, weights, i, value, slope, loss):
    """Store the derivatives of LANES elements; returns the running sum of the loss."""
    weight = load(weights, i)
    store(deltas, i, weight * slope)
    return fma(weight, value, loss)


_ANY: tuple[Purpose, ...] = ("regression", "classification")
_CLASSES: tuple[Purpose, ...] = ("classification",)


@loss(
    "mse",
    "Mean squared error",
    "mean (o - y)^2",
    purposes=_ANY,
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.MSELoss.html",
    help="Errors are squared, so large ones dominate.",
    squares=1.0,
    tier="basic",
)
def mse(outputs, targets, weights, deltas, k, columns, knob):
    loss = splat(0.0)
    for i in range(0, k * columns, LANES):
        e = load(outputs, i) - load(targets, i)
        loss = _put(deltas, weights, i, e * e, e + e, loss)
    return total(loss)


@loss(
    "half_mse",
    "Half squared error",
    "mean (o - y)^2 / 2",
    purposes=_ANY,
    source="https://github.com/tensorflow/playground/blob/master/src/nn.ts",
    help="Half the mean squared error, as in TensorFlow Playground: its gradient is o − y.",
    squares=0.5,
)
def half_mse(outputs, targets, weights, deltas, k, columns, knob):
    loss = splat(0.0)
    for i in range(0, k * columns, LANES):
        e = load(outputs, i) - load(targets, i)
        loss = _put(deltas, weights, i, splat(0.5) * e * e, e, loss)
    return total(loss)


LOSSES.add(  # the same terms, of which an example has one
    replace(
        LOSSES["half_mse"],
        key="half_sse",
        title="Half sum of squares",
        formula="mean Σ (o - y)^2 / 2",
        source="Bishop 2006, Pattern Recognition and Machine Learning, section 5.2",
        help="Squared errors are added over the outputs of an example, and halved: its gradient is o − y.",
        summed=True,
    )
)


@loss(
    "mae",
    "Mean absolute error",
    "mean |o - y|",
    purposes=_ANY,
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.L1Loss.html",
    help="Errors count linearly, so outliers have little influence.",
)
def mae(outputs, targets, weights, deltas, k, columns, knob):
    loss = splat(0.0)
    for i in range(0, k * columns, LANES):
        e = load(outputs, i) - load(targets, i)
        sign = positive(e, splat(1.0), positive(-e, splat(-1.0), splat(0.0)))
        loss = _put(deltas, weights, i, absolute(e), sign, loss)
    return total(loss)


@loss(
    "huber",
    "Huber",
    "mean of e^2/2 where |e| < δ, else δ (|e| - δ/2); e = o - y",
    Hyper(
        "delta",
        "δ",
        1.0,
        1e-6,
        1e6,
        log=True,
        slider=(0.01, 10.0),
        help="error above which the loss is linear instead of quadratic",
        tier="basic",
    ),
    purposes=_ANY,
    source="Huber 1964, https://doi.org/10.1214/aoms/1177703732",
    help="Quadratic for small errors, linear for large ones.",
)
def huber(outputs, targets, weights, deltas, k, columns, knob):
    loss = splat(0.0)
    for i in range(0, k * columns, LANES):
        e = load(outputs, i) - load(targets, i)
        slope = maximum(minimum(e, splat(knob)), splat(-knob))
        loss = _put(deltas, weights, i, slope * (e - splat(0.5) * slope), slope, loss)
    return total(loss)


@loss(
    "bce",
    "Binary cross-entropy",
    "mean ln(1 + e^o) - y o",
    purposes=_CLASSES,
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html",
    help="The output is a logit: its sigmoid is the probability. Use the identity as output activation.",
    single=(0.0, 1.0),
    squash="sigmoid",
    tier="basic",
)
def bce(outputs, targets, weights, deltas, k, columns, knob):
    loss = splat(0.0)
    for i in range(0, k * columns, LANES):
        o, y = load(outputs, i), load(targets, i)
        # ln(1 + e^o) is max(o, 0) + ln(1 + e^-|o|): the large terms cancel before the small one is added.
        rest = elementary.log1p(elementary.exp(-absolute(o)))
        loss = _put(deltas, weights, i, (maximum(o, splat(0.0)) - o * y) + rest, elementary.sigmoid(o) - y, loss)
    return total(loss)


@loss(
    "softmax",
    "Softmax cross-entropy",
    "mean ln Σ e^o - Σ y o",
    Hyper(
        "smoothing", "ε", 0.0, 0.0, 0.5, help="label smoothing: the share of each target spread evenly over all classes"
    ),
    purposes=_CLASSES,
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html; smoothing: "
    "Szegedy et al. 2016, https://arxiv.org/abs/1512.00567",
    help="One logit per class; their softmax gives the class probabilities.",
    squash="softmax",
    tier="basic",
)
def softmax(outputs, targets, weights, deltas, k, columns, knob):
    """Outputs are taken relative to the largest of their example, which keeps e^o and the sum in range."""
    loss = splat(0.0)
    kept, spread_out = splat(1.0 - knob), splat(knob / k)
    for i in range(0, columns, LANES):
        most = load(outputs, i)
        for c in range(1, k):
            most = maximum(most, load(outputs, c * columns + i))
        mass = splat(0.0)
        for c in range(k):
            e = elementary.exp(load(outputs, c * columns + i) - most)
            mass = mass + e
            store(deltas, c * columns + i, e)
        log_mass = elementary.log(mass)
        for c in range(k):
            place = c * columns + i
            y = fma(kept, load(targets, place), spread_out)
            value = y * (log_mass - (load(outputs, place) - most))
            loss = _put(deltas, weights, place, value, load(deltas, place) / mass - y, loss)
    return total(loss)


@loss(
    "hinge",
    "Hinge",
    "mean max(0, 1 - y o)",
    purposes=_CLASSES,
    source="Cortes & Vapnik 1995, https://doi.org/10.1007/BF00994018",
    help="0 for examples classified correctly by a margin of at least 1; y is −1 or 1.",
    several=(-1.0, 1.0),
    tier="expert",
)
def hinge(outputs, targets, weights, deltas, k, columns, knob):
    loss = splat(0.0)
    for i in range(0, k * columns, LANES):
        o, y = load(outputs, i), load(targets, i)
        margin = splat(1.0) - y * o
        loss = _put(deltas, weights, i, maximum(margin, splat(0.0)), positive(margin, -y, splat(0.0)), loss)
    return total(loss)
