"""Answers about a text: lines that the network writes, and what it does while it reads."""

from __future__ import annotations

import math

import numpy as np

from engine.architectures.forward import output_pieces
from engine.architectures.losses import LOSSES
from engine.data.prepare import features_of
from engine.data.texts import window_places
from engine.interruption import Interruption, Pieces
from engine.problems.supervised.examined import Examined
from engine.problems.supervised.text_queries import LOSS_OF_EACH, MAX_LINES, ReadText, SampledText, TextReading
from engine.random_generator import RandomGenerator

Array = np.ndarray


def sampled_pieces(
    learner: Examined, theta: Array, query: SampledText, interruption: Interruption | None
) -> Pieces[tuple[str, ...]]:
    """The lines of a SampledText, in pieces. All lines go on together; for each character the network reads them anew,
    for not every architecture has a state that could be kept.
    """
    data = learner.data
    assert data.text is not None
    context, vocabulary = data.text.context, data.classes
    begun = [vocabulary.index(sign) for sign in query.beginning if sign in vocabulary][:context]
    lines = max(1, min(query.lines, MAX_LINES))
    if begun:
        lines = 1 if query.temperature == 0.0 else lines
        places = np.tile(np.array([*begun, *[0] * (context + 1 - len(begun))], np.int64), (lines, 1))
    else:
        places = np.zeros((lines, context + 1), np.int64)
        places[:, 0] = _firsts(learner, lines)
        if query.temperature == 0.0:
            places = places[np.sort(np.unique(places[:, 0], return_index=True)[1])]
    known, given = np.full(len(places), context + 1), max(len(begun), 1)
    drawn = RandomGenerator(query.seed).uniform((MAX_LINES, context + 1))[: len(places)]
    for step in range(given, context + 1):
        inputs = learner.packed_inputs(features_of(places[:, :-1].astype(float), data))
        outputs = yield from output_pieces(learner.network, theta, inputs, interruption)
        shares = _shares(learner, outputs.reshape(len(places), context, -1)[:, step - 1], query.temperature)
        finite = np.isfinite(shares).all(axis=1)
        known = np.where(finite, known, np.minimum(known, step))
        if not finite.any():
            break
        sums = np.cumsum(np.where(finite[:, None], shares, 1.0), axis=1)
        places[:, step] = np.minimum((sums < drawn[:, step, None] * sums[:, -1:]).sum(axis=1), len(vocabulary) - 1)
    return tuple(
        "".join(vocabulary[place] for place in line[:end]) for line, end in zip(places, known.tolist(), strict=True)
    )


def reading_pieces(
    learner: Examined, theta: Array, query: TextReading, interruption: Interruption | None
) -> Pieces[ReadText]:
    """The answer to a TextReading, in pieces."""
    data = learner.data
    assert data.text is not None
    validation = data.validation > 0
    first = data.train if validation else 0
    rows = slice(first, first + max(1, query.windows))
    groups = learner.architecture.step_groups(learner.network)
    counts = dict(groups)
    packed = learner.packed_inputs(data.inputs[rows])
    targets = data.targets[rows].astype(np.int64)
    group, unit = (
        (query.group, min(query.unit, counts[query.group] - 1)) if query.group in counts else (LOSS_OF_EACH, 0)
    )
    if group == LOSS_OF_EACH:
        outputs = yield from output_pieces(learner.network, theta, packed, interruption)
        shares = _shares(learner, outputs.reshape(targets.size, -1), 1.0)
        with np.errstate(all="ignore"):  # diverged networks are looked at, too
            values = -np.log2(shares[np.arange(targets.size), targets.ravel()]).reshape(targets.shape)
    else:
        found = yield from learner.architecture.step_value_pieces(learner.network, theta, packed, group, interruption)
        values = np.ascontiguousarray(found[:, :, unit])
    return ReadText(groups, group, unit, window_places(data, rows), targets, values, validation)


def _firsts(learner: Examined, lines: int) -> Array:
    """The first characters of so many windows, of the validation set if there is one; again from the first."""
    data = learner.data
    start = data.train if data.validation else 0
    found = window_places(data, slice(start, start + lines))[:, 0]
    return np.resize(found, lines)


def _shares(learner: Examined, outputs: Array, temperature: float) -> Array:
    """The probability (m, k) of each character by outputs (m, k) at a temperature; NaN where they are not finite."""
    with np.errstate(all="ignore"):
        shares = np.asarray(LOSSES[learner.network.loss.kind].probabilities(outputs))
        if temperature == 1.0:
            return shares
        best = shares.max(axis=1, keepdims=True)
        if temperature == 0.0:
            most = np.zeros_like(shares)
            most[np.arange(len(shares)), np.argmax(shares, axis=1)] = 1.0
            return np.where(np.isfinite(best), most, math.nan)
        scaled = (shares / best) ** (1.0 / temperature)
        return np.asarray(scaled / scaled.sum(axis=1, keepdims=True))
