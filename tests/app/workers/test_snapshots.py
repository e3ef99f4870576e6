"""Snapshots beside the training: of the newest state, and with a rest while the runs move."""

from __future__ import annotations

import pytest

import app.workers.snapshots
from app.workers.snapshots import SnapshotRequest, Snapshots
from engine import Gradients, Predictions, Session, new_network, new_run

QUERIES = frozenset({Predictions()})


@pytest.fixture
def session():
    return Session(new_network("moons", [new_run("adam")], hidden=(4,)))


@pytest.fixture
def snapshots(heard):
    made = Snapshots(lambda _, error: heard(error))
    yield made
    made.release()


@pytest.fixture
def heard():
    faults = []
    yield faults.append
    assert not faults


def newest_state(session, queries=QUERIES, run="a"):
    machine = session.runs[0].machine
    return SnapshotRequest(machine.problem, machine.theta.copy(), queries, run, machine.update)


def taken(qtbot, snapshots, update) -> None:
    qtbot.waitUntil(lambda: snapshots.idle and snapshots.newest is not None and snapshots.newest.update == update)


def test_a_moving_run_is_looked_at_again_after_a_rest(qtbot, session, snapshots, monkeypatch):
    monkeypatch.setattr(app.workers.snapshots, "REST", 1e9)
    snapshots.request(newest_state(session), moving=True)
    taken(qtbot, snapshots, 0)
    session.advance(1)
    snapshots.request(newest_state(session), moving=True)
    assert snapshots.idle
    snapshots.request(newest_state(session), moving=False)
    taken(qtbot, snapshots, 1)


@pytest.mark.parametrize("change", [{"run": "b"}, {"queries": frozenset({Gradients()})}])
def test_what_was_not_asked_before_is_looked_at_without_a_rest(qtbot, session, snapshots, monkeypatch, change):
    monkeypatch.setattr(app.workers.snapshots, "REST", 1e9)
    snapshots.request(newest_state(session), moving=True)
    taken(qtbot, snapshots, 0)
    session.advance(1)
    snapshots.request(newest_state(session, **change), moving=True)
    taken(qtbot, snapshots, 1)


def test_the_rest_ends(qtbot, session, snapshots):
    snapshots.request(newest_state(session), moving=True)
    taken(qtbot, snapshots, 0)
    session.advance(1)

    def again() -> bool:
        snapshots.request(newest_state(session), moving=True)
        return snapshots.newest.update == 1

    qtbot.waitUntil(again)
