"""Planes through parameter space: the paths of training projected onto them, and the loss over them.

Memory use is limited to a block of points, however many parameters there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.contracts import SettingError

Array = np.ndarray
# thetas (b, n) -> losses (b,)
Losses = Callable[[Array], Array]

_BLOCK = 1 << 20  # numbers per block of points
_FLAT = 1e-9  # an extent below this share of the other is rounding error


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """The points origin + x first + y second, all (n,); the directions are orthonormal.

    explained: the shares of the paths' variance along the two directions; None without paths that vary. axes: names of
    x and y.
    """

    origin: Array
    first: Array
    second: Array
    explained: tuple[float, float] | None
    title: str
    axes: tuple[str, str]

    def at(self, places: Array) -> Array:
        """The points (k, n) at x and y, places (k, 2)."""
        # No matrix product: BLAS would start threads of its own, beside those of the runs.
        thetas: Array = places[:, :1] * self.first
        thetas += places[:, 1:] * self.second
        thetas += self.origin
        return thetas


@dataclass(frozen=True, slots=True)
class SliceError:
    """How far the loss in a plane is from the loss measured on a path beside it.

    largest, median: of the absolute differences, in units of the loss; infinite where the plane's loss is not finite.
    relative: the median as a share of the range of the path's losses.
    """

    largest: float
    median: float
    relative: float


def principal_plane(paths: Sequence[Array]) -> Plane:
    """The PCA plane of one or several paths (k, n), n >= 2: it captures most of the variance of their points.

    It passes through the mean of all points. Each direction's largest component is positive. If the paths do not span a
    plane, the second direction (or both) follows a coordinate axis as far as possible. Lorch 2016, Visualizing deep
    network training trajectories with PCA (ICML workshop on visualization); a random walk is explained just as well:
    Antognini & Sohl-Dickstein 2018, https://arxiv.org/abs/1806.08805
    """
    cloud = np.concatenate(paths, dtype=float)
    size = float(max(cloud.max(), -cloud.min())) or 1.0
    cloud /= size  # so that no square overflows
    mean = cloud.mean(axis=0)
    cloud -= mean
    # k points span at most k directions: the (k, k) Gram matrix gives the eigenvectors of the (n, n) covariance.
    values, vectors = np.linalg.eigh(cloud @ cloud.T)
    total = max(float(values.sum()), 0.0)
    rounding = np.finfo(float).eps ** 2 * cloud.size + np.finfo(float).eps * len(cloud) * values[-1]
    directions: list[Array] = []
    for place in (-1, -2):
        varies = len(values) >= -place and values[place] > rounding
        along = vectors[:, place] @ cloud if varies else _least(directions, cloud.shape[1])
        directions.append(_direction(along, directions))
    explained = None
    if values[-1] > rounding:
        first, second = ((cloud @ direction) @ (cloud @ direction) / total for direction in directions)
        explained = (float(first), float(second))
    axes = ("first principal direction", "second principal direction")
    return Plane(mean * size, directions[0], directions[1], explained, "Principal plane", axes)


def weights_plane(theta: Array, i: int, j: int) -> Plane:
    """The plane of the parameters i and j, all others as in theta (n,); x and y are their values.

    Raises SettingError if there are no two such parameters.
    """
    for index in (i, j):
        if not 0 <= index < len(theta):
            raise SettingError(f"parameter must be a whole number in [0, {len(theta) - 1}], got {index}")
    if i == j:
        raise SettingError(f"a plane needs two different parameters, got {i} twice")
    origin = theta.astype(float)
    origin[[i, j]] = 0.0
    return Plane(origin, _unit(len(theta), i), _unit(len(theta), j), None, "Two parameters", (f"θ[{i}]", f"θ[{j}]"))


def coordinates(plane: Plane, thetas: Array) -> Array:
    """(x, y) of the orthogonal projections of thetas (k, n) onto the plane: (k, 2)."""
    directions = np.stack([plane.first, plane.second])
    found = np.empty((len(thetas), 2))
    for block in _blocks(len(thetas), len(plane.origin)):
        found[block] = np.einsum("kn,dn->kd", thetas[block] - plane.origin, directions)
    return found


def points(plane: Plane, xs: Array, ys: Array) -> Iterator[tuple[slice, Array]]:
    """The points of the grid xs (nx,), ys (ny,) in blocks: a slice of (ny * nx,), and thetas (b, n)."""
    ordered = np.stack([np.tile(xs, len(ys)), np.repeat(ys, len(xs))], axis=1)
    return _placed(plane, ordered)


def plane_losses(plane: Plane, xs: Array, ys: Array, losses_of: Losses, rows: slice) -> Array:
    """The losses in some rows of the grid xs (nx,), ys (ny,): (rows, nx)."""
    asked = ys[rows]
    found = np.empty(len(asked) * len(xs))
    for block, thetas in points(plane, xs, asked):
        found[block] = losses_of(thetas)
    return found.reshape(len(asked), len(xs))


def slice_error(plane: Plane, path: Array, path_losses: Array, losses_of: Losses) -> SliceError:
    """How far the losses at a path's projections (k, n) onto the plane are from the path's own (k,)."""
    found = np.empty(len(path))
    for block, thetas in _placed(plane, coordinates(plane, path)):
        found[block] = losses_of(thetas)
    return error_of(found, path_losses)


def error_of(slice_losses: Array, path_losses: Array) -> SliceError:
    """How far the losses (k,) at points of a plane are from those (k,) of the points they project."""
    with np.errstate(invalid="ignore"):
        errors = np.abs(slice_losses - path_losses)
    errors[~np.isfinite(errors)] = np.inf
    median, span = float(np.median(errors)), float(np.ptp(path_losses))
    relative = median / span if span > 0.0 else 0.0 if median == 0.0 else np.inf
    return SliceError(float(errors.max()), median, relative)


def framed(places: Array, margin: float) -> tuple[float, float, float, float]:
    """(x0, x1, y0, y1) around the places (k, 2), padded by `margin` of the extent on each side.

    A flat extent becomes as large as the other one, or 1 for a single point.
    """
    low, high = places.min(axis=0), places.max(axis=0)
    extents = high - low
    floor = _FLAT * max(float(extents.max()), float(np.abs(places).max()))
    extents[extents <= floor] = extents.max() if extents.max() > floor else 1.0
    middle, reach = (low + high) / 2.0, extents * (0.5 + margin)
    (x0, y0), (x1, y1) = middle - reach, middle + reach
    return float(x0), float(x1), float(y0), float(y1)


def _placed(plane: Plane, where: Array) -> Iterator[tuple[slice, Array]]:
    """The points of a plane at (x, y) of where (k, 2), in blocks: a slice, and thetas (b, n)."""
    for block in _blocks(len(where), len(plane.origin)):
        yield block, plane.at(where[block])


def _blocks(count: int, n: int) -> Iterator[slice]:
    """Slices of 0 .. count - 1 for vectors (n,), in blocks of at most _BLOCK numbers (or one vector)."""
    length = max(1, _BLOCK // n)
    for start in range(0, count, length):
        yield slice(start, min(start + length, count))


def _direction(along: Array, others: Sequence[Array]) -> Array:
    """A unit vector along (n,), orthogonal to the other unit vectors, its largest component positive."""
    for other in others:
        along = along - (along @ other) * other
    along = along / np.linalg.norm(along)
    return along if along[np.abs(along).argmax()] > 0.0 else -along


def _least(directions: Sequence[Array], n: int) -> Array:
    """The unit vector (n,) of the coordinate axis least aligned with the directions."""
    shares = np.zeros(n)
    for direction in directions:
        shares += direction**2
    return _unit(n, int(shares.argmin()))


def _unit(n: int, i: int) -> Array:
    unit = np.zeros(n)
    unit[i] = 1.0
    return unit
