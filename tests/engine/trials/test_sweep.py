"""Sweeps over any settings: grids, random combinations, and what is refused."""

from __future__ import annotations

import math

import pytest

from engine import (
    Axis,
    Experiment,
    SettingError,
    Trial,
    new_experiment,
    new_network,
    new_run,
    plan_of,
    spaced,
    trial,
)
from engine.training.experiment import run_task
from tests.each import each

ADAM = [new_run("adam", learning_rate=0.1)]


def test_a_grid_has_every_combination_and_the_best_comes_first() -> None:
    axes = [spaced("learning_rate", 0.01, 1.0, 3, log=True), Axis("optimizer.beta1", (0.0, 0.9))]
    plan = plan_of(new_experiment("rosenbrock", ADAM), "sweep", {"updates": 300}, axes=axes)
    result = plan.result({one.key: trial(one) for one in plan.trials({})})
    assert {row.values for row in result.rows} == {(rate, beta) for rate in (0.01, 0.1, 1.0) for beta in (0.0, 0.9)}
    medians = [row.spread.median for row in result.rows]
    assert medians == sorted(medians) and (result.done, result.expected) == (6, 6)
    best = result.rows[0]
    run = new_run("adam", learning_rate=best.values[0], beta1=best.values[1])
    alone = plan_of(new_experiment("rosenbrock", [run]), "seeds", {"seeds": 1, "updates": 300})
    assert trial(alone.trials({})[0]).value == best.spread.median
    assert f"learning rate {best.values[0]:g}, optimizer beta1 {best.values[1]:g}" in result.sentences[0]


def test_settings_of_the_problem_and_words_are_swept_too() -> None:
    axes = [Axis("data.noise", (0, 20)), Axis("optimizer", ("sgd", "adam")), Axis("batch.size", (8, 32))]
    experiment = new_network("circle", [new_run("sgd", batch=8)], hidden=(2,))
    plan = plan_of(experiment, "sweep", {"updates": 5, "seeds": 2}, axes=axes)
    trials = plan.trials({})
    assert len(trials) == 16 and len({one.key for one in trials}) == 16
    some = trials[-1].experiment
    assert some.problem.value("data.noise") == 20 and some.runs[0].settings.value("batch.size") == 32
    assert some.runs[0].settings.optimizer.kind == "adam" and not trial(trials[0]).failed
    known = {one.key: trial(one) for one in trials}
    result = plan.result(known)
    assert result.labels(0) == () and result.labels(1) == ("Gradient descent", "Adam")
    best = result.rows[0]
    assert result.labels(1)[int(result.at(1, best))] == {"sgd": "Gradient descent", "adam": "Adam"}[best.values[1]]
    assert result.words(best)[1] in result.sentences[0] and result.at(0, best) == best.values[0]


def test_a_network_that_a_run_has_for_itself_is_varied_there() -> None:
    own = {"architecture": "perceptron", "hidden": [{"units": 3}]}
    data = new_network("circle", [new_run("sgd", batch=8), new_run("adam", batch=8)], hidden=(2,)).to_dict()
    data["runs"][1]["own"] = own
    plan = plan_of(Experiment.from_dict(data), "sweep", {"updates": 5}, axes=[Axis("hidden.1.units", (4, 5))])
    sizes = [(one.group, trial_task(one).value("hidden.1.units")) for one in plan.trials({})]
    assert sorted(sizes) == [("adam", 4), ("adam", 5), ("sgd", 4), ("sgd", 5)]
    assert len({trial(one).digest for one in plan.trials({})}) == 4


def trial_task(one: Trial):
    return run_task(one.experiment.problem, one.experiment.runs[0].settings)


