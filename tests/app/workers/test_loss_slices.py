"""The thread that maps the paths of networks, on real races: what it computes, keeps, and gives up."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

import app.workers.loss_slices
from app.workers.loss_slices import LossSlices
from engine import (
    Plane,
    Session,
    SliceRequest,
    Trail,
    coordinates,
    new_network,
    new_run,
    path_request,
    principal_plane,
    slice_error,
)
from engine.insight.refining_grid import SIDES
from engine.insight.slice_plan import aligned

FREE = SliceRequest()


@pytest.fixture
def session():
    runs = [new_run("sgd", learning_rate=0.1, batch=10), new_run("adam", learning_rate=0.03, batch=10)]
    return Session(new_network("circle", runs, hidden=(4, 2)))


@pytest.fixture
def heard():
    return []


class Watched(LossSlices):
    """Loss slices that a test can wait for."""

    def __init__(self, qtbot, heard: list) -> None:
        super().__init__(lambda _, error: heard.append(error))
        self._qtbot = qtbot

    def finish(self) -> None:
        """Wait for all that comes of what was requested."""
        self._qtbot.waitUntil(lambda: self.idle, timeout=30_000)


@pytest.fixture
def planes(qtbot, heard):
    made = Watched(qtbot, heard)
    yield made
    made.release()
    assert not heard


def look(planes, session, wanted=FREE, run="sgd", moving=False, **changes):
    """Request slices of the session as it stands, and wait for all that comes of it."""
    request = path_request(session.picture(), session, run, wanted, moving)._replace(**changes)
    planes.request(request)
    planes.finish()
    return planes.newest


def losses_at(patch, xs, ys):
    grid = np.column_stack([part.ravel() for part in np.meshgrid(xs, ys)])
    return patch.problem.losses(patch.plane.at(grid)).reshape(len(ys), len(xs))


def test_the_values_are_the_losses_in_the_plane_of_the_paths(planes, session):
    session.advance(120)
    patch = look(planes, session)
    assert patch.drawn and patch.weights is None
    assert patch.values.shape == (SIDES[-1], SIDES[-1])
    some = slice(None, None, 16)
    np.testing.assert_allclose(patch.values[some, some], losses_at(patch, patch.xs[some], patch.ys[some]), rtol=1e-9)
    clouds = [np.stack(run.trail().thetas) for run in session.runs]
    nearest = principal_plane(clouds)
    assert patch.plane.explained == pytest.approx(nearest.explained, rel=1e-6)
    assert abs(patch.plane.first @ nearest.first) == pytest.approx(1.0)


def test_the_paths_are_those_of_the_visible_runs_and_lie_in_the_frame(planes, session):
    session.advance(90)
    patch = look(planes, session)
    assert patch.paths.keys() == {"sgd", "adam"}
    x0, x1, y0, y1 = patch.home
    for run in session.runs:
        walk, trail = patch.paths[run.settings.id], run.trail()
        np.testing.assert_allclose(walk.places, coordinates(patch.plane, np.stack(trail.thetas)), atol=1e-12)
        assert walk.updates[-1] == 90
        assert ((walk.places > (x0, y0)) & (walk.places < (x1, y1))).all()
        np.testing.assert_allclose(walk.places[0], 0.0, atol=1e-12)  # the start
    session.tweak("adam", "visible", False)
    alone = look(planes, session)
    assert alone.paths.keys() == {"sgd"}
    assert alone.plane is not patch.plane


def test_the_error_is_that_of_the_selected_runs_path(planes, session):
    session.advance(16)  # a short trail, all of which is compared
    patch = look(planes, session, run="adam")
    path = np.stack(session.run("adam").trail().thetas)
    assert len(path) <= app.workers.loss_slices.MAX_COMPARED
    losses = patch.problem.losses
    expected = slice_error(patch.plane, path, losses(path), losses)
    assert (patch.error.largest, patch.error.median) == pytest.approx((expected.largest, expected.median))
    assert patch.error.largest > 0.0
    assert look(planes, session, run="sgd").error != patch.error


def test_two_weights_are_shown_as_they_are_with_the_others_of_the_selected_run(planes, session):
    session.advance(40)
    patch = look(planes, session, SliceRequest(weights=(3, 7)), run="adam")
    theta = session.run("adam").machine.theta
    np.testing.assert_array_equal(patch.paths["adam"].places[-1], theta[[3, 7]])
    assert (patch.weights, patch.run, patch.update) == ((3, 7), "adam", 40)
    np.testing.assert_allclose(patch.plane.at(theta[None, [3, 7]])[0], theta)
    other = look(planes, session, SliceRequest(weights=(3, 7)), run="sgd")
    assert not np.array_equal(other.plane.origin, patch.plane.origin)
    session.advance(1)
    moved = look(planes, session, SliceRequest(weights=(3, 7)), run="sgd")
    assert moved.update == 41
    assert moved.home == other.home


def test_without_a_path_it_is_the_plane_of_two_weights(planes, session):
    patch = look(planes, session)
    assert patch.weights == (0, 1) and patch.wanted.weights is None
    assert patch.plane.explained is None and np.isfinite(patch.values).all()
    session.advance(8)
    assert look(planes, session).weights is None


def test_weights_that_the_network_has_not_are_passed_over(planes, session):
    assert look(planes, session, SliceRequest(weights=(0, 10_000))).weights == (0, 1)


def test_plane_and_frame_stay_while_the_paths_hardly_grow(planes, session):
    session.advance(200)
    patch = look(planes, session)
    session.advance(1)
    after = look(planes, session)
    assert after is not patch
    assert after.plane.origin is patch.plane.origin and after.home == patch.home
    assert after.paths["sgd"].updates[-1] == 201
    session.advance(2000)
    later = look(planes, session)
    assert later.plane.origin is not patch.plane.origin
    x0, x1, y0, y1 = later.home
    places = np.concatenate([walk.places for walk in later.paths.values()])
    assert ((places > (x0, y0)) & (places < (x1, y1))).all()


def test_the_axes_do_not_turn_round_while_a_race_grows(planes, session):
    before, shares = None, []
    for _ in range(12):
        session.advance(40)
        patch = look(planes, session)
        if before is not None:
            assert patch.plane.first @ before.first > 0.0
            assert patch.plane.second @ before.second >= 0.0 or abs(patch.plane.second @ before.second) < 0.3
        before, shares = patch.plane, [*shares, sum(patch.plane.explained)]
    assert min(shares[2:]) > 0.5


@pytest.mark.parametrize("signs", [(1, 1), (-1, 1), (1, -1), (-1, -1)])
@pytest.mark.parametrize("swapped", [False, True])
def test_aligning_undoes_a_turn_and_an_exchange_of_the_axes(signs, swapped):
    axes, names = np.eye(5), ("", "")
    before = Plane(np.zeros(5), axes[1], axes[3], (0.5, 0.45), "", names)
    first, second = (axes[3], axes[1]) if swapped else (axes[1], axes[3])
    plane = aligned(replace(before, first=signs[0] * first, second=signs[1] * second), before)
    assert np.array_equal(plane.first, axes[1]) and np.array_equal(plane.second, axes[3])
    assert plane.explained == ((0.45, 0.5) if swapped else (0.5, 0.45))


def test_an_axis_with_far_more_of_the_variance_is_the_first():
    axes = np.eye(3)
    before = Plane(np.zeros(3), axes[0], axes[1], (0.5, 0.4), "", ("", ""))
    plane = aligned(replace(before, first=axes[1], second=-axes[0], explained=(0.8, 0.1)), before)
    assert np.array_equal(plane.first, axes[1]) and np.array_equal(plane.second, axes[0])
    assert plane.explained == (0.8, 0.1)


def test_a_region_is_computed_in_the_plane_that_is_shown(planes, session):
    session.advance(100)
    patch = look(planes, session)
    region = (-0.5, 0.25, 0.0, 0.5)
    close = look(planes, session, SliceRequest(region=region))
    assert close.plane.origin is patch.plane.origin and close.home == patch.home
    assert (close.xs[0], close.xs[-1], close.ys[0], close.ys[-1]) == region
    session.advance(1000)
    kept = look(planes, session, SliceRequest(region=region))
    assert kept.plane.origin is patch.plane.origin
    assert kept.paths["sgd"].updates[-1] == 1100
    assert look(planes, session).plane.origin is not patch.plane.origin


def test_other_data_are_other_losses_in_the_same_plane(planes, session):
    session.advance(100)
    patch = look(planes, session)
    assert not session.problem_changed({"data.noise": 40})
    after = look(planes, session)
    assert after.problem is not patch.problem
    assert after.plane.origin is patch.plane.origin
    assert not np.allclose(after.values, patch.values)


def test_another_shape_is_another_plane(planes, session):
    session.advance(100)
    look(planes, session)
    session.problem_changed({"hidden.1.units": 7})
    session.advance(50)
    assert len(look(planes, session).plane.origin) == session.task.network.parameters


def test_a_run_on_its_way_to_infinity_does_not_tell_the_frame(planes, session):
    session.advance(100)
    calm = look(planes, session)
    trail = session.run("adam").trail()
    away = [trail.thetas[-1] * scale for scale in (1e2, 1e3, 1e6)]  # of the first its loss was not measured
    far = Trail(
        np.append(trail.updates, [101, 102, 103]),
        (*trail.thetas, *away),
        np.append(trail.losses, [np.nan, 1e4, np.nan]),
    )
    trails = {"sgd": session.run("sgd").trail(), "adam": far}
    lost = look(planes, session, trails=trails, lost=frozenset(["adam"]))
    assert lost.home == calm.home
    assert lost.paths["adam"].updates[-1] == 103


def test_a_race_that_goes_on_keeps_its_plane_for_a_while(planes, session, monkeypatch):
    monkeypatch.setattr(app.workers.loss_slices, "RENEW_SECONDS", 1e9)
    session.advance(60)
    patch = look(planes, session, moving=True)
    session.advance(2000)
    moving = look(planes, session, moving=True)
    assert moving.plane.origin is patch.plane.origin and moving.paths["sgd"].updates[-1] == 2060
    monkeypatch.setattr(app.workers.loss_slices, "RENEW_SECONDS", 0.0)
    session.advance(1)
    assert look(planes, session, moving=True).plane.origin is not patch.plane.origin


class Gated:
    """A problem whose losses wait at a gate, after the first."""

    def __init__(self, problem) -> None:
        self._problem = problem
        self.asked = 0
        self.gate = threading.Semaphore(1)
        self.reached = threading.Event()

    def __getattr__(self, name):
        return getattr(self._problem, name)

    def loss_pieces(self, thetas, interruption):
        self.asked += len(thetas)
        if self.asked > app.workers.loss_slices.FIRST_CHUNK:
            self.reached.set()
        assert self.gate.acquire(timeout=30)
        return self._problem.loss_pieces(thetas, interruption)


@pytest.fixture
def slow(session, monkeypatch):
    """The session's problem with a gate, in front of which a few of its losses have come."""
    monkeypatch.setattr(app.workers.loss_slices, "CHUNK_SECONDS", 0.0)  # a point at a time
    monkeypatch.setattr(app.workers.loss_slices, "PATIENCE", 0.0)  # the coarsest grid alone
    session.advance(100)
    return Gated(session.problem)


