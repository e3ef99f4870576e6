"""The confusion-matrix figure: counts, shaded by their share of the true class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.export.legend import Entry, clean
from app.export.networks.class_colours import shades
from app.export.networks.context import FigureContext, score_labels
from app.export.style import MM, POINTS
from engine import NetworkTask, Predictions

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DARK = 0.5  # share from which numbers are white
_LETTERS = 14  # of a class name
_ROOM = 0.6  # approximate share of the page's smaller side that the matrix takes


def fits(task: NetworkTask) -> bool:
    """Whether it is a classification."""
    return task.classes > 0


def validates(task: NetworkTask) -> bool:
    """Whether it is a classification with a validation set."""
    return task.classes > 0 and task.share < 1.0


def draw_validation(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw the matrix of the validation set on empty axes, or of the training set if there is none."""
    return _draw(axes, context, context.learner.data.validation > 0)


def draw_training(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw the matrix of the training set on empty axes."""
    return _draw(axes, context, False)


def _draw(axes: Axes, context: FigureContext, validation: bool) -> list[Entry]:
    data, settings = context.learner.data, context.settings
    snapshot = context.evaluated(Predictions())
    counts = snapshot.predicted.confusion(validation)
    count = len(data.classes)
    with np.errstate(invalid="ignore"):
        shares = np.nan_to_num(counts / counts.sum(axis=1, keepdims=True))
    image = axes.imshow(shares, cmap=shades(), vmin=0.0, vmax=1.0, aspect="equal", interpolation="nearest")
    bar = axes.figure.colorbar(image, ax=axes, pad=0.02, aspect=26, fraction=0.08, ticks=[0.0, 0.5, 1.0])
    bar.outline.set_linewidth(0.4 * settings.line_width)
    bar.set_label("Share of the true class")
    _name(axes, data.classes, settings.font_size)
    axes.set_xlabel(clean(f"Predicted {data.target}"), parse_math=False)
    axes.set_ylabel(clean(f"True {data.target}"), parse_math=False)
    cell = _ROOM * min(settings.width, settings.height) / MM * POINTS / count
    digits = len(str(int(counts.max(initial=0))))
    letters = min(0.9 * settings.font_size, 0.5 * cell, 1.5 * cell / max(digits, 1))
    if letters >= 0.35 * settings.font_size and letters >= 2.5:
        for row, column in np.argwhere(counts > 0).tolist():
            axes.text(
                column, row, f"{counts[row, column]:,}", ha="center", va="center", fontsize=letters,
                color="white" if shares[row, column] > _DARK else "0.15",
            )  # fmt: skip
    context.add_heading(axes, context.heading(), score_labels(snapshot)[validation])
    return []


def _name(axes: Axes, classes: tuple[str, ...], size: float) -> None:
    """Class names along both axes; with many classes only every second, third ... one."""
    count = len(classes)
    every = max(1, -(-count // 20))
    places = list(range(0, count, every))
    names = [clean(classes[place])[:_LETTERS] for place in places]
    upright = max(map(len, names)) > 3 and count > 3
    letters = 0.9 * size * min(1.0, (12.0 / len(places)) ** 0.5)
    axes.set_xticks(places, names, rotation=90 if upright else 0, fontsize=letters, parse_math=False)
    axes.set_yticks(places, names, fontsize=letters, parse_math=False)
    axes.tick_params(length=0.0)
    axes.set_xticks(np.arange(count + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(count + 1) - 0.5, minor=True)
    axes.tick_params(which="minor", length=0.0)
    axes.grid(True, which="minor", color="white", lw=0.6)
