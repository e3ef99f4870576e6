"""The training thread's object, called directly: what it publishes, refuses and survives."""

from __future__ import annotations

import numpy as np
import pytest

from app.workers.training import MAX_SPEED, Worker
from engine import RunRecord, Session, SettingError, new_run


@pytest.fixture
def worker(qapp, races):
    made = Worker()
    made.begin()
    made.load(races.small(), 1)
    yield made
    made.end()
    made.release()
    made.deleteLater()


@pytest.fixture
def heard(worker):
    """(refusals, failures) that the worker has told."""
    refused, failed = [], []
    worker.refused.connect(refused.append)
    worker.failed.connect(failed.append)
    return refused, failed


def at(worker) -> int:
    return worker.published.picture.update


def test_nothing_is_published_before_something_is_open(qapp):
    made = Worker()
    made.begin()
    made.play()
    made.pause()
    made.set_speed(5.0)
    made.publish()
    assert made.published is None
    made.end()
    made.release()


def test_each_edit_is_acknowledged(worker):
    worker.tweak("adam", "learning_rate", 0.1, 7)
    assert worker.published.serial == 7
    assert worker.published.picture.runs[0].settings.learning_rate == 0.1
    worker.tweak("adam", "learning_rate", -1.0, 8)
    assert worker.published.serial == 8
    assert worker.published.picture.runs[0].settings.learning_rate == 0.1


@pytest.mark.parametrize(
    "order",
    [
        lambda worker: worker.tweak("adam", "learning_rate", float("nan"), 2),
        lambda worker: worker.tweak("adam", "learning_rate", "fast", 2),
        lambda worker: worker.tweak("adam", "optimizer", "newton", 2),
        lambda worker: worker.tweak("nobody", "learning_rate", 0.1, 2),
        lambda worker: worker.tweak("adam", "soul", 1, 2),
        lambda worker: worker.change_problem({"start": (float("inf"), 0.0)}, 2),
        lambda worker: worker.change_problem({"noise": -1.0}, 2),
        lambda worker: worker.stop_at({"updates": -5}, 2),
        lambda worker: worker.add_run(RunRecord(new_run("adam")), 2),
        lambda worker: worker.remove_run("nobody", 2),
    ],
)
def test_a_refusal_is_one_sentence_and_changes_nothing(worker, heard, order):
    worker.step(5)
    before = worker.published.picture.experiment
    order(worker)
    refused, failed = heard
    assert len(refused) == 1
    assert "\n" not in refused[0]
    assert not failed
    assert worker.published.picture.experiment == before
    assert at(worker) == 5
    assert worker.published.undo_label == ""


def test_a_fault_is_told_once_and_does_not_end_it(worker, heard, monkeypatch, qtbot):
    refused, failed = heard
    with monkeypatch.context() as broken:
        broken.setattr(Session, "advance", lambda *_: 1 / 0)
        worker.play()
        qtbot.waitUntil(lambda: bool(failed))
        assert not worker.published.playing
    assert len(failed) == 1
    assert failed[0].rstrip().endswith("ZeroDivisionError: division by zero")
    assert not refused
    worker.step(3)
    assert at(worker) == 3


