"""The training loop: compiled, without the GIL, one call per chunk of updates."""

from __future__ import annotations

import math

from numba import types

from engine.contracts import call_objective, call_step, inline, is_raised, pointer, routine
from engine.rng import normal
from engine.schedules import scheduled_rate
from engine.simd.norms import copy, distance, scaled_distance, scaled_norm
from engine.simd.norms import norm as vector_norm
from engine.training.stream import (
    BATCH,
    BEST_UPDATE,
    CURSOR,
    DONE,
    EPOCH,
    EXAMPLES,
    FLAG,
    OPTIMIZER_UPDATE,
    ORDER,
    REPLACED,
    SEED,
    SEEN,
    TAKEN,
    UPDATE,
)

# Why a chunk ended.
GOING, NOT_FINITE_HERE, NOT_FINITE_STEP, LOSS_REACHED, GRADIENT_REACHED, PLATEAU, INTERRUPTED = range(7)

# controls (float64): what tweaks write between chunks
(RATE, WARMUP, WARMUP_START, NOISE, LOSS_BELOW, GRADIENT_BELOW, PLATEAU_UPDATES, PLATEAU_GAIN, CONTROLS) = range(9)

# The numbers after an optimizer's own in the hyper array (optimizers.COMMON).
_DECAY, _DECOUPLED, _L1, _CLIP_NORM, _CLIP_VALUE = range(5)
_LOSS, _GRADIENT_NORM, _LEARNING_RATE, _STEP_NORM, _X, _Y = range(6)  # history.COLUMNS

_f, _i = types.float64, types.int64


# The functions below take pointers, not arrays: passing an array counts references, which costs more
# than an update. Two parameters are written out: vector code would wait for numbers just stored one by one.
@inline
def _norm(vector, n):
    if n == 2:
        return math.sqrt(vector[0] * vector[0] + vector[1] * vector[1])
    return vector_norm(vector, n)


@inline
def _copy(source, target, n):
    if n == 2:
        target[0], target[1] = source[0], source[1]
    else:
        copy(source, target, n)


@inline
def _distance(one, other, n):
    if n == 2:
        x, y = one[0] - other[0], one[1] - other[1]
        return math.sqrt(x * x + y * y)
    return distance(one, other, n)


@inline
def _add_noise(grad, n, sigma, stream):
    """Add the gradient noise of one batch (none for a full batch); it depends on seed and update alone."""
    if sigma > 0.0 and stream[BATCH] < stream[EXAMPLES]:
        scale = sigma / math.sqrt(stream[BATCH])
        for i in range(n):
            grad[i] += scale * normal(stream[SEED], stream[UPDATE] * n + i)


@inline
def _clip(grad, n, norm, common):
    """Clip the raw gradient (torch's clip_grad_norm_ and clip_grad_value_)."""
    limit = common[_CLIP_NORM]
    if limit > 0.0 and norm > limit:
        scale = min(limit / (norm + 1e-6), 1.0)
        for i in range(n):
            grad[i] *= scale
    limit = common[_CLIP_VALUE]
    if limit > 0.0:
        for i in range(n):
            grad[i] = min(max(grad[i], -limit), limit)


@inline
def _decay(theta, grad, rate, common, decayed, pieces):
    """Weight decay and L1 of the parameters in `decayed`: `pieces` pairs (start, stop)."""
    decay, sparse = common[_DECAY], common[_L1]
    if decay == 0.0 and sparse == 0.0:
        return
    for piece in range(pieces):
        for i in range(decayed[2 * piece], decayed[2 * piece + 1]):
            weight = theta[i]
            if weight > 0.0:
                grad[i] += sparse
            elif weight < 0.0:
                grad[i] -= sparse
            if common[_DECOUPLED] > 0.0:
                theta[i] = weight * (1.0 - rate * decay)
            else:
                grad[i] += decay * weight


