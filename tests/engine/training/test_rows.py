"""Exact rows, computed again from the record."""

from __future__ import annotations

import numpy as np
import pytest

from engine import COLUMNS, NEVER, Formula, Session, full_history, new_experiment, new_network, new_run, rows
from engine.training.rows import CHUNK


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
        theta.append(columns[4:6, 0])
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


def steered() -> Session:
    """A race of networks, with a tweak of every kind on the way."""
    runs = [new_run("adam", batch=10), new_run("momentum", learning_rate=0.05, batch="single", order="replaced")]
    session = Session(new_network("circle", runs, (5, 5), residual=True))
    for at, changes in (
        (0, {"data.noise": 10}), (37, {"share": 0.8, "dropout": 0.2}), (100, {"hidden.1.activation": "silu"}),
        (128, {"loss": "hinge"}), (256, {"data": "moons", "scaling": "min_max"}), (300, {"data.add": (0.5, 0.5, 1.0)}),
    ):  # fmt: skip
        session.advance(at - session.update)
        session.problem_changed(changes)
    session.tweak("adam", "parameter.7", -1.5)
    session.tweak("adam", "batch.size", 16)
    session.advance(41)
    session.tweak("adam", "optimizer", "lion")
    session.tweak("momentum", "optimizer.clip_norm", 0.5)
    session.advance(459)
    return session


@pytest.mark.parametrize("chunk", [1, 64, 97, CHUNK])
def test_rows_of_networks_are_what_was_recorded_live(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rows.__globals__, "CHUNK", chunk)
    for run in steered().runs:
        assert len(run.tweaks) > 5 and run.update == 800
        columns = full_history(run)
        view = run.history.view()
        last = view.last
        assert view.width == 1 and last is view.low is view.high and not run.history.low.size, (
            "as yet nothing has been merged"
        )
        for place, name in enumerate(COLUMNS):
            np.testing.assert_array_equal(columns[name], last[place, :800])
        parts = list(rows(run.problem, run.record(), run.stop, 750))
        assert [first for first, _ in parts] == list(range(0, 750, chunk))
        np.testing.assert_array_equal(np.concatenate([part for _, part in parts], axis=1), last[:, :750])


def test_a_row_of_a_network_tells_the_step_from_where_it_stood() -> None:
    for run in steered().runs:
        columns = full_history(run)
        for update in (0, 36, 37, 127, 128, 255, 256, 300, 340, 341, 799):
            before, after, peek = run.at(update).theta, run.at(update + 1).theta, run.peek(update)
            assert (columns["x"][update], columns["y"][update]) == (before[0], before[1])
            assert columns["step_norm"][update] == pytest.approx(np.linalg.norm(after - before), rel=1e-12)
            assert columns["gradient_norm"][update] == peek.gradient_norm
            assert columns["learning_rate"][update] == peek.rate


@pytest.mark.parametrize("at", [10, 63, 64, 65, 500])
def test_rows_of_a_network_that_diverges(at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rows.__globals__, "CHUNK", 64)
    run = new_run("sgd", learning_rate=0.01, batch=32)
    session = Session(new_network("reg_plane", [run], (8, 8), activation="relu"))
    session.advance(at - 5)
    session.problem_changed({"data.noise": 20})
    session.advance(5)
    before = full_history(session.runs[0])
    session.tweak("sgd", "learning_rate", 1e6)
    session.advance(1000)
    run = session.runs[0]
    assert run.status == "diverged"
    columns = full_history(run)
    assert len(columns["loss"]) == run.history.updates > at
    for name in COLUMNS:
        np.testing.assert_array_equal(columns[name][:at], before[name])
        assert np.isfinite(columns[name]).all()
    assert columns["step_norm"][at:].max() > 1e4
    assert run.history.view().latest == tuple(column[-1] for column in columns.values())
    exported = [part for _, part in rows(run.problem, run.record(), run.stop, 10**9)]
    np.testing.assert_array_equal(np.concatenate(exported, axis=1), np.stack(list(columns.values())))
    stood = run.at(run.history.updates - 1).theta
    assert (columns["x"][-1], columns["y"][-1]) == (stood[0], stood[1])


def test_the_rows_of_a_large_network_come_a_few_at_a_time() -> None:
    """So that whoever takes them can give up in between."""
    run = Session(new_network("digits", [new_run("sgd", batch="full")], (256, 256))).runs[0]
    run.advance(12)
    parts = list(rows(run.problem, run.record(), NEVER, 12))
    assert len(parts) > 5
    joined = np.concatenate([part for _, part in parts], axis=1)
    assert np.array_equal(joined, np.stack(list(full_history(run).values())))
    assert np.array_equal(joined, run.history.last[:, :12])
