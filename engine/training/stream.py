"""The integer state of a run, shared by the training loop and the objectives and kept in checkpoints."""

from __future__ import annotations

# A batch is the TAKEN examples from index CURSOR in the order of epoch EPOCH; BATCH is its nominal size.
# FLAG: the address of the flag of an Interruption, or 0. DONE: 1 more than how many examples of the batch the gradient
# holds of an evaluation that was interrupted, 0 if none is under way; PART: their part of the loss, as the bits of a
# float64. WITHIN: where it stands within the next chunk: 0 before it, 2 * place on its way forward, 2 * place + 1 on
# its way back, where the gradient holds a part of the chunk; -1 if it takes whole chunks. HELD: the mark in scratch
# memory that says that this still holds the chunk, where WITHIN is above 0.
# MORE_EVALUATIONS: of the objective, besides the first of every update. AVERAGED: how many thetas are in the average.
# ASKED: the evaluations of an update that was interrupted in its step, in which the gradient is known; FIRST_LOSS: the
# loss there, as bits.
(
    SEED, UPDATE, SEEN, BATCH, EXAMPLES, OPTIMIZER_UPDATE, BEST_UPDATE, EPOCH, CURSOR, TAKEN, ORDER, QUIET,
    MORE_EVALUATIONS, AVERAGED, FLAG, DONE, PART, WITHIN, HELD, ASKED, FIRST_LOSS, STREAM,
) = range(22)  # fmt: skip

# stream[ORDER]: shuffled every epoch, always the same, or sampled with replacement.
RESHUFFLED, FIXED, REPLACED = range(3)
