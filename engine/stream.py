"""Where a run stands: the numbers that the training loop and the objectives share, and snapshots hold."""

from __future__ import annotations

# The batch of an update is the TAKEN examples from place CURSOR of the order of epoch EPOCH; BATCH is its nominal size.
(
    SEED, UPDATE, SEEN, BATCH, EXAMPLES, OPTIMIZER_UPDATE, BEST_UPDATE, EPOCH, CURSOR, TAKEN, ORDER, QUIET, STREAM,
) = range(13)  # fmt: skip

# stream[ORDER]: shuffled anew for every epoch, always the same, or every example drawn by itself.
RESHUFFLED, FIXED, REPLACED = range(3)
