"""The figure of a policy over two of the numbers that it sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.export.legend import Entry
from app.export.policy.context import answered, heading, tidy
from app.look.palettes import CLASSES_ON_LIGHT
from app.look.policy.map_axes import slice_in
from engine import PolicySlice

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from app.export.stage_figure import Drawing


def draw(axes: Axes, drawing: Drawing) -> list[Entry]:
    """How likely the cart is pushed right by the run that is looked at, over the numbers that the window shows, with a
    colour bar.
    """
    from matplotlib.colors import LinearSegmentedColormap

    query = slice_in(drawing.picture.experiment.view)
    seen = answered(drawing, query).answer(PolicySlice)
    assert seen is not None
    negative, positive = CLASSES_ON_LIGHT[:2]
    colours = LinearSegmentedColormap.from_list("fall line signs", (negative, "#f3f5f8", positive))
    place: dict[str, Any] = {
        "origin": "lower",
        "extent": (seen.xs[0], seen.xs[-1], seen.ys[0], seen.ys[-1]),
        "aspect": "auto",
    }
    image = axes.imshow(seen.right, cmap=colours, vmin=0.0, vmax=1.0, interpolation="bilinear", **place)
    if seen.right.min() < 0.5 < seen.right.max():
        axes.contour(seen.xs, seen.ys, seen.right, levels=[0.5], colors="0.15", linewidths=drawing.settings.line_width)
    bar = axes.figure.colorbar(image, ax=axes, pad=0.02, aspect=26, fraction=0.08)
    bar.outline.set_linewidth(0.4 * drawing.settings.line_width)
    bar.set_label("Probability of pushing right")
    across, up = (f"{name.capitalize()} ({query.UNITS[name]})" for name in (query.across, query.up))
    tidy(axes, drawing, across, up, heading(drawing))
    return []
