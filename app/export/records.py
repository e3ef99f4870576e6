"""A run's rows as an export wants them: exact, from memory if it still holds them, else computed again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from engine import COLUMNS, NEVER, HistoryView, Problem, RunRecord, problem_of, rows

if TYPE_CHECKING:
    from engine import RunPicture, SessionPicture

Array = np.ndarray
# Told what is being done and how much of it (0 to 1); it may raise, which ends the export and leaves nothing behind.
Progress = Callable[[str, float], None]

MOST_EXACT = 1_000_000  # updates of a run that a figure is drawn from; of longer ones it takes the history's bins


def quiet(what: str, share: float) -> None:
    """The Progress of those who do not want to know."""


def exact_rows(picture: SessionPicture, run: RunPicture, problem: Problem | None = None) -> Iterator[tuple[int, Array]]:
    """Yield (first update, columns (COLUMNS, k)) for every update of a run, to the bit as it was."""
    history = run.history
    if history.width == 1:
        if history.count:
            yield 0, history.last[:, : history.count]
        return
    record = RunRecord(run.initial, run.tweaks)
    # What has been recorded was recorded whatever the stop rules say by now.
    yield from rows(problem or problem_of(picture.experiment.problem), record, NEVER, history.updates)


def exactly(picture: SessionPicture, run: RunPicture, progress: Progress = quiet) -> RunPicture:
    """The run with a history of single updates, if it is not too long for that."""
    history = run.history
    if history.width == 1 or history.updates > MOST_EXACT:
        return run
    columns = np.empty((len(COLUMNS), history.updates))
    done = 0
    for first, part in exact_rows(picture, run):
        columns[:, first : first + part.shape[1]] = part
        done = first + part.shape[1]
        progress(run.name, done / history.updates)
    columns = columns[:, :done]
    latest = tuple(columns[:, -1].tolist()) if done else ()
    return replace(run, history=HistoryView(1, done, done, columns, columns, columns, latest))
