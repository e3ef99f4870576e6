"""Self-attention between the steps of sequences, forward and back, and the normalisation of a step.

Memory is a row of one number per example, `columns` of them, so that vectors run along the batch. Queries, keys and
values of a step are one block (3 d, columns), of which a head has the rows h * size to (h + 1) * size of each third.
"""

from __future__ import annotations

from engine.contracts import inline, standalone
from engine.simd.elementary import exp
from engine.simd.vectors import LANES, at, fma, load, maximum, noinline, root, splat, store

EPSILON = 1e-5  # of the variance, as in PyTorch's LayerNorm
# Between the blocks of queries, keys and values: side by side, those of several steps would share one set of the cache.
GAP = LANES


@standalone
def _inner(vector, rows, r_step, count, size, columns, scale, target, t_step):
    """target[j] = scale * the inner product of a vector (size,) with rows[j], for j below count."""
    noinline()
    j = 0
    while count - j >= 4:
        r0, r1, r2, r3 = (
            at(rows, j * r_step), at(rows, (j + 1) * r_step), at(rows, (j + 2) * r_step), at(rows, (j + 3) * r_step)
        )  # fmt: skip
        s0 = s1 = s2 = s3 = splat(0.0)
        for i in range(size):
            p = i * columns
            v = load(vector, p)
            s0, s1, s2, s3 = (
                fma(v, load(r0, p), s0), fma(v, load(r1, p), s1), fma(v, load(r2, p), s2), fma(v, load(r3, p), s3)
            )  # fmt: skip
        factor = splat(scale)
        store(target, j * t_step, factor * s0)
        store(target, (j + 1) * t_step, factor * s1)
        store(target, (j + 2) * t_step, factor * s2)
        store(target, (j + 3) * t_step, factor * s3)
        j += 4
    while j < count:
        row, even, odd = at(rows, j * r_step), splat(0.0), splat(0.0)
        i = 0
        while size - i >= 2:
            p = i * columns
            even = fma(load(vector, p), load(row, p), even)
            odd = fma(load(vector, p + columns), load(row, p + columns), odd)
            i += 2
        if size > i:
            even = fma(load(vector, i * columns), load(row, i * columns), even)
        store(target, j * t_step, splat(scale) * (even + odd))
        j += 1


@standalone
def _weighted(weights, w_step, rows, r_step, count, size, columns, target):
    """target (size,) = the sum of weights[j] * rows[j] over j below count."""
    noinline()
    i = 0
    while size - i >= 4:
        p = i * columns
        s0 = s1 = s2 = s3 = splat(0.0)
        for j in range(count):
            w, row = load(weights, j * w_step), at(rows, j * r_step + p)
            s0, s1, s2, s3 = (
                fma(w, load(row, 0), s0), fma(w, load(row, columns), s1), fma(w, load(row, 2 * columns), s2),
                fma(w, load(row, 3 * columns), s3),
            )  # fmt: skip
        store(target, p, s0)
        store(target, p + columns, s1)
        store(target, p + 2 * columns, s2)
        store(target, p + 3 * columns, s3)
        i += 4
    while i < size:
        p, found = i * columns, splat(0.0)
        for j in range(count):
            found = fma(load(weights, j * w_step), load(rows, j * r_step + p), found)
        store(target, p, found)
        i += 1


@inline
def _softmax(shares, seen, length, columns):
    """shares (length,): scores on entry, of which the first `seen` count; what is not seen gets 0."""
    most = load(shares, 0)
    for s in range(1, seen):
        most = maximum(load(shares, s * columns), most)
    whole = splat(0.0)
    for s in range(seen):
        share = exp(load(shares, s * columns) - most)
        store(shares, s * columns, share)
        whole = whole + share
    whole = splat(1.0) / whole
    for s in range(seen):
        store(shares, s * columns, load(shares, s * columns) * whole)
    for s in range(seen, length):
        store(shares, s * columns, splat(0.0))


