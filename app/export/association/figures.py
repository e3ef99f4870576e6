"""The figures of an associative memory: how well each pair is known, and the matrix as keys and values see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.export.legend import Entry, clean
from app.export.records import selected_run
from app.export.stage_figure import StageFigure
from app.look.palettes import ON_LIGHT
from engine import DIVERGED, AssociationTask, Memory

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from app.export.stage_figure import Drawing
    from engine import RunPicture

_ROOM = 0.8  # of the distance between two pairs that their bars take


def draw_pairs(axes: Axes, drawing: Drawing) -> list[Entry]:
    """Bars of every visible run, the most frequent pair first; returns the legend's entries."""
    memory, picture = _memory(drawing), drawing.picture
    selected, at = selected_run(picture), np.arange(1, memory.task.pairs + 1)
    size = selected.shown.theta.size
    runs = [run for run in picture.runs if run.visible and run.shown.theta.size == size] or [selected]
    wide, entries = _ROOM / len(runs), []
    for place, run in enumerate(runs):
        right = np.nan_to_num(memory.remembered(run.shown.evaluated).right)
        middles = at + wide * (place - 0.5 * (len(runs) - 1))
        bars = axes.bar(middles, right, wide, color=ON_LIGHT[run.colour])
        entries.append((bars[0], _heading(drawing, run)))
    axes.axhline(0.9, color="0.4", linestyle=":", linewidth=0.7 * drawing.settings.line_width)
    axes.set_ylim(0.0, 1.0)
    axes.set_xlabel("Pair, by rank of frequency")
    axes.set_ylabel("Probability of the right value")
    axes.spines[["top", "right"]].set_visible(False)
    return entries


def draw_matrix(axes: Axes, drawing: Drawing) -> list[Entry]:
    """The logits of the run that is looked at; there is nothing for a legend."""
    memory, run = _memory(drawing), selected_run(drawing.picture)
    logits = memory.remembered(run.shown.evaluated).logits
    known = np.abs(logits[np.isfinite(logits)])
    reach = float(known.max(initial=0.0)) or 1.0
    k = memory.task.pairs
    image = axes.imshow(
        np.ma.masked_invalid(logits), cmap="RdBu", vmin=-reach, vmax=reach, extent=(0.5, k + 0.5, k + 0.5, 0.5)
    )
    bar = axes.figure.colorbar(image, ax=axes, pad=0.02, aspect=26, fraction=0.08)
    bar.outline.set_linewidth(0.4 * drawing.settings.line_width)
    bar.set_label("Logit")
    axes.set_xlabel("Key, by rank of frequency")
    axes.set_ylabel("Value")
    title = clean(_heading(drawing, run))
    axes.set_title(title, fontsize=0.9 * drawing.settings.font_size, color="0.2", parse_math=False)
    return []


def _memory(drawing: Drawing) -> Memory:
    subject = selected_run(drawing.picture).shown.problem.subject
    assert isinstance(subject, Memory)
    return subject


def _heading(drawing: Drawing, run: RunPicture) -> str:
    lost = ", diverged" if run.status == DIVERGED else ""
    return f"{drawing.labels.get(run.id, run.name)}, update {run.shown.update:,}{lost}"


ASSOCIATION_FIGURES = tuple(
    StageFigure(
        AssociationTask.KIND,
        key,
        title,
        menu,
        lambda task: True,
        draw,
        seen=lambda view, key=key: view.get("association_view") == key,  # type: ignore[misc]
    )
    for key, title, menu, draw in (
        ("pairs", "Pairs", "Pairs of the memory", draw_pairs),
        ("matrix", "Matrix", "Matrix of the memory", draw_matrix),
    )
)
