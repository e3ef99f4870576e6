"""An evaluation is interrupted within a chunk, after a bounded number of multiplications, and nobody can tell."""

from __future__ import annotations

import numpy as np
import pytest

from engine.architectures.catalogue import ARCHITECTURES
from engine.architectures.convolutional.network import Convolution, ConvolutionalNetwork, Pooling
from engine.architectures.convolutional.packing import packed_convolutional
from engine.architectures.forward import evaluation_pieces, layer_pieces
from engine.architectures.losses import LOSSES
from engine.architectures.mlp import MEASURING, TRAINING
from engine.architectures.packing import packed_examples
from engine.architectures.recurrent.network import RecurrentNetwork
from engine.architectures.recurrent.packing import packed_recurrent
from engine.architectures.resuming import PIECE
from engine.choices import choose
from engine.interruption import Interruption, finish
from engine.training.stream import DONE, FLAG
from tests.engine.architectures.objective import PackedObjective, network

LOSS = choose(LOSSES, "mse", {})
DEEP = (Convolution(16, 5, padding=2), Convolution(24, 7, padding=3), Pooling("max", 2))
LINE = (Convolution(16, 5, padding=2), Convolution(64, 24))
LARGE = {  # a network, and of how many examples it takes a chunk and a bit
    "perceptron": (network((8, 320, 320, 320, 320, 2), "tanh", residual=True), 140),
    "elman": (RecurrentNetwork(12, 3, 256, 2, LOSS), 35),
    "elman at every step": (RecurrentNetwork(20, 3, 200, 2, LOSS, every=True, activation="relu"), 35),
    "gru": (RecurrentNetwork(16, 20, 128, 2, LOSS, cell="gru"), 35),
    "lstm": (RecurrentNetwork(16, 3, 128, 2, LOSS, cell="lstm", truncation=5), 35),
    "convolutional": (ConvolutionalNetwork((16, 16), DEEP, 2, LOSS), 9),
    "convolutional in a line": (ConvolutionalNetwork((1, 96), LINE, 2, LOSS, dimensions=1), 20),
}


def large(name: str):
    """(theta, its objective, multiplications of an evaluation about)"""
    net, examples = LARGE[name]
    random = np.random.default_rng(len(name))
    inputs = random.standard_normal((examples, net.sizes[0]))
    steps = (net.length,) if getattr(net, "every", False) else ()
    targets = random.standard_normal((examples, *steps, 2))
    kind = {RecurrentNetwork: "recurrent", ConvolutionalNetwork: "convolutional"}.get(type(net), "perceptron")
    pack = {"recurrent": packed_recurrent, "convolutional": packed_convolutional}.get(kind, packed_examples)
    work = 3 * ARCHITECTURES[kind].products(net)[0] * examples
    return 0.05 * random.standard_normal(net.parameters), PackedObjective(pack(net, inputs, targets)), work


def in_pieces(objective, theta, quiet=TRAINING):
    """(loss, gradient) of an evaluation that sees the flag wherever it looks; yields where it does."""
    interruption = Interruption()
    interruption.set()
    stream, found = objective.stream(quiet=quiet), np.full_like(theta, np.nan)
    stream[FLAG] = interruption.address
    while True:
        loss = objective.once(theta, stream, found)
        if not stream[DONE]:
            assert not stream[FLAG + 1 :].any()
            return loss, found
        yield


def result(pieces):
    """(what a generator returns, how often it has yielded)"""
    calls = 0
    while True:
        try:
            next(pieces)
            calls += 1
        except StopIteration as end:
            return end.value, calls


@pytest.mark.parametrize("name", LARGE)
def test_pieces_are_bounded_by_their_work_and_change_nothing(name) -> None:
    theta, objective, work = large(name)
    loss, gradient = objective(theta)
    for quiet in (TRAINING, MEASURING):
        objective.dirty()
        (same, again), calls = result(in_pieces(objective, theta, quiet))
        assert (same, again.tobytes()) == (loss, gradient.tobytes())
        assert calls > 4 and work / calls < 2.5 * PIECE


@pytest.mark.parametrize("name", ["perceptron", "lstm", "convolutional"])
def test_two_that_take_each_other_s_memory_both_come_to_their_ends(name) -> None:
    theta, objective, _ = large(name)
    thetas = theta, 2.0 * theta
    expected = [objective(each) for each in thetas]
    under_way = {place: in_pieces(objective, each) for place, each in enumerate(thetas)}
    for _ in range(100):
        for place, pieces in list(under_way.items()):
            try:
                next(pieces)
            except StopIteration as end:
                loss, gradient = end.value
                assert (loss, gradient.tobytes()) == (expected[place][0], expected[place][1].tobytes())
                del under_way[place]
    assert not under_way


@pytest.mark.parametrize("name", ["perceptron", "gru", "convolutional in a line"])
def test_what_is_looked_at_comes_in_such_pieces_too(name) -> None:
    theta, objective, work = large(name)
    net, examples = LARGE[name]
    interruption = Interruption()
    interruption.set()
    for pieces in (
        lambda flag: layer_pieces(net, theta, objective.packed, net.layers - 1, flag),
        lambda flag: evaluation_pieces(net, theta, objective.packed, np.zeros(examples), 2, True, flag),
    ):
        whole, (found, calls) = finish(pieces(None)), result(pieces(interruption))
        outputs, expected = (each[0] if isinstance(each, list) else each.outputs for each in (found, whole))
        assert outputs.tobytes() == expected.tobytes()
        assert calls > 1 and work / 3 / calls < 2.5 * PIECE