@standalone
def attend(mixed, shares, gathered, width, heads, length, first, causal, scale, columns):
    """shares (heads, length - first, length): how much each step from `first` on attends to each; gathered
    (length - first, width): the values it gathers with them. mixed: queries, keys and values of every step.
    """
    noinline()
    size, stride = width // heads, 3 * width * columns + GAP
    for h in range(heads):
        for e in range(0, columns, LANES):
            place = h * size * columns + e
            keys, values = at(mixed, width * columns + place), at(mixed, 2 * width * columns + place)
            for t in range(first, length):
                seen = t + 1 if causal else length
                row = at(shares, (h * (length - first) + t - first) * length * columns + e)
                query = at(mixed, t * stride + place)
                _inner(query, keys, stride, seen, size, columns, scale, row, columns)
                _softmax(row, seen, length, columns)
                target = at(gathered, (t - first) * width * columns + place)
                _weighted(row, columns, values, stride, seen, size, columns, target)


@standalone
def attend_back(mixed, shares, back, deltas, slopes, width, heads, length, first, causal, scale, columns):
    """deltas, like mixed: the derivatives by queries, keys and values; of queries from step `first` on.

    back (length - first, width): those by what is gathered. slopes (length - first, length): scratch for one head and
    LANES examples, the derivatives by the scores.
    """
    noinline()
    size, stride, near = width // heads, 3 * width * columns + GAP, length - first
    wide = width * columns
    for h in range(heads):
        for e in range(0, columns, LANES):
            place = h * size * columns + e
            values = at(mixed, 2 * wide + place)
            part = at(shares, h * near * length * columns + e)
            for t in range(near):
                seen = first + t + 1 if causal else length
                row, into = at(part, t * length * columns), at(slopes, t * length * LANES)
                _inner(at(back, t * wide + place), values, stride, seen, size, columns, 1.0, into, LANES)
                mean = splat(0.0)
                for s in range(seen):
                    mean = fma(load(row, s * columns), load(into, s * LANES), mean)
                for s in range(seen):
                    store(into, s * LANES, splat(scale) * load(row, s * columns) * (load(into, s * LANES) - mean))
                query = at(deltas, (first + t) * stride + place)
                _weighted(into, LANES, at(mixed, wide + place), stride, seen, size, columns, query)
            for s in range(length):
                begin = max(s - first, 0) if causal else 0
                count = near - begin
                _weighted(
                    at(slopes, (begin * length + s) * LANES), length * LANES,
                    at(mixed, (first + begin) * stride + place), stride, count, size, columns,
                    at(deltas, s * stride + wide + place),
                )  # fmt: skip
                _weighted(
                    at(part, (begin * length + s) * columns), length * columns, at(back, begin * wide + place), wide,
                    count, size, columns, at(deltas, s * stride + 2 * wide + place),
                )  # fmt: skip


@standalone
def normalise(step, gains, target, moments, width, columns):
    """target (width,) = gains * (step - mean) / deviation + shifts; the shifts follow the gains.

    moments (2,): the mean, and the inverse of the deviation.
    """
    noinline()
    n = width * columns
    for e in range(0, columns, LANES):
        mean = splat(0.0)
        for i in range(e, n, columns):
            mean = mean + load(step, i)
        mean = mean * splat(1.0 / width)
        variance = splat(0.0)
        for i in range(e, n, columns):
            away = load(step, i) - mean
            variance = fma(away, away, variance)
        inverse = splat(1.0) / root(variance * splat(1.0 / width) + splat(EPSILON))
        store(moments, e, mean)
        store(moments, columns + e, inverse)
        for j in range(width):
            away = (load(step, j * columns + e) - mean) * inverse
            store(target, j * columns + e, fma(splat(gains[j]), away, splat(gains[width + j])))


@standalone
def normalise_back(step, gains, moments, back, target, sums, width, columns):
    """target (width,) += the derivatives by the step, from back (width,), those by what was normalised.

    sums (2 width, LANES) += the derivatives by gains and by shifts.
    """
    noinline()
    for e in range(0, columns, LANES):
        mean, inverse = load(moments, e), load(moments, columns + e)
        first = second = splat(0.0)
        for j in range(width):
            i = j * columns + e
            delta, away = load(back, i), (load(step, i) - mean) * inverse
            store(sums, j * LANES, fma(delta, away, load(sums, j * LANES)))
            store(sums, (width + j) * LANES, load(sums, (width + j) * LANES) + delta)
            delta = delta * splat(gains[j])
            first = first + delta
            second = fma(delta, away, second)
        first, second = first * splat(1.0 / width), second * splat(1.0 / width)
        for j in range(width):
            i = j * columns + e
            away = (load(step, i) - mean) * inverse
            delta = load(back, i) * splat(gains[j]) - first - away * second
            store(target, i, fma(inverse, delta, load(target, i)))
