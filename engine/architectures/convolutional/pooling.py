"""Pooling of maps and its derivative, channel by channel; pixels are rows of one number per example."""

from engine.contracts import standalone
from engine.simd.vectors import LANES, above, at, equal, load, noinline, splat, store


@standalone
def largest(
    inputs, values, chosen, channels, height, width, out_height, out_width, window_y, window_x, step_y, step_x, columns
):
    """values: the largest number of each window, chosen: which of the window it is, line by line. Of equal ones it is
    the first; NaN is larger than any number.
    """
    noinline()
    target = 0
    for c in range(channels):
        for y in range(out_height):
            for x in range(out_width):
                source = at(inputs, ((c * height + y * step_y) * width + x * step_x) * columns)
                for q in range(0, columns, LANES):
                    best, place = load(source, q), splat(0.0)
                    for j in range(window_y):
                        for i in range(window_x):
                            other = load(source, (j * width + i) * columns + q)
                            place = above(other, best, splat(float(j * window_x + i)), place)
                            best = above(other, best, other, best)
                    store(values, target + q, best)
                    store(chosen, target + q, place)
                target += columns


@standalone
def largest_back(
    back, chosen, into, channels, height, width, out_height, out_width, window_y, window_x, step_y, step_x, columns
):
    """into, the derivatives with respect to the inputs, += back where a number was the largest."""
    noinline()
    source = 0
    for c in range(channels):
        for y in range(out_height):
            for x in range(out_width):
                target = at(into, ((c * height + y * step_y) * width + x * step_x) * columns)
                for q in range(0, columns, LANES):
                    delta, place = load(back, source + q), load(chosen, source + q)
                    for j in range(window_y):
                        for i in range(window_x):
                            n = (j * width + i) * columns + q
                            share = equal(place, splat(float(j * window_x + i)), delta, splat(0.0))
                            store(target, n, load(target, n) + share)
                source += columns


@standalone
def average(
    inputs, values, channels, height, width, out_height, out_width, window_y, window_x, step_y, step_x, columns
):
    """values: the mean of each window."""
    noinline()
    share = splat(1.0 / (window_y * window_x))
    target = 0
    for c in range(channels):
        for y in range(out_height):
            for x in range(out_width):
                source = at(inputs, ((c * height + y * step_y) * width + x * step_x) * columns)
                for q in range(0, columns, LANES):
                    total = splat(0.0)
                    for j in range(window_y):
                        for i in range(window_x):
                            total = total + load(source, (j * width + i) * columns + q)
                    store(values, target + q, share * total)
                target += columns


@standalone
def average_back(
    back, into, channels, height, width, out_height, out_width, window_y, window_x, step_y, step_x, columns
):
    """into, the derivatives with respect to the inputs, += the equal shares of back."""
    noinline()
    share = splat(1.0 / (window_y * window_x))
    source = 0
    for c in range(channels):
        for y in range(out_height):
            for x in range(out_width):
                target = at(into, ((c * height + y * step_y) * width + x * step_x) * columns)
                for q in range(0, columns, LANES):
                    delta = share * load(back, source + q)
                    for j in range(window_y):
                        for i in range(window_x):
                            n = (j * width + i) * columns + q
                            store(target, n, load(target, n) + delta)
                source += columns