@inline
def _record(last, low, high, place, merged, place_is_new, value):
    last[place] = value
    if not merged:
        return
    if place_is_new:
        low[place] = value
        high[place] = value
    else:
        low[place] = min(low[place], value)
        high[place] = max(high[place], value)


@routine(
    _i(
        _i, _i, _i, _i, _i,
        _f[::1], _f[::1], _f[::1], _f[::1], _f[::1], _f[::1], _f[::1], _f[::1],
        _i[::1], _i[::1], _f[::1], _f[::1],
        _f[:, ::1], _f[:, ::1], _f[:, ::1], _i, _i,
    )
)  # fmt: skip
def advance(
    updates, objective, schedule, step, own,
    theta, before, grad, slots, hyper, knobs, memory, controls,
    stream, decayed, constants, work,
    last, low, high, shift, first,
):  # fmt: skip
    """Take up to `updates` optimizer steps; the history must have room for them.

    objective, schedule, step: kernel addresses. own: how many entries of hyper are the optimizer's. theta (n,), grad
    (n,), slots, memory and stream are updated in place; before (n,) becomes the previous theta. decayed (2 * pieces,):
    (start, stop) of the parameters subject to decay. last, low, high (COLUMNS, bins): the history from update `first`
    on, 2**shift updates per bin; where low and high have no bins, only `last` is written. With a single bin, the row of
    an update whose step is not finite is still written.
    Returns why the chunk ended (GOING ...). stream[UPDATE] tells how far it got: at NOT_FINITE_HERE the loss or
    gradient at that update's theta is not finite; at NOT_FINITE_STEP its step is not. At INTERRUPTED an update may have
    begun: grad and stream then hold the part of its gradient that is known, nothing else has changed, and the next call
    goes on from there.
    """
    n = theta.size
    p_theta, p_grad, p_slots, p_hyper = pointer(theta), pointer(grad), pointer(slots), pointer(hyper)
    p_stream, p_constants, p_work = pointer(stream), pointer(constants), pointer(work)
    p_knobs, p_memory = pointer(knobs), pointer(memory)
    p_before, p_controls, p_common = pointer(before), pointer(controls), pointer(hyper[own:])
    p_decayed, pieces = pointer(decayed), decayed.size // 2
    p_last, p_low, p_high = pointer(last), pointer(low), pointer(high)
    previous_loss, best_loss, bins = memory.size - 2, memory.size - 1, last.shape[1]
    second = 1 if n > 1 else 0
    mask, merged = (1 << shift) - 1, low.size > 0
    flag = p_stream[FLAG]
    for _ in range(updates):
        t = p_stream[UPDATE]
        if p_stream[ORDER] == REPLACED:
            p_stream[TAKEN] = p_stream[BATCH]
        else:
            p_stream[TAKEN] = min(p_stream[BATCH], p_stream[EXAMPLES] - p_stream[CURSOR])
        loss = call_objective(objective, p_theta, p_grad, p_stream, p_constants, p_work)
        if p_stream[DONE] > 0:
            return INTERRUPTED
        _add_noise(p_grad, n, p_controls[NOISE], p_stream)
        norm = _norm(p_grad, n)
        # x - x is 0 unless x is NaN or infinite.
        if norm - norm != 0.0:
            norm = scaled_norm(p_grad, n)
        if loss - loss != 0.0 or norm - norm != 0.0:
            return NOT_FINITE_HERE
        if loss < p_controls[LOSS_BELOW]:
            return LOSS_REACHED
        if norm < p_controls[GRADIENT_BELOW]:
            return GRADIENT_REACHED
        if p_controls[PLATEAU_UPDATES] > 0.0:
            best = p_memory[best_loss]
            if best == math.inf or loss < best - p_controls[PLATEAU_GAIN] * abs(best):
                p_memory[best_loss] = loss
                p_stream[BEST_UPDATE] = t
            elif t - p_stream[BEST_UPDATE] >= p_controls[PLATEAU_UPDATES]:
                return PLATEAU
        previous = p_memory[previous_loss]
        rate = scheduled_rate(
            schedule, p_controls[RATE], t, _i(p_controls[WARMUP]), p_controls[WARMUP_START],
            p_knobs, previous, p_memory,
        )  # fmt: skip
        _copy(p_theta, p_before, n)
        _clip(p_grad, n, norm, p_common)
        _decay(p_theta, p_grad, rate, p_common, p_decayed, pieces)
        call_step(step, p_theta, p_grad, p_slots, p_hyper, rate, t - p_stream[OPTIMIZER_UPDATE] + 1, n)
        moved = _distance(p_theta, p_before, n)
        if moved - moved != 0.0:
            moved = scaled_distance(p_theta, p_before, n)
        row = t - first
        place, new = row >> shift, row & mask == 0
        if moved - moved != 0.0:
            if bins == 1:  # this one update is inspected: keep what is finite
                p_last[_LOSS] = loss
                p_last[_GRADIENT_NORM] = norm
                p_last[_LEARNING_RATE] = rate
            return NOT_FINITE_STEP
        p_memory[previous_loss] = loss
        _record(p_last, p_low, p_high, _LOSS * bins + place, merged, new, loss)
        _record(p_last, p_low, p_high, _GRADIENT_NORM * bins + place, merged, new, norm)
        _record(p_last, p_low, p_high, _LEARNING_RATE * bins + place, merged, new, rate)
        _record(p_last, p_low, p_high, _STEP_NORM * bins + place, merged, new, moved)
        _record(p_last, p_low, p_high, _X * bins + place, merged, new, p_before[0])
        _record(p_last, p_low, p_high, _Y * bins + place, merged, new, p_before[second])
        p_stream[SEEN] += p_stream[TAKEN]
        p_stream[CURSOR] += p_stream[TAKEN]
        if p_stream[CURSOR] >= p_stream[EXAMPLES]:
            p_stream[CURSOR] -= p_stream[EXAMPLES]
            p_stream[EPOCH] += 1
        p_stream[UPDATE] = t + 1
        if is_raised(flag):
            return INTERRUPTED
    return GOING


