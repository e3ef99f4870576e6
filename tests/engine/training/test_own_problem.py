"""Runs with networks of their own on the data that all share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine import (
    Experiment,
    Layer,
    Session,
    SettingError,
    Table,
    new_clustering,
    new_experiment,
    new_network,
    new_run,
)
from engine.training.own_problem import shared_task

CONVOLUTIONAL = {
    "own.architecture": "convolutional",
    "own.stages": [{"kind": "convolution", "channels": 3, "kernel": 5}, {"kind": "max_pooling", "window": 6}],
}


def race(updates: int = 20) -> Session:
    """A perceptron beside a convolutional network, both with Adam on some patterns."""
    runs = [new_run("adam", id=id, learning_rate=0.01, batch=20) for id in ("dense", "filters")]
    session = Session(new_network({"kind": "patterns", "samples": 200}, runs, (6,)))
    for path, value in CONVOLUTIONAL.items():
        session.tweak("filters", path, value)
    session.advance(updates)
    return session


def numbers(session: Session) -> list[bytes]:
    return [run.machine.theta.tobytes() for run in session.runs]


def opened(session: Session, updates: int) -> Session:
    again = Session(Experiment.from_dict(session.experiment().to_dict()))
    again.advance(updates)
    return again


def test_each_run_trains_its_own_network_and_the_file_holds_them() -> None:
    session = race()
    session.problem_changed({"data.noise": 0.3})
    session.tweak("filters", "rates.output", 0.5)
    session.tweak("filters", "parameter.3", 0.25)
    session.advance(20)
    assert [run.task.form.key for run in session.runs] == ["perceptron", "convolutional"]
    assert session.task.form.key == "perceptron" and session.task.data.values["noise"] == 0.3
    dense, filters = session.experiment().to_dict()["runs"]
    assert "own" not in dense and filters["own"]["architecture"] == {"kind": "convolutional"}
    assert numbers(opened(session, 40)) == numbers(session)
    alone = new_network(
        {"kind": "patterns", "samples": 200},
        [new_run("adam", learning_rate=0.01, batch=20)],
        **{path.removeprefix("own."): value for path, value in CONVOLUTIONAL.items()},
    )
    same = Session(alone)
    same.advance(19)
    np.testing.assert_array_equal(same.runs[0].machine.theta, session.runs[1].at(19).theta, "as if all had it")


def test_a_run_that_gets_a_network_of_its_own_begins_again_and_catches_up() -> None:
    session = race(30)
    dense = session.runs[0].machine
    session.tweak("filters", "own.stages.1.channels", 4)
    assert [run.update for run in session.runs] == [30, 30] and session.runs[0].machine is dense
    assert session.runs[1].task.network.stages[0].channels == 4
    session.tweak("filters", "own", False)
    assert session.runs[1].settings.own == () and session.runs[1].task == session.task
    np.testing.assert_array_equal(session.runs[1].machine.theta, dense.theta)
    assert numbers(opened(session, 30)) == numbers(session)


def test_going_back_resetting_and_forking_keep_the_networks() -> None:
    session = race(40)
    at = [run.at(15).theta.tobytes() for run in session.runs]
    fork = session.fork("filters", 15, {"learning_rate": 0.1})
    assert fork.task.form.key == "convolutional" and fork.at(15).theta.tobytes() == at[1]
    session.remove(fork.settings.id)
    session.rewind(15)
    assert numbers(session) == at
    session.reset()
    session.advance(15)
    assert numbers(session) == at


def test_changes_of_what_a_run_has_for_itself_pass_it_by() -> None:
    session = race()
    assert not session.problem_changed({"hidden.1.activation": "relu"}), "goes on"
    assert [len(run.tweaks) for run in session.runs] == [1, 0]
    session.advance(10)
    assert numbers(opened(session, 30)) == numbers(session)
    changed = session.problem_from_start({"data.noise": 0.4}, session.update)
    assert changed is not None
    session.restore(changed)
    session.advance(30)
    assert numbers(opened(session, 30)) == numbers(session)
    assert session.problem_changed({"hidden": (Layer(3),)})
    assert [run.task.form.key for run in session.runs] == ["perceptron", "convolutional"]
    session.problem_changed({"data": "moons"})
    assert [run.task.form.key for run in session.runs] == ["perceptron", "perceptron"], "points are no sequences"
    assert all(not run.settings.own for run in session.runs)


def test_a_run_without_one_tells_what_all_share() -> None:
    session = race()
    session.tweak("dense", "own", True)
    session.tweak("dense", "own.hidden.1.units", 9)
    session.advance(5)
    session.problem_changed({"data.noise": 0.3})
    begun = session.experiment_settings.problem
    assert session.task == shared_task(session.runs[0].task, begun) == begun.having("data.noise", 0.3)
    assert session.picture(focus="filters").run_task.form.key == "convolutional"
    assert session.picture(focus="dense").run_task.hidden == (Layer(9),)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("own.data", "moons", "a run has architecture, initializer, hidden, .* of its own, got 'data'"),
        ("own.stages.1.kernel", 99, "own.stages"),
        ("own.architecture", "soul", "unknown architecture 'soul'"),
        ("own", "yes", "must be true or false, got 'yes'"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(path: str, value: object, told: str) -> None:
    session = race(3)
    before = session.experiment()
    with pytest.raises(SettingError, match=told):
        session.tweak("filters", path, value)
    assert session.experiment() == before
    document = before.to_dict()
    document["runs"][1]["own"]["hidden"] = [{"units": 3}]
    with pytest.raises(SettingError, match=r"runs\[2\].own.hidden: the architecture Convolutional has no such setting"):
        Experiment.from_dict(document)


def test_a_surface_has_nothing_that_a_run_could_have_for_itself() -> None:
    session = Session(new_experiment("rosenbrock", ["sgd"]))
    with pytest.raises(SettingError, match="have no settings of it for themselves"):
        session.tweak("sgd", "own", True)
    document = session.experiment().to_dict()
    document["runs"][0]["own"] = {"architecture": "perceptron"}
    with pytest.raises(SettingError, match=r"runs\[1\].own.architecture: unknown entry"):
        Experiment.from_dict(document)


def test_what_a_run_has_for_itself_on_one_kind_of_problem_is_refused_on_another() -> None:
    clusters = Session(new_clustering("blobs", ["sgd"]))
    clusters.tweak("sgd", "own", True)
    model = clusters.experiment().runs[0]
    network = race(0)
    filters = network.experiment().runs[1]
    surface = Session(new_experiment("sphere", ["adam"]))
    for session, record in ((network, model), (surface, model), (clusters, filters), (surface, filters)):
        before = session.experiment()
        with pytest.raises(SettingError, match=r"have no .* for themselves"):
            session.add(replace(record, settings=replace(record.settings, id="other")))
        assert session.experiment() == before


def test_examples_are_not_hashed_to_read_runs_that_share_them() -> None:
    numbers = np.arange(6.0)
    table = Table("line", ("a",), "b", numbers[:, None], numbers)
    read = Experiment.from_dict(new_network(table, ["adam", "momentum"], hidden=(2,)).to_dict()).problem.data
    assert read is not table and "digest" not in vars(read)
    assert read == table
