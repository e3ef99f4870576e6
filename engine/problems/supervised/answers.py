"""The answers of a network to what is asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.architectures.forward import output_pieces
from engine.architectures.inspection import Inspection
from engine.architectures.losses import LOSSES
from engine.architectures.queries import Code, Decoded, Field, NarrowLayer, Region, UnitMaps
from engine.data.prepare import features_of
from engine.interruption import Interruption, Pieces
from engine.memory import MAX_ACTIVATIONS
from engine.problems.supervised.examined import Examined
from engine.problems.supervised.queries import (
    Activations,
    Classify,
    Gradients,
    Predicted,
    Predictions,
    SoughtInputs,
)
from engine.problems.supervised.reading import reading_pieces, sampled_pieces
from engine.problems.supervised.sought import sought_pieces
from engine.problems.supervised.text_queries import SampledText, TextReading
from engine.queries import Query

Array = np.ndarray


def answer_pieces(
    learner: Examined, theta: Array, queries: frozenset[Query[Any]], interruption: Interruption | None
) -> Pieces[Mapping[Query[Any], Any]]:
    """The answers of a network at theta (n,), in pieces."""
    found: dict[Query[Any], Any] = {}
    if Gradients() in queries:
        found[Gradients()] = yield from learner.inspection_pieces(theta, interruption)
    for query in queries - found.keys():
        if isinstance(query, Predictions):
            found[query] = yield from _predicted(learner, theta, found.get(Gradients()), interruption)
        elif isinstance(query, Activations):
            some = learner.training[0][:: _every(learner)]
            found[query] = tuple((yield from learner.activation_pieces(theta, some, interruption)))
        elif isinstance(query, Classify):
            found[query] = yield from _classified(learner, theta, query, interruption)
        elif isinstance(query, SoughtInputs):
            found[query] = yield from sought_pieces(learner, theta, interruption)
        elif isinstance(query, Field):
            found[query] = yield from _field(learner, theta, query, interruption)
        elif isinstance(query, UnitMaps):
            found[query] = yield from _unit_maps(learner, theta, query, interruption)
        elif isinstance(query, Code):
            found[query] = yield from _code(learner, theta, interruption)
        elif isinstance(query, Decoded):
            found[query] = _decoded(learner, theta, query)
        elif isinstance(query, SampledText):
            found[query] = yield from sampled_pieces(learner, theta, query, interruption)
        elif isinstance(query, TextReading):
            found[query] = yield from reading_pieces(learner, theta, query, interruption)
        else:
            found[query] = yield from learner.architecture.answer_pieces(
                learner.network, theta, query, learner.packed, learner.data.inputs, interruption
            )
    return found


def _predicted(
    learner: Examined, theta: Array, inspection: Inspection | None, interruption: Interruption | None
) -> Pieces[Predicted]:
    """inspection: if there is one, it has been through the training set already."""
    if inspection is None:
        training, validation = yield from learner.evaluation_pieces(theta, True, interruption)
        outputs, loss, score = training.outputs, training.loss, learner.scores(training.agreement, 0.0)[0]
    else:
        validation = yield from learner.validation_pieces(theta, True, interruption)
        outputs, loss = inspection.outputs, inspection.loss
        score = learner.score(outputs, learner.training[1])
    outputs = np.concatenate((outputs, validation.outputs))
    scores = score, learner.scores(0.0, validation.agreement)[1]
    return Predicted(learner.data, outputs, learner.predictions(outputs), (loss, validation.loss), scores)


def _classified(learner: Examined, theta: Array, query: Classify, interruption: Interruption | None) -> Pieces[Array]:
    if len(query.inputs) != learner.data.raw.shape[1]:
        return np.empty(0)
    one = learner.packed_inputs(features_of(np.array([query.inputs]), learner.data))
    outputs = yield from output_pieces(learner.network, theta, one, interruption)
    with np.errstate(all="ignore"):  # diverged networks are asked, too
        return np.asarray(LOSSES[learner.network.loss.kind].probabilities(outputs)[0])


def _field(learner: Examined, theta: Array, query: Field, interruption: Interruption | None) -> Pieces[Array]:
    if learner.data.raw.shape[1] > 2:
        return np.empty((0, 0, 0))
    grid = learner.packed_inputs(_grid(learner, query.region, query.columns, query.rows))
    over = yield from output_pieces(learner.network, theta, grid, interruption)
    return _displayed(learner, over).reshape(-1, query.columns, learner.classes or 1)


def _unit_maps(
    learner: Examined, theta: Array, query: UnitMaps, interruption: Interruption | None
) -> Pieces[tuple[Array, ...]]:
    if learner.data.raw.shape[1] > 2:
        return ()
    grid = _grid(learner, query.region, query.nodes, query.nodes)
    values = yield from learner.activation_pieces(theta, grid, interruption)
    return tuple(np.ascontiguousarray(v.T).reshape(v.shape[1], -1, query.nodes) for v in values)


def _code(learner: Examined, theta: Array, interruption: Interruption | None) -> Pieces[NarrowLayer]:
    layer = learner.architecture.code_layer(learner.network)
    assert layer is not None  # or it would not be understood
    values = yield from learner.architecture.code_pieces(learner.network, theta, learner.data.inputs, interruption)
    return NarrowLayer(layer.title, values)


def _decoded(learner: Examined, theta: Array, query: Decoded) -> Array:
    layer = learner.architecture.code_layer(learner.network)
    if layer is None or len(query.code) != layer.units:
        return np.empty(0)
    with np.errstate(all="ignore"):  # diverged networks are looked at, too
        outputs = learner.architecture.decoded(learner.network, theta, np.array(query.code))
        return learner.predictions(outputs[None, :]).reshape(-1)


def _every(learner: Examined) -> int:
    """Of how many examples one is asked for its activations, so that their memory is bounded."""
    return max(1, int(-(-learner.data.train * sum(learner.network.sizes[1:]) // MAX_ACTIVATIONS)))


def _grid(learner: Examined, region: Region, columns: int, rows: int) -> Array:
    """The network's inputs on a grid of raw inputs, row by row from the bottom."""
    x0, x1, y0, y1 = region
    xs = np.linspace(x0, x1, columns)
    if learner.data.raw.shape[1] == 1:
        return features_of(xs[:, None], learner.data)
    ys = np.linspace(y0, y1, rows)
    return features_of(np.stack(np.broadcast_arrays(xs[None, :], ys[:, None]), -1).reshape(-1, 2), learner.data)


def _displayed(learner: Examined, outputs: Array) -> Array:
    if not learner.classes:
        return learner.predictions(outputs)[:, None]
    return np.asarray(LOSSES[learner.network.loss.kind].probabilities(outputs))
