"""What a figure of a policy is drawn from: the run that is looked at, and the answers of its policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.export.legend import clean
from app.export.records import selected_run
from engine import DIVERGED, snapshot_pieces

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from app.export.stage_figure import Drawing
    from engine import Query, RunPicture, Snapshot


def shown_runs(drawing: Drawing) -> list[RunPicture]:
    """The visible runs, and the one that is looked at."""
    selected = selected_run(drawing.picture)
    return [run for run in drawing.picture.runs if run.visible or run.id == selected.id]


def answered(drawing: Drawing, *queries: Query[Any], run: RunPicture | None = None) -> Snapshot:
    """The answers at the run that is looked at, or at another one."""
    run = run or selected_run(drawing.picture)
    theta, update = run.shown.evaluated, run.shown.update
    pieces = snapshot_pieces(run.shown.problem, theta, frozenset(queries), run.id, update, drawing.interruption)
    while True:
        drawing.check()
        try:
            next(pieces)
        except StopIteration as end:
            found: Snapshot = end.value
            return found


def heading(drawing: Drawing, run: RunPicture | None = None) -> str:
    """The name, update and status of a run."""
    run = run or selected_run(drawing.picture)
    lost = ", diverged" if run.status == DIVERGED else ""
    return f"{drawing.labels.get(run.id, run.name)}, update {run.shown.update:,}{lost}"


def tidy(axes: Axes, drawing: Drawing, x: str, y: str, title: str = "") -> None:
    """Name the axes, and tell above them which run it is."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.spines[["top", "right"]].set_visible(False)
    if title:
        axes.set_title(clean(title), fontsize=0.9 * drawing.settings.font_size, color="0.2", parse_math=False)
