"""Recurrent networks: shapes, refusals, initial weights, what can be seen by time step, and divergence."""

from __future__ import annotations

import numpy as np
import pytest

from engine.architectures.initializers import INITIALIZERS
from engine.architectures.losses import LOSSES
from engine.architectures.recurrent.divergence import recurrent_divergence
from engine.architectures.recurrent.inside import step_norms, unrolled
from engine.architectures.recurrent.network import CELLS, RecurrentNetwork
from engine.architectures.recurrent.packing import (
    packed_recurrent,
    packed_recurrent_set,
    recurrent_numbers,
)
from engine.architectures.recurrent.start import initial_recurrent
from engine.choices import choose
from engine.contracts import SettingError
from tests.engine.architectures.objective import PackedObjective

MSE, SOFTMAX = (choose(LOSSES, key, {}) for key in ("mse", "softmax"))


def network(length=7, inputs=2, hidden=5, outputs=1, loss=MSE, **more):
    return RecurrentNetwork(length, inputs, hidden, outputs, loss, **more)


def examples(net, count, seed=1):
    random = np.random.default_rng(seed)
    shape = (count, net.length) if net.every else (count,)
    return random.standard_normal((count, *net.shape)), random.standard_normal(shape)


def numbers(net, count=11, seed=1, size=0.5):
    """theta, and a packed set of sequences."""
    theta = size * np.random.default_rng(seed).standard_normal(net.parameters)
    return theta, packed_recurrent_set(net, *examples(net, count, seed), 0)


