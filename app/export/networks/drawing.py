"""The figure of an example drawn by hand, with the probability that the network gives each class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.export.legend import Entry, clean
from app.export.networks.class_colours import class_colour
from app.export.networks.context import FigureContext
from app.look.networks.drawing import LEVELS, PIXELS, levels_of, raw_inputs
from engine import Classify, NetworkTask

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAMES, _BARS, _SHARES = 0.35, 0.9, 0.3  # widths beside a picture that is 1 high
_MOST = 20  # classes: of more the most probable ones


def fits(task: NetworkTask) -> bool:
    """Whether it classifies images."""
    return task.design.is_image and task.understands(Classify)


def draw(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw what the view settings hold of the drawing, or an empty sheet, on empty axes; no legend."""
    data, settings = context.learner.data, context.settings
    assert data.image is not None
    levels = levels_of(context.picture.experiment.view.get(PIXELS), data.image)
    levels = np.zeros(data.image, int) if levels is None else levels
    asked = Classify(raw_inputs(levels, (float(data.raw.min()), float(data.raw.max()))))
    found = context.evaluated(asked).answer(Classify)
    assert found is not None
    shares = np.nan_to_num(found)
    wide = data.image[1] / data.image[0]
    axes.imshow(
        levels, cmap="gray_r", vmin=0, vmax=LEVELS, interpolation="nearest", extent=(0.0, wide, 1.0, 0.0), aspect="auto"
    )
    axes.plot([0.0, wide, wide, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0, 0.0], color="0.6", lw=0.4 * settings.line_width)
    shown = np.sort(np.argsort(-shares, kind="stable")[:_MOST])
    left, tall = wide + _NAMES, 1.0 / len(shown)
    letters = 0.8 * settings.font_size
    for row, place in enumerate(shown.tolist()):
        middle = (row + 0.5) * tall
        best = place == int(np.argmax(shares))
        axes.barh(middle, _BARS, left=left, height=0.5 * tall, color="0.92")
        axes.barh(middle, _BARS * shares[place], left=left, height=0.5 * tall, color=class_colour(1) if best else "0.6")
        name, share = clean(data.classes[place])[:12], f"{100 * shares[place]:.0f} %"
        axes.text(left - 0.04, middle, name, ha="right", va="center", fontsize=letters, parse_math=False)
        axes.text(left + _BARS + 0.04, middle, share, ha="left", va="center", fontsize=letters, parse_math=False)
    axes.set_xlim(-0.02, left + _BARS + _SHARES)
    axes.set_ylim(1.02, -0.02)
    axes.set_aspect("equal")
    axes.axis("off")
    context.add_heading(axes, context.heading(), *([] if levels.any() else ["nothing is drawn"]))
    return []
