"""The training loop: compiled, without the GIL, one call per chunk of updates."""

from __future__ import annotations

import math

from numba import types

from engine.contracts import (
    address_of,
    call_objective,
    call_schedule,
    call_step,
    floats_at,
    inline,
    is_raised,
    pointer,
    routine,
    standalone,
)
from engine.optimizers import context as step
from engine.schedules import scheduled_rate
from engine.simd.norms import copy, distance, scaled_distance, scaled_norm
from engine.simd.norms import norm as vector_norm
from engine.simd.vectors import at, noinline, rare
from engine.training.stream import (
    ASKED,
    BATCH,
    BEST_UPDATE,
    CURSOR,
    DONE,
    EPOCH,
    EXAMPLES,
    FIRST_LOSS,
    FLAG,
    OPTIMIZER_UPDATE,
    ORDER,
    REPLACED,
    SEEN,
    TAKEN,
    UPDATE,
)

# Why a chunk ended.
GOING, NOT_FINITE_HERE, NOT_FINITE_STEP, LOSS_REACHED, GRADIENT_REACHED, PLATEAU, INTERRUPTED = range(7)

# controls (float64): what tweaks write between chunks
(RATE, WARMUP, WARMUP_START, NOISE, LOSS_BELOW, GRADIENT_BELOW, PLATEAU_UPDATES, PLATEAU_GAIN, CONTROLS) = range(9)

# driven (k, DRIVEN), int64: knobs that a schedule drives. Its address; the place in hyper, or BATCH_SIZE; where its
# knobs and its memory begin; whether the value is a whole number. bounds (k, BOUNDS): base, lowest and highest value.
(SCHEDULE_AT, TARGET, KNOBS_AT, MEMORY_AT, WHOLE, DRIVEN), BATCH_SIZE = range(6), -1
BASE, LOW, HIGH, BOUNDS = range(4)

_LOSS, _GRADIENT_NORM, _LEARNING_RATE, _STEP_NORM, _X, _Y, _PATH_LENGTH = range(7)  # history.COLUMNS

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


# What few runs need is kept out of the loop, whose code would be slower for everyone else.
@standalone
def _clip(grad, n, norm, common):
    """Clip the raw gradient (torch's clip_grad_norm_ and clip_grad_value_)."""
    noinline()
    limit = common[step.CLIP_NORM]
    if limit > 0.0 and norm > limit:
        scale = min(limit / (norm + 1e-6), 1.0)
        for i in range(n):
            grad[i] *= scale
    limit = common[step.CLIP_VALUE]
    if limit > 0.0:
        for i in range(n):
            grad[i] = min(max(grad[i], -limit), limit)


@inline
def _drive(driven, place, bounds, knobs, memory, loss, hyper, stream):
    """Set a knob that a schedule drives to its value at the update that begins."""
    row, limits = DRIVEN * place, BOUNDS * place
    value = call_schedule(
        driven[row + SCHEDULE_AT], bounds[limits + BASE], stream[UPDATE],
        at(knobs, driven[row + KNOBS_AT]), loss, at(memory, driven[row + MEMORY_AT]),
    )  # fmt: skip
    if value > bounds[limits + HIGH]:
        value = bounds[limits + HIGH]
    if not value >= bounds[limits + LOW]:  # nor where 0 times infinity is no number
        value = bounds[limits + LOW]
    if driven[row + WHOLE] > 0:
        value = math.floor(value + 0.5)
    if driven[row + TARGET] == BATCH_SIZE:
        stream[BATCH] = _i(value)
    else:
        hyper[driven[row + TARGET]] = value


@standalone
def _prepare(driven, count, bounds, knobs, memory, saved, kept, hyper, stream):
    """Save what schedules have noted, and set the knobs that they drive to their values at the update that begins."""
    noinline()
    for i in range(kept):
        saved[i] = memory[i]
    for place in range(count):
        _drive(driven, place, bounds, knobs, memory, memory[kept - 2], hyper, stream)


@standalone
def _add_noise(grad, n, sigma, stream):
    noinline()
    step.add_noise(grad, n, sigma, stream)


@standalone
def _decay(context, theta, grad, rate):
    noinline()
    step.decay_all(context, theta, grad, rate)


@standalone
def _look(looks, count, place, shown, seen, n):
    """Keep what is shown of theta at a look; returns the update of the next of `count` looks, -1 after the last."""
    rare()
    copy(shown, at(seen, place * n), n)
    return looks[place + 1] if place + 1 < count else -1


