"""The figure of a recurrent network's gradient by time step over the updates of the visible runs, as colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.legend import Entry, clean
from app.export.networks.context import FigureContext
from app.export.networks.stacked import stacked
from app.look.networks.norm_history import SHOWN, columns, decades, edges, record, through_time, until

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = 400  # of a picture
_MAP = "viridis"


def draw(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw the record of the visible runs, as the window shows it, on empty axes; no legend."""
    settings, picture = context.settings, context.picture
    runs = through_time(picture.runs)[:SHOWN] or [context.run]
    low, high = decades(runs) or (0.0, 1.0)
    low, high = np.floor(low), max(np.ceil(high), np.floor(low) + 1.0)
    end = max(map(until, runs))
    letters = 0.8 * settings.font_size
    bottoms, tall = stacked(len(runs), letters, settings)
    axes.axis("off")
    bounds = np.linspace(0.0, end, _COLUMNS + 1)
    for place, (run, bottom) in enumerate(zip(runs, bottoms, strict=True)):
        context.check()
        inset: Any = axes.inset_axes((0.0, bottom, 0.9, tall))
        steps = edges(run)
        with np.errstate(all="ignore"):
            shown = np.log10(columns(*record(run), until(run), bounds))
        shown[np.isneginf(shown)] = low
        image = inset.imshow(
            np.ma.masked_invalid(shown), cmap=_MAP, vmin=low, vmax=high, interpolation="nearest", aspect="auto",
            origin="lower", extent=(0.0, end, steps[0], steps[-1]),
        )  # fmt: skip
        if len(runs) > 1:
            title = clean(context.labels.get(run.id, run.name))
            inset.set_title(title, fontsize=letters, loc="left", pad=2, parse_math=False)
        inset.set_ylabel("Time step", fontsize=letters)
        lowest = place == len(runs) - 1
        inset.tick_params(labelsize=letters, labelbottom=lowest, bottom=lowest)
    inset.set_xlabel("Update", fontsize=letters)
    scale: Any = axes.inset_axes((0.93, 0.0, 0.025, 1.0))
    every = max(1, round((high - low) / 6))
    ticks = np.arange(low, high + 0.5, every)
    bar = axes.figure.colorbar(image, cax=scale, ticks=ticks)
    bar.ax.set_yticklabels([f"$10^{{{tick:.0f}}}$" for tick in ticks])
    bar.ax.tick_params(labelsize=letters)
    bar.set_label("Gradient norm of the state", fontsize=letters)
    bar.outline.set_linewidth(0.3 * settings.line_width)
    context.add_heading(axes, *([context.heading()] if len(runs) == 1 else []))
    return []
