"""Loss, score and outputs in one pass over both sets, against the functions that take a pass each."""

from __future__ import annotations

import numpy as np
import pytest

from engine import LOSSES, Interruption, Session, Table, new_network, new_run
from engine.interruption import finish
from engine.problems.supervised.learner import Learner

PROBLEMS = {
    "two classes": {"data": "circle"},
    "two outputs": {"data": "circle", "loss": "softmax"},
    "ten classes": {"data": "digits", "hidden": (9,)},
    "hinge": {"data": "iris", "loss": "hinge"},
    "values": {"data": "sine"},
    "many values": {"data": "diabetes"},
    "nothing to validate": {"data": "sine", "share": 1.0},
}


def learner_of(data="circle", hidden=(5, 3), **settings) -> tuple[Learner, np.ndarray]:
    session = Session(new_network(data, [new_run("adam", batch=10)], hidden, **settings))
    session.advance(40)
    learner = session.problem.subject
    return learner, session.runs[0].machine.theta


@pytest.mark.parametrize("problem", PROBLEMS)
def test_one_pass_finds_what_each_does(problem) -> None:
    learner, theta = learner_of(**PROBLEMS[problem])
    found = finish(learner.evaluation_pieces(theta, True, None))
    assert found[0].loss == learner.losses(theta[None])[0]
    scores = learner.scores(found[0].agreement, found[1].agreement)
    for part, (inputs, targets), score in zip(found, (learner.training, learner.validation), scores, strict=True):
        outputs = learner.outputs(theta, inputs)
        assert part.outputs.tobytes() == outputs.tobytes()
        assert np.isnan(part.loss) == (len(targets) == 0)
        assert np.array_equal(score, learner.score(outputs, targets), equal_nan=True)
        if not len(targets):
            continue
        if learner.classes:
            assert score == np.mean(LOSSES[learner.network.loss.kind].predictions(outputs) == targets)
        else:
            errors = ((targets - outputs[:, 0]) ** 2).sum() / ((targets - targets.mean()) ** 2).sum()
            assert score == pytest.approx(1.0 - errors, rel=1e-12)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_measurement_with_the_layers_says_the_same_of_the_whole(problem) -> None:
    learner, theta = learner_of(**PROBLEMS[problem])
    light, nothing = finish(learner.measured(theta, None, 0.25, None))
    full, layers = finish(learner.measured(theta, theta, 0.25, None))
    assert nothing is None and light.tobytes() == full.tobytes() and light[-1] == 0.25
    assert layers[: learner.network.layers, 2].tolist() == [1.0] * learner.network.layers, "the step is theta itself"
    interruption = Interruption()
    interruption.set()
    along = finish(learner.measured_along(np.array([theta, 0.5 * theta]), np.array([0.25, 0.0]), interruption))
    half, _ = finish(learner.measured(0.5 * theta, None, 0.0, None))
    assert along[0].tobytes() == light.tobytes() and along[1].tobytes() == half.tobytes()
    assert finish(learner.measured(theta, None, 0.25, interruption))[0].tobytes() == light.tobytes()


def test_outputs_that_are_no_numbers_are_predicted_as_by_numpy() -> None:
    table = Table("t", ("x",), "c", np.arange(12.0)[:, None], np.arange(12.0) % 3, ("a", "b", "c"))
    learner, _ = learner_of(table)
    numbers = (0.0, 1.0, np.nan, np.inf, -np.inf)
    outputs = np.array([(a, b, c) for a in numbers for b in numbers for c in numbers])
    for target in range(3):
        targets = np.full(len(outputs), float(target))
        assert learner.score(outputs, targets) == np.mean(outputs.argmax(axis=1) == target)
