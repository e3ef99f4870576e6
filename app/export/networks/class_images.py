"""The figure of what each class looks for: the mean gradient of its score over examples, as an image."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.legend import Entry, clean
from app.export.networks.class_colours import signed
from app.export.networks.context import FigureContext
from engine import NetworkTask, SoughtInputs

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_GAP, _NAME = 0.12, 0.3  # between two images, each of which is 1 wide; height of the name below one
_MOST = 60  # images in a figure


def fits(task: NetworkTask) -> bool:
    """Whether it classifies images."""
    return task.design.is_image and task.understands(SoughtInputs)


def draw(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw an image for each class on empty axes, all on one scale; no legend."""
    data, settings = context.learner.data, context.settings
    assert data.image is not None
    found = context.evaluated(SoughtInputs()).answer(SoughtInputs)
    assert found is not None
    values = found[:_MOST].reshape(-1, *data.image)
    most = float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0
    tall = data.image[0] / data.image[1]
    page = settings.width / settings.height
    columns = min(max(round(math.sqrt(len(values) * page * (tall + _NAME))), 1), len(values))
    picture: dict[str, Any] = {"cmap": signed(), "vmin": -most, "vmax": most, "interpolation": "nearest"}
    for place, value in enumerate(values):
        context.check()
        row, column = divmod(place, columns)
        left, top = column * (1.0 + _GAP), row * (tall + _NAME + _GAP)
        edges = (left, left + 1.0, top + tall, top)
        axes.imshow(np.ma.masked_invalid(value), extent=edges, aspect="auto", **picture)
        around = [left, left + 1.0, left + 1.0, left, left], [top, top, top + tall, top + tall, top]
        axes.plot(*around, color="0.6", lw=0.3 * settings.line_width)
        name = clean(data.classes[place])[:12]
        axes.text(
            left + 0.5, top + tall + 0.5 * _NAME, name, ha="center", va="center", fontsize=0.8 * settings.font_size,
            parse_math=False,
        )  # fmt: skip
    rows = -(-len(values) // columns)
    axes.set_xlim(-0.02, columns * (1.0 + _GAP) - _GAP + 0.02)
    axes.set_ylim(rows * (tall + _NAME + _GAP) - _GAP, -0.02)
    axes.set_aspect("equal")
    axes.axis("off")
    told = f"Score of each class per standard deviation of a pixel, from {-most:.2g} (less ink) to {most:.2g} (more)"
    context.add_heading(axes, context.heading(), told.replace("-", "\u2212"))
    return []
