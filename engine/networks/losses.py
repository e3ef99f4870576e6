"""The losses of a network: what is minimised, how targets become numbers, how outputs become answers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from engine.contracts import Catalogue, Hyper, inline

Array = np.ndarray
Purpose = Literal["regression", "classification"]
_BOTH: tuple[Purpose, ...] = ("regression", "classification")


@dataclass(frozen=True, slots=True)
class Loss:
    """One loss, as files, controls and the compiled objective see it.

    code: its number for the kernels. low, high: the target numbers of one output for the first and the second
    class, and of several outputs for another class and the own class. one_for_two: a single
    output serves two classes.
    """

    key: str
    title: str
    code: int
    knobs: tuple[Hyper, ...]
    purposes: tuple[Purpose, ...]
    formula: str
    source: str
    help: str
    piece: Callable[..., Any] | None
    single: tuple[float, float]
    several: tuple[float, float]
    one_for_two: bool = True
    logits: bool = False

    def outputs(self, classes: int) -> int:
        """How many outputs a network needs; 0 classes is a regression."""
        return 1 if classes == 0 or (classes == 2 and self.one_for_two) else classes

    def encode(self, targets: Array, classes: int) -> Array:
        """Target numbers (n, outputs) of real targets or class places (n,)."""
        width = self.outputs(classes)
        if classes == 0:
            return np.array(targets, np.float64).reshape(-1, 1)
        if width == 1:
            return np.where(np.asarray(targets) > 0, self.single[1], self.single[0]).reshape(-1, 1)
        own = np.asarray(targets, np.int64)[:, None] == np.arange(width)
        return np.where(own, self.several[1], self.several[0])

    def probabilities(self, outputs: Array) -> Array:
        """(m, classes) in [0, 1] of the outputs (m, k) of a classifier."""
        if outputs.shape[1] == 1:
            low, high = self.single
            second = _logistic(outputs) if self.logits else np.clip((outputs - low) / (high - low), 0.0, 1.0)
            return np.hstack([1.0 - second, second])
        if not self.one_for_two:
            shifted = np.exp(outputs - outputs.max(axis=1, keepdims=True))
            return shifted / shifted.sum(axis=1, keepdims=True)
        low, high = self.several
        return _logistic(outputs) if self.logits else np.clip((outputs - low) / (high - low), 0.0, 1.0)

    def predictions(self, outputs: Array) -> Array:
        """The class places (m,) that the outputs (m, k) stand for."""
        if outputs.shape[1] == 1:
            return (outputs[:, 0] > 0.0).astype(np.int64)
        return outputs.argmax(axis=1)


def _logistic(x: Array) -> Array:
    small = np.exp(-np.abs(x))
    return np.where(x >= 0.0, 1.0, small) / (1.0 + small)


LOSSES: Catalogue[Loss] = Catalogue("loss")


def loss(
    key: str,
    title: str,
    formula: str,
    *knobs: Hyper,
    purposes: tuple[Purpose, ...] = _BOTH,
    source: str,
    help: str,
    single: tuple[float, float] = (-1.0, 1.0),
    several: tuple[float, float] = (0.0, 1.0),
    one_for_two: bool = True,
    logits: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a loss over its compiled piece (output, target, knob) -> (loss, its derivative by the output)."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        piece = inline(function)
        LOSSES.add(
            Loss(
                key,
                title,
                len(LOSSES),
                knobs,
                purposes,
                formula,
                source,
                help,
                piece,
                single,
                several,
                one_for_two,
                logits,
            )
        )
        return piece

    return declare


@loss(
    "mse",
    "Mean squared error",
    "mean (o - y)^2",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.MSELoss.html",
    help="An error counts with its square, so large ones lead.",
)
def mse(o, y, knob):
    e = o - y
    return e * e, e + e


@loss(
    "half_mse",
    "Half squared error",
    "mean (o - y)^2 / 2",
    source="https://github.com/tensorflow/playground/blob/master/src/nn.ts",
    help="Half of the mean squared error, as in TensorFlow Playground: its gradient is o − y.",
)
def half_mse(o, y, knob):
    e = o - y
    return 0.5 * e * e, e


@loss(
    "mae",
    "Mean absolute error",
    "mean |o - y|",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.L1Loss.html",
    help="Every error counts alike, so that few outliers move little.",
)
def mae(o, y, knob):
    e = o - y
    return abs(e), (1.0 if e > 0.0 else -1.0 if e < 0.0 else e * 0.0)


@loss(
    "huber",
    "Huber",
    "mean of e^2/2 where |e| < δ, else δ (|e| - δ/2); e = o - y",
    Hyper("delta", "δ", 1.0, 1e-6, 1e6, log=True, slider=(0.01, 10.0), help="errors beyond it count linearly"),
    source="Huber 1964, https://doi.org/10.1214/aoms/1177703732",
    help="Squares for small errors, absolute values for large ones.",
)
def huber(o, y, knob):
    e = o - y
    c = min(max(e, -knob), knob)
    return c * (e - 0.5 * c), c


@loss(
    "bce",
    "Binary cross-entropy",
    "mean ln(1 + e^o) - y o",
    purposes=("classification",),
    single=(0.0, 1.0),
    logits=True,
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html",
    help="The output is a logit: its sigmoid is the probability. Wants the identity as output activation.",
)
def bce(o, y, knob):
    small = math.exp(-abs(o))
    p = (1.0 if o >= 0.0 else small) / (1.0 + small)
    return max(o, 0.0) - o * y + math.log1p(small), p - y


@loss(
    "softmax",
    "Softmax cross-entropy",
    "mean ln Σ e^o - Σ y o",
    Hyper("smoothing", "ε", 0.0, 0.0, 0.5, help="share of the target spread evenly over the classes"),
    purposes=("classification",),
    one_for_two=False,
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html; smoothing: "
    "Szegedy et al. 2016, https://arxiv.org/abs/1512.00567",
    help="A logit for each class; the softmax of them is the probability of each.",
)
def softmax(o, y, knob):
    return o, y


@loss(
    "hinge",
    "Hinge",
    "mean max(0, 1 - y o)",
    purposes=("classification",),
    several=(-1.0, 1.0),
    source="Cortes & Vapnik 1995, https://doi.org/10.1007/BF00994018",
    help="0 once an example is on its side by a margin of 1; y is −1 or 1.",
)
def hinge(o, y, knob):
    m = 1.0 - y * o
    return (m, -y) if m > 0.0 else (m * 0.0, 0.0)


def _chain(pieces: list[Callable[..., Any]], place: int) -> Callable[..., Any]:
    piece = pieces[place]
    if place == len(pieces) - 1:

        @inline
        def last(code, o, y, knob):
            return piece(o, y, knob)

        return last
    rest = _chain(pieces, place + 1)

    @inline
    def some(code, o, y, knob):
        if code == place:
            return piece(o, y, knob)
        return rest(code, o, y, knob)

    return some


compared = _chain([entry.piece for entry in LOSSES.values()], 0)
SOFTMAX = LOSSES["softmax"].code
