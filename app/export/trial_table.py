"""CSV export of trials: a line for each, with its settings and what it came to."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from typing import Any

from app.documents.files import replacing
from app.export.csv_table import neutral
from engine import Summary, Trial

RESULTS = ("value", "best", "best_update", "updates", "reached", "diverged_at", "evaluations", "examples", "seconds")
ENDS = ("processor", "digest", "failed")


def varied(trials: Sequence[Trial]) -> tuple[str, ...]:
    """The paths of the settings that were chosen for trials, in the order in which they come."""
    return tuple(dict.fromkeys(path for trial in trials for path, _ in trial.point))


def write_trials(path: str | os.PathLike[str], trials: Sequence[Trial], known: Mapping[str, Summary]) -> None:
    """Write one row per trial that is known, in the order of the plan. Floats read back to the same bits.

    Raises FileError; an existing file is then unchanged.
    """
    settings = varied(trials)
    with replacing(path) as file:
        text = io.TextIOWrapper(file, "utf-8", "replace", newline="", write_through=False)
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("run", "seed", *settings, *RESULTS, *ENDS))
        for trial in trials:
            summary = known.get(trial.key)
            if summary is not None:
                point = dict(trial.point)
                cells = [_cell(point.get(name)) for name in settings]
                cells += [_cell(getattr(summary, name)) for name in (*RESULTS, *ENDS)]
                writer.writerow([neutral(trial.group), trial.seed, *cells])
        text.detach()


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return repr(value)
    return "" if value is None else neutral(value) if isinstance(value, str) else value
