"""Exact rows, computed again from the record."""

from __future__ import annotations

import numpy as np
import pytest

from engine import COLUMNS, Formula, Session, full_history, new_experiment, new_run, rows
from engine.rows import CHUNK


def session_of(*runs, surface="rosenbrock", **settings) -> Session:
    return Session(new_experiment(surface, runs, **{"updates": 0, **settings}))


@pytest.mark.parametrize("updates", [0, 1, 999, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 5])
def test_rows_come_in_order_and_are_the_runs_own(updates: int) -> None:
    session = session_of(new_run("adam", learning_rate=1e-3, batch="single"), noise=0.1)
    run = session.runs[0]
    found, theta = 0, []
    for first, columns in rows(run.problem, run.record(), run.stop, updates):
        assert first == found
        assert columns.shape[0] == len(COLUMNS)
        found += columns.shape[1]
        theta.append(columns[4:, 0])
    assert found == updates
    session.advance(updates)
    for k, values in enumerate(theta):
        np.testing.assert_array_equal(run.peek(k * CHUNK).theta, values)


def test_rows_are_the_same_whether_asked_for_early_or_late() -> None:
    session = session_of(new_run("adam", batch="single"), noise=1.0, surface="himmelblau")
    session.advance(100)
    early = full_history(session.runs[0])
    session.advance(300_000)
    late = full_history(session.runs[0])
    assert len(late["loss"]) == 300_100
    for name in COLUMNS:
        np.testing.assert_array_equal(late[name][:100], early[name])
    low, high = session.runs[0].history.view().column("loss")[1:]
    assert low.min() >= late["loss"].min()
    assert high.max() <= late["loss"].max()


def test_rows_end_with_the_run() -> None:
    session = session_of("sgd", updates=77)
    run = session.runs[0]
    assert sum(columns.shape[1] for _, columns in rows(run.problem, run.record(), run.stop, 10**9)) == 77


@pytest.mark.parametrize("at", [10, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 10, 150_000])
def test_rows_of_a_run_that_diverges(at: int) -> None:
    """However late: what is in memory then begins long after update 0."""
    session = session_of(new_run("sgd", learning_rate=1e-3))
    run = session.runs[0]
    session.advance(at)
    session.tweak("sgd", "learning_rate", 1e6)
    session.advance(1000)
    assert run.status == "diverged"
    columns = full_history(run)
    assert len(columns["loss"]) == run.history.updates > at
    assert columns["loss"][-1] > 1e6
    assert all(np.isfinite(column).all() for column in columns.values())
    assert run.history.view().latest == tuple(column[-1] for column in columns.values())
    exported = [part for _, part in rows(run.problem, run.record(), run.stop, 10**9)]
    np.testing.assert_array_equal(np.concatenate(exported, axis=1), np.stack(list(columns.values())))


def test_a_run_that_cannot_start_has_no_rows() -> None:
    session = session_of("sgd", surface=Formula("log(x)"), start=(-1.0, 0.0))
    session.advance(10)
    assert session.runs[0].status == "diverged"
    assert all(len(column) == 0 for column in full_history(session.runs[0]).values())
