"""The figure of a table of answers: right and wrong ones, and which the network has learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.export.legend import Entry, clean
from app.export.networks.context import FigureContext, score_labels
from app.export.style import MM, POINTS
from app.look.networks.token_tables import places_of_pairs
from engine import NetworkTask, Predictions

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = ("#a9cbe6", "#e8a39a", "#d9d9d9")  # right, wrong, no finite answer
_ROOM = 0.72  # approximate share of the page's smaller side that the table takes


def fits(task: NetworkTask) -> bool:
    """Whether the examples are all pairs of two tokens."""
    return task.is_table


def draw(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw on empty axes; returns the legend's entries."""
    from matplotlib.colors import ListedColormap
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    data, settings = context.learner.data, context.settings
    snapshot = context.evaluated(Predictions())
    places = places_of_pairs(data)
    predicted, finite = snapshot.predicted.predictions[places], snapshot.predicted.finite[places]
    kinds = np.where(finite, np.where(predicted == data.targets[places], 0, 1), 2)
    axes.imshow(kinds, cmap=ListedColormap(_COLOURS), vmin=0, vmax=2, aspect="equal", interpolation="nearest")
    rows, columns = places.shape
    cell = _ROOM * min(settings.width, settings.height) / MM * POINTS / max(rows, columns)
    trained = np.argwhere(places < data.train)
    dot = max(min(0.09 * cell, 1.2), 0.3)
    readable = cell >= 5.0
    shift = 0.32 if readable else 0.0
    axes.plot(trained[:, 1] - shift, trained[:, 0] - shift, "o", ms=2 * dot, mew=0, color="0.2")
    for row, column in np.argwhere(finite).tolist() if readable else ():
        answer = clean(data.classes[int(predicted[row, column])])
        letters = min(0.45 * cell, settings.font_size)
        axes.text(column, row, answer, fontsize=letters, ha="center", va="center", color="0.15", parse_math=False)
    every = max(1, -(-max(rows, columns) // 8))
    for axis, count in ((axes.xaxis, columns), (axes.yaxis, rows)):
        axis.set_ticks(range(0, count, every), [clean(name) for name in data.tokens[:count:every]])
    axes.set_xlabel(clean(data.names[1]), parse_math=False)
    axes.set_ylabel(clean(data.names[0]), parse_math=False)
    axes.tick_params(length=0.0)
    context.add_heading(axes, context.heading(), *filter(None, score_labels(snapshot)))
    shown = [(Patch(color=_COLOURS[0]), "right"), (Patch(color=_COLOURS[1]), "wrong")]
    return [*shown, (Line2D([], [], ls="", marker="o", ms=3, mew=0, color="0.2"), "learned from")]
