"""CSV export: every update of every run, with its measures, exact and chunk by chunk."""

from __future__ import annotations

import csv
import io
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from app.curves.x_axes import X_AXES
from app.documents.files import replacing
from app.export.records import Progress, exact_rows, no_progress
from engine import COLUMNS, LAYER, problem_of, run_task

if TYPE_CHECKING:
    from engine import Interruption, RunPicture, SessionPicture

HEAD = ("run", "name", "update", "epoch", "examples", "evaluations", *COLUMNS)
# Spreadsheets treat text that starts with these as a formula. OWASP, CSV injection.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_ROWS = 20_000


def head(picture: SessionPicture) -> tuple[str, ...]:
    """The column names, with the measures of the whole and of each layer or class that a run has, if there are any."""
    found = []
    for part, titles, names in _by_part(picture):
        for title in (title.replace(" ", "_") for title in titles):  # that of a class may be anything: it comes last
            found += [f"{title}_{name}" if part == LAYER else f"{name}_{title}" for name in names]
    return (*HEAD, *_of_the_whole(picture), *found)


def _of_the_whole(picture: SessionPicture) -> tuple[str, ...]:
    """The names of what is measured of the whole in any run."""
    return tuple(measure.key for measure in picture.measures if not measure.by_layer)


_Parts = tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]


def _by_part(picture: SessionPicture) -> _Parts:
    """What measures are taken of one by one: for layers, and for classes if there are any, what such parts are called,
    the titles of those of all runs, of which some may have networks of their own, and the measures.
    """
    names: dict[str, list[str]] = {}
    for measure in picture.measures:
        if measure.by_layer:
            names.setdefault(measure.part, []).append(measure.key)
    subjects = [run.shown.problem.subject for run in picture.runs]
    return tuple(
        (part, tuple(dict.fromkeys(title for subject in subjects for title in subject.titles_of(part))), tuple(keys))
        for part, keys in names.items()
    )


def write_table(
    path: str | os.PathLike[str],
    picture: SessionPicture,
    progress: Progress = no_progress,
    interruption: Interruption | None = None,
) -> None:
    """Write one row per run and update. Floats are written so that they read back to the same bits.

    Measures are in the row of the update before which they were taken; elsewhere their cells are empty. Those taken
    after the last update get a row of their own with nothing else. Raises FileError, and whatever `progress` raises; an
    existing file is then unchanged.
    """
    total = max(1, sum(run.history.updates for run in picture.runs))
    whole, parts, done = _of_the_whole(picture), _by_part(picture), 0
    with replacing(path) as file:
        text = io.TextIOWrapper(file, "utf-8", "replace", newline="", write_through=False)
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(head(picture))
        for run in picture.runs:
            names = neutral(run.id), neutral(run.name)
            problem = problem_of(run_task(picture.experiment.problem, run.initial), interruption)
            for first, columns in exact_rows(picture, run, problem, interruption):
                progress(f"writing {run.name}", (done + first) / total)
                for start in range(0, columns.shape[1], _ROWS):
                    part = columns[:, start : start + _ROWS]
                    count = part.shape[1]
                    measured = _measured(run, whole, parts, first + start, count)
                    _write_rows(
                        writer, names, [*_counts(picture, run, first + start, count), *part.tolist(), *measured]
                    )
                    progress(f"writing {run.name}", (done + first + start + count) / total)
            end = run.history.updates
            if len(run.measures.at) and run.measures.at[-1] >= end:
                nothing = [[""]] * len(COLUMNS)
                row = [*_counts(picture, run, end, 1), *nothing, *_measured(run, whole, parts, end, 1)]
                _write_rows(writer, names, row)
            done += end
        text.detach()


def neutral(text: str) -> str:
    """A text on one line that no spreadsheet treats as a formula."""
    line = text.replace("\r", " ").replace("\n", " ")
    return f"'{line}" if text.startswith(_FORMULA) or line.lstrip().startswith(_FORMULA) else line


def _counts(picture: SessionPicture, run: RunPicture, first: int, count: int) -> list[list[Any]]:
    """Update, epoch, examples seen and gradients computed at the start of each of these updates."""
    updates = np.arange(first, first + count)
    examples, evaluations = (_whole(picture, run, axis, updates) for axis in ("examples", "evaluations"))
    return [updates.tolist(), (examples / picture.examples).tolist(), examples.tolist(), evaluations.tolist()]


def _whole(picture: SessionPicture, run: RunPicture, axis: str, updates: Any) -> Any:
    """Where a run was on an x axis that counts something, at some updates."""
    mapping = X_AXES[axis].mapping(run, picture, None)
    return np.rint(mapping.at(updates)).astype(np.int64) if mapping else np.zeros(len(updates), np.int64)


def _measured(run: RunPicture, whole: tuple[str, ...], parts: _Parts, first: int, count: int) -> list[list[Any]]:
    """The columns of measures taken before each of these updates, by layer for all of these; "" where none were."""
    measures, subject = run.measures, run.shown.problem.subject
    found = dict(zip(measures.names, _placed(measures.at, measures.values, first, count), strict=True))
    columns = [found.get(name, [""] * count) for name in whole]
    for part, titles, names in parts:
        own, places = subject.titles_of(part), [measures.layer_names.index(name) for name in names]
        for title in titles:
            row = own.index(title) if title in own else measures.layers.shape[1]
            if row < measures.layers.shape[1]:
                columns += _placed(measures.layers_at, measures.layers[:, row][:, places], first, count)
            else:
                columns += [[""] * count for _ in names]
    return columns


def _placed(at: Any, rows: Any, first: int, count: int) -> list[list[Any]]:
    """The columns of rows (k, columns) at updates (k,), each where it belongs among the updates from `first` on."""
    begin, end = at.searchsorted((first, first + count))
    places = (at[begin:end] - first).astype(int).tolist()
    columns = [[""] * count for _ in range(rows.shape[1])]
    for column, found in zip(columns, rows[begin:end].T.tolist(), strict=True):
        for place, value in zip(places, found, strict=True):
            column[place] = value
    return columns


def _write_rows(writer: Any, names: tuple[str, str], columns: list[list[Any]]) -> None:
    length = len(columns[0])
    texts = ([name] * length for name in names)
    writer.writerows(zip(*texts, *columns, strict=True))
