"""The figure of the bandit: how likely every arm is pulled, beside its true value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.export.legend import Entry
from app.export.policy.context import answered, heading, shown_runs, tidy
from app.look.palettes import ON_LIGHT
from engine import Arms

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from app.export.stage_figure import Drawing

_ROOM = 0.8  # of the distance between two arms that their bars take


def draw(axes: Axes, drawing: Drawing) -> list[Entry]:
    """Bars of every visible run, and above each arm its true value; returns the legend's entries."""
    runs = shown_runs(drawing)
    entries: list[Entry] = []
    wide = _ROOM / len(runs)
    values = np.empty(0)
    for place, run in enumerate(runs):
        seen = answered(drawing, Arms(), run=run).answer(Arms)
        assert seen is not None
        values = seen.values
        at = np.arange(1, len(values) + 1) + wide * (place - 0.5 * (len(runs) - 1))
        bars = axes.bar(at, seen.probabilities, wide, color=ON_LIGHT[run.colour])
        if len(runs) > 1:
            entries.append((bars[0], heading(drawing, run)))
    best = int(values.argmax())
    for arm, value in enumerate(values):
        axes.annotate(
            f"{value:.2f}",
            (arm + 1, 1.01),
            xycoords=("data", "axes fraction"),
            ha="center",
            va="bottom",
            fontsize=0.75 * drawing.settings.font_size,
            color="black" if arm == best else "0.55",
        )
    axes.set_ylim(0.0, 1.0)
    axes.set_xticks(np.arange(1, len(values) + 1))
    tidy(axes, drawing, "Arm (true value above)", "Probability", "" if len(runs) > 1 else f"{heading(drawing)}\n")
    return entries
