"""A setting changed from the start: the run that would have been, with all else as it was."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from engine import (
    OPTIMIZERS,
    Experiment,
    RunRecord,
    Session,
    Setting,
    SettingError,
    full_history,
    new_experiment,
    new_network,
    new_run,
)


def steered(*changes, runs=("momentum",), until=100, **settings) -> Session:
    """A session whose first run was tweaked: (update, setting, value); it stands at update `until`."""
    session = Session(new_experiment("booth", runs, **{"updates": 0, **settings}))
    for id in [run.settings.id for run in session.runs]:
        session.tweak(id, "learning_rate", 1e-5)
    for update, setting, value in changes:
        session.advance(update - session.update)
        session.tweak(session.runs[0].settings.id, setting, value)
    session.advance(until - session.update)
    return session


def told(record: RunRecord) -> list[tuple[int, str, object]]:
    return [(tweak.update, tweak.setting.path, tweak.value) for tweak in record.tweaks]


def changed(session: Session, setting: str, value: object, until: int = 100) -> RunRecord:
    return session.changed_from_start(session.runs[0].settings.id, setting, value, until).runs[0]


def test_its_own_tweaks_are_replaced_and_others_stay() -> None:
    session = steered((30, "learning_rate", 1e-4), (50, "optimizer.momentum", 0.5), (70, "learning_rate", 2e-4))
    record = changed(session, "learning_rate", 3e-4)
    assert record.settings.learning_rate == 3e-4
    assert told(record) == [(50, "optimizer.momentum", 0.5)]


def test_another_optimizer_from_the_start_leaves_no_tweak_of_the_one_before() -> None:
    session = steered((30, "optimizer.momentum", 0.5), (50, "learning_rate", 1e-4), (70, "optimizer", "adam"))
    record = changed(session, "optimizer", "rmsprop")
    assert record.settings.optimizer.kind == "rmsprop"
    assert told(record) == [(50, "learning_rate", 1e-4)]


def test_a_knob_of_an_optimizer_that_came_later_brings_it_to_the_start() -> None:
    session = steered((30, "optimizer.momentum", 0.5), (50, "learning_rate", 1e-4), (70, "optimizer", "adam"))
    record = changed(session, "optimizer.beta2", 0.9)
    assert record.settings.optimizer.kind == "adam"
    assert record.settings.optimizer.values["beta2"] == 0.9
    assert record.settings.title == "Adam"
    assert told(record) == [(50, "learning_rate", 1e-4)]


def test_tweaks_still_to_come_stay() -> None:
    session = steered((30, "learning_rate", 1e-4), (80, "learning_rate", 2e-4))
    assert told(changed(session, "learning_rate", 1e-5, until=50)) == [(80, "learning_rate", 2e-4)]


def test_what_is_no_setting_of_a_run_is_refused() -> None:
    session = steered()
    for setting, value in (("noise", 1.0), ("parameter.0", 1.0), ("optimizer.soul", 1.0), ("learning_rate", -1.0)):
        with pytest.raises(SettingError):
            changed(session, setting, value)
    with pytest.raises(SettingError):
        session.changed_from_start("nobody", "learning_rate", 0.1, 100)


CHANGES = {
    "learning_rate": (1e-5, 3e-4),
    "optimizer": ("adam", "momentum", "rmsprop"),
    "optimizer.momentum": (0.3, 0.8),
    "optimizer.beta1": (0.2, 0.7),
    "optimizer.clip_norm": (1.0, 5.0),
    "schedule": ("constant", "cosine"),
    "batch": ("mini", "full"),
    "warmup": (0, 20),
}


@pytest.mark.parametrize("seed", range(12))
def test_after_any_tweaks_only_the_changed_part_is_other_than_before(seed: int) -> None:
    """Whatever was tweaked: the setting holds from the start and at the end, and every other part ends as it was."""
    rng = np.random.default_rng(seed)
    names = list(CHANGES)
    session = steered(until=0)
    for update in range(10, 90, 10):
        setting = names[int(rng.integers(0, len(names)))]
        session.advance(update - session.update)
        try:
            session.tweak("momentum", setting, CHANGES[setting][int(rng.integers(0, len(CHANGES[setting])))])
        except SettingError:
            continue  # a knob that this optimizer does not have
    session.advance(10)
    standing = session.runs[0].settings
    for setting, values in CHANGES.items():
        for value in values:
            try:
                wanted = standing.having(setting, value)
            except SettingError:
                continue
            experiment = session.changed_from_start("momentum", setting, value, session.update)
            again = Session(Experiment.from_dict(experiment.to_dict()))
            part = Setting.of(setting).part
            start = again.runs[0].settings
            assert start.value(setting) == wanted.value(setting)
            again.advance(session.update)
            assert again.runs[0].settings == wanted
            assert all(tweak in session.runs[0].tweaks for tweak in again.runs[0].tweaks)
            kept = [tweak for tweak in session.runs[0].tweaks if tweak.setting.part != part]
            assert [tweak for tweak in again.runs[0].tweaks if tweak.setting.part != part] == kept


def test_the_others_are_kept_and_the_changed_one_is_as_if_it_had_begun_so() -> None:
    session = Session(new_experiment("rosenbrock", ["momentum", "adam"], updates=0, noise=0.3))
    session.advance(3000)
    other = session.run("adam")
    session.restore(session.changed_from_start("momentum", "learning_rate", 2e-4, session.update))
    assert session.run("adam") is other
    session.advance(0)
    while session.run("momentum").update < 3000:
        session.run("momentum").advance(700)
    fresh = Session(session.experiment())
    fresh.advance(3000)
    for id in ("momentum", "adam"):
        np.testing.assert_array_equal(full_history(session.run(id))["loss"], full_history(fresh.run(id))["loss"])


def test_noise_from_the_start_replaces_its_tweaks_in_every_run() -> None:
    session = steered((30, "learning_rate", 1e-4), runs=("momentum", "adam"))
    session.problem_changed({"noise": 0.5})
    session.advance(10)
    experiment = session.problem_from_start({"noise": 0.25}, session.update)
    assert experiment is not None
    assert experiment.problem.noise == 0.25
    assert [told(record) for record in experiment.runs] == [[(30, "learning_rate", 1e-4)], []]


def test_where_theta_cannot_stay_nothing_is_changed_from_the_start() -> None:
    assert steered().problem_from_start({"start": (0.0, 0.0)}, 100) is None
    network = Session(new_network("circle", ["sgd"], (3,)))
    network.advance(5)
    assert network.problem_from_start({"seed": 7}, 5) is None
    assert network.problem_from_start({"hidden.1.units": 4}, 5) is None


def test_points_are_drawn_where_the_runs_are() -> None:
    network = Session(new_network("circle", ["sgd"], (3,)))
    network.advance(5)
    assert network.problem_from_start({"data.add": (0.5, 0.5, 1.0)}, 5) is None


def test_data_that_came_later_come_to_the_start_with_their_knob() -> None:
    session = Session(new_network("circle", ["sgd"], (3,)))
    session.advance(5)
    session.problem_changed({"dropout": 0.1})
    session.advance(5)
    session.problem_changed({"data": "moons"})
    session.advance(5)
    experiment = session.problem_from_start({"data.noise": 0.25}, session.update)
    assert experiment is not None
    assert (experiment.problem.data.kind, experiment.problem.data.values["noise"]) == ("moons", 0.25)
    assert experiment.problem.dropout == 0.1  # the whole problem as it stood
    assert told(experiment.runs[0]) == []


def test_every_optimizer_can_be_there_from_the_start_of_any_other() -> None:
    for before, after in itertools.pairwise(OPTIMIZERS):
        session = steered((50, "learning_rate", 1e-6), runs=(before,))
        record = changed(session, "optimizer", after)
        assert record.settings == new_run(after, id=before, learning_rate=record.settings.learning_rate)
        assert told(record) == [(50, "learning_rate", 1e-6)]
