"""The figure of a recurrent network's gates and states by time step, for one example."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.legend import Entry
from app.export.networks.context import FigureContext
from app.export.networks.shown_example import shown_example
from app.export.networks.stacked import stacked
from engine import Gates, NetworkTask, Predictions

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHADES = ("#ffffff", "#cfe3f2", "#7fb5da", "#2f7fb8", "#0b4f86")  # from closed to open
_SIGNED = ("#b35900", "#f2b46b", "#ffffff", "#7fb5da", "#0b4f86")
_MANY = 3  # parts, with more letters are smaller
_BAR, _BESIDE = 0.02, 0.015  # of the width: a scale, and the room before it


def fits(task: NetworkTask) -> bool:
    """Whether the network has a cell that goes through time."""
    return task.understands(Gates)


def draw(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw what the window shows, all or one part, on empty axes; no legend."""
    from matplotlib.colors import LinearSegmentedColormap

    data, settings, view = context.learner.data, context.settings, context.picture.experiment.view
    example = shown_example(view, "network_gates", data)
    found = context.evaluated(Predictions(), Gates(example)).answer(Gates)
    assert found is not None
    one = [part for part in found.parts if part.key == view.get("network_gates_shown")]
    parts = one or list(found.parts)
    letters = (0.8 if len(parts) <= _MANY else 0.6) * settings.font_size
    bottoms, tall = stacked(len(parts), letters, settings)
    axes.axis("off")
    for place, (part, bottom) in enumerate(zip(parts, bottoms, strict=True)):
        context.check()
        inset: Any = axes.inset_axes((0.0, bottom, 1.0 - _BAR - _BESIDE, tall))
        values = np.ma.masked_invalid(part.values.T)
        most = float(np.abs(values).max()) if values.count() else 1.0
        low, high = (0.0, 1.0) if part.gate else (-most or -1.0, most or 1.0)
        length, units = part.values.shape
        image = inset.imshow(
            values, cmap=LinearSegmentedColormap.from_list("", _SHADES if part.gate else _SIGNED), vmin=low, vmax=high,
            interpolation="nearest", aspect="auto", extent=(0.5, length + 0.5, units + 0.5, 0.5),
        )  # fmt: skip
        inset.set_title(part.title, fontsize=letters, loc="left", pad=2)
        inset.set_ylabel("Unit", fontsize=letters)
        inset.set_yticks(sorted({1, units}))
        lowest = place == len(parts) - 1
        inset.tick_params(labelsize=letters, labelbottom=lowest, bottom=lowest)
        scale: Any = axes.inset_axes((1.0 - _BAR, bottom, _BAR, tall))
        bar = axes.figure.colorbar(image, cax=scale, ticks=[low, high])
        ends = bar.ax.set_yticklabels(["closed", "open"] if part.gate else [f"{low:.2g}", f"{high:.2g}"])
        ends[0].set_verticalalignment("bottom")
        ends[-1].set_verticalalignment("top")
        bar.ax.tick_params(labelsize=letters)
        bar.outline.set_linewidth(0.3 * settings.line_width)
    inset.set_xlabel("Time step", fontsize=letters)
    context.add_heading(axes, context.heading())
    return []
