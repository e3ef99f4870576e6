"""Jobs beside the window: the latest goes first, a file is always written, and closing waits for one piece."""

from __future__ import annotations

import threading

import pytest

from app.workers.latest_job import LatestJob, Ticket


class Held:
    """A job that stands at a gate, and tells what has come of it."""

    def __init__(self, name: str, told: list) -> None:
        self.name, self.told = name, told
        self.begun, self.gate = threading.Event(), threading.Event()
        self.ticket: Ticket | None = None

    def __call__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        self.begun.set()
        assert self.gate.wait(10)
        ticket.check()
        self.told.append(self.name)


@pytest.fixture
def told():
    return []


@pytest.fixture
def faults():
    return []


@pytest.fixture
def jobs(faults):
    made = LatestJob("jobs", lambda number, error: faults.append((number, str(error))))
    yield made
    made.release()


@pytest.fixture
def held(jobs, told):
    """A job that is under way until its gate opens."""
    job = Held("held", told)
    jobs.offer(job)
    assert job.begun.wait(10)
    yield job
    job.gate.set()


def quick(name: str, told: list):
    return lambda ticket: told.append(name)


def test_of_those_that_wait_the_latest_is_done(jobs, held, told, qtbot):
    for name in ("first", "second", "third"):
        jobs.offer(quick(name, told))
    assert not jobs.idle and not held.ticket.wanted and not held.ticket.cancelled
    held.gate.set()
    qtbot.waitUntil(lambda: jobs.idle)
    assert told == ["held", "third"]


def test_what_is_kept_is_done_whatever_comes(jobs, held, told, qtbot):
    jobs.offer(quick("preview", told))
    jobs.offer(quick("file", told), keep=True)
    jobs.offer(quick("newer preview", told))
    jobs.offer(quick("other file", told), keep=True)
    held.gate.set()
    qtbot.waitUntil(lambda: jobs.idle)
    assert told == ["held", "file", "newer preview", "other file"]


def test_a_kept_job_supersedes_nothing_and_is_not_superseded(jobs, held, told, qtbot):
    jobs.offer(quick("file", told), keep=True)
    assert held.ticket.wanted
    held.gate.set()
    qtbot.waitUntil(lambda: jobs.idle)
    file = Held("slow file", told)
    jobs.offer(file, keep=True)
    assert file.begun.wait(10)
    jobs.offer(quick("preview", told))
    assert file.ticket.wanted
    file.gate.set()
    qtbot.waitUntil(lambda: jobs.idle)
    assert told == ["held", "file", "slow file", "preview"]


def test_a_cancelled_job_ends_at_its_next_look_and_the_next_is_done(jobs, held, told, faults, qtbot):
    heard = []

    def kept(ticket: Ticket) -> None:
        heard.append(ticket.cancelled)
        ticket.check()
        told.append("kept")

    jobs.offer(quick("waiting", told))
    jobs.offer(kept, keep=True)
    jobs.cancel()
    assert held.ticket.cancelled and not held.ticket.wanted
    held.gate.set()
    qtbot.waitUntil(lambda: jobs.idle)
    assert (told, faults, heard) == ([], [], [True]), "a kept job begins, to say that it is cancelled"
    jobs.offer(quick("next", told))
    qtbot.waitUntil(lambda: jobs.idle)
    assert told == ["next"]


def test_numbers_rise_and_a_fault_is_told_with_its_number(jobs, told, faults, qtbot):
    def broken(ticket: Ticket) -> None:
        raise RuntimeError("broken")

    first = jobs.offer(broken)
    qtbot.waitUntil(lambda: jobs.idle)
    second = jobs.offer(quick("next", told))
    qtbot.waitUntil(lambda: jobs.idle)
    assert second > first and faults == [(first, "broken")] and told == ["next"]


@pytest.mark.parametrize("end", ["cancel", "supersede"])
def test_a_pause_ends_when_the_job_is_no_longer_wanted(jobs, told, qtbot, end):
    begun = threading.Event()

    def resting(ticket: Ticket) -> None:
        begun.set()
        ticket.pause(60.0)
        told.append(ticket.wanted)

    jobs.offer(resting)
    assert begun.wait(10)
    jobs.cancel() if end == "cancel" else jobs.offer(quick("next", told))
    qtbot.waitUntil(lambda: jobs.idle)
    assert told == [False] if end == "cancel" else [False, "next"]


def test_releasing_waits_for_the_piece_under_way_and_leaves_no_thread(jobs, held, told):
    before = threading.enumerate()
    jobs.offer(quick("file", told), keep=True)
    closing = threading.Thread(target=jobs.release)
    closing.start()
    while held.ticket.wanted:
        assert closing.is_alive()
    held.gate.set()
    closing.join(10)
    assert not closing.is_alive() and told == []
    assert not [thread for thread in before if thread.name.startswith("jobs") and thread.is_alive()]
    jobs.offer(quick("late", told))
    assert jobs.idle and told == []


def test_it_can_be_started_before_there_is_a_job(jobs):
    jobs.start()
    assert [thread for thread in threading.enumerate() if thread.name.startswith("jobs")] and jobs.idle