def test_a_fault_while_publishing_is_told_and_does_not_end_it(worker, heard, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(Session, "picture", lambda *_: 1 / 0)
        worker.step(2)
    _, failed = heard
    assert len(failed) == 1
    worker.step(2)
    assert at(worker) == 4


def test_warnings_of_numpy_do_not_flood(worker, heard):
    worker.tweak("momentum", "learning_rate", 1e9, 2)
    worker.step(500)
    assert {run.status for run in worker.published.picture.runs} == {"running", "diverged"}
    assert heard == ([], [])


def test_slow_motion_takes_the_updates_of_the_time_that_passed(worker):
    worker.set_speed(10.0)
    for _ in range(30):  # a tenth of a second each, however long this test takes
        worker._play_on(0.1)
    worker.publish()
    assert at(worker) in (29, 30)


def test_time_lost_in_a_stall_is_not_caught_up_in_a_burst(worker):
    worker.set_speed(1000.0)
    worker.play()
    worker._last_tick -= 5.0
    worker._tick()
    worker._tick()
    worker.publish()
    assert 1 <= at(worker) <= 200


def test_full_speed_adapts_the_chunk(worker, qtbot):
    worker.set_speed(MAX_SPEED)
    first = worker._chunk
    worker.play()
    qtbot.waitUntil(lambda: at(worker) > 2000)
    worker.pause()
    assert worker._chunk > first
    assert worker.published.updates_per_second == 0.0


def test_a_race_that_has_ended_stops_by_itself(worker, qtbot):
    worker.stop_at({"updates": 50}, 2)
    worker.set_speed(MAX_SPEED)
    worker.play()
    qtbot.waitUntil(lambda: at(worker) == 50 and not worker.published.playing)
    assert not worker._timer.isActive()


def test_nothing_ticks_in_a_pause(worker):
    worker.step(3)
    assert not worker._timer.isActive()
    worker.play()
    assert worker._timer.isActive()
    worker.pause()
    worker._tick()
    assert not worker._timer.isActive()


def test_a_replay_tells_how_far_it_is(worker, qtbot):
    worker.step(40_000)
    worker.name_edit("rewind", "")
    worker.rewind(30_000, 2)
    assert worker.published.replaying == 0.0
    assert at(worker) == 0
    qtbot.waitUntil(lambda: worker.published.replaying is None)
    assert {run.update for run in worker.published.picture.runs} == {30_000}


def test_undo_during_a_replay_aims_where_the_race_was_going(worker, qtbot):
    worker.step(20_000)
    worker.name_edit("start", "start")
    worker.change_problem({"start": (0.0, 0.5)}, 2)
    worker.undo(3)
    qtbot.waitUntil(lambda: worker.published.replaying is None)
    assert at(worker) == 20_000
    assert worker.published.picture.experiment.problem.start == (-1.2, 1.0)
    assert (worker.published.undo_label, worker.published.redo_label) == ("", "start")


def test_only_what_is_named_can_be_undone(worker):
    worker.tweak("adam", "learning_rate", 0.5, 2)
    assert worker.published.undo_label == ""
    worker.name_edit("learning rate", "")
    worker.tweak("adam", "learning_rate", 0.6, 3)
    worker.tweak("adam", "learning_rate", 0.7, 4)
    assert worker.published.undo_label == "learning rate"
    worker.undo(5)
    assert worker.published.picture.runs[0].settings.learning_rate == 0.5


def test_opening_another_forgets_the_edits(worker, races):
    worker.name_edit("reset", "")
    worker.step(5)
    worker.reset(False, 2)
    assert worker.published.undo_label
    worker.load(races.small(runs=["lion"]), 3)
    assert worker.published.undo_label == ""
    assert [run.id for run in worker.published.picture.runs] == ["lion"]


def test_a_document_that_cannot_be_opened_leaves_the_other(worker, heard, monkeypatch, races):
    def refuse(*_):
        raise SettingError("formula: no")

    monkeypatch.setattr("app.workers.training.Session", refuse)
    worker.load(races.small(runs=["lion"]), 2)
    assert [run.id for run in worker.published.picture.runs] == ["adam", "momentum"]
    assert heard[0] == ["formula: no"]


def test_pictures_do_not_change_once_published(worker):
    worker.step(100)
    old = worker.published.picture
    run = old.runs[0]
    xs, theta, experiment = run.history.column("x")[0].copy(), run.shown.theta.copy(), old.experiment
    worker.tweak("adam", "learning_rate", 0.5, 2)
    worker.step(5000)
    assert (run.update, old.experiment) == (100, experiment)
    assert (run.history.column("x")[0] == xs).all()
    assert (run.shown.theta == theta).all()


def test_scrubbing_pauses_and_shows_the_past(worker):
    worker.step(100)
    worker.play()
    worker.scrub(40)
    published = worker.published
    assert not published.playing
    assert published.picture.cursor == 40
    assert [run.shown.update for run in published.picture.runs] == [40, 40]
    assert at(worker) == 100
    worker.scrub(None)
    assert worker.published.picture.cursor is None


def test_the_clock_counts_training_alone(worker):
    worker.step(10)
    worker.step(10)
    updates, seconds = worker.published.clock
    assert updates.tolist() == [0, 10, 20]
    assert (np.diff(seconds) > 0).all()
    worker.reset(False, 2)
    assert worker.published.clock[0].tolist() == [0]


def test_the_clock_stays_small(worker):
    for _ in range(5000):
        worker._advance(1)
    assert len(worker._marks) <= 4096
    assert worker._marks[0] == (0, 0.0)


def test_a_survey_is_the_surface(worker):
    xs, ys = np.linspace(-2, 2, 9), np.linspace(-1, 3, 7)
    worker.survey(xs, ys, 4)
    x, y = np.meshgrid(xs, ys)
    assert worker.patch.serial == 4
    assert worker.patch.values == pytest.approx((1 - x) ** 2 + 100 * (y - x * x) ** 2)
