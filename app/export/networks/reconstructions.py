"""The figure of an autoencoder's reconstructions: pairs of images or lines, or points of a plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.legend import Entry, clean
from app.export.networks.context import FigureContext
from app.export.networks.dots import draw_examples, legend_entries
from app.look.networks.data_ranges import default_region
from app.look.palettes import ON_LIGHT
from engine import NetworkTask, Predictions

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from engine import NetworkSnapshot

Array = np.ndarray

_PLANE = "x", "y"  # the features that are a point of a plane
_ROWS, _PAIRS = 4, 6  # of the pairs that a page shows
_GAP = 0.12  # between an original and its reconstruction, in widths of an image
_GREY = ("#ffffff", "#1f2430")
_ORIGINAL = "0.55"


def fits(task: NetworkTask) -> bool:
    """Whether it is an autoencoder of several numbers, but not of points of a plane."""
    return task.target_shape.is_input and task.target_shape.width > 1 and not fits_plane(task)


def fits_plane(task: NetworkTask) -> bool:
    """Whether it is an autoencoder of points of a plane."""
    return task.target_shape.is_input and task.features == _PLANE


def draw(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw the first examples that validate, or else that train, on empty axes; returns the legend's entries."""
    from matplotlib.colors import LinearSegmentedColormap

    data, snapshot = context.learner.data, context.evaluated(Predictions())
    begin = data.train if data.validation else 0
    examples = np.arange(begin, min(begin + _ROWS * _PAIRS, len(data.targets)))
    width, height = 2.0 + 3 * _GAP, 1.0 + _GAP
    grey = LinearSegmentedColormap.from_list("", _GREY)
    low, high = float(data.raw.min()), float(data.raw.max())
    for place, example in enumerate(examples.tolist()):
        context.check()
        row, column = divmod(place, _PAIRS)
        left, top = column * width, row * height
        if data.image is None:
            _draw_lines(axes, context, snapshot, example, (left, top))
            continue
        for side, numbers in enumerate((data.raw[example], snapshot.predicted.predictions[example])):
            start = left + side * (1.0 + _GAP)
            axes.imshow(
                np.ma.masked_invalid(numbers.reshape(data.image)), cmap=grey, vmin=low, vmax=high,
                interpolation="nearest", extent=(start, start + 1.0, top + 1.0, top), aspect="auto",
            )  # fmt: skip
    axes.set_xlim(-_GAP, _PAIRS * width)
    axes.set_ylim(_ROWS * height, -_GAP)
    axes.set_aspect("equal")
    axes.axis("off")
    context.add_heading(axes, context.heading(), *_known(context, snapshot))
    return []


def draw_plane(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw originals, reconstructions and what joins them on empty axes; returns the legend's entries."""
    from matplotlib.collections import LineCollection
    from matplotlib.colors import to_rgba

    data, snapshot = context.learner.data, context.evaluated(Predictions())
    context.add_heading(axes, context.heading(), *_known(context, snapshot))
    region = default_region(context.task, data.targets)
    axes.set_xlim(*region[:2])
    axes.set_ylim(*region[2:])
    axes.set_aspect("equal")
    axes.set_xlabel(clean(data.features[0]), parse_math=False)
    axes.set_ylabel(clean(data.features[1]), parse_math=False)
    made, colour = snapshot.predicted.predictions, ON_LIGHT[context.run.colour]
    known = np.isfinite(made).all(axis=1)
    joined = np.stack([data.targets[known], made[known]], axis=1)
    axes.add_collection(LineCollection(list(joined), colors="0.8", linewidths=0.4 * context.settings.line_width))
    for spots, shade in ((data.targets, "#9aa1ad"), (made, colour)):
        draw_examples(axes, context, spots, np.zeros(len(spots), int), _one(to_rgba(shade)))
    return legend_entries(snapshot, context.settings, False, colour)


def _one(rgba: tuple[float, float, float, float]) -> Any:
    return lambda places: np.tile(rgba, (len(places), 1))


def _draw_lines(
    axes: Axes, context: FigureContext, snapshot: NetworkSnapshot, example: int, corner: tuple[float, float]
) -> None:
    """The scaled numbers of an example as a line, and those of its reconstruction."""
    data, (left, top) = context.learner.data, corner
    low, high = float(data.inputs.min()), float(data.inputs.max())
    across = left + (2.0 + _GAP) * (np.arange(len(data.features)) + 0.5) / len(data.features)
    for numbers, colour in ((data.inputs[example], _ORIGINAL), (snapshot.predicted.outputs[example], "C")):
        up = top + 1.0 - np.clip((numbers - low) / ((high - low) or 1.0), 0.0, 1.0)
        shade = ON_LIGHT[context.run.colour] if colour == "C" else colour
        axes.plot(across, up, color=shade, lw=0.7 * context.settings.line_width)


def _known(context: FigureContext, snapshot: NetworkSnapshot) -> list[str]:
    """The loss, beside what is known beforehand."""
    part = bool(context.learner.data.validation)
    words = [f"{'validation' if part else 'training'} loss {snapshot.predicted.losses[part]:.3g}"]
    words += [f"{each.title} {each.value:.3g}" for each in context.learner.references]
    return [", ".join(words)]