def test_knobs_are_those_of_the_optimizer_that_is_varied_with_them_in_any_order() -> None:
    axes = [Axis("optimizer.beta2", (0.9, 0.99)), Axis("optimizer", ("adam", "amsgrad"))]
    plan = plan_of(new_experiment("rosenbrock", ADAM), "sweep", {"updates": 5}, axes=axes)
    found = [one.experiment.runs[0].settings.optimizer for one in plan.trials({})]
    assert [(each.kind, each.values["beta2"]) for each in found] == [
        ("adam", 0.9), ("amsgrad", 0.9), ("adam", 0.99), ("amsgrad", 0.99)
    ]  # fmt: skip
    without = [axes[0], Axis("optimizer", ("adam", "sgd"))]
    with pytest.raises(SettingError, match="beta2: unknown setting"):
        plan_of(new_experiment("rosenbrock", ADAM), "sweep", {"updates": 5}, axes=without).trials({})


def test_random_combinations_lie_between_the_ends_and_come_again() -> None:
    axes = [spaced("learning_rate", 1e-4, 1.0, 2, log=True), spaced("warmup", 0, 50, 2)]
    given = {"way": "random", "combinations": 40, "updates": 5}
    points = plan_of(new_experiment("rosenbrock", ADAM), "sweep", given, axes=axes).points
    assert points == plan_of(new_experiment("rosenbrock", ADAM), "sweep", given, axes=axes).points
    assert len(set(points)) == 40 and all(1e-4 <= rate <= 1.0 and 0 <= warmup <= 50 for rate, warmup in points)
    assert all(isinstance(warmup, int) for _, warmup in points)
    below = sum(rate < 0.01 for rate, _ in points)
    assert 10 < below < 30, "even by the logarithm"
    other = plan_of(new_experiment("rosenbrock", ADAM), "sweep", {**given, "draw": 2}, axes=axes).points
    assert not set(points) & set(other)


def test_an_axis_is_read_from_plain_data() -> None:
    for made in (Axis("optimizer", ("sgd", "adam")), spaced("learning_rate", 0.1, 1.0, 4, log=True)):
        assert Axis.from_dict(made.to_dict()) == made
    assert Axis.from_dict({"setting": "warmup", "low": 0, "high": 10, "steps": 3}).values == (0, 5, 10)


@each(
    "axes, told",
    [
        ([], "1 to 6 settings, got 0"),
        ([{"setting": "learning_rate", "values": [0.1]}] * 2, "varied once"),
        ([{"setting": "optimizer.beta9", "values": [0.1]}], "beta9"),
        ([{"setting": "learning_rate", "values": [-1.0, 0.1]}], "learning rate must lie in"),
        ([{"setting": "nonsense", "values": [1]}], "nonsense"),
        ([{"setting": "learning_rate", "values": []}], "a list of 1 to"),
        ([{"setting": "learning_rate", "low": 0.0, "high": 1.0, "steps": 3, "log": True}], "above 0"),
        ([{"setting": "learning_rate", "low": 2.0, "high": 1.0, "steps": 3}], "at most high"),
        ([{"setting": "learning_rate", "low": 0.1, "high": math.inf, "steps": 3}], "high must be a number"),
        ([{"setting": "learning_rate", "low": 0.1, "high": 1.0, "steps": 0}], "steps must be a whole number"),
        ([{"setting": 3}], "names a setting by its path"),
        ([{"setting": "learning_rate", "low": 0.1, "high": 1.0, "steps": 10_000},
          {"setting": "warmup", "low": 0, "high": 9, "steps": 10}], "at most 10,000 combinations, got 100,000"),
    ],
)  # fmt: skip
def test_what_cannot_be_swept_is_refused(axes, told) -> None:
    with pytest.raises(SettingError, match=told):
        plan_of(new_experiment("rosenbrock", ADAM), "sweep", axes=[Axis.from_dict(each) for each in axes])


def test_only_a_sweep_takes_axes() -> None:
    with pytest.raises(SettingError, match="varies no settings"):
        plan_of(new_experiment("rosenbrock", ADAM), "seeds", axes=[Axis("warmup", (1, 2))])
