"""Decimate curves and paths for drawing without visible loss."""

from __future__ import annotations

import math

import numpy as np
from numba import types
from numpy.typing import NDArray

from engine.contracts import inline, routine

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]

BLOCKS = 512  # in which `block_extremes` looks

# Published arrays may be read-only, and Numba tells the two kinds apart.
_Row = types.Array(types.float64, 1, "C", readonly=True)
_Table = types.Array(types.float64, 2, "C", readonly=True)
_Places = types.Array(types.int64, 1, "C", readonly=True)


@inline
def lower(value: float, least: float) -> float:
    """The smaller one; NaN in `value` is ignored."""
    return value if value < least else least


@inline
def higher(value: float, most: float) -> float:
    """The larger one; NaN in `value` is ignored."""
    return value if value > most else most


def envelope(low: Numbers, high: Numbers, start: int, stop: int, pixels: int) -> tuple[Indices, Numbers, Numbers]:
    """Minimum and maximum of bins start .. stop - 1 in at most `pixels` columns of equal width.

    Returns the first bin, the minimum of low and the maximum of high of each column. With no more bins than pixels,
    every bin is its own column. See `envelope_between`.
    """
    columns = max(0, min(pixels, stop - start))
    edges = start + np.arange(columns + 1, dtype=np.int64) * (stop - start) // max(1, columns)
    return edges[:-1], *envelope_between(low, high, edges)


def envelope_between(low: Numbers, high: Numbers, edges: Indices) -> tuple[Numbers, Numbers]:
    """The minimum of low and the maximum of high in each column edges[k] .. edges[k + 1] - 1.

    For columns of unequal width, as on a logarithmic axis. NaN is ignored; a column of nothing else is NaN. Infinities
    count: a column that holds one extends there. Raises IndexError if the edges are out of bounds or decrease.
    """
    if edges.size and (edges[0] < 0 or edges[-1] > min(low.size, high.size) or np.any(np.diff(edges) < 0)):
        raise IndexError(f"columns from {edges[0]} to {edges[-1]} of {min(low.size, high.size)} bins")
    least = np.empty(max(0, edges.size - 1))
    most = np.empty(least.size)
    _envelope(low, high, edges, least, most)
    return least, most


