"""What a step may know and ask for beyond its gradient: blocks, loss, norm, and the objective once more.

The training loop hands its `context` to every STEP kernel, which reads it with the functions below.
"""

from __future__ import annotations

import math

from engine.blocks import BLOCK, COLUMNS, DECAYS, ROWS, START
from engine.contracts import address_of, call_objective, floats_at, inline, integers_at
from engine.optimizers.shared import Integers, Pointer
from engine.rng import normal
from engine.training.stream import ASKED, BATCH, DONE, EXAMPLES, SEED, UPDATE

# context (int64): the bits of three floats, a count, and addresses of what belongs to the machine. From KERNEL on for
# training.whole_step: the optimizer's kernel, whether it asks, and addresses, 0 where there is none.
(
    LOSS, NORM, NOISE, BLOCKS, TABLE, COMMON, SCRATCH, OBJECTIVE, STREAM, CONSTANTS, WORK,
    KERNEL, ASKS, BEFORE, RATES, AVERAGED, CONTEXT,
) = range(17)  # fmt: skip

# The numbers after an optimizer's own in the hyper array (catalogue.COMMON).
DECAY, DECOUPLED, L1, CLIP_NORM, CLIP_VALUE, AVERAGE, AVERAGE_DECAY, AVERAGE_FROM = range(8)


@inline
def loss_of(context: Integers) -> float:
    """The loss of the batch at theta, without penalties."""
    return floats_at(address_of(context))[LOSS]


@inline
def norm_of(context: Integers) -> float:
    """The Euclidean norm of the gradient, before clipping and decay."""
    return floats_at(address_of(context))[NORM]


@inline
def block_of(context: Integers, place: int) -> Integers:
    """A row of the table of blocks (blocks.START ...); there are context[BLOCKS] of them."""
    return integers_at(context[TABLE] + 8 * BLOCK * place)


@inline
def scratch_of(context: Integers) -> Pointer:
    """The numbers that the optimizer has declared as scratch: they do not outlive the step."""
    return floats_at(context[SCRATCH])


@inline
def stream_of(context: Integers) -> Integers:
    """The run's stream (see training.stream)."""
    return integers_at(context[STREAM])


@inline
def ask(context: Integers, theta: Pointer, grad: Pointer, n: int, penalized: bool) -> float:
    """The objective once more, at another theta (n,), on the same batch with the same dropout and the same noise.

    Returns its loss and writes its gradient to grad (n,), which has to lie in a slot; both with the penalties there
    (see add_penalties) if it is penalized. If it was interrupted (`was_interrupted`), the kernel returns at once,
    having changed nothing but that slot: it is called again with the same theta, slots and gradient, asks the same, and
    gets the rest.
    """
    stream = stream_of(context)
    loss: float = call_objective(
        context[OBJECTIVE], theta, grad, stream, floats_at(context[CONSTANTS]), floats_at(context[WORK])
    )
    if stream[DONE] == 0:
        add_noise(grad, n, floats_at(address_of(context))[NOISE], stream)
        if penalized:
            loss += add_penalties(context, theta, grad)
        stream[ASKED] += 1
    return loss


@inline
def was_interrupted(context: Integers) -> bool:
    """Whether the last `ask` has ended before it knew its answer."""
    return stream_of(context)[DONE] > 0


@inline
def add_noise(grad: Pointer, n: int, sigma: float, stream: Integers) -> None:
    """Add the gradient noise of one batch (none for a full batch); it depends on seed and update alone."""
    if sigma > 0.0 and stream[BATCH] < stream[EXAMPLES]:
        scale = sigma / math.sqrt(stream[BATCH])
        for i in range(n):
            grad[i] += scale * normal(stream[SEED], stream[UPDATE] * n + i)


@inline
def add_penalties(context: Integers, theta: Pointer, grad: Pointer) -> float:
    """L1 and, unless it is decoupled, L2 at theta: added to grad; returns what they add to the loss.

    With them `loss_of` and the gradient of a step are of what `ask` tells of another theta if it is penalized.
    """
    common = floats_at(context[COMMON])
    decay = 0.0 if common[DECOUPLED] > 0.0 else common[DECAY]
    sparse = common[L1]
    squares, sizes = 0.0, 0.0
    if decay == 0.0 and sparse == 0.0:
        return 0.0
    for place in range(context[BLOCKS]):
        block = block_of(context, place)
        if block[DECAYS] == 0:
            continue
        for i in range(block[START], block[START] + block[ROWS] * block[COLUMNS]):
            weight = theta[i]
            squares += weight * weight
            sizes += abs(weight)
            grad[i] += decay * weight
            if weight > 0.0:
                grad[i] += sparse
            elif weight < 0.0:
                grad[i] -= sparse
    return 0.5 * decay * squares + sparse * sizes


@inline
def decay_block(context: Integers, place: int, theta: Pointer, grad: Pointer, rate: float) -> None:
    """Weight decay and L1 of one block, if it decays: in grad, or by `rate` in theta if it is decoupled.

    The loop does this before a step, unless the optimizer owns its decay.
    """
    common = floats_at(context[COMMON])
    decay, sparse = common[DECAY], common[L1]
    block = block_of(context, place)
    if block[DECAYS] == 0 or (decay == 0.0 and sparse == 0.0):
        return
    for i in range(block[START], block[START] + block[ROWS] * block[COLUMNS]):
        weight = theta[i]
        if weight > 0.0:
            grad[i] += sparse
        elif weight < 0.0:
            grad[i] -= sparse
        if common[DECOUPLED] > 0.0:
            theta[i] = weight * (1.0 - rate * decay)
        else:
            grad[i] += decay * weight


@inline
def decay_all(context: Integers, theta: Pointer, grad: Pointer, rate: float) -> None:
    """`decay_block` of every block."""
    for place in range(context[BLOCKS]):
        decay_block(context, place, theta, grad, rate)
