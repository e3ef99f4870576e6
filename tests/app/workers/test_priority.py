"""Threads that let the window go first: when they wait for it, for how long, and which of them do."""

from __future__ import annotations

import sys
import threading

import pytest

from app.workers import executors, latest_job, priority, trials, worker
from app.workers.executors import crew_of
from app.workers.latest_job import LatestJob
from app.workers.loss_slices import LossSlices
from app.workers.priority import Frames
from app.workers.publisher import Publisher
from app.workers.trials import ComparisonRequest, TrialJob
from app.workers.worker import Worker
from engine import Session, SliceRequest, new_experiment, new_network, path_request, plan_of, run_trials


class Clock:
    """Time that passes only while somebody sleeps, and what happens at certain times."""

    def __init__(self) -> None:
        self.now = 100.0
        self.at: dict[float, object] = {}

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        for when in [when for when in self.at if when <= self.now]:
            self.at.pop(when)()


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(priority, "time", clock)
    return clock


@pytest.fixture
def waits(monkeypatch):
    """The names of the threads that have waited for the window."""
    names = []

    class Noted:
        def wait(self) -> None:
            names.append(threading.current_thread().name)

    for module in (executors, latest_job, trials, worker):
        monkeypatch.setattr(module, "FRAMES", Noted())
    return names


def waited(clock: Clock, frames: Frames) -> float:
    began = clock.now
    frames.wait()
    return clock.now - began


def test_nobody_waits_for_a_window_that_is_in_time_or_that_there_is_not(clock):
    frames = Frames()
    assert waited(clock, frames) == 0.0
    assert frames.begin() == 0.0
    clock.now += 0.016
    assert waited(clock, frames) == 0.0
    assert frames.begin() == pytest.approx(0.016)
    clock.now += 0.05
    frames.end()
    assert waited(clock, frames) == 0.0


def test_others_wait_for_a_window_that_is_late_until_its_next_frame_but_not_for_ever(clock):
    frames = Frames()
    frames.begin()
    clock.now += 0.04
    clock.at[clock.now + 0.02] = frames.begin
    assert waited(clock, frames) == pytest.approx(0.02, abs=0.005)
    clock.now += 0.04
    assert waited(clock, frames) == pytest.approx(0.08, abs=0.005), "no longer than a person sees it stand still"
    assert waited(clock, frames) == 0.0, "and once only"


def test_calls_of_a_package_wait_as_well_while_the_window_is_often_late(clock):
    theirs, others = {"__name__": "package.part"}, {"__name__": "another"}
    for module in (theirs, others):
        exec("def called(): pass", module)
    frames = Frames()

    def waited_late(module: dict) -> float:
        frames.begin()
        clock.now += 0.05
        began = clock.now
        module["called"]()
        return clock.now - began

    with frames.between_calls(("package",)):
        frames.begin()
        assert waited_late(theirs) == 0.0, "nobody has looked yet whether it is late"
        frames.wait()
        assert waited_late(theirs) == pytest.approx(0.07, abs=0.005)
        assert waited_late(others) == 0.0, "they may hold what the window's thread wants"
        for _ in range(100):
            clock.now += 0.016
            frames.begin()
        frames.wait()
        assert sys.gettrace() is None, "it is in time again, and nothing is slower than it need be"
        clock.now += 0.05
        frames.wait()
        assert sys.gettrace() is not None
    assert sys.gettrace() is None


def test_what_is_traced_by_others_stays_so(clock):
    def others(frame, event, given):
        return None

    frames, before = Frames(), sys.gettrace()
    sys.settrace(others)
    try:
        with frames.between_calls(("package",)):
            frames.begin()
            clock.now += 0.05
            frames.wait()
            assert sys.gettrace() is others
        assert sys.gettrace() is others
    finally:
        sys.settrace(before)


def test_jobs_beside_the_window_wait_between_two_pieces(waits):
    """Exports and documents, too, which want a core as much as the window does: they want Python as well."""
    for gives_way in (True, False):
        job = LatestJob("job", lambda number, error: None, gives_way=gives_way)
        done = threading.Event()
        job.offer(lambda ticket, done=done: (ticket.check(), done.set()))
        assert done.wait(10)
        job.release()
    assert len(waits) == 2


def test_trials_and_the_runs_wait_before_each_piece(waits, qtbot):
    planned = plan_of(new_experiment("sphere", ["sgd"]), "seeds", {"seeds": 3, "updates": 10}).trials({})
    list(run_trials(planned, crew_of("1 thread")))
    assert not waits, "no window is there"
    list(run_trials(planned, crew_of("1 thread", gives_way=True)))
    assert len(waits) > 2 * len(planned) and all(name.startswith("trials") for name in waits)
    del waits[:]
    training = Worker(Publisher(None, None))
    training._tick()
    training.release()
    assert len(waits) == 1


def test_a_comparison_waits_while_it_lists_its_trials_and_sums_them_up(waits, qtbot):
    job = TrialJob()
    request = ComparisonRequest(new_experiment("sphere", ["sgd"]), "seeds", {"seeds": 30, "updates": 10})
    with qtbot.waitSignal(job.forecasted):
        job.look_ahead(request, 2)
    assert waits.count("forecast_0") > 30
    del waits[:]
    with qtbot.waitSignal(job.ended):
        job.start(request, "1 thread")
    job.stop()
    assert waits.count("compare_0") > 3 * 30


def test_slices_wait_between_two_pieces(waits, qtbot):
    """Also where the losses of a piece are there at once."""
    session = Session(new_network("circle", ["sgd"], hidden=(4, 2)))
    session.advance(20)
    slices = LossSlices(lambda number, error: pytest.fail(str(error)))
    slices.request(path_request(session.picture(), session, session.picture().runs[0].id, SliceRequest(), False))
    qtbot.waitUntil(lambda: slices.idle, timeout=30_000)
    slices.release()
    assert waits.count("slices_0") > 5