def block_extremes(values: Numbers) -> Indices:
    """The indices, in no order, of the lowest and the highest of values (n,) in each of up to 512 blocks.

    NaN is ignored where a block has anything else. They always hold the extremes of all values.
    """
    low, high, unknown = values, values, np.isnan(values)
    if unknown.any():
        low, high = np.where(unknown, np.inf, values), np.where(unknown, -np.inf, values)
    size = max(-(-len(values) // BLOCKS), 1)
    blocks = len(values) // size
    found = []
    for first, stop, rows in ((0, blocks * size, blocks), (blocks * size, len(values), 1)):
        if stop > first:
            starts = first + np.arange(rows) * size
            found += [
                starts + low[first:stop].reshape(rows, -1).argmin(axis=1),
                starts + high[first:stop].reshape(rows, -1).argmax(axis=1),
            ]
    return np.concatenate(found) if found else np.empty(0, np.int64)


@routine(types.void(_Row, _Row, _Places, types.float64[::1], types.float64[::1]))
def _envelope(low: Numbers, high: Numbers, edges: Indices, least: Numbers, most: Numbers) -> None:
    for k in range(least.size):
        start = edges[k]
        stop = edges[k + 1]
        a = b = c = d = math.inf
        e = f = g = h = -math.inf
        # Four independent chains: each comparison has to wait four cycles for the one before it.
        whole = start + (stop - start) // 4 * 4
        for i in range(start, whole, 4):
            a = lower(low[i], a)
            b = lower(low[i + 1], b)
            c = lower(low[i + 2], c)
            d = lower(low[i + 3], d)
            e = higher(high[i], e)
            f = higher(high[i + 1], f)
            g = higher(high[i + 2], g)
            h = higher(high[i + 3], h)
        for i in range(whole, stop):
            a = lower(low[i], a)
            e = higher(high[i], e)
        a = lower(lower(a, b), lower(c, d))
        e = higher(higher(e, f), higher(g, h))
        seen = a <= e
        least[k] = a if seen else math.nan
        most[k] = e if seen else math.nan


def smooth(values: Numbers, weight: float, state: Numbers | None = None) -> Numbers:
    """Debiased exponential moving average: the first value counts fully, not as a step from 0.

    weight in [0, 1] is the share of the past; 1 is the plain mean so far. Non-finite values are passed through and
    leave the average unchanged. A growing curve can be continued with the same state (two zeros at first; changed in
    place) and only its new values, to the same bits. Raises ValueError for another weight.
    """
    if not 0.0 <= weight <= 1.0:
        raise ValueError(f"smoothing weight must lie in [0, 1], got {weight}")
    result = np.empty(values.size)
    _smooth(values, weight, np.zeros(2) if state is None else state, result)
    return result


@routine(types.void(_Row, types.float64, types.float64[::1], types.float64[::1]))
def _smooth(values: Numbers, weight: float, state: Numbers, result: Numbers) -> None:
    """state = (average, sum of the weights of all values so far), so that no power is needed."""
    average = state[0]
    total = state[1]
    for i in range(values.size):
        if math.isfinite(values[i]):
            total = weight * total + 1.0
            share = 1.0 / total
            average = (1.0 - share) * average + share * values[i]
            result[i] = average
        else:
            result[i] = values[i]
    state[0] = average
    state[1] = total


def thin_path(x: Numbers, y: Numbers, x_scale: float, y_scale: float, tolerance: float) -> Indices:
    """Indices of the points to keep so that the path through them is off by at most `tolerance` pixels.

    The scales are pixels per unit. The path ends before the first non-finite point; its first and last point and every
    reversal are kept. A path that has grown can be thinned again from its last index but one; the earlier ones stay.
    Raises ValueError if x and y differ in length.
    """
    if x.size != y.size:
        raise ValueError(f"x and y must have the same length, got {x.size} and {y.size}")
    kept = np.empty(x.size, np.int64)
    return kept[: _thin(x, y, x_scale, y_scale, tolerance, kept)].copy()


@inline
def cross(ax: float, ay: float, bx: float, by: float) -> float:
    """Positive if b lies to the left of a."""
    return ax * by - ay * bx


@routine(types.int64(_Row, _Row, types.float64, types.float64, types.float64, types.int64[::1]))
def _thin(x: Numbers, y: Numbers, x_scale: float, y_scale: float, tolerance: float, kept: Indices) -> int:
    """Cone method: from the last kept point (the anchor) go on as long as one straight line passes all points within
    the tolerance.

    Such lines lie between two directions, left and right, which each point narrows. A point outside the cone, or nearer
    to the anchor than an earlier one, makes the point before it the next anchor. Williams 1978,
    https://doi.org/10.1016/0146-664X(78)90139-5
    """
    count = 0
    last = 0
    near = tolerance * tolerance
    farthest = 0.0
    left_x = left_y = right_x = right_y = 0.0
    anchor_x = anchor_y = before_x = before_y = 0.0
    for i in range(x.size):
        here_x = x_scale * x[i]
        here_y = y_scale * y[i]
        if not (math.isfinite(here_x) and math.isfinite(here_y)):
            break
        if i == 0:
            anchor_x = here_x
            anchor_y = here_y
            kept[0] = 0
            count = 1
        dx = here_x - anchor_x
        dy = here_y - anchor_y
        square = dx * dx + dy * dy
        # Negated, so that points are kept when the arithmetic overflows to NaN.
        if farthest > 0.0 and not (
            square >= farthest and cross(right_x, right_y, dx, dy) >= 0.0 and cross(dx, dy, left_x, left_y) >= 0.0
        ):
            kept[count] = i - 1
            count += 1
            anchor_x = before_x
            anchor_y = before_y
            dx = here_x - anchor_x
            dy = here_y - anchor_y
            square = dx * dx + dy * dy
            farthest = 0.0
        if square > near:
            # Tangents to the circle of radius `tolerance` around this point.
            along = math.sqrt(square - near)
            new_left_x = dx * along - dy * tolerance
            new_left_y = dy * along + dx * tolerance
            new_right_x = dx * along + dy * tolerance
            new_right_y = dy * along - dx * tolerance
            if farthest == 0.0 or not cross(left_x, left_y, new_left_x, new_left_y) >= 0.0:
                left_x = new_left_x
                left_y = new_left_y
            if farthest == 0.0 or not cross(right_x, right_y, new_right_x, new_right_y) <= 0.0:
                right_x = new_right_x
                right_y = new_right_y
            farthest = square
        before_x = here_x
        before_y = here_y
        last = i
    if count > 0 and last > kept[count - 1]:
        kept[count] = last
        count += 1
    return count


@routine(
    types.int64(
        _Table,
        _Table,
        _Table,
        types.int64,
        types.float64[:, ::1],
        types.float64[:, ::1],
        types.float64[:, ::1],
    )
)
def merge_bins(
    last: Numbers,
    low: Numbers,
    high: Numbers,
    count: int,
    out_last: Numbers,
    out_low: Numbers,
    out_high: Numbers,
) -> int:
    """Merge neighbours among the first `count` bins of every column; returns the number of pairs.

    All tables are (columns, bins). A pair keeps its smaller low, its larger high and its second last; NaN is ignored in
    low and high. An odd bin at the end is left out.
    """
    pairs = count // 2
    for column in range(last.shape[0]):
        for k in range(pairs):
            least = low[column, 2 * k + 1]
            most = high[column, 2 * k + 1]
            if low[column, 2 * k] < least or math.isnan(least):
                least = low[column, 2 * k]
            if high[column, 2 * k] > most or math.isnan(most):
                most = high[column, 2 * k]
            out_last[column, k] = last[column, 2 * k + 1]
            out_low[column, k] = least
            out_high[column, k] = most
    return pairs
