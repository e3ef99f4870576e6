"""A network at one update, evaluated for display: over its input plane, on its examples, and inside."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.architectures.forward import layer_pieces, output_pieces
from engine.architectures.inspection import Inspection
from engine.architectures.losses import LOSSES
from engine.architectures.packing import packed_examples
from engine.data.prepare import features_of
from engine.decimation import block_extremes
from engine.interruption import Interruption, Pieces, finish
from engine.memory import MAX_ACTIVATIONS
from engine.problems.supervised.learner import Learner

Array = np.ndarray
Region = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class SnapshotParts:
    """What to compute for a snapshot.

    region: (x0, x1, y0, y1) of raw inputs over which to evaluate the network, for one input (x0, x1, ...); columns,
    rows: its resolution. units: columns and rows of the maps of single units, 0 for none. inspect: whether to compute
    the gradient and the activations on the training set.
    """

    region: Region | None = None
    columns: int = 0
    rows: int = 0
    units: int = 0
    inspect: bool = False


@dataclass(frozen=True, eq=False)
class NetworkSnapshot:
    """A network at one update; n examples in the order of learner.data, k outputs.

    outputs (n, k): outputs; predictions (n,): class indices or values. scores and losses: (training, validation), NaN
    without examples. field (rows, columns, c): over parts.region, the probability of each class (c = classes), or the
    value (c = 1); for one raw input rows is 1. units: for each layer the activations (units, rows, columns) over the
    region. inspection, activations: if parts.inspect; activations: (n, units) of each layer on the training set, or on
    every k-th example of it where those would be too many.

    What is told of all examples together is computed at once, by the thread that makes the snapshot: of very many of
    them it takes longer than a frame.
    """

    run: str
    update: int
    theta: Array
    learner: Learner
    parts: SnapshotParts
    outputs: Array
    predictions: Array
    losses: tuple[float, float]
    scores: tuple[float, float]
    field: Array | None
    units: tuple[Array, ...]
    inspection: Inspection | None
    activations: tuple[Array, ...]

    def __post_init__(self) -> None:
        with np.errstate(all="ignore"):
            for _ in (self.unknown, self.errors, self._confusions, self.extremes):
                pass

    @cached_property
    def wrong(self) -> Array:
        """Which examples are misclassified, (n,) bool; none for a regression."""
        data = self.learner.data
        return self.predictions != data.targets if data.classes else np.zeros(len(data.targets), bool)

    @cached_property
    def finite(self) -> Array:
        """Which examples have finite outputs, (n,) bool; the predictions of the others mean nothing."""
        return np.asarray(np.isfinite(self.outputs).all(axis=1))

    @cached_property
    def unknown(self) -> int:
        """How many examples have outputs that are not finite."""
        return int(np.count_nonzero(~self.finite))

    @cached_property
    def errors(self) -> tuple[float, float]:
        """Of training and validation: how many are misclassified, or the root mean square error; NaN without any."""
        found = []
        for part in self._parts:
            predictions, targets = self.predictions[part], self.learner.data.targets[part]
            if not len(targets):
                found.append(np.nan)
            elif self.learner.data.classes:
                found.append(float(np.count_nonzero(self.wrong[part])))
            else:
                misses = predictions - targets
                found.append(float(np.sqrt(misses @ misses / len(misses))))
        return found[0], found[1]

    def confusion(self, validation: bool) -> Array:
        """Counts (classes, classes) of examples with finite outputs: rows are true classes, columns predicted ones."""
        return self._confusions[validation]

    @cached_property
    def extremes(self) -> Array:
        """Of a regression the examples, ascending, with the lowest and highest prediction and error of each block."""
        if self.learner.data.classes:
            return np.empty(0, np.int64)
        errors = self.learner.data.targets - self.predictions
        return np.unique(np.concatenate([block_extremes(self.predictions), block_extremes(errors)]))

    @cached_property
    def _confusions(self) -> tuple[Array, Array]:
        data, k = self.learner.data, len(self.learner.data.classes)
        found = []
        for part in self._parts if k else ():
            shown = self.finite[part]
            cells = data.targets[part][shown].astype(np.int64) * k + self.predictions[part][shown].astype(np.int64)
            counts = np.bincount(cells, minlength=k * k).reshape(k, k)
            counts.flags.writeable = False
            found.append(counts)
        return (found[0], found[1]) if found else (np.empty((0, 0), int), np.empty((0, 0), int))

    @property
    def _parts(self) -> tuple[slice, slice]:
        train = self.learner.data.train
        return slice(None, train), slice(train, None)


def network_snapshot(
    learner: Learner, theta: Array, parts: SnapshotParts, run: str = "", update: int = 0
) -> NetworkSnapshot:
    """Evaluate a network for display. parts.region is ignored for more than two inputs."""
    with np.errstate(all="ignore"):
        return finish(snapshot_pieces(learner, theta, parts, run, update, None))


def snapshot_pieces(
    learner: Learner, theta: Array, parts: SnapshotParts, run: str, update: int, interruption: Interruption | None
) -> Pieces[NetworkSnapshot]:
    """`network_snapshot`, in pieces."""
    data, network = learner.data, learner.network
    training, validation = yield from learner.evaluation_pieces(theta, True, interruption)
    outputs = np.concatenate((training.outputs, validation.outputs))
    field: Array | None = None
    units: tuple[Array, ...] = ()
    if parts.region is not None and data.raw.shape[1] <= 2:
        if parts.columns:
            grid = packed_examples(network, _grid(learner, parts.region, parts.columns, parts.rows))
            over = yield from output_pieces(network, theta, grid, interruption)
            field = _displayed(learner, over).reshape(-1, parts.columns, learner.classes or 1)
        if parts.units:
            grid = packed_examples(network, _grid(learner, parts.region, parts.units, parts.units))
            values = yield from layer_pieces(network, theta, grid, 0, interruption)
            units = tuple(np.ascontiguousarray(v.T).reshape(v.shape[1], -1, parts.units) for v in values)
    inspection: Inspection | None = None
    within: tuple[Array, ...] = ()
    if parts.inspect:
        inspection = yield from learner.inspection_pieces(theta, interruption)
        some = packed_examples(network, learner.training[0][:: _every(learner)])
        within = tuple((yield from layer_pieces(network, theta, some, 0, interruption)))
    return NetworkSnapshot(
        run=run,
        update=update,
        theta=theta,
        learner=learner,
        parts=parts,
        outputs=outputs,
        predictions=learner.predictions(outputs),
        losses=(training.loss, validation.loss),
        scores=learner.scores(training.agreement, validation.agreement),
        field=field,
        units=units,
        inspection=inspection,
        activations=within,
    )


def _every(learner: Learner) -> int:
    """Of how many examples one is asked for its activations, so that their memory is bounded."""
    return max(1, -(-learner.data.train * sum(learner.network.sizes[1:]) // MAX_ACTIVATIONS))


def _grid(learner: Learner, region: Region, columns: int, rows: int) -> Array:
    """The network's inputs on a grid of raw inputs, row by row from the bottom."""
    x0, x1, y0, y1 = region
    xs = np.linspace(x0, x1, columns)
    if learner.data.raw.shape[1] == 1:
        return features_of(xs[:, None], learner.data)
    ys = np.linspace(y0, y1, rows)
    return features_of(np.stack(np.broadcast_arrays(xs[None, :], ys[:, None]), -1).reshape(-1, 2), learner.data)


def _displayed(learner: Learner, outputs: Array) -> Array:
    if not learner.classes:
        return learner.predictions(outputs)[:, None]
    return np.asarray(LOSSES[learner.network.loss.kind].probabilities(outputs))