def test_what_is_wanted_now_stops_what_was_wanted_before(planes, session, slow):
    planes.request(path_request(session.picture(), session, "sgd", FREE, False)._replace(problem=slow))
    assert slow.reached.wait(30)
    weights = SliceRequest(weights=(0, 2))
    planes.request(path_request(session.picture(), session, "sgd", weights, False))
    slow.gate.release(1000)
    planes.finish()
    assert slow.asked < SIDES[0] ** 2
    assert planes.newest.wanted == weights and planes.newest.drawn


def test_nothing_is_computed_while_nobody_looks(planes, session, slow):
    request = path_request(session.picture(), session, "sgd", FREE, False)._replace(problem=slow)
    planes.request(request)
    assert slow.reached.wait(30)
    planes.rest()
    slow.gate.release(1000)
    planes.finish()
    asked = slow.asked
    assert asked < SIDES[0] ** 2
    slow.gate.release(10_000)
    planes.request(request)
    planes.finish()
    assert planes.newest.drawn and slow.asked >= SIDES[0] ** 2


def test_the_same_race_is_not_computed_twice(planes, session):
    session.advance(50)
    patch = look(planes, session)
    assert look(planes, session) is patch


def test_closing_waits_for_no_more_than_a_chunk(qtbot, session, heard, slow):
    planes = Watched(qtbot, heard)
    planes.request(path_request(session.picture(), session, "sgd", FREE, False)._replace(problem=slow))
    assert slow.reached.wait(30)
    closing = threading.Thread(target=planes.release)
    closing.start()
    while closing.is_alive():
        slow.gate.release()
        closing.join(0.001)
    assert not heard
    assert slow.asked < SIDES[0] ** 2


def test_what_goes_wrong_is_told_and_the_thread_lives_on(qtbot, session):
    heard = []
    planes = Watched(qtbot, heard)
    session.advance(30)

    class Broken(Gated):
        def loss_pieces(self, thetas, interruption):
            raise RuntimeError("no loss today")

    request = path_request(session.picture(), session, "sgd", FREE, False)
    planes.request(request._replace(problem=Broken(session.problem)))
    planes.finish()
    assert [str(error) for error in heard] == ["no loss today"]
    planes.request(request)
    planes.finish()
    assert planes.newest.drawn
    planes.release()
