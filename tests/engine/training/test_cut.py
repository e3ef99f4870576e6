"""Going back and branching off: a run that is cut is one that stopped there, a fork one that was tweaked there."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import (
    COLUMNS,
    OPTIMIZERS,
    Interruption,
    RunRecord,
    Session,
    SettingError,
    full_history,
    new_experiment,
    new_network,
    new_run,
)
from engine.training.history import History
from engine.training.run import Run
from engine.training.stream import FLAG

OFTEN = [*[*OPTIMIZERS][:12], "sam", "muon"]
Life = Callable[[random.Random], Session]


def surface(chance: random.Random, interruption: Interruption | None = None) -> Session:
    run = new_run(chance.choice(OFTEN), learning_rate=1e-3, batch=chance.choice(("full", 3)))
    return Session(new_experiment("rosenbrock", [run], noise=0.5, seed=chance.randint(0, 99), updates=0), interruption)


def network(chance: random.Random, interruption: Interruption | None = None) -> Session:
    run = new_run(chance.choice(("sgd", "adam", "momentum")), learning_rate=0.02, batch=chance.choice(("full", 10, 7)))
    return Session(new_network("moons", [run], (4,), stop={"updates": 0}), interruption)


def tweak(session: Session, chance: random.Random) -> None:
    id = session.runs[0].settings.id
    whats = ("rate", "optimizer", "schedule", "batch", "size", "weight", "problem", "average", "drive")
    what = chance.choice(whats)
    if what == "rate":
        session.tweak(id, "learning_rate", chance.uniform(1e-4, 2e-3))
    elif what == "optimizer":
        session.tweak(id, "optimizer", chance.choice(("sgd", "adam", "momentum", "rmsprop", "sam", "muon")))
    elif what == "schedule":
        session.tweak(id, "schedule", chance.choice(("plateau", "cosine", "constant")))
    elif what == "batch":
        session.tweak(id, "batch", chance.choice(("full", "single")))
    elif what == "size":
        session.tweak(id, "batch", "mini")
        session.tweak(id, "batch.size", chance.randint(2, 30))
    elif what == "average":
        session.tweak(id, "optimizer.average", chance.choice(("none", "EMA", "uniform")))
    elif what == "drive":
        settings, driver = session.run(id).settings, chance.choice(("plateau", "cosine", "step", "constant"))
        session.tweak(id, "drive.optimizer.weight_decay", driver)
        session.tweak(id, "optimizer.weight_decay", chance.uniform(0.0, 0.1))
        if settings.batch.kind == "mini":
            session.tweak(id, "drive.batch.size", "step")
            session.tweak(id, "drive.batch.size.interval", chance.randint(20, 200))
    elif what == "weight":
        session.tweak(id, "parameter.1", chance.uniform(-1.0, 1.0))
    elif session.problem.subject.layers:
        session.problem_changed({"data.noise": chance.randint(5, 40) / 100})
    else:
        session.problem_changed({"noise": chance.uniform(0.0, 1.0)})


def grown(session: Session, chance: random.Random, updates: int) -> None:
    """Live on in chunks of any length, tweaked now and then; with an interruption it is stopped again and again."""
    target = session.update + updates
    while session.update < target:
        if session.interruption is not None and chance.random() < 0.7:
            session.interruption.set()
        session.advance(min(chance.choice((1, 5, 60, 400)), target - session.update))
        if session.interruption is not None and chance.random() < 0.5:
            session.interruption.clear()
        if chance.random() < 0.15 and session.settled:
            tweak(session, chance)


def settled(session: Session) -> None:
    while not session.settle():
        pass


def up_to(run: Run, update: int) -> RunRecord:
    return replace(run.record(), tweaks=tuple(each for each in run.tweaks if each.update <= update))


def again(run: Run, record: RunRecord, update: int) -> Run:
    """The run of a record that was never anything else, at an update."""
    other = Run(run.problem, record, run.stop)
    other.advance(update)
    return other


def assert_same(one: Run, other: Run) -> None:
    """All that determines the future, and all that is told of the past; of histories if both have single updates."""
    for name in ("theta", "averaged", "before", "slots", "hyper", "knobs", "memory", "controls", "stream"):
        ours, theirs = getattr(one.machine, name).copy(), getattr(other.machine, name).copy()
        if name == "stream":
            ours[FLAG] = theirs[FLAG] = 0  # the address of an interruption
        assert ours.tobytes() == theirs.tobytes(), name
    assert (one.update, one.status, one.message) == (other.update, other.status, other.message)
    assert one.machine.settings == other.machine.settings and one.task == other.task
    assert one.record() == other.record()
    for name in ("at", "values", "layers_at", "layers"):
        ours, theirs = getattr(one.measures.view(), name), getattr(other.measures.view(), name)
        assert ours.tobytes() == theirs.tobytes(), name
    for ours, theirs in zip(one.counts(), other.counts(), strict=True):
        assert ours.tolist() == theirs.tolist()
    assert (one.best is None) == (other.best is None)
    if one.best is not None and other.best is not None:
        assert (one.best.update, one.best.loss) == (other.best.update, other.best.loss)
        assert one.best.theta.tobytes() == other.best.theta.tobytes()
    ours, theirs = one.history.view(), other.history.view()
    assert ours.updates == theirs.updates and ours.latest == theirs.latest
    if ours.width == theirs.width == 1:
        for name in COLUMNS:
            assert ours.column(name)[0].tobytes() == theirs.column(name)[0].tobytes(), name


BOTH = pytest.mark.parametrize("begun", [surface, network])


@BOTH
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("interrupted", [False, True])
def test_a_cut_is_a_run_that_stopped_there(begun, seed: int, interrupted: bool) -> None:
    chance = random.Random(seed)
    session = begun(chance, Interruption() if interrupted else None)
    run = session.runs[0]
    grown(session, chance, 900)
    for _ in range(4):
        views = [(view := run.history.view(), [part.copy() for name in COLUMNS for part in view.column(name)])]
        measured = run.measures.view()
        kept = [getattr(measured, name).copy() for name in ("at", "values", "layers")]
        place = chance.randint(0, session.update)
        record = up_to(run, place)
        session.rewind(place)
        while not session.settle():
            shown = session.picture().runs[0]
            assert shown.history.updates == shown.update < place, "the record is told as far as the run has come"
        assert_same(run, again(run, record, place))
        grown(session, chance, 250)
        settled(session)
        for view, columns in views:
            now = [part for name in COLUMNS for part in view.column(name)]
            assert all(np.array_equal(*pair, equal_nan=True) for pair in zip(now, columns, strict=True))
        now = [getattr(measured, name) for name in ("at", "values", "layers")]
        assert all(np.array_equal(*pair, equal_nan=True) for pair in zip(now, kept, strict=True))
    assert_same(run, again(run, run.record(), run.update))


@BOTH
@pytest.mark.parametrize("seed", range(3))
def test_a_fork_is_a_run_that_was_tweaked_there(begun, seed: int) -> None:
    chance = random.Random(seed)
    session = begun(chance)
    run = session.runs[0]
    grown(session, chance, 700)
    before, place = again(run, run.record(), run.update), (run.update, 300, 65)[seed]
    fork = run.fork(place, "fork", {"learning_rate": 3e-4, "batch": "single"})
    tweaked = again(
        run, replace(run.record(), tweaks=tuple(each for each in run.tweaks if each.update <= place)), place
    )
    tweaked.initial = replace(tweaked.initial, id="fork")
    tweaked.machine.settings = replace(tweaked.machine.settings, id="fork")
    tweaked.tweak("learning_rate", 3e-4)
    tweaked.tweak("batch", "single")
    assert_same(fork, tweaked)
    threads = [threading.Thread(target=each.advance, args=(400,)) for each in (run, fork)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tweaked.advance(400)
    before.advance(400)
    assert_same(fork, tweaked)
    assert_same(run, before)
    for update in (place, place + 13, place // 2):
        assert fork.at(update).theta.tobytes() == tweaked.at(update).theta.tobytes()
        assert fork.peek(update).settings.id == "fork"
    fork.rewind(place // 2)
    assert_same(fork, again(fork, fork.record(), place // 2))


RULES = {
    "plateau": {"plateau_updates": 400, "plateau_gain": 0.3},
    "patience": {"patience": 60},
    "both": {"patience": 70, "plateau_updates": 300, "loss_below": 1e-9},
}


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
@pytest.mark.parametrize("changed", [False, True])
def test_stop_rules_know_after_a_cut_what_they_knew_then(rules: dict[str, float], changed: bool) -> None:
    """Those that the run had all along, and those that it was given on the way."""
    stop = {"updates": 0, **rules}
    begun = [new_run("sgd", learning_rate=0.3, batch=10)]
    session = Session(new_network("moons", begun, (4,), stop={"updates": 0} if changed else stop))
    run = session.runs[0]
    if changed:
        session.advance(100)
        session.stop_at(stop)
    session.advance(6000)
    assert run.status == "finished" and run.update > 150, "a rule has ended it"
    for place in (run.update - 1, run.update - 20, 128, 50):
        session.rewind(place)
        plain = again(run, run.record(), place)
        if plain.update == place:
            assert_same(run, plain)
            session.advance(7)
            plain.advance(7)
            assert_same(run, plain)
        else:
            assert run.update == place, "with rules of later, it comes back to where it was"


def test_a_run_that_diverged_can_be_cut_anywhere_before() -> None:
    session = Session(new_experiment("rosenbrock", [new_run("sgd", learning_rate=2e-3)], updates=0))
    run = session.runs[0]
    session.advance(500)
    session.tweak("sgd", "learning_rate", 1.0)
    session.advance(500)
    assert run.status == "diverged"
    for place in (run.update, run.update - 1, 501, 499, 130):
        record = up_to(run, place)
        run.rewind(place)
        assert_same(run, again(run, record, place))
        session.tweak("sgd", "learning_rate", 1.0)
        session.advance(500)
        assert run.status == "diverged"


@pytest.mark.parametrize("seed", range(6))
def test_a_cut_keeps_the_width_of_merged_bins_and_computes_the_last_one_again(seed: int) -> None:
    chance = random.Random(seed)
    session = surface(chance)
    run = session.runs[0]
    run.history = History(most_bins=1000)
    grown(session, chance, 3000)
    for _ in range(12):
        place, width = chance.randint(700, session.update), run.history.width
        assert width > 1
        view = run.history.view()
        columns = [part.copy() for name in COLUMNS for part in view.column(name)]
        record = up_to(run, place)
        if chance.random() < 0.5:
            session.rewind(place)
        else:
            session.runs[0] = run = run.fork(place, run.settings.id)
        assert run.history.width == width and run.history.updates == place
        assert_same(run, again(run, record, place))
        assert_true_bins(run)
        session.advance(chance.choice((1, 3, 200, 900)))
        assert_true_bins(run)
        now = [part for name in COLUMNS for part in view.column(name)]
        assert all(np.array_equal(*pair) for pair in zip(now, columns, strict=True)), "a view has changed"
    session.advance(9000)
    assert_true_bins(run)


def assert_true_bins(run: Run) -> None:
    """The history, bin by bin, and its path are those of the exact rows."""
    rows, view = full_history(run), run.history.view()
    assert len(rows["loss"]) == view.updates == run.update
    assert view.count == run.update // view.width
    for name in COLUMNS:
        bins = rows[name][: view.count * view.width].reshape(view.count, view.width)
        last, low, high = view.column(name)
        np.testing.assert_array_equal(last, bins[:, -1])
        np.testing.assert_array_equal(low, bins.min(axis=1))
        np.testing.assert_array_equal(high, bins.max(axis=1))
    at = np.array([view.path_update(place) for place in range(view.path_count)])
    assert at[0] == 0 and (np.diff(at) > 0).all() and (np.diff(at) <= np.maximum(view.width, at[1:] / 250)).all()
    np.testing.assert_array_equal(np.stack(view.path()), np.stack((rows["x"], rows["y"]))[:, at])


def test_a_cut_computes_only_what_lies_after_the_last_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(new_network("moons", [new_run("adam", batch=10)], (4,), stop={"updates": 0}))
    run = session.runs[0]
    while run.update < 5000:
        session.advance(50)
    steps = []
    repeat, advance = type(run.machine).repeat, type(run.machine).advance
    monkeypatch.setattr(type(run.machine), "repeat", lambda *given: steps.append(given[1]) or repeat(*given))
    monkeypatch.setattr(type(run.machine), "advance", lambda *given: steps.append(given[1]) or advance(*given))
    session.rewind(4000)
    assert 0 < sum(steps) <= 200
    fork = run.fork(3000, "fork")
    assert sum(steps) <= 400 and (fork.update, run.update) == (3000, 4000)
    assert fork.history.last is run.history.last, "until it goes on"
    assert fork.measures.view().values.base is run.measures.view().values.base or fork.update == 3000
    fork.advance(1)
    assert fork.history.last is not run.history.last


def test_a_session_forks_a_run_and_the_document_holds_it() -> None:
    begun = [new_run("adam", learning_rate=0.02), new_run("momentum")]
    session = Session(new_experiment("himmelblau", begun, noise=0.5, updates=0))
    session.advance(300)
    session.tweak("adam", "learning_rate", 0.03)
    session.advance(100)
    session.problem_changed({"noise": 2.0})
    session.advance(200)
    fork = session.fork("adam", 350, {"optimizer": "sgd", "learning_rate": 1e-3, "name": "Branch"})
    assert session.runs[1] is fork and session.run("adam-2") is fork
    assert (fork.settings.name, fork.settings.colour, fork.update) == ("Branch", 2, 600)
    assert [(each.update, each.setting.path) for each in fork.tweaks] == [
        (300, "learning_rate"), (350, "optimizer"), (350, "learning_rate"), (400, "noise"),
    ]  # fmt: skip
    session.advance(100)
    reopened = Session(session.experiment())
    reopened.advance(700)
    for ours, theirs in zip(session.runs, reopened.runs, strict=True):
        assert_same(ours, theirs)
    first = session.fork("adam-2", 0, {"learning_rate": 0.5})
    assert first.initial.learning_rate == 0.5 and first.settings.id == "adam-3"


def test_a_fork_is_refused_in_words_and_nothing_has_changed() -> None:
    session = Session(new_experiment("himmelblau", ["adam"], updates=0))
    session.advance(20)
    before, run = session.experiment(), session.runs[0]
    for call, words in (
        (lambda: session.fork("other", 3), "there is no run 'other'"),
        (lambda: session.fork("adam", 21), "forks where it has been, at updates 0 to 20, got 21"),
        (lambda: session.fork("adam", 2.5), "update must be a whole number"),  # type: ignore[arg-type]
        (lambda: session.fork("adam", 3, {"learning_rate": -1.0}), "learning rate must lie in"),
        (lambda: session.fork("adam", 3, {"noise": 1.0}), "there is no setting 'noise'"),
        (lambda: session.fork("adam", 3, "sgd"), "settings by their paths"),  # type: ignore[arg-type]
        (lambda: session.fork("adam", 3, {"optimizer": "best"}), "best"),
        (lambda: run.fork(3, 5), "text"),  # type: ignore[arg-type]
    ):  # fmt: skip
        with pytest.raises(SettingError, match=words):
            call()
    assert session.experiment() == before and session.runs == [run] and run.update == 20


@BOTH
@pytest.mark.parametrize("seed", range(3))
def test_going_back_and_forth_between_states_keeps_what_they_have_in_common(begun, seed: int) -> None:
    chance = random.Random(seed)
    session = begun(chance)
    run = session.runs[0]
    states: list[tuple[Any, int]] = []
    for _ in range(8):
        grown(session, chance, chance.randint(1, 250))
        states.append((session.experiment(), session.update))
        experiment, update = chance.choice(states)
        same = [ours for ours, theirs in zip(run.tweaks, experiment.runs[0].tweaks, strict=False) if ours == theirs]
        session.restore(experiment, update)
        session.advance(update - session.update)
        if same and same[0].update and run.initial == experiment.runs[0].settings:
            assert session.runs[0] is run
        run = session.runs[0]
        assert session.experiment() == experiment
        assert_same(run, again(run, experiment.runs[0], update))


@BOTH
@pytest.mark.parametrize("seed", range(3))
def test_what_forks_or_is_tweaked_on_its_way_back_comes_out_the_same(begun, seed: int) -> None:
    chance, interruption = random.Random(seed), Interruption()
    session = begun(chance, interruption)
    run = session.runs[0]
    grown(session, chance, 800)
    settled(session)
    interruption.set()
    place = chance.randint(500, 700)
    record = up_to(run, place)
    session.rewind(place)
    session.settle()
    fork = session.fork(run.settings.id, place - chance.randint(0, 300), {"learning_rate": 5e-4})
    back = chance.choice((place - 3, place - 150))
    if chance.random() < 0.5:
        session.rewind(back)
    session.tweak(run.settings.id, "learning_rate", 7e-4)
    settled(session)
    assert run.tweaks[:-1] == [each for each in record.tweaks if each.update <= run.update]
    for each in (run, fork):
        assert each.update == each.tweaks[-1].update
        assert_same(each, again(each, each.record(), each.update))
    interruption.clear()
    session.advance(30)
    for each in (run, fork):
        assert_same(each, again(each, each.record(), each.update))


def test_a_fork_at_the_present_and_its_origin_write_to_histories_of_their_own() -> None:
    session = surface(random.Random(3))
    run = session.runs[0]
    session.advance(300)
    fork = run.fork(300, "fork", {"learning_rate": 5e-4})
    for each in (run, fork, run, fork):
        each.advance(50)
    for each in (run, fork, run.fork(0, "start")):
        assert_same(each, again(each, each.record(), each.update))


def test_an_edit_is_taken_back_at_the_update_where_it_was_made() -> None:
    session = surface(random.Random(4))
    run = session.runs[0]
    session.advance(300)
    states = [session.experiment()]
    for rate in (1e-4, 2e-4):
        session.tweak(run.settings.id, "learning_rate", rate)
        states.append(session.experiment())
    for state in (states[0], states[2], states[1], states[0]):
        session.restore(state, 300)
        assert session.runs == [run] and session.experiment() == state
        assert_same(run, again(run, state.runs[0], 300))


def test_the_best_weights_come_back_as_they_were_measured_before_an_edit() -> None:
    session = Session(new_network("moons", [new_run("adam", batch=10)], (4,), stop={"updates": 0}))
    run = session.runs[0]
    for updates, rate, weight in ((256, 1e-9, 5.0), (400, 0.02, 0.1), (1500, 0.02, 0.1)):
        session.advance(updates)
        session.tweak("adam", "learning_rate", rate)
        session.tweak("adam", "parameter.0", weight)
    assert run.best is not None and run.best.update > 700
    session.rewind(600)
    assert run.best.update == 256
    assert_same(run, again(run, run.record(), 600))


def test_a_plateau_that_is_no_longer_watched_leaves_no_trace() -> None:
    begun = new_experiment("rosenbrock", [new_run("sgd", learning_rate=1e-3)], updates=0, plateau_updates=5000)
    session = Session(begun)
    for _ in range(5):
        session.advance(100)
    session.stop_at({"updates": 0})
    session.rewind(350)
    assert_same(session.runs[0], again(session.runs[0], session.runs[0].record(), 350))
