"""Exact rows of a run for export: from memory if still complete there, else recomputed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from engine import COLUMNS, NEVER, HistoryView, Interruption, Problem, RunRecord, problem_of, rows, run_task

if TYPE_CHECKING:
    from engine import RunPicture, SessionPicture

Array = np.ndarray
# Called with a description and the share done (0 to 1); an exception it raises cancels the export cleanly.
Progress = Callable[[str, float], None]

MAX_EXACT = 1_000_000  # updates up to which a figure is drawn from exact rows; beyond, from the history's bins


def no_progress(what: str, share: float) -> None:
    """A Progress that does nothing."""


def exact_rows(
    picture: SessionPicture, run: RunPicture, problem: Problem | None = None, interruption: Interruption | None = None
) -> Iterator[tuple[int, Array]]:
    """Yield (first update, columns (COLUMNS, k)) for every update of a run, bit-identical to the original.

    Where it is interrupted, k may be 0.
    """
    history = run.history
    if history.width == 1:
        if history.count:
            yield 0, history.last[:, : history.count]
        return
    record = RunRecord(run.initial, run.tweaks)
    # The recorded updates were taken whatever the stop rules say by now.
    begun = problem or problem_of(run_task(picture.experiment.problem, run.initial), interruption)
    yield from rows(begun, record, NEVER, history.updates, interruption)


def with_exact_history(
    picture: SessionPicture,
    run: RunPicture,
    progress: Progress = no_progress,
    interruption: Interruption | None = None,
) -> RunPicture:
    """The run with a history of single updates, unless it is too long."""
    history = run.history
    if history.width == 1 or history.updates > MAX_EXACT:
        return run
    columns = np.empty((len(COLUMNS), history.updates))
    done = 0
    for first, part in exact_rows(picture, run, interruption=interruption):
        columns[:, first : first + part.shape[1]] = part
        done = first + part.shape[1]
        progress(run.name, done / history.updates)
    columns = columns[:, :done]
    latest = tuple(columns[:, -1].tolist()) if done else ()
    return replace(run, history=HistoryView(1, done, done, columns, columns, columns, latest))


def selected_run(picture: SessionPicture) -> RunPicture:
    """The run selected in the window, or the first."""
    selected = picture.experiment.view.get("selected")
    return next((run for run in picture.runs if run.id == selected), picture.runs[0])
