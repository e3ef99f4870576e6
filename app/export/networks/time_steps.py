"""The figure of a recurrent network's gradient by time step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.legend import Entry
from app.export.line_styles import line_style
from app.export.networks.context import FigureContext
from app.look.palettes import ON_LIGHT
from engine import NetworkTask, TimeSteps

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def fits(task: NetworkTask) -> bool:
    """Whether the network goes through time."""
    return task.understands(TimeSteps)


def draw(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw the curves of all visible runs on empty axes; returns the legend's entries."""
    from matplotlib.lines import Line2D

    picture, settings = context.picture, context.settings
    seen = [run for run in picture.runs if run.visible or run.id == context.run.id]
    runs = [run for run in seen if run.shown.problem.subject.understands(TimeSteps)]
    axes.set_yscale("log")
    axes.set_xlabel("Time step")
    axes.set_ylabel("Gradient norm of the state")
    axes.spines[["top", "right"]].set_visible(False)
    if settings.grid:
        axes.grid(True, which="major")
        axes.set_axisbelow(True)
    entries: list[Entry] = []
    for run in runs:
        found = context.evaluated(TimeSteps(0), run=run).answer(TimeSteps)
        assert found is not None
        known = np.isfinite(found.norms) & (found.norms > 0.0)
        place = [other.id for other in picture.runs].index(run.id)
        style: dict[str, Any] = {"color": ON_LIGHT[run.colour], "lw": 1.4 * settings.line_width}
        style["ls"] = line_style(settings.dash(place) if len(runs) > 1 else ())
        axes.plot(np.arange(1, len(found.norms) + 1), np.where(known, found.norms, np.nan), **style)
        axes.set_xlim(1, len(found.norms))
        if len(runs) > 1:
            entries.append((Line2D([], [], **style), context.heading(run)))
    context.add_heading(axes, *([context.heading()] if len(runs) == 1 else []))
    return entries
