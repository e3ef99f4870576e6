"""The integer state of a run, shared by the training loop and the objectives and kept in checkpoints."""

from __future__ import annotations

# A batch is the TAKEN examples from index CURSOR in the order of epoch EPOCH; BATCH is its nominal size.
(
    SEED, UPDATE, SEEN, BATCH, EXAMPLES, OPTIMIZER_UPDATE, BEST_UPDATE, EPOCH, CURSOR, TAKEN, ORDER, QUIET, STREAM,
) = range(13)  # fmt: skip

# stream[ORDER]: shuffled every epoch, always the same, or sampled with replacement.
RESHUFFLED, FIXED, REPLACED = range(3)
