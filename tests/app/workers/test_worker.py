"""The object of the training thread, called directly: what it publishes, refuses and survives."""

from __future__ import annotations

import itertools
import time
from random import Random

import numpy as np
import pytest
from PySide6.QtCore import QTimer

from app.workers import commands
from app.workers.commands import (
    MAX_FOLLOWED,
    AddRun,
    Branch,
    ChangeProblem,
    End,
    Load,
    Pause,
    Play,
    Redo,
    RemoveRun,
    Reset,
    Rewind,
    Scrub,
    SetSpeed,
    Settle,
    Step,
    StopAt,
    TweakRun,
    Undo,
)
from app.workers.loss_slices import LossSlices
from app.workers.pace import MAX_SPEED
from app.workers.publisher import Publisher
from app.workers.snapshots import Snapshots
from app.workers.training import Training
from app.workers.waiting import Waiting
from app.workers.worker import PUBLISH_SHARE, Worker
from engine import Experiment, Layer, RunRecord, Session, Setting, SettingError, new_network, new_run


class Working:
    """A worker in this very thread, and what it has told."""

    def __init__(self) -> None:
        self.faults: list[BaseException] = []
        self.helpers = [made(lambda _, error: self.faults.append(error)) for made in (Snapshots, LossSlices)]
        self.publisher = Publisher(*self.helpers)
        self.worker = Worker(self.publisher)
        self.worker.begin()
        self.refused, self.failed = [], []
        self.worker.refused.connect(lambda sentence, serial: self.refused.append((sentence, serial)))
        self.worker.failed.connect(self.failed.append)

    @property
    def published(self):
        return self.publisher.newest

    def take(self, *commands) -> None:
        for command in commands:
            self.worker.take(command)

    def end(self) -> None:
        self.worker.take(End())
        for part in (self.worker, *self.helpers):
            part.release()
        self.worker.deleteLater()
        assert not self.faults


@pytest.fixture
def idle(qapp):
    made = Working()
    yield made
    made.end()


@pytest.fixture
def worker(idle, races):
    idle.take(Load(races.small(), 1, serial=1))
    return idle


def at(worker) -> int:
    return worker.published.picture.update


def ticking(worker) -> bool:
    return any(timer.isActive() for timer in worker.worker.findChildren(QTimer))


def test_nothing_is_published_before_something_is_open(idle):
    idle.take(Play(), Pause(), SetSpeed(5.0))
    idle.worker.publish()
    assert idle.published is None


def test_each_edit_is_acknowledged(worker):
    worker.take(TweakRun("adam", Setting.of("learning_rate"), 0.1, serial=7))
    assert worker.published.serial == 7
    assert worker.published.picture.runs[0].settings.learning_rate == 0.1
    worker.take(TweakRun("adam", Setting.of("learning_rate"), -1.0, serial=8))
    assert worker.published.serial == 8
    assert worker.published.picture.runs[0].settings.learning_rate == 0.1


@pytest.mark.parametrize(
    "command",
    [
        TweakRun("adam", Setting.of("learning_rate"), float("nan"), serial=2),
        TweakRun("adam", Setting.of("learning_rate"), "fast", serial=2),
        TweakRun("adam", Setting.of("optimizer"), "newton", serial=2),
        TweakRun("nobody", Setting.of("learning_rate"), 0.1, serial=2),
        TweakRun("adam", Setting.of("soul"), 1, serial=2),
        ChangeProblem({"start": (float("inf"), 0.0)}, serial=2),
        ChangeProblem({"noise": -1.0}, serial=2),
        StopAt({"updates": -5}, serial=2),
        AddRun(RunRecord(new_run("adam")), serial=2),
        RemoveRun("nobody", serial=2),
    ],
)
def test_a_refusal_is_one_sentence_and_changes_nothing(worker, command):
    worker.take(Step(5))
    before = worker.published.picture.experiment
    worker.take(command)
    ((sentence, serial),) = worker.refused
    assert "\n" not in sentence and serial == 2
    assert not worker.failed
    assert worker.published.picture.experiment == before
    assert at(worker) == 5
    assert worker.published.undo_label == ""


