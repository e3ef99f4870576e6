"""Runs that race: catching up, pinned runs, one problem for all, undo, and what is published."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from engine import (
    MAX_RUNS,
    Experiment,
    Formula,
    RunRecord,
    Session,
    SettingError,
    full_history,
    new_experiment,
    new_run,
)


def race(*runs, surface="rosenbrock", **settings) -> Session:
    return Session(new_experiment(surface, runs or ("sgd", "momentum", "adam"), **{"updates": 0, **settings}))


def losses(session: Session) -> dict[str, np.ndarray]:
    return {run.settings.id: full_history(run)["loss"] for run in session.runs}


def equal(one: dict, other: dict) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[key], other[key]) for key in one)


def test_runs_race_in_step_and_apart_are_the_same() -> None:
    session = race()
    assert session.advance(500) == 1500
    assert [run.update for run in session.runs] == [500] * 3
    for key in ("sgd", "momentum", "adam"):
        alone = race(key)
        alone.advance(500)
        np.testing.assert_array_equal(losses(alone)[key], losses(session)[key])


def test_a_late_run_catches_up() -> None:
    session = race("sgd")
    session.advance(100_000)
    late = RunRecord(replace(new_run("adam"), id="late"))
    session.add(late)
    behind = session.update - session.run("late").update
    assert 0 < behind < 100_000, "in portions, so that the others go on"
    for _ in range(20):
        session.advance(100)
    assert session.run("late").update == session.update == 102_000
    alone = race("adam")
    alone.advance(102_000)
    np.testing.assert_array_equal(losses(session)["late"], losses(alone)["adam"])


def test_a_run_that_ended_does_not_hold_the_others_up() -> None:
    session = race(new_run("sgd", learning_rate=1e3), new_run("adam"))
    session.advance(200)
    assert session.run("sgd").status == "diverged"
    assert session.run("adam").update == session.update == 200
    assert session.moving


def test_adding_and_removing() -> None:
    session = race("sgd")
    with pytest.raises(SettingError, match="at least one run"):
        session.remove("sgd")
    with pytest.raises(SettingError, match="already a run 'sgd'"):
        session.add(RunRecord(new_run("sgd")))
    for k in range(MAX_RUNS - 1):
        session.add(RunRecord(new_run("adam", id=f"run {k}")))
    with pytest.raises(SettingError, match=f"at most {MAX_RUNS} runs"):
        session.add(RunRecord(new_run("adam", id="one more")))
    session.remove("run 3")
    with pytest.raises(SettingError, match="there is no run 'run 3'"):
        session.remove("run 3")
    assert len(session.runs) == MAX_RUNS - 1


# Reset and pinned runs


def test_reset_keeps_seeds_and_gives_the_same_again() -> None:
    session = race(new_run("adam", batch="single"), noise=1.0)
    session.advance(300)
    first = losses(session)
    session.reset()
    assert session.update == 0
    assert session.runs[0].status == "ready"
    session.advance(300)
    assert equal(losses(session), first)


def test_a_pinned_run_stands_still_at_reset() -> None:
    session = race("sgd", "adam")
    session.advance(300)
    session.tweak("sgd", "pinned", True)
    kept = losses(session)["sgd"]
    session.reset()
    assert (session.run("sgd").update, session.run("adam").update, session.update) == (300, 0, 0)
    session.advance(100)
    assert (session.run("sgd").update, session.run("adam").update) == (300, 100)
    np.testing.assert_array_equal(losses(session)["sgd"], kept)
    session.advance(300)
    assert (session.run("sgd").update, session.run("adam").update) == (400, 400)


def test_a_pinned_run_keeps_its_noise_and_the_document_knows() -> None:
    session = race(new_run("sgd", batch="single"), new_run("adam", batch="single"), surface="sphere", noise=1.0)
    session.advance(100)
    session.problem_changed({"noise": 5.0})
    session.advance(100)
    session.tweak("sgd", "pinned", True)
    kept = losses(session)["sgd"]
    session.reset()
    assert session.task.noise == 5.0
    session.advance(50)
    session.tweak("adam", "learning_rate", 0.5)
    session.advance(150)
    np.testing.assert_array_equal(losses(session)["sgd"], kept)
    recorded, _, _ = session.run("sgd").history.view().column("loss")
    np.testing.assert_array_equal(recorded, kept)
    again = Session(Experiment.from_dict(session.experiment().to_dict()))
    again.advance(200)
    assert equal(losses(again), losses(session))
    assert session.run("sgd").peek(150).loss == kept[150]


def test_the_only_run_is_reset_even_if_pinned() -> None:
    session = race("sgd")
    session.advance(10)
    session.tweak("sgd", "pinned", True)
    session.reset()
    assert session.update == 0


def test_reset_with_tweaks_replays_them() -> None:
    session = race(new_run("adam", batch="single"), noise=1.0)
    session.advance(100)
    session.tweak("adam", "learning_rate", 0.1)
    session.problem_changed({"noise": 3.0})
    session.advance(100)
    before = losses(session)
    session.reset(keep_tweaks=True)
    session.advance(200)
    assert equal(losses(session), before)
    session.reset()
    assert session.task.noise == 3.0
    assert session.runs[0].settings.learning_rate == 0.1
    assert session.experiment().problem.noise == 3.0
    assert session.experiment().runs[0].tweaks == ()


def test_rewinding_all() -> None:
    session = race()
    session.advance(400)
    whole = losses(session)
    session.rewind(250)
    assert session.update == 250
    session.advance(150)
    assert equal(losses(session), whole)


# The problem


def test_a_new_problem_begins_every_run_again() -> None:
    session = race()
    session.advance(100)
    session.tweak("sgd", "learning_rate", 1e-4)
    session.problem_changed({"noise": 2.0})
    session.problem_changed({"start": (0.5, 0.5)})
    assert session.update == 0
    assert session.run("sgd").settings.learning_rate == 1e-4
    assert session.task.noise == 2.0, "as the runs' settings, the noise stays as it stands"
    np.testing.assert_array_equal(session.run("adam").machine.theta, [0.5, 0.5])
    session.problem_changed({"surface": Formula("x^2 + y^2"), "seed": 3})
    assert session.run("adam").peek().loss == 0.5


@pytest.mark.parametrize("change", [
    {"start": (float("nan"), 0.0)}, {"start": (1.0,)}, {"start": (1e13, 0.0)}, {"noise": -1.0}, {"seed": 1.5},
    {"surface": Formula("x +")}, {"surface": Formula("import os")}, {"surface": Formula("a*x", {"a": float("inf")})},
    {"surface": Formula("x", {}, (1.0, 0.0, 0.0, 1.0))},
])  # fmt: skip
def test_a_wrong_problem_is_refused_and_changes_nothing(change: dict) -> None:
    session = race()
    session.advance(100)
    before = session.experiment()
    with pytest.raises(SettingError):
        session.problem_changed(change)
    assert session.experiment() == before
    assert session.update == 100


@pytest.mark.parametrize("stop", [{"updates": -1}, {"updates": 1.5}, {"loss_below": float("nan")}, {"other": 1}])
def test_wrong_stop_rules_are_refused_and_change_nothing(stop: dict) -> None:
    session = race()
    before = session.experiment()
    with pytest.raises(SettingError):
        session.stop_at(stop)
    assert session.experiment() == before


def test_noise_belongs_to_every_run() -> None:
    session = race(new_run("sgd", batch="single"), new_run("adam", batch="single"))
    session.problem_changed({"noise": 1.0})
    assert session.experiment().problem.noise == 1.0
    session.advance(50)
    session.problem_changed({"noise": 2.0})
    assert [run.machine.problem.task.noise for run in session.runs] == [2.0, 2.0]
    assert all(run.tweaks[-1].setting.path == "noise" for run in session.runs)
    assert session.picture().task.noise == 2.0


# The document and undo


def test_the_document_computes_the_same_again() -> None:
    session = race(new_run("adam", batch="single"), "sgd", noise=0.1, seed=9)
    session.advance(100)
    session.tweak("adam", "optimizer", "lion")
    session.advance(50)
    session.tweak("sgd", "learning_rate", 1e-4)
    session.problem_changed({"noise": 0.5})
    session.advance(200)
    again = Session(Experiment.from_dict(session.experiment().to_dict()))
    again.advance(350)
    assert equal(losses(again), losses(session))
    assert again.experiment() == session.experiment()


def test_restoring_keeps_the_runs_that_are_the_same() -> None:
    session = race()
    session.advance(200)
    before = session.experiment()
    kept = [session.run("sgd"), session.run("adam")]
    session.tweak("momentum", "learning_rate", 1e-5)
    session.advance(50)
    session.restore(before)
    assert session.experiment() == before
    assert [session.run("sgd"), session.run("adam")] == kept, "the same objects, untouched"
    assert [run.update for run in session.runs] == [250, 0, 250]
    session.advance(0)
    while any(run.update < session.update for run in session.runs):
        session.advance(0)
    straight = race()
    straight.advance(250)
    assert equal(losses(session), losses(straight))


def test_restoring_looks_keeps_the_numbers() -> None:
    session = race()
    session.advance(200)
    before = session.experiment()
    session.tweak("sgd", "name", "Mine")
    session.tweak("sgd", "colour", 9)
    run = session.run("sgd")
    session.restore(before)
    assert session.run("sgd") is run
    assert run.settings.title == "Gradient descent"
    assert run.update == 200
    assert session.experiment() == before


def test_restoring_the_same_stop_rules_does_not_wake_a_run() -> None:
    session = race("sgd", surface="sphere", updates=0, plateau_updates=10, plateau_gain=1.0)
    session.advance(1000)
    run = session.runs[0]
    assert run.status == "finished"
    session.restore(session.experiment())
    assert run.status == "finished"


def test_restoring_removed_runs_and_another_problem() -> None:
    session = race()
    session.advance(100)
    before = session.experiment()
    session.remove("momentum")
    session.problem_changed({"start": (0.0, 0.0)})
    session.advance(30)
    session.restore(before)
    assert [run.settings.id for run in session.runs] == ["sgd", "momentum", "adam"]
    session.advance(100)
    straight = race()
    straight.advance(100)
    assert equal(losses(session), losses(straight))


# What is published


def test_a_picture_is_frozen_and_stays() -> None:
    session = race(new_run("adam"), "sgd")
    session.advance(100)
    picture = session.picture()
    with pytest.raises(FrozenInstanceError):
        picture.update = 5  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        picture.runs[0].settings.learning_rate = 5.0  # type: ignore[misc]
    kept = [
        (run.update, run.status, run.shown.theta.copy(), run.settings, run.tweaks, run.examples[0].copy())
        for run in picture.runs
    ]
    session.tweak("adam", "learning_rate", 0.5)
    session.advance(1000)
    session.reset()
    for run, (update, status, theta, settings, tweaks, examples) in zip(picture.runs, kept, strict=True):
        assert (run.update, run.status, run.settings, run.tweaks) == (update, status, settings, tweaks)
        np.testing.assert_array_equal(run.shown.theta, theta)
        np.testing.assert_array_equal(run.examples[0], examples)


def test_a_cursor_shows_the_past_of_every_run() -> None:
    session = race()
    session.advance(300)
    picture = session.picture(123)
    assert picture.cursor == 123
    for run in picture.runs:
        assert run.update == 300
        assert run.shown.update == 123
        assert run.shown.loss == losses(session)[run.id][123]
    beyond = session.picture(10**9)
    assert all(run.shown.update == 300 for run in beyond.runs)


def test_a_picture_says_what_the_runs_are() -> None:
    session = race("sgd", "adam", noise=0.25)
    picture = session.picture()
    assert [run.status for run in picture.runs] == ["ready", "ready"]
    assert [run.history.count for run in picture.runs] == [0, 0]
    session.advance(10)
    picture = session.picture()
    assert [run.status for run in picture.runs] == ["running", "running"]
    assert picture.experiment == session.experiment()
    assert picture.task.noise == 0.25
    assert picture.subject.title == "Rosenbrock"
    assert [run.epoch for run in picture.runs] == [10.0, 10.0]


def test_settling_waits_for_every_run_at_work_in_another_thread() -> None:
    """Also if the first was interrupted: what changed a run meanwhile would change it from two threads."""
    session, done = race(), []

    def spread(work, runs):
        for run in runs:
            done.append(run)
            yield False

    assert not session.settle(spread)
    assert done == session.runs


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e13])
def test_a_parameter_that_is_no_number_of_its_range_is_called_a_parameter(value):
    session = Session(new_experiment("rosenbrock", ["adam"]))
    with pytest.raises(SettingError, match=r"parameter must lie in \[-1e\+12, 1e\+12\]"):
        session.tweak("adam", "parameter.0", value)
