"""Waiting for threads at the end: without limit, but not for a compiler."""

from __future__ import annotations

import threading
import time

import pytest

from app.workers.ending import ended
from app.workers.latest_job import LatestJob
from engine import is_compiling
from engine.contracts import COMPILING


@pytest.fixture
def compiler():
    """A thread that compiles until it is told to end."""
    begun, end = threading.Event(), threading.Event()

    def compile() -> None:
        with COMPILING:
            begun.set()
            end.wait()

    thread = threading.Thread(target=compile)
    thread.start()
    begun.wait()
    yield end
    end.set()
    thread.join()


def test_a_thread_is_waited_for_unless_one_compiles(compiler) -> None:
    assert is_compiling()
    asked = []
    assert not ended(lambda seconds: asked.append(seconds), patience=0.0)
    assert len(asked) == 1
    assert ended(lambda seconds: True), "what has ended has ended"
    compiler.set()
    while is_compiling():
        time.sleep(0.001)
    turns = iter([False] * 20 + [True])
    assert ended(lambda seconds: next(turns), patience=0.0)
    assert not ended(lambda seconds: False, most=0.0)


def test_a_job_that_compiles_is_left(compiler) -> None:
    failures = []
    jobs = LatestJob("test", lambda number, error: failures.append(error))
    compiles = threading.Event()

    def work(ticket) -> None:
        compiles.set()
        with COMPILING:
            ticket.check()

    jobs.offer(work)
    compiles.wait()
    begun = time.monotonic()
    jobs.release()
    assert time.monotonic() - begun < 1.0 and not jobs.idle
    compiler.set()
    while not jobs.idle:
        time.sleep(0.001)
    assert failures == [], "what it raises is that it was cancelled"
