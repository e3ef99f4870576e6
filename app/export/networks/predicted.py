"""The predicted-against-true figure of a regression: every example a dot, exact predictions on the diagonal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.legend import Entry, clean
from app.export.networks.context import FigureContext
from app.export.networks.dots import draw_examples, legend_entries
from app.look.networks.data_ranges import padded
from app.look.palettes import ON_LIGHT
from engine import NetworkTask, Predictions

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FURTHEST = 4.0  # how far predictions may extend an axis, in spans of the targets


def fits(task: NetworkTask) -> bool:
    """Whether it is a regression of one number."""
    return task.target_shape.kind == "value"


def draw(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw on empty axes; returns the legend's entries."""
    context.add_heading(axes, context.heading())
    from matplotlib.colors import to_rgba

    data, settings = context.learner.data, context.settings
    snapshot = context.evaluated(Predictions())
    low, high = padded(float(data.targets.min()), float(data.targets.max()))
    known = snapshot.predicted.predictions[np.isfinite(snapshot.predicted.predictions)]
    room = _FURTHEST * (high - low)
    bottom = min(low, max(float(known.min()), low - room)) if len(known) else low
    top = max(high, min(float(known.max()), high + room)) if len(known) else high
    axes.set_xlim(low, high)
    axes.set_ylim(bottom, top)
    if (bottom, top) == (low, high):
        axes.set_aspect("equal")
    axes.set_xlabel(clean(f"True {data.target}"), parse_math=False)
    axes.set_ylabel(clean(f"Predicted {data.target}"), parse_math=False)
    axes.spines[["top", "right"]].set_visible(False)
    if settings.grid:
        axes.grid(True, which="major")
        axes.set_axisbelow(True)
    style: dict[str, Any] = {"color": "0.35", "lw": 0.8 * settings.line_width, "ls": (0, (4.0, 2.5)), "zorder": 3.0}
    ends = max(low, bottom), min(high, top)
    axes.plot(ends, ends, **style)
    colour = ON_LIGHT[context.run.colour]
    spots, rgba = np.column_stack([data.targets, snapshot.predicted.predictions]), to_rgba(colour)
    draw_examples(axes, context, spots, np.zeros(len(spots), int), lambda places: np.tile(rgba, (len(places), 1)))
    return legend_entries(snapshot, settings, False, colour)