def test_a_fault_is_told_once_and_does_not_end_it(worker, monkeypatch, qtbot):
    failed = worker.failed
    with monkeypatch.context() as broken:
        broken.setattr(Session, "advance", lambda *_: 1 / 0)
        worker.take(Play())
        qtbot.waitUntil(lambda: bool(failed))
        assert not worker.published.playing
    assert len(failed) == 1
    assert failed[0].rstrip().endswith("ZeroDivisionError: division by zero")
    assert not worker.refused
    worker.take(Step(3))
    assert at(worker) == 3


def test_a_fault_while_publishing_is_told_and_does_not_end_it(worker, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(Session, "picture", lambda *_: 1 / 0)
        worker.take(Step(2))
    assert len(worker.failed) == 1
    worker.take(Step(2))
    assert at(worker) == 4


def test_what_is_dear_to_publish_is_published_less_often(worker, monkeypatch, qtbot):
    publish, begun, dear = worker.publisher.publish, [], 0.01

    def slowly(training) -> None:
        begun.append(time.perf_counter())
        time.sleep(dear)
        publish(training)

    monkeypatch.setattr(worker.publisher, "publish", slowly)
    worker.take(SetSpeed(MAX_SPEED), Play())
    commands = len(begun)
    qtbot.waitUntil(lambda: len(begun) >= commands + 3)
    worker.take(Pause())
    playing = begun[commands - 1 : commands + 3]
    assert min(b - a for a, b in itertools.pairwise(playing)) >= dear / PUBLISH_SHARE


@pytest.mark.parametrize("seconds, spread", [(1e-9, False), (0.1, True)])
def test_runs_are_spread_over_the_cores_by_the_time_of_a_chunk(races, seconds, spread):
    asked = []

    def spread_out(advance, runs):
        asked.append(runs)
        return map(advance, runs)

    training = Training(spread_out, Waiting())
    training.open(races.small(), 1)
    training.pace.note_work(1, seconds)
    training.step(5)
    assert training.session.update == 5
    assert bool(asked) is spread


def test_warnings_of_numpy_do_not_flood(worker):
    worker.take(TweakRun("momentum", Setting.of("learning_rate"), 1e9, serial=2))
    worker.take(Step(500))
    assert {run.status for run in worker.published.picture.runs} == {"running", "diverged"}
    assert (worker.refused, worker.failed) == ([], [])


def test_a_rate_is_told_while_it_plays(worker, qtbot):
    worker.take(SetSpeed(MAX_SPEED), Play())
    qtbot.waitUntil(lambda: at(worker) > 2000 and worker.published.updates_per_second > 0.0)
    worker.take(Pause())
    assert worker.published.updates_per_second == 0.0


def test_a_race_that_has_ended_stops_by_itself(worker, qtbot):
    worker.take(StopAt({"updates": 50}, serial=2))
    worker.take(SetSpeed(MAX_SPEED))
    worker.take(Play())
    qtbot.waitUntil(lambda: at(worker) == 50 and not worker.published.playing)
    assert not ticking(worker)


def test_nothing_ticks_in_a_pause(worker, qtbot):
    worker.take(Step(3))
    assert not ticking(worker)
    worker.take(Play())
    assert ticking(worker)
    worker.take(Pause())
    assert not ticking(worker)


def test_after_a_replay_it_plays_at_its_own_speed_again(worker, qtbot):
    worker.take(Step(20_000), SetSpeed(100.0), Play(), AddRun(RunRecord(new_run("lion")), serial=2))
    qtbot.waitUntil(lambda: worker.published.replaying is None and at(worker) > 20_000)
    (timer,) = worker.worker.findChildren(QTimer)
    assert timer.interval() == 10


def test_a_replay_tells_how_far_it_is(worker, qtbot):
    worker.take(Step(40_000))
    worker.take(Rewind(30_000, serial=2))
    assert worker.published.replaying == 0.0
    assert at(worker) < 30_000
    qtbot.waitUntil(lambda: worker.published.replaying is None)
    assert {run.update for run in worker.published.picture.runs} == {30_000}


def test_undo_during_a_replay_aims_where_the_race_was_going(worker, qtbot):
    worker.take(Step(20_000))
    worker.take(ChangeProblem({"start": (0.0, 0.5)}, serial=2))
    worker.take(Undo(serial=3))
    qtbot.waitUntil(lambda: worker.published.replaying is None)
    assert at(worker) == 20_000
    assert worker.published.picture.experiment.problem.start == (-1.2, 1.0)
    assert (worker.published.undo_label, worker.published.redo_label) == ("", "problem")


def from_start(value: float, serial: int, run: str = "adam") -> TweakRun:
    return TweakRun(run, Setting.of("learning_rate"), value, from_start=True, serial=serial)


def test_a_run_changed_from_its_start_is_published_whole(worker):
    worker.take(Step(5000))
    other = worker.published.picture.runs[1].history.last
    worker.take(from_start(0.5, 2))
    adam, momentum = worker.published.picture.runs
    assert (adam.update, adam.tweaks, adam.initial.learning_rate) == (5000, (), 0.5)
    assert worker.published.replaying is None
    assert momentum.history.last is other
    again = Session(worker.published.picture.experiment)
    again.advance(5000)
    assert adam.shown.theta.tobytes() == again.run("adam").machine.theta.tobytes()


def test_of_changes_from_the_start_that_wait_only_the_newest_is_computed(worker):
    worker.take(Step(100))
    sent = [from_start(value, serial) for serial, value in enumerate((0.1, 0.2, 0.3), 2)]
    for command in sent:
        worker.worker.waiting.add(command.replaces)
    worker.take(sent[0])
    assert worker.published.serial != 2, "another replaces it"
    worker.take(*sent[1:])
    assert worker.published.serial == 4
    assert worker.published.picture.runs[0].settings.learning_rate == 0.3
    worker.take(Undo(serial=5))
    assert worker.published.picture.runs[0].settings.learning_rate == 0.02


def test_a_slider_that_is_let_go_does_not_cut_off_what_it_has_drawn(worker):
    worker.take(Step(5000))
    command, released = from_start(0.5, 2), Settle()
    for sent in (command, released):
        worker.worker.waiting.add(sent.replaces, sent.is_urgent)
    worker.take(command)
    assert (at(worker), worker.published.replaying) == (5000, None)
    assert worker.published.picture.runs[0].update == 5000
    worker.take(released)


def test_two_runs_changed_while_they_are_computed_both_arrive(worker, qtbot, monkeypatch):
    monkeypatch.setattr(commands, "REDRAW", 0.0)  # seconds: nothing is computed before the next command
    worker.take(Step(100_000))
    qtbot.waitUntil(lambda: worker.published.replaying is None)
    worker.take(from_start(0.01, 2), from_start(2e-4, 3, "momentum"))
    qtbot.waitUntil(lambda: worker.published.replaying is None)
    assert {run.update for run in worker.published.picture.runs} == {100_000}


@pytest.mark.parametrize(("from_start", "update"), [(True, 150_000), (False, MAX_FOLLOWED)])
def test_paths_follow_a_dragged_start(worker, qtbot, from_start, update):
    worker.take(Step(150_000))
    qtbot.waitUntil(lambda: worker.published.replaying is None)
    worker.take(ChangeProblem({"start": (0.5, 0.5)}, from_start=from_start, serial=2))
    qtbot.waitUntil(lambda: worker.published.replaying is None)
    assert {run.update for run in worker.published.picture.runs} == {update}


def test_pause_stops_what_is_computed_and_undo_brings_it_back(worker, qtbot, monkeypatch):
    monkeypatch.setattr(commands, "REDRAW", 0.0)
    worker.take(RemoveRun("momentum", serial=2), Step(100_000))
    qtbot.waitUntil(lambda: worker.published.replaying is None)
    numbers = worker.published.picture.runs[0].shown.theta.tobytes()
    worker.take(from_start(0.01, 3))
    worker.take(from_start(0.011, 4), Pause())
    assert at(worker) < 100_000
    assert not ticking(worker)
    worker.take(Undo(serial=5))
    qtbot.waitUntil(lambda: worker.published.replaying is None)
    assert at(worker) == 100_000
    assert worker.published.picture.runs[0].shown.theta.tobytes() == numbers


def test_what_a_change_from_the_start_replaces_is_told_once(worker):
    told = []
    worker.worker.told.connect(told.append)
    worker.take(Step(10), TweakRun("adam", Setting.of("learning_rate"), 0.1, serial=2), Step(10))
    worker.take(from_start(0.2, 3), from_start(0.3, 4))
    (sentence,) = told
    assert sentence == (
        "Adam: computed from the start, a tweak is gone (learning rate at update 10); undo brings it back"
    )


def test_of_a_problem_that_all_runs_share_it_is_told_in_one_sentence(worker):
    told = []
    worker.worker.told.connect(told.append)
    for serial, noise in enumerate((0.1, 0.2, 0.3, 0.4), 2):
        worker.take(Step(10), ChangeProblem({"noise": noise}, serial=serial))
    worker.take(Step(10), ChangeProblem({"noise": 0.0}, from_start=True, serial=6))
    assert told == [
        "Adam, Momentum: computed from the start, 4 tweaks are gone (noise at updates 10, 20, 30 and 1 more); "
        "undo brings them back"
    ]


def test_a_change_from_the_start_that_is_refused_changes_nothing(worker):
    worker.take(Step(10))
    before = worker.published.picture.experiment
    worker.take(from_start(-1.0, 2), ChangeProblem({"noise": -1.0}, from_start=True, serial=3))
    assert [serial for _, serial in worker.refused] == [2, 3]
    assert worker.published.picture.experiment == before
    assert at(worker) == 10


def test_before_the_first_update_from_the_start_is_nothing_special(worker):
    worker.take(from_start(0.5, 2))
    run = worker.published.picture.runs[0]
    assert (run.update, run.initial.learning_rate, run.tweaks) == (0, 0.5, ())
    assert worker.published.undo_label == "learning rate"


def test_how_long_it_would_take_is_measured(worker):
    assert worker.published.recompute_seconds == 0.0
    worker.take(Step(20_000))
    assert 0.0 < worker.published.recompute_seconds < 5.0


def test_edits_of_one_key_in_a_row_are_undone_together(worker):
    for serial, value in enumerate((0.5, 0.6, 0.7), 2):
        worker.take(TweakRun("adam", Setting.of("learning_rate"), value, serial=serial))
    assert worker.published.undo_label == "learning rate"
    worker.take(Settle(), TweakRun("adam", Setting.of("learning_rate"), 0.8, serial=5), Undo(serial=6))
    assert worker.published.picture.runs[0].settings.learning_rate == 0.7
    worker.take(Undo(serial=7))
    assert worker.published.picture.runs[0].settings.learning_rate == 0.02
    assert worker.published.undo_label == ""


def test_opening_another_is_undone_as_any_edit(qtbot, worker, races):
    worker.take(Step(5))
    worker.take(TweakRun("adam", Setting.of("learning_rate"), 0.5, serial=2))
    worker.take(Load(races.small(runs=["lion"], title="Lions"), 2, serial=3))
    assert (worker.published.document, worker.published.undo_label) == (2, "opening Lions")
    assert [run.id for run in worker.published.picture.runs] == ["lion"]
    worker.take(Undo(serial=4))
    assert (worker.published.document, worker.published.undo_label) == (1, "learning rate")
    qtbot.waitUntil(lambda: worker.published.replaying is None)
    assert [(run.id, run.update) for run in worker.published.picture.runs] == [("adam", 5), ("momentum", 5)]
    assert worker.published.picture.runs[0].settings.learning_rate == 0.5


def test_a_document_that_cannot_be_opened_leaves_the_other(worker, monkeypatch, races):
    def refuse(*_):
        raise SettingError("formula: no")

    monkeypatch.setattr("app.workers.training.Session", refuse)
    worker.take(Load(races.small(runs=["lion"]), 2, serial=2))
    assert [run.id for run in worker.published.picture.runs] == ["adam", "momentum"]
    assert worker.refused == [("formula: no", 2)]


def test_pictures_do_not_change_once_published(worker):
    worker.take(Step(100))
    old = worker.published.picture
    run = old.runs[0]
    xs, theta, experiment = run.history.column("x")[0].copy(), run.shown.theta.copy(), old.experiment
    worker.take(TweakRun("adam", Setting.of("learning_rate"), 0.5, serial=2))
    worker.take(Step(5000))
    assert (run.update, old.experiment) == (100, experiment)
    assert (run.history.column("x")[0] == xs).all()
    assert (run.shown.theta == theta).all()


def test_scrubbing_pauses_and_shows_the_past(worker):
    worker.take(Step(100))
    worker.take(Play())
    worker.take(Scrub(40))
    published = worker.published
    assert not published.playing
    assert published.picture.cursor == 40
    assert [run.shown.update for run in published.picture.runs] == [40, 40]
    assert at(worker) == 100
    worker.take(Scrub(None))
    assert worker.published.picture.cursor is None


def test_each_run_has_a_clock_of_its_own_computation(worker):
    worker.take(Step(10))
    worker.take(Step(10))
    ids = [run.id for run in worker.published.picture.runs]
    clocks = dict(worker.published.clocks)
    assert list(clocks) == ids
    for updates, seconds in clocks.values():
        assert updates.tolist() == [0, 10, 20] and (np.diff(seconds) >= 0).all() and seconds[-1] > 0.0
    worker.take(Branch(ids[0], 15, "branch", serial=2))
    updates, seconds = worker.published.clocks["branch"]
    assert seconds[updates.tolist().index(15)] == np.interp(15, *clocks[ids[0]]), "it shares the past"
    worker.take(Rewind(12, serial=3))
    for id in ids:
        updates, seconds = worker.published.clocks[id]
        assert updates.tolist() == [0, 10, 12] and seconds[-1] == np.interp(12, *clocks[id])
    worker.take(Reset(serial=4))
    assert all(updates.tolist() == [0] for updates, _ in worker.published.clocks.values())


def test_a_number_set_in_a_network_that_is_gone_changes_no_other(idle):
    idle.take(Load(new_network("circle", ["sgd"], (3,)), 1, serial=1))
    task = idle.published.picture.task
    idle.take(ChangeProblem({"hidden": [Layer(5)]}, serial=2))
    idle.take(TweakRun("sgd", Setting.of("parameter.7"), 0.25, of=task, serial=3))
    assert idle.published.serial == 3 and not idle.refused
    assert not idle.published.picture.runs[0].tweaks
    idle.take(TweakRun("sgd", Setting.of("parameter.7"), 0.25, of=idle.published.picture.task, serial=4))
    assert [tweak.value for tweak in idle.published.picture.runs[0].tweaks] == [0.25]


RUN_CHANGES = (
    ("learning_rate", (1e-4, 3e-4)),
    ("optimizer", ("adam", "momentum", "sgd")),
    ("optimizer.momentum", (0.3, 0.8)),
    ("optimizer.beta1", (0.3, 0.8)),
    ("schedule", ("constant", "cosine")),
    ("pinned", (True, False)),
    ("warmup", (0, 30)),
)


@pytest.mark.parametrize("seed", range(6))
def test_after_any_edits_what_is_shown_is_what_the_document_gives(worker, qtbot, seed):
    """From the start and from here on, of runs and of the problem, with undo, redo, pins, resets and rewinds."""
    random, first = Random(seed), worker.published.picture.experiment

    def edit(serial: int):
        from_start = random.random() < 0.6
        if random.random() < 0.2:
            return ChangeProblem({"noise": random.choice((0.0, 0.3))}, from_start=from_start, serial=serial)
        setting, values = random.choice(RUN_CHANGES)
        from_start = from_start and setting != "pinned"
        run = random.choice(("adam", "momentum"))
        return TweakRun(run, Setting.of(setting), random.choice(values), from_start=from_start, serial=serial)

    for serial in range(2, 40):
        others = (
            Step(random.randrange(1, 200)),
            Undo(serial=serial),
            Redo(serial=serial),
            Settle(),
            Reset(serial=serial),
            Rewind(random.randrange(300), serial=serial),
        )
        worker.take(edit(serial) if random.random() < 0.6 else random.choice(others))
        qtbot.waitUntil(lambda: not ticking(worker))
        assert not worker.failed, worker.failed
        picture = worker.published.picture
        again = Session(Experiment.from_dict(picture.experiment.to_dict()))
        for shown, run in zip(picture.runs, again.runs, strict=True):
            run.advance(shown.update)
            assert (shown.update, shown.settings) == (run.update, run.settings)
            assert shown.shown.theta.tobytes() == run.machine.theta.tobytes()
    while worker.published.undo_label:
        serial += 1
        worker.take(Undo(serial=serial))
        qtbot.waitUntil(lambda: not ticking(worker))
    assert worker.published.picture.experiment == first
