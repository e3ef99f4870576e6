"""The objective of networks: against PyTorch, against central differences, and against itself."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.architectures.activations import ACTIVATIONS
from engine.architectures.forward import outputs
from engine.architectures.losses import LOSSES
from engine.architectures.mlp import LOSS_ONLY, MEASURING
from engine.training.stream import FIXED, REPLACED, RESHUFFLED
from tests.each import each
from tests.engine.architectures.objective import Objective, network, random_theta

with np.load(Path(__file__).parents[1] / "reference" / "networks.npz") as file:
    STORED = dict(file)
CASES = json.loads(str(STORED["cases"]))


def title(case):
    return f"{'-'.join(map(str, case['sizes']))} {case['activations'][0]} {case['loss']}"


@each("place", range(len(CASES)))
def test_loss_and_gradient_are_those_of_pytorch(place) -> None:
    case = CASES[place]
    net = network(case["sizes"], case["activations"], case["loss"], case["residual"], **case["settings"])
    classes = case["classes"]
    inputs = STORED["inputs"][:, : case["sizes"][0]]
    targets = STORED["places"] % classes if classes else STORED["reals"]
    theta, expected = STORED[f"theta/{place}"], STORED[f"gradient/{place}"]
    loss, gradient = Objective(net, inputs, targets, classes)(theta)
    assert abs(loss - STORED[f"loss/{place}"]) <= 1e-12 * abs(STORED[f"loss/{place}"])
    assert np.abs(gradient - expected).max() <= 1e-12 * np.abs(expected).max()
    answers = STORED[f"outputs/{place}"]
    assert np.abs(outputs(net, theta, inputs) - answers).max() <= 1e-12 * np.abs(answers).max()


@each("loss", LOSSES)
@each("activation", ACTIVATIONS)
def test_gradients_are_the_slopes_of_the_loss(activation, loss) -> None:
    """With everything at once: residual layers, dropout, a short batch out of a shuffled epoch."""
    random = np.random.default_rng(5)
    net = network((3, 5, 5, 3), activation, loss, residual=True, dropout=0.3)
    objective = Objective(net, random.standard_normal((37, 3)), random.integers(0, 3, 37), 3)
    theta = random_theta(net, random)
    where = {"taken": 11, "cursor": 5, "order": RESHUFFLED, "epoch": 2, "update": 9}
    _, gradient = objective(theta, **where)
    error = np.linalg.norm(objective.slope(theta, **where) - gradient)
    assert error < 1e-6 * np.linalg.norm(gradient)


@pytest.mark.parametrize("order", [RESHUFFLED, FIXED, REPLACED])
@pytest.mark.parametrize(
    ("sizes", "activations"),
    [
        ((2, 1), "identity"),
        ((1, 1, 1), "tanh"),
        ((9, 2), "identity"),
        ((2, 4, 2, 1), "tanh"),
        ((3, 1, 3, 1, 2), "sigmoid"),
        ((11, 17, 9, 3), ("relu", "softplus", "tanh")),
    ],
)
def test_batches_of_every_small_size_have_exact_gradients(sizes, activations, order) -> None:
    random = np.random.default_rng(8)
    net = network(sizes, activations)
    objective = Objective(net, random.standard_normal((23, sizes[0])), random.standard_normal((23, sizes[-1])))
    theta = random_theta(net, random)
    for taken in range(1, 21):
        where = {"taken": taken, "cursor": 23 - taken, "order": order, "epoch": taken, "update": taken}
        _, gradient = objective(theta, **where)
        error = np.linalg.norm(objective.slope(theta, **where) - gradient)
        assert error < 1e-6 * np.linalg.norm(gradient), taken


@pytest.mark.parametrize("taken", [1, 7, 8, 127, 128, 129, 300, 515])
def test_a_batch_is_the_mean_of_its_examples(taken) -> None:
    """However it is cut into chunks: the reference takes one example at a time."""
    random = np.random.default_rng(taken)
    net = network((9, 12, 5), "gelu", "softmax")
    objective = Objective(net, random.standard_normal((515, 9)), random.integers(0, 5, 515), 5)
    theta = random_theta(net, random)
    loss, gradient = objective(theta, taken=taken)
    single = [objective(theta, taken=1, cursor=place) for place in range(taken)]
    assert loss == pytest.approx(np.mean([one for one, _ in single]), rel=1e-13)
    mean = np.mean([slopes for _, slopes in single], axis=0)
    assert np.abs(gradient - mean).max() <= 1e-13 * np.abs(mean).max()


@pytest.mark.parametrize("order", [RESHUFFLED, FIXED, REPLACED])
def test_nothing_that_is_left_in_memory_reaches_the_result(order) -> None:
    random = np.random.default_rng(2)
    net = network((9, 10, 10, 3), "tanh", "softmax", residual=True, dropout=0.2)
    objective = Objective(net, random.standard_normal((200, 9)), random.integers(0, 3, 200), 3)
    theta = random_theta(net, random)
    where = {"taken": 13, "cursor": 40, "order": order, "epoch": 3, "update": 77}
    loss, gradient = objective(theta, **where)
    for _ in range(2):
        objective.dirty()
        for _ in range(2):
            again, same = objective(theta, **where)
            assert (again, same.tobytes()) == (loss, gradient.tobytes())
        objective(10.0 * theta, taken=200, epoch=1, update=5)
        objective(theta, taken=50, order=REPLACED, update=5)
        again, same = objective(theta, **where)
        assert (again, same.tobytes()) == (loss, gradient.tobytes())


def test_measuring_drops_nothing_and_the_loss_alone_needs_no_gradient() -> None:
    random = np.random.default_rng(4)
    inputs, targets = random.standard_normal((30, 4)), random.standard_normal(30)
    dropping = Objective(network((4, 20, 1), "relu", dropout=0.5), inputs, targets)
    whole = Objective(network((4, 20, 1), "relu"), inputs, targets)
    theta = random_theta(whole.network, random)
    loss, gradient = whole(theta)
    assert dropping(theta)[0] != loss
    measured, same = dropping(theta, quiet=MEASURING)
    assert (measured, same.tobytes()) == (loss, gradient.tobytes())
    alone, untouched = dropping(theta, quiet=LOSS_ONLY)
    assert alone == loss and np.isnan(untouched).all()


@pytest.mark.parametrize("dropout", [0.1, 0.5, 0.9])
def test_dropout_leaves_out_its_share_and_scales_the_others(dropout) -> None:
    """Behind units of 1, the gradient of an output weight is the unit's activation times a common factor."""
    net = network((1, 256, 1), "identity", dropout=dropout)
    theta = np.zeros(net.parameters)
    theta[net.biases(0)] = 1.0
    objective = Objective(net, np.ones((40, 1)), np.ones(40))
    shares = []
    for update in range(5):
        _, gradient = objective(theta, taken=1, update=update, seed=3)
        activations = gradient[net.weights(1)] / -2.0
        kept = 1.0 - dropout
        assert set(np.round(activations * kept, 12)) <= {0.0, 1.0}
        shares.append((activations == 0.0).mean())
    assert len(set(shares)) > 1  # another choice at every update
    assert abs(np.mean(shares) - dropout) < 4.0 * np.sqrt(dropout * (1.0 - dropout) / (5 * 256))
    _, mean = objective(theta, seed=3)
    assert len(np.unique(np.round(mean[net.weights(1)], 9))) > 5  # another choice for every example


def test_dropout_is_the_same_for_the_same_seed_and_update_and_for_no_other() -> None:
    random = np.random.default_rng(6)
    net = network((3, 30, 30, 1), "tanh", dropout=0.5)
    objective = Objective(net, random.standard_normal((20, 3)), random.standard_normal(20))
    theta = random_theta(net, random)
    found = {(seed, update): objective(theta, seed=seed, update=update)[0] for seed in range(4) for update in range(4)}
    assert len(set(found.values())) == 16
    assert all(objective(theta, seed=seed, update=update)[0] == loss for (seed, update), loss in found.items())


def test_a_diverged_network_says_so() -> None:
    net = network((2, 8, 2), "relu", "softmax")
    objective = Objective(net, np.ones((10, 2)), np.arange(10) % 2, 2)
    theta = np.full(net.parameters, 1e200)
    loss, _ = objective(theta)
    assert not np.isfinite(loss)
