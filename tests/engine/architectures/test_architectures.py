"""Convolutional and recurrent networks: what holds for both, against PyTorch and against themselves."""

from __future__ import annotations

import numpy as np
import pytest

from engine.architectures.forward import evaluation_pieces, layer_pieces, loss_pieces
from engine.architectures.mlp import LOSS_ONLY, MEASURING
from engine.interruption import Interruption, finish
from engine.training.stream import DONE, FIXED, FLAG, REPLACED, RESHUFFLED
from tests.each import each
from tests.engine.architectures.objective import PackedObjective
from tests.engine.architectures.stored import CASES, RATE, STORED, UPDATES, network_of, packed_case, title

ALL = range(len(CASES))
ONE_ANSWER = [place for place in ALL if CASES[place]["classes"] or CASES[place]["outputs"] == 1]
SOME = [place for place in ALL if len(STORED[f"theta/{place}"]) < 400]


def close(found, expected, relative) -> bool:
    return np.abs(found - expected).max() <= relative * np.abs(expected).max()


@each("place", ALL)
def test_loss_gradient_and_outputs_are_those_of_pytorch(place) -> None:
    net, theta = network_of(CASES[place]), STORED[f"theta/{place}"]
    assert net.parameters == len(theta)
    objective = PackedObjective(packed_case(place))
    objective.dirty()
    loss, gradient = objective(theta)
    assert close(loss, STORED[f"loss/{place}"], 1e-12)
    assert close(gradient, STORED[f"gradient/{place}"], 1e-12)
    outputs = finish(layer_pieces(net, theta, objective.packed, net.layers - 1, None))[0]
    assert close(outputs, STORED[f"outputs/{place}"].reshape(outputs.shape), 1e-12)


@each("place", ALL)
def test_fifty_updates_end_where_pytorch_ends(place) -> None:
    objective, theta = PackedObjective(packed_case(place)), STORED[f"theta/{place}"].copy()
    for _ in range(UPDATES):
        theta -= RATE * objective(theta)[1]
    assert close(theta, STORED[f"end/{place}"], 1e-11)


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(place, marks=[] if place in SOME else [pytest.mark.slow], id=title(place))
        for place in ALL
        if not CASES[place].get("truncation")
    ],
)
def test_gradients_are_the_slopes_of_the_loss(place) -> None:
    """On a short batch out of a shuffled epoch. A truncated gradient is none; ties are no smooth place."""
    objective, random = PackedObjective(packed_case(place)), np.random.default_rng(place)
    theta = STORED[f"theta/{place}"] + 0.01 * random.standard_normal(len(STORED[f"theta/{place}"]))
    where = {"taken": 5, "cursor": 3, "order": RESHUFFLED, "epoch": 2, "update": 9}
    _, gradient = objective(theta, **where)
    error = np.linalg.norm(objective.slope(theta, **where) - gradient)
    assert error < 1e-6 * np.linalg.norm(gradient)


@pytest.mark.parametrize("order", [RESHUFFLED, FIXED, REPLACED])
@pytest.mark.parametrize("place", SOME[::3], ids=title)
def test_nothing_that_is_left_in_memory_reaches_the_result(place, order) -> None:
    objective, theta = PackedObjective(packed_case(place)), STORED[f"theta/{place}"]
    where = {"taken": 7, "cursor": 4, "order": order, "epoch": 3, "update": 77}
    loss, gradient = objective(theta, **where)
    for _ in range(2):
        objective.dirty()
        for _ in range(2):
            again, same = objective(theta, **where)
            assert (again, same.tobytes()) == (loss, gradient.tobytes())
        objective(10.0 * theta, taken=13, epoch=1, update=5)
        objective(theta, taken=3, order=REPLACED, update=5)


@pytest.mark.parametrize("place", SOME[::3], ids=title)
def test_the_loss_alone_is_the_same_and_needs_no_gradient(place) -> None:
    objective, theta = PackedObjective(packed_case(place)), STORED[f"theta/{place}"]
    loss, gradient = objective(theta)
    measured, same = objective(theta, quiet=MEASURING)
    assert (measured, same.tobytes()) == (loss, gradient.tobytes())
    alone, untouched = objective(theta, quiet=LOSS_ONLY)
    assert alone == loss and np.isnan(untouched).all()
    several = finish(loss_pieces(network_of(CASES[place]), np.array([theta, 2.0 * theta]), objective.packed, None))
    assert several[0] == loss and several[1] != loss


@pytest.mark.parametrize("place", SOME[::2], ids=title)
def test_a_number_that_is_not_finite_shows_in_the_loss(place) -> None:
    objective, theta = PackedObjective(packed_case(place)), STORED[f"theta/{place}"].copy()
    theta[0] = np.nan
    assert np.isnan(objective(theta)[0])


def test_an_interrupted_gradient_goes_on_where_it_was() -> None:
    interruption = Interruption()
    interruption.set()
    for place in (places[0] for places in (SOME[::-1], SOME)):
        packed = packed_case(place)
        repeated = packed_many(place, 12)
        assert repeated.examples == 12 * packed.examples
        objective = PackedObjective(repeated)
        theta = STORED[f"theta/{place}"]
        whole, gradient = objective(theta, quiet=MEASURING)
        assert close(gradient, STORED[f"gradient/{place}"], 1e-12)
        stream = objective.stream(quiet=MEASURING)
        stream[FLAG] = interruption.address
        found, calls = np.full_like(theta, np.nan), 0
        while calls == 0 or stream[DONE]:
            loss, calls = objective.once(theta, stream, found), calls + 1
        assert calls > 1
        assert (loss, found.tobytes()) == (whole, gradient.tobytes())


def packed_many(place, times):
    """A case with its examples several times over, which takes several chunks."""
    kept = {name: STORED[f"{name}/{place}"] for name in ("inputs", "targets")}
    try:
        for name, values in kept.items():
            STORED[f"{name}/{place}"] = np.concatenate([values] * times)
        return packed_case(place)
    finally:
        STORED.update({f"{name}/{place}": values for name, values in kept.items()})


@each("place", ONE_ANSWER)
def test_one_pass_finds_loss_agreement_and_outputs(place) -> None:
    """Of outputs at every step of a sequence, at every step."""
    case, net, theta = CASES[place], network_of(CASES[place]), STORED[f"theta/{place}"]
    targets, expected = STORED[f"targets/{place}"], STORED[f"outputs/{place}"]
    raw = targets.reshape(expected.shape[:-1])
    found = finish(evaluation_pieces(net, theta, packed_case(place), raw, case["classes"], True, None))
    assert found.loss == pytest.approx(float(STORED[f"loss/{place}"]), rel=1e-12)
    assert found.outputs.reshape(expected.shape) == pytest.approx(expected, abs=1e-12)
    if case["classes"]:
        chosen = expected[..., 0] > 0.0 if case["loss"] == "bce" else expected.argmax(-1)
        assert found.agreement == (chosen == raw).sum()
    else:
        assert found.agreement == pytest.approx(((expected[..., 0] - raw) ** 2).sum(), rel=1e-12)
