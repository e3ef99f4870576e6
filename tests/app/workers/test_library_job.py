"""The library beside the window: what is kept, asked and forgotten in other threads."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

import pytest

from app.documents.library.columns import RESULT, Column
from app.documents.library.library import Library
from app.workers.finished_runs import StandingRun
from app.workers.library_job import LibraryJob, Request
from tests.app.documents.library.entries import a_race, finished, many


@pytest.fixture
def job(qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path))
    made = LibraryJob()
    yield made
    made.finish()


def standing(updates: int = 20) -> list[StandingRun]:
    picture = finished(a_race(updates)).picture(step=False)
    return [StandingRun(picture, run) for run in picture.runs]


def answer(qtbot, signal, ask):
    """What a signal carries once something was asked."""
    with qtbot.waitSignal(signal, timeout=10_000) as waits:
        ask()
    return waits.args[0] if len(waits.args) == 1 else waits.args


def test_runs_are_kept_found_read_compared_opened_and_forgotten(qtbot, job, tmp_path) -> None:
    with qtbot.waitSignal(job.changed, timeout=10_000):
        job.keep(standing())
    job.keep(standing())  # the same ones: nothing changes
    found = answer(qtbot, job.found, lambda: job.find(Request("optimizer=adam")))
    assert not found.fault and len(found.contents.ids) == 1 and found.contents.runs == 2
    assert found.contents.size == (tmp_path / "library.sqlite").stat().st_size
    fault = answer(qtbot, job.found, lambda: job.find(Request("los=1")))
    assert fault.contents is None and "did you mean loss" in fault.fault and fault.columns == found.columns
    ids = list(answer(qtbot, job.found, lambda: job.find(Request())).contents.ids)
    loss = Column("loss", RESULT)
    rows = answer(qtbot, job.rows_read, lambda: job.read(ids, (loss,)))
    assert set(rows) == set(ids) and all(set(row.cells) == {loss} for row in rows.values())
    comparison = answer(qtbot, job.compared, lambda: job.compare(ids))
    assert "learning_rate" in [column.key for column, _ in comparison.differences]
    kept = answer(qtbot, job.opened, lambda: job.open(ids[0]))
    assert kept.update == 20 and len(kept.experiment.runs) == 2
    assert answer(qtbot, job.counted, lambda: job.count_older(7)) == [7.0, 0]
    gone = answer(qtbot, job.forgotten, lambda: job.forget(ids[:1]))
    assert gone.runs == 1
    assert answer(qtbot, job.warned, lambda: job.open(ids[0])) == "this run is no longer in the library"
    assert answer(qtbot, job.forgotten, lambda: job.forget_all(0.0)).runs == 0, "kept since it was asked"
    assert answer(qtbot, job.forgotten, lambda: job.forget_all(time.time())).runs == 1


def test_what_another_window_has_changed_is_noticed(qtbot, job) -> None:
    answer(qtbot, job.found, lambda: job.find(Request()))
    with qtbot.assertNotEmitted(job.changed, wait=100):
        job.watch()
    Library().keep(list(many(1)))
    with qtbot.waitSignal(job.changed, timeout=10_000):
        job.watch()
    answer(qtbot, job.found, lambda: job.find(Request()))
    with qtbot.assertNotEmitted(job.changed, wait=100):
        job.watch()


def test_of_waiting_requests_the_last_is_answered(qtbot, job) -> None:
    Library().keep(list(many(50)))
    heard: list = []
    job.found.connect(heard.append)
    read: list = []
    job.rows_read.connect(read.append)
    for place in range(30):
        job.find(Request(f"seed={place}"))
        job.read([place], ())
    qtbot.waitUntil(lambda: bool(heard) and heard[-1].request.text == "seed=29" and 29 in read[-1], timeout=10_000)
    assert len(heard[-1].contents.ids) == 1
    job.read([7], ())
    job.find(Request("seed=3"))
    qtbot.waitUntil(lambda: heard[-1].request.text == "seed=3" and 7 in read[-1], timeout=10_000)


def test_what_cannot_be_kept_is_told_once(qtbot, job, tmp_path) -> None:
    (tmp_path / "library.sqlite").mkdir()
    heard: list = []
    job.warned.connect(heard.append)
    for updates in (3, 4, 5):
        job.keep(standing(updates))
    (path,) = tmp_path.iterdir()
    qtbot.waitUntil(lambda: job._writing.idle)
    assert heard == [
        f"finished runs are not kept: cannot write the library {path}: the system does not let it be opened"
    ]
    fault = answer(qtbot, job.found, lambda: job.find(Request()))
    assert fault.contents is None and "cannot read the library" in fault.fault
    path.rmdir()
    with qtbot.waitSignal(job.changed, timeout=10_000):
        job.keep(standing(6))


def test_the_end_writes_what_waits_but_waits_for_nobody(qtbot, job, tmp_path) -> None:
    for updates in range(3, 9):
        job.keep(standing(updates))
    job.finish()
    assert Library().find().runs == 2  # the same two runs, furthest on
    rows = Library().rows(Library().find().ids, ())
    assert {row.updates for row in rows.values()} == {8}
    job.keep(standing(12))  # too late: nothing happens
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("library")]


def test_another_window_does_not_hold_the_end_up(qtbot, job, tmp_path) -> None:
    Library().keep(list(many(1)))
    other = sqlite3.connect(tmp_path / "library.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    job.keep(standing())
    begun = time.monotonic()
    job.finish()
    assert time.monotonic() - begun < 0.9
    other.close()
    assert Library().find().runs == 1
