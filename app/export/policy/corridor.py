"""The figure of the corridor: the mean return of every policy, and where the runs stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.export.legend import Entry
from app.export.policy.context import answered, heading, shown_runs, tidy
from app.look.number_format import number
from app.look.palettes import ON_LIGHT
from engine import CorridorPolicy, corridor_return

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from app.export.stage_figure import Drawing

_RANGE = (-90.0, 0.0)


def draw(axes: Axes, drawing: Drawing) -> list[Entry]:
    """The curve with the best policy, and a point of each visible run; returns the legend's entries."""
    thick = drawing.settings.line_width
    runs = shown_runs(drawing)
    entries: list[Entry] = []
    for place, run in enumerate(runs):
        seen = answered(drawing, CorridorPolicy(), run=run).answer(CorridorPolicy)
        assert seen is not None
        if not place:
            axes.plot(seen.rights, seen.returns, color="0.25", lw=1.4 * thick)
            best = float(corridor_return(np.array(seen.best)))
            axes.axhline(best, color="0.6", lw=0.8 * thick, ls="--")
            axes.annotate(
                f"best {number(best, 4)} at {number(seen.best, 2)}",
                (0.99, best + 1.0),
                ha="right",
                va="bottom",
                fontsize=0.85 * drawing.settings.font_size,
                color="0.35",
            )
        if 0.0 < seen.right < 1.0:
            height = float(np.clip(corridor_return(np.array(seen.right)), *_RANGE))
            (dot,) = axes.plot(
                [seen.right], [height], "o", color=ON_LIGHT[run.colour], mec="white", ms=7.0, clip_on=False
            )
            entries.append((dot, heading(drawing, run)))
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(*_RANGE)
    tidy(axes, drawing, "Probability of going right", "Mean return")
    return entries
