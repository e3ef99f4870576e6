"""The exact history of a run, recomputed from its record however little of it is still in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from engine.contracts import Value
from engine.interruption import Interruption
from engine.problems.problem import Problem
from engine.training.experiment import NEVER, RunRecord, checked_count
from engine.training.history import COLUMNS
from engine.training.run import DIVERGED, FINISHED, Run
from engine.training.stream import BATCH

Array = np.ndarray

CHUNK = 65_536
_OPERATIONS = 1e9  # of a chunk where they count, about: who takes the rows may give up between two chunks


def rows(
    problem: Problem,
    record: RunRecord,
    stop: Mapping[str, Value],
    updates: int,
    interruption: Interruption | None = None,
) -> Iterator[tuple[int, Array]]:
    """Yield (first update, columns (COLUMNS, k)) until `updates` rows or the end of the run.

    The numbers are bit-identical to those of the run that the record describes. Where it is interrupted, what has been
    computed by then is yielded, and k may be 0. Raises SettingError.
    """
    updates = checked_count(updates)
    run = Run(problem, record, stop, interruption)
    done = 0
    while done < updates and run.status not in (FINISHED, DIVERGED):
        run.history.forget()
        run.advance(min(_chunk(run), updates - run.update))
        filled = min(run.history.updates, updates) - done
        if filled > 0 or (interruption is not None and interruption.is_set):
            yield done, run.history.last[:, : max(filled, 0)].copy()
        done += max(filled, 0)
        if run.history.updates > run.update:  # diverged: its last row is recorded, its state is not
            return


def _chunk(run: Run) -> int:
    """How many updates to take at once."""
    operations = run.machine.problem.operations(float(run.machine.stream[BATCH]))
    return min(CHUNK, max(1, int(_OPERATIONS / operations))) if operations else CHUNK


def full_history(run: Run) -> dict[str, Array]:
    """Every update of a run as exact arrays (updates,), by column name."""
    parts = [part for _, part in rows(run.problem, run.record(), NEVER, run.history.updates)]
    columns = np.concatenate(parts, axis=1) if parts else np.empty((len(COLUMNS), 0))
    return dict(zip(COLUMNS, columns, strict=True))