# Scratch is passed in: an array of which only the address is used would be freed at once.
@routine(_i(_i, _i, _f[:, ::1], _i[::1], _f[::1], _f[::1], _f[::1], _f[:, ::1]))
def evaluate(objective, first, points, stream, constants, work, losses, grads):
    """losses (k,) and exact gradients grads (k, n) of the objective at points (k, n), from point `first` on.

    Returns how many points are done: k, or if it was interrupted the `first` of the next call.
    """
    for row in range(first, points.shape[0]):
        losses[row] = call_objective(
            objective, pointer(points[row]), pointer(grads[row]), pointer(stream), pointer(constants), pointer(work)
        )
        if stream[DONE] > 0:
            return row
        if is_raised(stream[FLAG]):
            return row + 1
    return points.shape[0]


@routine(_i(_i, _i, _f[::1], _f[::1], _i[::1], _f[::1], _f[::1], _f[::1], _f[:, ::1]))
def evaluate_grid(objective, first, xs, ys, stream, constants, work, scratch, values):
    """values (ny, nx) = the two-parameter objective on the grid of xs (nx,) and ys (ny,), from row `first` on;
    scratch (4,).

    Returns how many rows are done: ny, or if it was interrupted the `first` of the next call.
    """
    p_point, p_grad = pointer(scratch), pointer(scratch[2:])
    p_stream, p_constants, p_work = pointer(stream), pointer(constants), pointer(work)
    for row in range(first, ys.size):
        for column in range(xs.size):
            scratch[0], scratch[1] = xs[column], ys[row]
            values[row, column] = call_objective(objective, p_point, p_grad, p_stream, p_constants, p_work)
        if is_raised(p_stream[FLAG]):
            return row + 1
    return ys.size
