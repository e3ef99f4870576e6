"""Targets that are vectors, sequences or the inputs: losses and gradients as PyTorch has them, and by differences."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.architectures.catalogue import Design, Layer
from engine.architectures.forward import evaluation_pieces
from engine.architectures.losses import LOSSES
from engine.architectures.members import ARCHITECTURES
from engine.choices import choose
from engine.interruption import finish
from tests.each import each
from tests.engine.architectures.objective import PackedObjective

with np.load(Path(__file__).parents[1] / "reference" / "targets.npz") as file:
    STORED = dict(file)
CASES = json.loads(str(STORED["cases"]))
every_case = each("place", range(len(CASES)))


def made(place):
    """The network of a case, and it with its examples."""
    case = CASES[place]
    _, *hidden, outputs = case["sizes"]
    shape = STORED[f"inputs/{place}"].shape[1:]
    design = Design(
        choose(ARCHITECTURES, case["kind"], {"units": hidden[0]} if case["kind"] == "recurrent" else {}),
        int(np.prod(shape)),
        shape if len(shape) > 1 else (),
        False,
        outputs,
        "identity",
        choose(LOSSES, case["loss"], case["settings"]),
        hidden=tuple(Layer(units) for units in hidden),
        steps=max(case["steps"], 1),
    )
    form = ARCHITECTURES[case["kind"]]
    network = form.network(design)
    rows = STORED[f"inputs/{place}"].reshape(len(STORED[f"inputs/{place}"]), -1)
    return network, form.packed_set(network, rows, STORED[f"targets/{place}"], case["classes"])


@every_case
def test_loss_gradient_and_outputs_are_those_of_pytorch(place) -> None:
    network, packed = made(place)
    theta, case = STORED[f"theta/{place}"], CASES[place]
    objective = PackedObjective(packed)
    objective.dirty()
    losses, gradients = objective.many(theta[None])
    assert losses[0] == pytest.approx(float(STORED[f"loss/{place}"]), rel=1e-10)
    expected = STORED[f"gradient/{place}"]
    assert np.abs(gradients[0] - expected).max() <= 1e-10 * np.abs(expected).max()
    targets = STORED[f"targets/{place}"]
    found = finish(evaluation_pieces(network, theta, packed, targets, case["classes"], True, None))
    outputs = STORED[f"outputs/{place}"]
    assert found.loss == pytest.approx(losses[0], rel=1e-12) and found.outputs == pytest.approx(outputs, rel=1e-10)
    if case["classes"]:
        each = outputs.reshape(targets.size, -1)
        agreed = (LOSSES[case["loss"]].predictions(each) == targets.reshape(-1)).sum()
    else:
        agreed = ((outputs - targets.reshape(outputs.shape)) ** 2).sum()
    assert found.agreement == pytest.approx(agreed, rel=1e-10)


@every_case
def test_the_gradient_is_that_of_differences(place) -> None:
    _, packed = made(place)
    objective, theta, step = PackedObjective(packed), STORED[f"theta/{place}"], 1e-6
    around = np.concatenate([theta + step * np.eye(theta.size), theta - step * np.eye(theta.size)])
    losses, _ = objective.many(around)
    gradient = objective.many(theta[None])[1][0]
    differences = (losses[: theta.size] - losses[theta.size :]) / (2 * step)
    assert np.linalg.norm(differences - gradient) < 1e-6 * np.linalg.norm(gradient)
