"""An autoencoder through its narrowest layer: which networks have one that is decoded, and that it is faithful."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import Code, Decoded, Predictions, new_network, problem_of, snapshot_of

DIGITS = {"kind": "digits", "samples": 60}
CONVOLUTION = {"kind": "convolution", "channels": 2}
POOLING, DENSE = {"kind": "max_pooling"}, {"kind": "dense", "units": 3, "activation": "tanh"}
WIDE = {"kind": "dense", "units": 7, "activation": "tanh"}


def network(**settings: Any) -> Any:
    settings = {"data": DIGITS, "target": "inputs", "scaling": "common", **settings}
    return problem_of(new_network(settings.pop("data"), ["sgd"], **settings).problem)


def convolutional(*stages: dict[str, Any], **settings: Any) -> Any:
    return network(architecture="convolutional", stages=list(stages), **settings)


def recurrent(**knobs: Any) -> Any:
    return network(architecture={"kind": "recurrent", "units": 4, **knobs})


@pytest.mark.parametrize(
    ("problem", "title", "units"),
    [
        (network(hidden=(5, 2, 5), residual=True), "hidden 2", 2),
        (network(hidden=(4, 4, 4), residual=True), "hidden 1", 4),
        (convolutional(CONVOLUTION, POOLING, DENSE, WIDE), "dense 1", 3),
        (convolutional(CONVOLUTION, DENSE), "dense 1", 3),
        (convolutional(CONVOLUTION, POOLING, output="tanh"), "pooling 1", 18),
        (convolutional(CONVOLUTION, DENSE, data={"kind": "patterns", "samples": 40}, scaling="none"), "dense 1", 3),
        *((recurrent(cell=cell), "last state", 4) for cell in ("elman", "gru", "lstm")),
    ],
)
def test_what_an_example_is_coded_as_is_decoded_to_what_the_network_makes_of_it(
    problem: Any, title: str, units: int
) -> None:
    theta = problem.start + 0.1 * np.random.default_rng(0).normal(size=problem.start.size)
    asked = snapshot_of(problem, theta, {Code(), Predictions()})
    narrow, made = asked.answer(Code), asked.answer(Predictions).predictions
    assert narrow.title == title and narrow.values.shape == (len(made), units)
    for place in (0, 7, len(made) - 1):
        found = snapshot_of(problem, theta, {Decoded(tuple(narrow.values[place].tolist()))}).answer(Decoded)
        np.testing.assert_allclose(found, made[place], rtol=1e-9, atol=1e-11)
    wrong = snapshot_of(problem, theta, {Decoded((0.0,) * (units + 1))}).answer(Decoded)
    assert wrong.size == 0, "not as many numbers as the layer has"


def test_networks_without_a_layer_that_could_be_decoded_are_not_asked() -> None:
    for problem in (
        network(hidden=()),
        convolutional(),
        convolutional(CONVOLUTION, {"kind": "convolution", "channels": 1, "kernel": 6}, {**CONVOLUTION, "kernel": 1}),
        network(architecture={"kind": "attention", "width": 4}),
        convolutional(CONVOLUTION, DENSE, target="label"),
    ):
        assert not problem.subject.understands(Code) and not problem.subject.understands(Decoded)
        assert not problem.task.understands(Code)
