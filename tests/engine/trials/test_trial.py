"""A trial alone: the numbers of the run it stands for, whoever computes it; and what is told of it."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace

import numpy as np
import pytest

from engine import (
    Interruption,
    Session,
    Stopped,
    Summary,
    Trial,
    countable,
    curve_updates,
    new_experiment,
    new_network,
    new_run,
    trial,
)
from engine.trials.arms import alone, arms_of


def of(experiment, updates=200, counted="loss", **given) -> Trial:
    return alone(experiment, arms_of(experiment)[0], updates, counted, **given)


def test_a_trial_ends_where_its_run_ends() -> None:
    experiment = new_experiment("rosenbrock", ["adam"], updates=0)
    session = Session(experiment)
    session.advance(200)
    run = session.runs[0]
    found = trial(of(experiment))
    assert found.value == found.loss == session.problem.losses(run.machine.theta[None])[0]
    assert (found.updates, found.evaluations, found.diverged_at) == (200, 200, None)
    at, losses = curve_updates(200), run.history.view().column("loss")[0]
    np.testing.assert_allclose(found.curve[:-1], losses[at[:-1]], rtol=1e-6)
    assert found.curve[-1] == pytest.approx(found.value, 1e-6)


def test_what_counts_of_a_network_is_measured_on_what_validates() -> None:
    experiment = new_network("circle", ["adam"], hidden=(3,))
    assert set(countable(experiment.problem)) >= {"training_loss", "validation_loss"}
    found = trial(of(experiment, counted="validation_loss"))
    session = Session(experiment)
    session.advance(200)
    run = session.runs[0]
    at, values = run.measures.view().series("validation_loss")
    assert at[-1] < 200 and found.value < values[-1], "it is measured at the end, wherever the record stops"
    assert (found.best, found.best_update) == (found.value, 200)
    np.testing.assert_allclose(found.curve[0], values[0], rtol=1e-6)
    assert found.loss == pytest.approx(session.problem.losses(run.machine.theta[None])[0], rel=1e-12), "the same run"
    assert np.isfinite(found.curve).all() and len(found.curve) == len(curve_updates(200))


def test_equal_trials_have_one_key_and_equal_bits() -> None:
    experiment = new_experiment("rosenbrock", ["adam", new_run("adam", name="again", id="b")], updates=0)
    one, other = (alone(experiment, arm, 100, "loss") for arm in arms_of(experiment))
    assert one.key == other.key and trial(one).digest == trial(pickle.loads(pickle.dumps(other))).digest
    differing = [
        of(experiment, 101),
        of(experiment, 100, seed=1),
        of(experiment, 100, settings=[("learning_rate", 0.5)]),
        of(experiment, 100, settings=[("noise", 0.5)]),
    ]
    keys = [one.key, *(each.key for each in differing)]
    assert len(set(keys)) == len(keys)
    digests = [trial(each).digest for each in differing]
    assert len(set(digests)) == len(digests)


def test_divergence_and_what_cannot_be_run_are_told() -> None:
    experiment = new_experiment("rosenbrock", [new_run("sgd", learning_rate=10.0)], updates=0)
    found = trial(of(experiment))
    assert found.diverged and found.value == math.inf and "no longer finite" in found.ending
    assert math.isnan(found.curve[-1])
    endless = replace(of(experiment), experiment=replace(experiment, stop={**experiment.stop, "updates": 0}))
    assert "never" in trial(endless).failed
    unknown = trial(of(new_network("circle", ["sgd"]), 5, counted="nonsense"))
    assert "nonsense" in unknown.failed


def test_a_summary_survives_as_plain_data() -> None:
    found = trial(of(new_experiment("rosenbrock", [new_run("sgd", learning_rate=10.0)], updates=0)))
    again = Summary.from_dict(found.to_dict())
    assert repr(again) == repr(found)


def test_a_trial_that_nobody_wants_any_more_is_given_up() -> None:
    flag = Interruption()
    flag.stop()
    with pytest.raises(Stopped):
        trial(of(new_experiment("rosenbrock", ["sgd"], updates=0), 10**6), flag)


def test_a_trial_ends_where_a_run_does_that_is_looked_into() -> None:
    experiment = new_experiment("rosenbrock", [new_run("sgd", learning_rate=1.0)])
    one = of(experiment, 50)
    found = trial(one)
    run = Session(one.experiment).runs[0]
    run.advance(50)
    assert run.diagnosis is not None and found.diverged_at == run.diagnosis.update
    assert run.diagnosis.sentence.startswith(found.ending) and "stability limit" not in found.ending
    assert found.updates == run.update and found.value == math.inf
