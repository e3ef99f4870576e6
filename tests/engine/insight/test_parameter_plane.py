"""Planes through the parameters, against closed forms."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from engine.contracts import SettingError
from engine.insight.parameter_plane import (
    Plane,
    coordinates,
    framed,
    plane_losses,
    points,
    principal_plane,
    slice_error,
    weights_plane,
)


def orthonormal(count: int, n: int, seed: int = 0) -> np.ndarray:
    """(count, n) rows at right angles."""
    q, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((n, count)))
    return q.T


def planar_path(n: int = 40, count: int = 60) -> np.ndarray:
    """A spiral in a plane that does not go through 0."""
    t = np.linspace(0.0, 9.0, count)
    first, second = orthonormal(2, n)
    offset = np.random.default_rng(1).standard_normal(n)
    return offset + np.outer(np.exp(-t / 5) * np.cos(t), first) * 3 + np.outer(np.exp(-t / 5) * np.sin(t), second)


def quadratic(n: int) -> tuple[np.ndarray, object]:
    curvature = np.linspace(0.5, 4.0, n)
    return curvature, lambda thetas: 0.5 * (thetas**2 @ curvature)


def assert_well_formed(plane: Plane) -> None:
    np.testing.assert_allclose([plane.first @ plane.first, plane.second @ plane.second], 1.0, rtol=1e-12)
    assert abs(plane.first @ plane.second) < 1e-12
    for direction in (plane.first, plane.second):
        assert direction[np.abs(direction).argmax()] > 0.0


def test_a_path_in_a_plane_is_explained_and_kept() -> None:
    path = planar_path()
    plane = principal_plane([path])
    assert_well_formed(plane)
    assert plane.explained is not None
    assert sum(plane.explained) == pytest.approx(1.0, abs=1e-12)
    assert plane.explained[0] > plane.explained[1] > 0.0
    places = coordinates(plane, path)
    np.testing.assert_allclose(plane.origin + places @ np.stack([plane.first, plane.second]), path, rtol=0, atol=1e-12)
    np.testing.assert_allclose(plane.origin, path.mean(axis=0), atol=1e-13)
    _, losses_of = quadratic(40)
    error = slice_error(plane, path, losses_of(path), losses_of)
    assert max(error.largest, error.median, error.relative) < 1e-12


@pytest.mark.parametrize("parts", [1, 3])
@pytest.mark.parametrize("count, n", [(50, 12), (12, 50)])
def test_directions_and_shares_are_those_of_the_covariance(parts: int, count: int, n: int) -> None:
    cloud = np.random.default_rng(3).standard_normal((count, n)) * np.linspace(3.0, 0.5, n) + 7.0
    plane = principal_plane(np.array_split(cloud, parts))
    values, vectors = np.linalg.eigh(np.cov(cloud.T, bias=True))
    assert_well_formed(plane)
    np.testing.assert_allclose(plane.explained, values[[-1, -2]] / values.sum(), rtol=1e-10)
    np.testing.assert_allclose(np.abs([plane.first @ vectors[:, -1], plane.second @ vectors[:, -2]]), 1.0, rtol=1e-10)
    places = coordinates(plane, cloud)
    np.testing.assert_allclose(places.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(places.var(axis=0), values[[-1, -2]], rtol=1e-10)


def test_a_random_walk_seems_to_have_a_direction() -> None:
    """Antognini & Sohl-Dickstein 2018: a random walk of many dimensions explains 6/π² and a quarter of that."""
    shares = []
    for seed in range(3):
        walk = np.cumsum(np.random.default_rng(seed).standard_normal((500, 5000)), axis=0)
        shares.append(principal_plane([walk]).explained)
    np.testing.assert_allclose(np.mean(shares, axis=0), [6 / np.pi**2, 6 / np.pi**2 / 4], atol=0.01)


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e200])
@pytest.mark.parametrize("count", [2, 30])
def test_a_straight_path_has_one_direction_and_another_at_right_angles(size: float, count: int) -> None:
    along = orthonormal(1, 9)[0]
    path = size * (np.arange(9.0) + np.outer(np.linspace(-1.0, 2.0, count), along))
    plane = principal_plane([path])
    assert_well_formed(plane)
    assert abs(plane.first @ along) == pytest.approx(1.0, rel=1e-12)
    assert plane.explained == pytest.approx((1.0, 0.0), abs=1e-12)
    places = coordinates(plane, path)
    np.testing.assert_allclose(places[:, 1], 0.0, atol=1e-12 * size)
    # Nobody turned the second direction: it is the axis that the line follows least.
    assert plane.second.argmax() == np.abs(along).argmin()


def test_a_path_that_is_almost_straight_has_directions_at_right_angles() -> None:
    first, second = orthonormal(2, 30)
    t = np.linspace(-1.0, 1.0, 50)
    plane = principal_plane([np.outer(t, first) + 1e-6 * np.outer(t**2, second)])
    assert_well_formed(plane)
    assert abs(plane.second @ second) == pytest.approx(1.0, rel=1e-6)


@pytest.mark.parametrize("value", [0.0, 0.1, -3e8])
@pytest.mark.parametrize("count", [1, 7])
def test_a_path_that_stands_still_has_two_axes(value: float, count: int) -> None:
    plane = principal_plane([np.full((count, 5), value)])
    np.testing.assert_array_equal([plane.first, plane.second], np.eye(5)[:2])
    np.testing.assert_allclose(plane.origin, value, rtol=1e-15)
    assert plane.explained is None


def test_a_small_path_far_from_zero_is_not_rounding() -> None:
    path = 1.0 + 1e-6 * planar_path()
    assert sum(principal_plane([path]).explained or ()) == pytest.approx(1.0, abs=1e-6)


def test_mirrored_paths_give_the_same_directions() -> None:
    path = planar_path()
    one, other = principal_plane([path]), principal_plane([-path])
    np.testing.assert_allclose([one.first, one.second], [other.first, other.second], atol=1e-12)


def test_a_plane_of_two_weights_shows_the_weights_themselves() -> None:
    theta = np.random.default_rng(2).standard_normal(6)
    plane = weights_plane(theta, 4, 1)
    np.testing.assert_array_equal(coordinates(plane, theta[None]), [[theta[4], theta[1]]])
    ((place, thetas),) = points(plane, np.array([0.25]), np.array([-3.0]))
    expected = theta.copy()
    expected[[4, 1]] = 0.25, -3.0
    np.testing.assert_array_equal(thetas, [expected])
    assert place == slice(0, 1)
    assert plane.explained is None


@pytest.mark.parametrize("i, j", [(2, 2), (-1, 0), (0, 6)])
def test_a_plane_needs_two_weights_that_exist(i: int, j: int) -> None:
    with pytest.raises(SettingError, match=r"two different|\[0, 5\]"):
        weights_plane(np.zeros(6), i, j)


def test_rows_of_a_quadratic_are_its_closed_form() -> None:
    n = 50
    curvature, losses_of = quadratic(n)
    first, second = orthonormal(2, n)
    plane = Plane(np.full(n, 0.3), first, second, None, "", ("", ""))
    xs, ys = np.linspace(-2.0, 1.0, 7), np.linspace(-1.0, 3.0, 5)
    whole = plane_losses(plane, xs, ys, losses_of, slice(0, 5))
    expected = np.array([[0.5 * curvature @ (0.3 + x * first + y * second) ** 2 for x in xs] for y in ys])
    np.testing.assert_allclose(whole, expected, rtol=1e-12)
    rows = [plane_losses(plane, xs, ys, losses_of, slice(row, row + 1)) for row in range(5)]
    np.testing.assert_allclose(np.concatenate(rows), whole, rtol=1e-14)


def test_a_large_grid_of_large_networks_needs_little_memory() -> None:
    n, side = 200_000, 12
    plane = weights_plane(np.zeros(n), 0, 1)
    axis = np.arange(float(side))
    tracemalloc.start()
    try:
        found = plane_losses(plane, axis, axis, lambda thetas: thetas[:, 0] + 100 * thetas[:, 1], slice(0, side))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    np.testing.assert_array_equal(found, axis + 100 * axis[:, None])
    assert peak < 40e6 < 8 * n * side**2


def test_the_slice_error_is_what_the_projection_changes() -> None:
    """A path beside the plane of its first two weights: the loss there lacks the third weight's share."""
    path = np.array([[1.0, 0.0, 0.1], [0.5, 0.5, 0.2], [0.0, 0.25, 0.4], [0.0, 0.0, 0.0]])
    plane = weights_plane(np.zeros(3), 0, 1)

    def losses_of(thetas: np.ndarray) -> np.ndarray:
        return (thetas**2).sum(axis=1)

    losses = losses_of(path)
    error = slice_error(plane, path, losses, losses_of)
    assert error.largest == pytest.approx(0.16)
    assert error.median == pytest.approx((0.01 + 0.04) / 2)
    assert error.relative == pytest.approx(0.025 / 1.01)


def test_a_loss_that_is_not_finite_in_the_plane_is_infinitely_far() -> None:
    path = np.array([[1.0, 0.0, 1.0], [2.0, 0.0, 1.0], [3.0, 0.0, 1.0]])
    plane = weights_plane(np.zeros(3), 0, 1)
    error = slice_error(plane, path, np.ones(3), lambda thetas: np.where(thetas[:, 0] > 2.5, np.nan, 1.0))
    assert (error.largest, error.median, error.relative) == (np.inf, 0.0, 0.0)


@pytest.mark.parametrize(
    "places, expected",
    [
        ([[0.0, 1.0], [4.0, 3.0]], (-1.0, 5.0, 0.5, 3.5)),
        ([[0.0, 2.0], [4.0, 2.0]], (-1.0, 5.0, -1.0, 5.0)),
        ([[3.0, 2.0]], (2.25, 3.75, 1.25, 2.75)),
    ],
)
def test_a_frame_leaves_its_margin(places: list[list[float]], expected: tuple[float, ...]) -> None:
    assert framed(np.array(places), 0.25) == pytest.approx(expected)