@inline
def _undone(memory, saved, kept, reason):
    """Why an update was not taken; what schedules have noted in it is forgotten, for they will be asked again."""
    for i in range(kept):
        memory[i] = saved[i]
    return reason


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
        _i, _i, _i, _i, _i, _i,
        _f[::1], _f[::1], _f[::1], _f[::1], _f[::1], _f[::1], _f[::1], _f[::1], _f[::1],
        _i[::1], _i[::1], _i[:, ::1], _i[:, ::1], _f[:, ::1], _f[::1], _f[::1],
        _f[:, ::1], _f[:, ::1], _f[:, ::1], _i, _i,
        _i[::1], _f[::1], _f[:, ::1],
    )
)  # fmt: skip
def advance(
    updates, objective, schedule, kernel, own, owns_decay,
    theta, before, grad, slots, hyper, knobs, memory, saved, controls,
    stream, context, table, driven, bounds, constants, work,
    last, low, high, shift, first,
    looks, shown, seen,
):  # fmt: skip
    """Take up to `updates` optimizer steps; the history must have room for them.

    objective, schedule, kernel: addresses. own: how many entries of hyper are the optimizer's; owns_decay: of it, 1 or
    0. theta (n,), grad (n,), slots, memory and stream are updated in place; before (n,) becomes the previous theta.
    saved: as large as memory where a schedule drives a knob or the step asks, else empty. context: see
    optimizers.context. table (k, BLOCK): the blocks. driven, bounds: see above. last, low, high (COLUMNS, bins): the
    history from update `first` on, 2**shift updates per bin; where low and high have no bins, only `last` is written.
    With a single bin, the row of an update whose step is not finite is still written. looks (k,): ascending updates, at
    which what is `shown` (n,) of theta, or theta itself, is kept in seen (>= k, n) as soon as they are reached.
    Returns why the chunk ended (GOING ...). stream[UPDATE] tells how far it got: at NOT_FINITE_HERE the loss or
    gradient at that update's theta is not finite; at NOT_FINITE_STEP its step is not. At INTERRUPTED an update may have
    begun: grad, stream and slots then hold the part of its gradients that is known, nothing else has changed, and the
    next call goes on from there.
    """
    n = theta.size
    p_theta, p_grad, p_slots, p_hyper = pointer(theta), pointer(grad), pointer(slots), pointer(hyper)
    p_stream, p_constants, p_work = pointer(stream), pointer(constants), pointer(work)
    p_knobs, p_memory, p_saved = pointer(knobs), pointer(memory), pointer(saved)
    p_before, p_controls, p_common = pointer(before), pointer(controls), pointer(hyper[own:])
    p_context, p_table, p_driven, p_bounds = pointer(context), pointer(table), pointer(driven), pointer(bounds)
    p_last, p_low, p_high = pointer(last), pointer(low), pointer(high)
    path_length, previous_loss, best_loss, bins = memory.size - 3, memory.size - 2, memory.size - 1, last.shape[1]
    p_looks, p_shown, p_seen = pointer(looks), pointer(shown), pointer(seen)
    second = 1 if n > 1 else 0
    mask, merged = (1 << shift) - 1, low.size > 0
    flag, kept, count = p_stream[FLAG], saved.size, driven.shape[0]
    stream_bits, context_bits = floats_at(address_of(p_stream)), floats_at(address_of(p_context))
    # Nothing but a schedule changes a setting within a chunk: what few runs use is asked about once.
    base, warmup, warmup_start = p_controls[RATE], _i(p_controls[WARMUP]), p_controls[WARMUP_START]
    noisy = p_controls[NOISE] > 0.0
    watches = (
        p_controls[LOSS_BELOW] > -math.inf or p_controls[GRADIENT_BELOW] > 0.0 or p_controls[PLATEAU_UPDATES] > 0.0
    )
    clips = p_common[step.CLIP_NORM] > 0.0 or p_common[step.CLIP_VALUE] > 0.0
    alters = kept > 0 or clips or p_common[step.DECAY] != 0.0 or p_common[step.L1] != 0.0
    context_bits[step.NOISE] = p_controls[NOISE]
    p_context[step.BLOCKS], p_context[step.TABLE] = table.shape[0], address_of(p_table)
    p_context[step.COMMON], p_context[step.OBJECTIVE] = address_of(p_common), objective
    p_context[step.STREAM], p_context[step.CONSTANTS] = address_of(p_stream), address_of(p_constants)
    p_context[step.WORK], p_context[step.BEFORE] = address_of(p_work), address_of(p_before)
    taken, passed, look = 0, 0, p_looks[0] if looks.size > 0 else -1
    while taken < updates:
        piece = updates - taken
        if look >= 0:
            piece = min(piece, look - p_stream[UPDATE])
        for _ in range(piece):
            t = p_stream[UPDATE]
            is_known = False  # whether the gradient is, of an update that was interrupted in its step
            if kept > 0:
                _prepare(p_driven, count, p_bounds, p_knobs, p_memory, p_saved, kept, p_hyper, p_stream)
                is_known = p_stream[ASKED] > 0
            if p_stream[ORDER] == REPLACED:
                p_stream[TAKEN] = p_stream[BATCH]
            else:
                p_stream[TAKEN] = min(p_stream[BATCH], p_stream[EXAMPLES] - p_stream[CURSOR])
            if is_known:
                loss = stream_bits[FIRST_LOSS]
            else:
                loss = call_objective(objective, p_theta, p_grad, p_stream, p_constants, p_work)
                if p_stream[DONE] > 0:
                    return _undone(p_memory, p_saved, kept, INTERRUPTED)
                if noisy:
                    _add_noise(p_grad, n, p_controls[NOISE], p_stream)
            norm = _norm(p_grad, n)
            # x - x is 0 unless x is NaN or infinite.
            if norm - norm != 0.0:
                norm = scaled_norm(p_grad, n)
            if loss - loss != 0.0 or norm - norm != 0.0:
                return _undone(p_memory, p_saved, kept, NOT_FINITE_HERE)
            if watches:
                if loss < p_controls[LOSS_BELOW]:
                    return _undone(p_memory, p_saved, kept, LOSS_REACHED)
                if norm < p_controls[GRADIENT_BELOW]:
                    return _undone(p_memory, p_saved, kept, GRADIENT_REACHED)
                if p_controls[PLATEAU_UPDATES] > 0.0:
                    best = p_memory[best_loss]
                    if best == math.inf or loss < best - p_controls[PLATEAU_GAIN] * abs(best):
                        p_memory[best_loss] = loss
                        p_stream[BEST_UPDATE] = t
                    elif t - p_stream[BEST_UPDATE] >= p_controls[PLATEAU_UPDATES]:
                        return _undone(p_memory, p_saved, kept, PLATEAU)
            previous = p_memory[previous_loss]
            rate = scheduled_rate(schedule, base, t, warmup, warmup_start, p_knobs, previous, p_memory)
            _copy(p_theta, p_before, n)
            context_bits[step.LOSS] = loss
            context_bits[step.NORM] = norm
            if alters:
                if p_common[step.CLIP_NORM] > 0.0 or p_common[step.CLIP_VALUE] > 0.0:
                    _clip(p_grad, n, norm, p_common)
                if not owns_decay and (p_common[step.DECAY] != 0.0 or p_common[step.L1] != 0.0):
                    _decay(p_context, p_theta, p_grad, rate)
            call_step(kernel, p_theta, p_grad, p_slots, p_hyper, rate, t - p_stream[OPTIMIZER_UPDATE] + 1, n, p_context)
            if kept > 0 and p_stream[DONE] > 0:
                return _undone(p_memory, p_saved, kept, INTERRUPTED)
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
            gone = p_memory[path_length]
            _record(p_last, p_low, p_high, _PATH_LENGTH * bins + place, merged, new, gone)
            p_memory[path_length] = gone + moved
            p_stream[SEEN] += p_stream[TAKEN]
            p_stream[CURSOR] += p_stream[TAKEN]
            if p_stream[CURSOR] >= p_stream[EXAMPLES]:
                p_stream[CURSOR] -= p_stream[EXAMPLES]
                p_stream[EPOCH] += 1
            p_stream[UPDATE] = t + 1
            if is_raised(flag):
                if t + 1 == look:
                    _look(p_looks, looks.size, passed, p_shown, p_seen, n)
                return INTERRUPTED
        taken += piece
        if p_stream[UPDATE] == look:
            look = _look(p_looks, looks.size, passed, p_shown, p_seen, n)
            passed += 1
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
