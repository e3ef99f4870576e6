"""The file of a comparison: a figure with the experiment and its results inside, or a table of its trials."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.documents.experiment_file import to_text
from app.documents.figure_metadata import LEFT_OUT, metadata
from app.documents.files import FileError, shown, write
from app.documents.toml_text import toml_text
from app.export.checkpoints import Check, no_check
from app.export.comparison.figures import FIGURES, fairness
from app.export.figure import FORMATS, composed, is_carried, program
from app.export.legend import Entry, clean
from app.export.style import FigureSettings
from app.export.trial_table import write_trials
from engine import ComparisonRecord, Plan, SettingError, Summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".csv", *(f".{format}" for format in FORMATS))

_NOTE = 0.8  # of the font
_LETTERS = 90  # of a line above a figure of a usual width of 183 mm


def write_comparison(
    path: str | os.PathLike[str],
    plan: Plan,
    record: ComparisonRecord,
    known: Mapping[str, Summary],
    settings: FigureSettings,
    check: Check = no_check,
) -> None:
    """Write a figure as PNG, SVG or PDF, or the trials as CSV, by the file's suffix.

    May run in any thread but the GUI thread. Raises FileError, SettingError, and what `check` raises; an
    existing file is then unchanged.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".csv":
        write_trials(path, plan.trials(known), known)
        return
    if suffix not in SUFFIXES:
        raise FileError(f"cannot write {shown(path)}: its name must end in {', '.join(SUFFIXES)}")
    write(path, comparison_bytes(suffix.removeprefix("."), plan, record, known, settings, check))


def comparison_bytes(
    format: str,
    plan: Plan,
    record: ComparisonRecord,
    known: Mapping[str, Summary],
    settings: FigureSettings,
    check: Check = no_check,
) -> bytes:
    """The content of a PNG, SVG or PDF file: what is known of a plan, and above it how fair that is.

    Raises SettingError while nothing is known.
    """
    result = plan.result(known)
    if not result.done:
        raise SettingError("nothing is known yet: compute some trials first")

    def draw(figure: Figure) -> list[Entry]:
        entries = FIGURES[plan.choice.kind](figure, plan, result, settings)
        figure.suptitle(_folded(fairness(plan), settings), fontsize=_NOTE * settings.font_size, color="0.35")
        return entries

    experiment = replace(plan.experiment, comparisons=(record,))
    head = f"The comparison of this figure; {program()} can open it, and drew it with\n"
    head += toml_text({"figure": settings.to_dict(), "plot": {"comparison": plan.choice.kind}})
    comment = "".join(f"# {line}".rstrip() + "\n" for line in head.splitlines()) + "\n"
    text = to_text(experiment, comment) if is_carried(experiment) else comment + LEFT_OUT
    about = metadata(format, clean(experiment.title), text, program())
    return composed(format, settings, draw, experiment.title, about, check, inside=False)


def _folded(text: str, settings: FigureSettings) -> str:
    """A text in lines that a figure of this width has room for."""
    most = max(round(_LETTERS * settings.width / 183.0 * 9.0 / settings.font_size), 20)
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "\n".join(lines)
