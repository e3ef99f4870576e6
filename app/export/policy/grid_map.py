"""The figure of the grid world: the policy as arrows over the value of every cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.legend import Entry
from app.export.policy.context import answered, heading, tidy
from engine import GridPolicy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from app.export.stage_figure import Drawing

_HEAT = ("#3d7396", "#6ea3ad", "#a3c9b9", "#d3e2c8", "#f2f1df", "#fffdf6")  # as that of surfaces
_WAYS = ((0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0))  # of the actions, y downwards
_LOOKS = {1: ("0.55", ""), 2: ("#e0929b", "pit"), 3: ("#8ecfa8", "goal")}  # wall, pit, goal
_LEAST = 0.03  # probability of an arrow that is drawn
_REACH, _HEAD = 0.42, 10.0  # its length and head where the action is certain


def draw(axes: Axes, drawing: Drawing) -> list[Entry]:
    """The policy of the run that is looked at, with a colour bar of its exact value."""
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.patches import Rectangle

    seen = answered(drawing, GridPolicy()).answer(GridPolicy)
    assert seen is not None
    size, thick = len(seen.cells), drawing.settings.line_width
    colours = LinearSegmentedColormap.from_list("fall line", _HEAT).with_extremes(bad="white")
    image = axes.imshow(np.ma.masked_invalid(seen.exact), cmap=colours)
    for row, column in np.ndindex(seen.cells.shape):
        cell = int(seen.cells[row, column])
        if cell:
            colour, word = _LOOKS[cell]
            axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1.0, 1.0, fc=colour, ec="none"))
            axes.text(column, row, word, ha="center", va="center", fontsize=0.8 * drawing.settings.font_size)
            continue
        for (x, y), chance in zip(_WAYS, seen.policy[row, column].tolist(), strict=True):
            if chance > _LEAST:
                reach = _REACH * chance
                style: dict[str, Any] = {
                    "arrowstyle": "->",
                    "lw": thick,
                    "color": "0.1",
                    "shrinkA": 0.0,
                    "shrinkB": 0.0,
                }
                style["mutation_scale"] = _HEAD * chance
                axes.annotate("", (column + reach * x, row + reach * y), (column, row), arrowprops=style)
    row, column = seen.start
    axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1.0, 1.0, fc="none", ec="#0b72d9", lw=1.6 * thick))
    axes.set_xticks(np.arange(size + 1) - 0.5, labels=[])
    axes.set_yticks(np.arange(size + 1) - 0.5, labels=[])
    axes.tick_params(length=0.0)
    axes.grid(True, color="white", lw=0.6 * thick)
    bar = axes.figure.colorbar(image, ax=axes, pad=0.02, aspect=26, fraction=0.08)
    bar.outline.set_linewidth(0.4 * thick)
    bar.set_label("Discounted return under the policy")
    tidy(axes, drawing, "", "", heading(drawing))
    axes.spines[:].set_visible(False)
    return []
