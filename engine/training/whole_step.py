"""A step with what few runs need around it: further evaluations, learning rates of blocks, and a running average.

It is a STEP kernel that calls the optimizer's own, so that the training loop knows nothing of it.
"""

from engine.blocks import BLOCK, COLUMNS, ROWS, START
from engine.contracts import STEP, address_of, call_step, floats_at, inline, integers_at, kernel
from engine.optimizers.catalogue import EMA
from engine.optimizers.context import (
    ASKS,
    AVERAGE,
    AVERAGE_DECAY,
    AVERAGE_FROM,
    AVERAGED,
    BEFORE,
    BLOCKS,
    COMMON,
    KERNEL,
    RATES,
    TABLE,
    loss_of,
    stream_of,
)
from engine.simd.norms import copy
from engine.simd.vectors import at
from engine.training import stream as streams


@inline
def _scale(theta, before, table, rates, hyper, blocks):
    """Let every block go `rate` times as far as the step took it; with 0 not at all, whatever the step was.

    rates (2, blocks): of each, and where in hyper a factor is that a schedule drives, or -1.
    """
    for place in range(blocks):
        rate, driven = rates[place], int(rates[blocks + place])
        if driven >= 0:
            rate *= hyper[driven]
        if rate == 1.0:
            continue
        block = at(table, BLOCK * place)
        for i in range(block[START], block[START] + block[ROWS] * block[COLUMNS]):
            theta[i] = before[i] + rate * (theta[i] - before[i]) if rate > 0.0 else before[i]


@inline
def _average(averaged, theta, n, common, stream):
    """Take theta into the running average: up to the first update that counts a copy, as in torch.optim.swa_utils."""
    early = stream[streams.UPDATE] < common[AVERAGE_FROM]
    if early or stream[streams.AVERAGED] == 0:
        copy(theta, averaged, n)
        stream[streams.AVERAGED] = 0 if early else 1
        return
    stream[streams.AVERAGED] += 1
    share = 1.0 - common[AVERAGE_DECAY] if common[AVERAGE] == EMA else 1.0 / stream[streams.AVERAGED]
    for i in range(n):
        averaged[i] += share * (theta[i] - averaged[i])


@kernel(STEP)
def whole_step(theta, grad, slots, hyper, lr, t, n, context):
    """The step of context[KERNEL], then the rest. Interrupted in an evaluation it has changed nothing (see ask)."""
    stream = stream_of(context)
    if context[ASKS] > 0 and stream[streams.ASKED] == 0:
        stream[streams.ASKED] = 1
        floats_at(address_of(stream))[streams.FIRST_LOSS] = loss_of(context)
    call_step(context[KERNEL], theta, grad, slots, hyper, lr, t, n, context)
    if context[ASKS] > 0:
        if stream[streams.DONE] > 0:
            return
        stream[streams.MORE_EVALUATIONS] += stream[streams.ASKED] - 1
        stream[streams.ASKED] = stream[streams.FIRST_LOSS] = 0
    if context[RATES] != 0:
        _scale(
            theta, floats_at(context[BEFORE]), integers_at(context[TABLE]), floats_at(context[RATES]), hyper,
            context[BLOCKS],
        )  # fmt: skip
    if context[AVERAGED] != 0:
        _average(floats_at(context[AVERAGED]), theta, n, floats_at(context[COMMON]), stream)