@pytest.mark.parametrize("cell", CELLS)
def test_blocks_lie_one_after_another(cell) -> None:
    net = network(cell=cell, outputs=3)
    blocks = {block.name: block for block in net.blocks}
    rows = net.gates * 5
    assert blocks["input weights"].shape == (rows, 2) and blocks["input weights"].role == "input"
    assert blocks["recurrent weights"].shape == (rows, 5) and blocks["recurrent weights"].role == "hidden"
    assert blocks["output weights"].shape == (3, 5) and blocks["output weights"].role == "output"
    assert ("reset biases" in blocks) == (cell == "gru")
    assert all(block.decays == (block.role != "bias") for block in net.blocks)
    assert net.layer_titles[0] == "states" and len(net.layer_titles) == net.layers == len(net.sizes) - 1
    places = [0, *(block.stop for block in net.blocks)]
    assert places[:-1] == [block.start for block in net.blocks] and places[-1] == net.parameters


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"length": 0}, "length must be a whole number in [1, 4096], got 0"),
        ({"hidden": 0}, "hidden must be a whole number in [1, 1024], got 0"),
        ({"truncation": 8}, "truncation of 8 steps is longer than the sequence of 7: use at most 7, or 0 for all"),
        ({"truncation": -1}, "truncation must be a whole number in [0, 4096], got -1"),
        ({"cell": "gru", "activation": "relu"}, "the activations of GRU are fixed: relu is for Elman"),
        ({"activation": "sine"}, "a recurrent layer takes tanh, relu or identity, got 'sine'"),
        ({"cell": "grru"}, "unknown recurrent cell 'grru'; did you mean gru?"),
        ({"start": "eye"}, "start must be one of drawn, identity, orthogonal, got 'eye'"),
        ({"forget_bias": 11.0}, "forget bias must lie in [-10, 10], got 11"),
        ({"outputs": 0}, "a step has at least 1 input and 1 output, got 2 and 0"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_its_numbers(settings, message) -> None:
    with pytest.raises(SettingError) as refused:
        network(**settings)
    assert message in str(refused.value)


def test_sequences_of_uneven_length_are_refused() -> None:
    net = network()
    ragged = [np.zeros((7, 2)), np.zeros((5, 2)), np.zeros((9, 2))]
    with pytest.raises(SettingError, match="have one length, got lengths from 5 to 9: cut or pad them to one"):
        packed_recurrent(net, ragged)
    with pytest.raises(SettingError, match=r"inputs are an array \(n, 7, 2\).*got an array \(4, 6, 2\)"):
        packed_recurrent(net, np.zeros((4, 6, 2)))
    with pytest.raises(SettingError, match=r"targets are an array \(4,\), one for every sequence, got .*\(4, 7\)"):
        packed_recurrent_set(net, np.zeros((4, 7, 2)), np.zeros((4, 7)), 0)
    with pytest.raises(SettingError, match=r"targets are an array \(4, 7\), one at every step"):
        packed_recurrent_set(network(every=True), np.zeros((4, 7, 2)), np.zeros(4), 0)


def test_the_memory_that_is_told_is_what_is_taken() -> None:
    net = network(cell="lstm")
    _, packed = numbers(net, 100)
    assert (packed.constants.size, packed.work_size) == recurrent_numbers(net, 100)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("every", [False, True])
def test_a_batch_is_the_mean_of_its_sequences(cell, every) -> None:
    """In several chunks, and in one that fills no vector."""
    net = network(cell=cell, every=every)
    theta, packed = numbers(net, 150)
    whole = PackedObjective(packed)
    for taken in (3, 150):
        loss, gradient = whole(theta, taken=taken)
        single = [whole(theta, taken=1, cursor=place) for place in range(taken)]
        assert loss == pytest.approx(np.mean([one for one, _ in single]), rel=1e-12)
        mean = np.mean([slopes for _, slopes in single], axis=0)
        assert np.abs(gradient - mean).max() <= 1e-12 * np.abs(mean).max()


@pytest.mark.parametrize("cell", CELLS)
def test_a_truncated_gradient_is_that_of_the_last_steps_alone(cell) -> None:
    """With the state before them held: many to one, only its own segment counts."""
    whole, cut = network(cell=cell), network(cell=cell, truncation=3)
    theta, packed = numbers(cut)
    _, truncated = PackedObjective(packed)(theta)
    inputs, targets = examples(cut, 11)
    norms = step_norms(cut, theta, packed)
    assert (norms[:4] == 0.0).all() and (norms[4:] > 0.0).all()
    full = step_norms(whole, theta, packed_recurrent_set(whole, inputs, targets, 0))
    assert norms[4:] == pytest.approx(full[4:], rel=1e-12) and (full[:4] > 0.0).all()
    reached = PackedObjective(packed_recurrent_set(whole, inputs, targets, 0))(theta)[1]
    last = cut.block("output weights")
    assert truncated[last.start :] == pytest.approx(reached[last.start :], rel=1e-12)
    assert np.abs(truncated - reached).max() > 1e-6


@pytest.mark.parametrize("every", [False, True])
def test_norms_by_time_step_follow_the_recursion_of_the_gradient(every) -> None:
    net = network(every=every)
    theta, _ = numbers(net)
    inputs, targets = examples(net, 70)
    found = unrolled(net, theta, inputs)
    u, wo = net.part(theta, "recurrent weights"), net.part(theta, "output weights")[0]
    errors = 2.0 * (found.outputs[:, :, 0] - targets.reshape(found.outputs.shape[:2])) / net.steps
    slope, norms = np.zeros((70, 5)), []
    for t in range(net.length - 1, -1, -1):
        if every or t == net.length - 1:
            slope = slope + errors[:, t if every else 0, None] * wo
        norms.append(np.sqrt(np.mean(np.sum(slope**2, axis=1))))
        slope = (slope * (1.0 - found.states[:, t] ** 2)) @ u
    measured = step_norms(net, theta, packed_recurrent_set(net, inputs, targets, 0))
    assert measured == pytest.approx(norms[::-1], rel=1e-12)


def test_states_and_gates_fulfil_the_equations_of_the_cell() -> None:
    sigmoid = lambda z: 1.0 / (1.0 + np.exp(-z))  # noqa: E731
    for cell in CELLS:
        net = network(cell=cell, hidden=4)
        theta, _ = numbers(net)
        inputs, _ = examples(net, 70)
        found = unrolled(net, theta, inputs)
        w, u, b = (net.part(theta, name) for name in ("input weights", "recurrent weights", "biases"))
        before = np.concatenate([np.zeros((70, 1, 4)), found.states[:, :-1]], 1)
        z = inputs @ w.T + b
        if cell == "elman":
            assert np.abs(np.tanh(z + before @ u.T) - found.states).max() < 1e-14
            assert not found.gates and found.cells is None
        elif cell == "gru":
            reset, update = (sigmoid(z + before @ u.T)[:, :, place : place + 4] for place in (0, 4))
            inner = before @ u[8:].T + net.part(theta, "reset biases")
            candidate = np.tanh(z[:, :, 8:] + reset * inner)
            for name, values in (("reset", reset), ("update", update), ("candidate", candidate)):
                assert np.abs(found.gates[name] - values).max() < 1e-14
            assert np.abs((1.0 - update) * candidate + update * before - found.states).max() < 1e-14
        else:
            gates = found.gates
            assert np.abs(sigmoid(z + before @ u.T)[:, :, 4:8] - gates["forget"]).max() < 1e-14
            cells = np.concatenate([np.zeros((70, 1, 4)), found.cells[:, :-1]], 1)
            assert np.abs(gates["forget"] * cells + gates["input"] * gates["candidate"] - found.cells).max() < 1e-14
            assert np.abs(gates["output"] * np.tanh(found.cells) - found.states).max() < 1e-14
        out = found.states[:, -1] @ net.part(theta, "output weights").T + net.part(theta, "output biases")
        assert np.abs(out - found.outputs[:, 0]).max() < 1e-13


def test_initial_weights_are_drawn_gate_by_gate() -> None:
    glorot = choose(INITIALIZERS, "glorot_uniform", {})
    net = network(cell="lstm", hidden=64, inputs=3)
    theta = initial_recurrent(net, glorot, 3)
    recurrent = net.part(theta, "recurrent weights")
    assert np.abs(recurrent).max() <= np.sqrt(6.0 / 128)
    assert recurrent.std() == pytest.approx(np.sqrt(2.0 / 128), rel=0.03)
    biases = net.part(theta, "biases").reshape(4, 64)
    assert (biases[1] == 1.0).all() and (biases[[0, 2, 3]] == 0.0).all()
    assert len({gate.tobytes() for gate in recurrent.reshape(4, 64, 64)}) == 4
    turning = network(cell="lstm", hidden=64, inputs=3, start="orthogonal", forget_bias=0.0)
    theta = initial_recurrent(turning, glorot, 3)
    turned = net.part(theta, "recurrent weights").reshape(4, 64, 64)
    assert np.abs(turned @ turned.transpose(0, 2, 1) - np.eye(64)).max() < 1e-12
    assert (net.part(theta, "biases") == 0.0).all()
    kept = network(activation="relu", start="identity")
    started = initial_recurrent(kept, glorot, 3)
    assert (kept.part(started, "recurrent weights") == np.eye(5)).all()
    assert (started != initial_recurrent(kept, glorot, 4)).any()


def test_a_diverged_network_says_at_which_step_and_in_which_part() -> None:
    net = network(length=60, activation="relu")
    random = np.random.default_rng(2)
    theta = np.abs(random.standard_normal(net.parameters))
    net.part(theta, "recurrent weights")[:] = 1e6 * np.eye(5)
    packed = packed_recurrent_set(net, np.abs(random.standard_normal((20, 60, 2))), np.zeros(20), 0)
    found = recurrent_divergence(net, theta, packed)
    assert found is not None and (found.step, found.part) == (53, "state")
    assert "the state is the first that is not finite, at time step 53 of 60" in found.sentence
    assert "enlarge a state up to 1e+06 times at every step" in found.sentence
    theta[net.block("biases").start] = np.nan
    broken = recurrent_divergence(net, theta, packed)
    assert broken is not None and (broken.step, broken.part) == (None, "biases")


def test_a_gradient_that_is_not_finite_says_where_on_its_way_back() -> None:
    """At a state of 0 nothing damps it."""
    net = network(length=60)
    theta = np.zeros(net.parameters)
    net.part(theta, "recurrent weights")[:] = -1e300 * np.eye(5)
    net.part(theta, "output weights")[:] = 1.0
    packed = packed_recurrent_set(net, np.zeros((5, 60, 2)), np.full(5, 1e20), 0)
    found = recurrent_divergence(net, theta, packed)
    assert found is not None and (found.step, found.part) == (59, "input weights")
    assert "on its way back the gradient is no longer finite at time step 59 of 60" in found.sentence
    assert recurrent_divergence(net, np.zeros(net.parameters), packed) is None
