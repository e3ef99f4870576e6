"""Trials beside the window: forecast, computed, cancelled, gone on with, and computed again to the same bits."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.documents.trial_journal import TrialJournal
from app.workers import trials
from app.workers.trials import ComparisonRequest, TrialJob
from engine import (
    COMPARISONS,
    ComparisonRecord,
    Setting,
    axis,
    choose,
    new_experiment,
    new_run,
    processor,
    trial,
)

RACE = new_experiment("rosenbrock", [new_run("adam", learning_rate=0.02), new_run("momentum", learning_rate=1e-4)])
LONG = ComparisonRequest(RACE, "seeds", {"updates": 300_000, "seeds": 20})
PATIENCE = 10_000
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def job(qtbot):
    found = TrialJob()
    yield found
    found.stop()


def newest(job):
    return job.outcomes["seeds"]


def finish(qtbot, job, request, **options) -> str:
    with qtbot.waitSignal(job.ended, timeout=PATIENCE) as ended:
        job.start(request, "2 threads", **options)
    return ended.args[0]


def test_a_request_is_forecast_computed_and_computed_again_to_the_same_bits(qtbot, job) -> None:
    request = ComparisonRequest(RACE, "seeds", {"updates": 30, "seeds": 4})
    with qtbot.waitSignal(job.forecasted, timeout=PATIENCE):
        job.look_ahead(request, 2)
    assert job.forecast.trials == 8 and job.forecast.seconds > 0.0 and not job.forecast.fault
    assert job.forecast.counted in job.forecast.countable
    assert finish(qtbot, job, request) == ""
    first = newest(job)
    assert first.finished and first.result.done == 8 and len(first.known) == 8 and first.same == (0, 0)
    with qtbot.waitSignal(job.forecasted, timeout=PATIENCE):
        job.look_ahead(request, 2)
    assert job.forecast.trials == 0, "all of it is known"
    finish(qtbot, job, request, again=True)
    assert newest(job).same == (8, 0)
    assert {key: each.digest for key, each in newest(job).known.items()} == {
        key: each.digest for key, each in first.known.items()
    }
    other = ComparisonRequest(RACE, "rates", {"updates": 30, "seeds": 1})
    job.begin([(request, first.record), (other, ComparisonRecord(choose(COMPARISONS, "rates", other.values)))])
    assert job.outcomes == {}, "what was published belongs to another document"
    qtbot.waitUntil(lambda: job.is_idle, timeout=PATIENCE)
    assert newest(job).finished and newest(job).spent == 0.0 and set(job.outcomes) == {"seeds", "rates"}
    assert not job.outcomes["rates"].finished


def test_what_another_document_began_is_neither_shown_nor_told_to_have_ended(qtbot, job) -> None:
    request, told = ComparisonRequest(RACE, "seeds", {"updates": 100_000, "seeds": 30}), []
    job.ended.connect(told.append)
    with qtbot.waitSignal(job.progressed, timeout=PATIENCE):
        job.start(request, "2 threads")
    job.begin()
    qtbot.waitUntil(lambda: job.is_idle, timeout=PATIENCE)
    assert job.outcomes == {} and not told


def test_of_too_many_results_the_oldest_are_forgotten_that_nothing_shows(qtbot, job, monkeypatch) -> None:
    """A day of sweeps had filled the memory: 11 KiB a trial, for good."""
    monkeypatch.setattr(trials, "MOST_KNOWN", 12)
    for updates in (10, 11, 12, 13):
        finish(qtbot, job, ComparisonRequest(RACE, "seeds", {"updates": updates, "seeds": 4}))
    first = ComparisonRequest(RACE, "rates", {"updates": 10, "seeds": 1})
    finish(qtbot, job, first)
    shown = set(newest(job).known) | set(job.outcomes["rates"].known)
    finish(qtbot, job, ComparisonRequest(RACE, "seeds", {"updates": 14, "seeds": 1}))
    assert shown <= set(job._known), "what is on screen stays known"
    assert len(job._known) <= 12 + len(shown)


def test_what_is_finished_stays_when_it_is_cancelled(qtbot, job) -> None:
    request = ComparisonRequest(RACE, "seeds", {"updates": 100_000, "seeds": 30})
    with qtbot.waitSignal(job.progressed, timeout=PATIENCE):
        job.start(request, "2 threads")
    with qtbot.waitSignal(job.ended, timeout=1000):
        job.cancel()
    assert not newest(job).finished and 0 < newest(job).result.done < 60
    assert set(newest(job).known) <= set(job._known)


@pytest.mark.parametrize(
    ("request_", "workers", "told"),
    [
        (ComparisonRequest(RACE, "race", {}, ("adam",)), "", "at least 2 runs"),
        (ComparisonRequest(RACE, "sweep"), "", "1 to 6 settings"),
        (ComparisonRequest(RACE, "seeds"), "three threads", "three threads"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(qtbot, job, request_, workers, told) -> None:
    with qtbot.waitSignal(job.ended, timeout=PATIENCE) as ended:
        job.start(request_, workers)
    assert told in ended.args[0] and not job.outcomes


def test_only_what_changes_trials_makes_a_request_another() -> None:
    request = ComparisonRequest(RACE, "sweep", {"updates": 30}, axes=(axis("noise", [0.0, 1.0]),))
    adam, momentum = RACE.runs
    looks = replace(RACE, title="Other", view={"speed": 3.0})
    assert replace(request, experiment=looks).content == request.content
    pinned = replace(RACE, runs=(replace(adam, settings=replace(adam.settings, pinned=True)), momentum))
    assert replace(request, experiment=pinned).content == request.content
    tuned = replace(adam, settings=adam.settings.having(Setting.of("learning_rate"), 0.5))
    assert replace(request, experiment=replace(RACE, runs=(tuned, momentum))).content != request.content
    noisy = replace(RACE, problem=RACE.problem.having("noise", 1.0))
    assert replace(request, experiment=noisy).content != request.content
    assert replace(request, axes=()).content != request.content
    hidden = replace(momentum, settings=replace(momentum.settings, visible=False))
    assert replace(request, experiment=replace(RACE, runs=(adam, hidden))).content != request.content


CHILD = """
import sys
import time
from pathlib import Path
from app.documents import kernel_cache
kernel_cache.prepare()
from PySide6.QtCore import QCoreApplication
from tests.app.workers.test_trials import LONG
from app.workers.trials import TrialJob
app = QCoreApplication([])
job = TrialJob(journal=Path(sys.argv[1]))
job.progressed.connect(lambda: print(job.outcomes["seeds"].result.done, flush=True))
job.start(LONG, "2 threads")
app.exec()
"""


@pytest.mark.slow
def test_a_window_that_is_killed_loses_no_trial_that_was_finished(qtbot, tmp_path) -> None:
    place = tmp_path / "journal"
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(place)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    done = next(count for line in child.stdout if (count := int(line)) > 2)
    child.kill()
    child.wait()
    child.stdout.close()
    job = TrialJob(journal=place)
    with qtbot.waitSignal(job.forecasted, timeout=PATIENCE):
        job.look_ahead(LONG, 2)
    known = job.forecast.known
    assert known >= done and job.forecast.trials == 40 - known
    with qtbot.waitSignal(job.progressed, timeout=PATIENCE):
        job.start(LONG, "2 threads")
    assert job.outcomes["seeds"].result.done > known, "it goes on from them"
    job.stop()
    first = LONG.plan().trials({})[0]
    assert job.outcomes["seeds"].known[first.key].digest == trial(first).digest


class Guarded(dict):
    """Known results; whoever looks for one is counted, and waits until the gate opens."""

    def __init__(self) -> None:
        self.looks, self.begun, self.gate = 0, threading.Event(), threading.Event()

    def __contains__(self, key: object) -> bool:
        self.looks += 1
        self.begun.set()
        assert self.gate.wait(10)
        return False


@pytest.mark.parametrize("work", ["forecast", "compute"])
def test_listing_the_trials_of_a_large_plan_can_be_cancelled(job, work) -> None:
    request, ended = ComparisonRequest(RACE, "scores"), []
    job.ended.connect(ended.append, Qt.ConnectionType.DirectConnection)
    job._known = known = Guarded()
    if work == "forecast":
        job.look_ahead(request, 2)
    else:
        job.start(request, "2 threads")
    assert known.begun.wait(10)
    job.give_up()
    known.gate.set()
    job.stop()
    assert known.looks == 1 and job.forecast is None and not job.outcomes
    assert ended == ([""] if work == "compute" else [])


def test_all_that_is_under_way_is_cancelled_before_any_of_it_is_waited_for(job, qtbot) -> None:
    jobs, tickets = (job._forecasts, job._questions, job._jobs), []
    begun, gate = threading.Barrier(len(jobs) + 1), threading.Event()

    def piece(ticket) -> None:
        tickets.append(ticket)
        begun.wait(10)
        assert gate.wait(10)

    for each in jobs:
        each.offer(piece)
    begun.wait(10)
    stopping = threading.Thread(target=job.stop)
    stopping.start()
    qtbot.waitUntil(lambda: all(ticket.cancelled for ticket in tickets))
    assert stopping.is_alive() and not any(each.idle for each in jobs)
    gate.set()
    stopping.join()


def test_two_windows_share_a_journal_and_what_is_no_journal_is_told_and_left_alone(qtbot, tmp_path) -> None:
    place, told = tmp_path / "home" / "journal", []
    request = ComparisonRequest(RACE, "seeds", {"updates": 30, "seeds": 3})
    one, other = TrialJob(journal=place), TrialJob(journal=place)
    finish(qtbot, one, request)
    with qtbot.waitSignal(other.forecasted, timeout=PATIENCE):
        other.look_ahead(request, 2)
    assert (other.forecast.trials, other.forecast.known) == (0, 6)
    for job in (one, other):
        finish(qtbot, job, replace(request, values={"updates": 40, "seeds": 3}))
        job.stop()
    assert len(TrialJournal(place).known((processor(),))) == 12
    place.write_text("A letter\nof two lines\n")
    third = TrialJob(journal=place)
    third.noticed.connect(told.append)
    assert finish(qtbot, third, request) == "" and third.outcomes["seeds"].finished
    assert len(told) == 1 and "it is no journal of trials" in told[0] and place.read_text().startswith("A letter")
    third.stop()


def test_results_that_do_not_depend_on_the_experiment_are_not_of_former_settings_when_it_changes() -> None:
    other = new_experiment("himmelblau", [new_run("adam", learning_rate=0.5)])
    for kind, depends in (("scores", False), ("seeds", True), ("race", True)):
        here, there = (ComparisonRequest(experiment, kind, {"seeds": 4}) for experiment in (RACE, other))
        assert (here.content != there.content) == depends, kind
        assert here.content != ComparisonRequest(RACE, kind, {"seeds": 5}).content, kind


def test_a_plan_is_made_once_for_forecasts_and_for_what_is_computed(qtbot, job, monkeypatch) -> None:
    made = []
    plan = ComparisonRequest.plan
    monkeypatch.setattr(ComparisonRequest, "plan", lambda self: made.append(self.kind) or plan(self))
    request = ComparisonRequest(RACE, "seeds", {"updates": 30, "seeds": 2})
    for _ in range(2):
        with qtbot.waitSignal(job.forecasted, timeout=PATIENCE):
            job.look_ahead(request, 2)
        finish(qtbot, job, request)
    assert made == ["seeds"]
    finish(qtbot, job, replace(request, values={"updates": 40, "seeds": 2}))
    assert made == ["seeds"] * 2


def test_a_plan_names_those_compared_as_they_are_called_now(job) -> None:
    """An optimizer that is no run has the id of none: after a run with its id has come, another."""
    there = new_experiment("rosenbrock", ["sgd"])
    with_adam = new_experiment("rosenbrock", ["sgd", "adam"])
    plans = [
        job._plan_again(ComparisonRequest(each, "race", {"seeds": 2}, ("sgd",), optimizers=("adam",)))
        for each in (there, with_adam, there)
    ]
    found = [[arm.key for arm in plan.arms] for plan in plans]
    assert found[0] == found[2] == ["sgd", "adam"] and found[1][0] == "sgd" and found[1][1] not in ("sgd", "adam")


def test_a_forecast_that_comes_too_soon_waits_for_settings_that_stand_still(qtbot, job) -> None:
    told = []
    job.forecasted.connect(lambda: told.append(job.forecast.request.values["seeds"]))
    job._next_forecast = time.monotonic() + 1.0
    for seeds in range(2, 30):
        job.look_ahead(ComparisonRequest(RACE, "seeds", {"updates": 30, "seeds": seeds}), 2)
    qtbot.waitUntil(lambda: bool(told), timeout=PATIENCE)
    assert told == [29]
