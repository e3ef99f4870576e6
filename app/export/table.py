"""Every update of every run as CSV: exact numbers, in as much memory as one chunk of rows takes."""

from __future__ import annotations

import csv
import io
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from app.curves.table import ALONG
from app.documents.safe_write import replacing
from app.export.records import Progress, exact_rows, quiet
from engine import COLUMNS, problem_of

if TYPE_CHECKING:
    from engine import RunPicture, SessionPicture

HEAD = ("run", "name", "update", "epoch", "examples", *COLUMNS)
# A spreadsheet takes a text that begins so for a formula. OWASP, CSV injection.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_ROWS = 20_000


def write_table(path: str | os.PathLike[str], picture: SessionPicture, progress: Progress = quiet) -> None:
    """Write one row per run and update. Every float is written so that it reads back as the same bits.

    Raises FileError, and whatever `progress` raises; then an older file is still there.
    """
    total = max(1, sum(run.history.updates for run in picture.runs))
    problem = problem_of(picture.experiment.problem)
    done = 0
    with replacing(path) as file:
        text = io.TextIOWrapper(file, "utf-8", "replace", newline="", write_through=False)
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(HEAD)
        for run in picture.runs:
            head = neutral(run.id), neutral(run.name)
            for first, columns in exact_rows(picture, run, problem):
                for start in range(0, columns.shape[1], _ROWS):
                    part = columns[:, start : start + _ROWS]
                    _write_rows(writer, head, _counts(picture, run, first + start, part.shape[1]), part)
                    progress(f"writing {run.name}", (done + first + start + part.shape[1]) / total)
            done += run.history.updates
        text.detach()


def neutral(text: str) -> str:
    """A text on one line, which no spreadsheet takes for a formula."""
    line = text.replace("\r", " ").replace("\n", " ")
    return f"'{line}" if text.startswith(_FORMULA) or line.lstrip().startswith(_FORMULA) else line


def _counts(
    picture: SessionPicture, run: RunPicture, first: int, count: int
) -> tuple[list[int], list[float], list[int]]:
    """Updates, epochs and examples seen when each of these updates began."""
    updates = np.arange(first, first + count)
    course = ALONG["examples"].course(run, picture, None)
    examples = np.rint(course.at(updates)).astype(np.int64) if course else np.zeros(count, np.int64)
    return updates.tolist(), (examples / picture.examples).tolist(), examples.tolist()


def _write_rows(
    writer: Any,
    head: tuple[str, str],
    counts: tuple[list[int], list[float], list[int]],
    columns: np.ndarray,
) -> None:
    length = columns.shape[1]
    texts = ([cell] * length for cell in head)
    writer.writerows(zip(*texts, *counts, *columns.tolist(), strict=True))
