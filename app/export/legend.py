"""The legend of a figure: inside where it covers nothing, else beside the plot, reduced to leave it room."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from app.documents.short_labels import lines, shortened
from app.export.style import FigureSettings

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend

Entry = tuple[Any, str]  # a handle and its label

_MAX_INSIDE = 6
_MAX_HEIGHT, _MAX_WIDTH = 0.45, 0.45  # of the figure, below and at the right
_INSIDE_HEIGHT, _INSIDE_WIDTH = 0.6, 0.75  # of the plot
_LETTERS = (80, 40, 24, 12)  # in a line of a label, from the most to the least
_LINES = 2  # of a label
_SCALES = (1.0, 0.85, 0.7, 0.55)  # of the font


def clean(text: str) -> str:
    """A text for a figure: one line, without unprintable characters or Matplotlib's special prefix."""
    shown = "".join(" " if sign.isspace() else sign for sign in text if sign.isspace() or sign.isprintable())
    shown = unicodedata.normalize("NFC", shown).encode("utf-8", "replace").decode()
    return f" {shown}" if shown.startswith("_") else shown


def add_legend(figure: Figure, axes: Axes, entries: Sequence[Entry], settings: FigureSettings, inside: bool) -> bool:
    """Add the legend as the settings say; whether the figure has been laid out with it.

    inside: whether `auto` may put it inside the plot. One that is wanted inside is made to fit there, and stands
    below if it does not.
    """
    if not entries or settings.legend == "none":
        return False
    if settings.legend == "inside" and _fits_inside(figure, axes, entries):
        return True
    if settings.legend == "auto" and inside and len(entries) <= _MAX_INSIDE:
        legend = _made(axes.legend, entries, 1.0, _LETTERS[0], loc="best")
        if not _hides(figure, axes, legend):
            return True
        legend.remove()
    if settings.legend == "right":
        _fitted(figure, entries, "outside right upper", (_MAX_WIDTH, 1.0), 1)
    else:
        _fitted(figure, entries, "outside lower center", (0.98, _MAX_HEIGHT), 4)
    return False


def _fits_inside(figure: Figure, axes: Axes, entries: Sequence[Entry]) -> bool:
    """Make the largest legend in the plot that covers no curve, or else that leaves most of it free; else none."""
    figure.draw_without_rendering()  # places the plot, to which they are compared
    fitting = None
    for letters in _LETTERS:
        for scale in _SCALES:
            legend = _made(axes.legend, entries, scale, letters, loc="best")
            if _is_small(axes, legend):
                if not _hides(figure, axes, legend):
                    return True
                fitting = fitting or (scale, letters)
            legend.remove()
    if fitting is not None:
        _made(axes.legend, entries, *fitting, loc="best")
    return fitting is not None


def _is_small(axes: Axes, legend: Legend) -> bool:
    """Whether a legend leaves most of the plot free."""
    box = legend.get_window_extent()
    return bool(box.width <= _INSIDE_WIDTH * axes.bbox.width and box.height <= _INSIDE_HEIGHT * axes.bbox.height)


def _hides(figure: Figure, axes: Axes, legend: Legend) -> bool:
    """Whether the legend covers part of a curve, or extends beyond the plot."""
    figure.draw_without_rendering()
    if not _is_small(axes, legend):
        return True
    box = legend.get_window_extent()
    paths = (line.get_transform().transform_path(line.get_path()) for line in axes.lines)
    return any(path.intersects_bbox(box.padded(2.0), filled=False) for path in paths if np.size(path.vertices) > 4)


def _fitted(figure: Figure, entries: Sequence[Entry], place: str, room: tuple[float, float], columns: int) -> None:
    """The largest legend that fits into a share of the figure: first smaller fonts, then shorter labels."""
    width, height = room[0] * figure.bbox.width, room[1] * figure.bbox.height
    for letters in _LETTERS:
        for scale in _SCALES:
            trial = _made(figure.legend, entries, scale, letters, loc=place)
            box, texts = trial.get_window_extent(), [text.get_window_extent() for text in trial.get_texts()]
            trial.remove()
            handles = box.width - max(text.width for text in texts) + 2.0
            gap = (box.height - sum(text.height for text in texts)) / len(texts)
            for count in range(min(len(entries), columns if scale == 1.0 else columns + 2), 0, -1):
                # Matplotlib fills column by column, the first ones longer by one.
                parts = [[texts[place] for place in part] for part in np.array_split(np.arange(len(texts)), count)]
                across = sum(max(text.width for text in part) for part in parts) + count * handles
                down = max(sum(text.height + gap for text in part) for part in parts)
                if across <= width and down <= height:
                    _made(figure.legend, entries, scale, letters, loc=place, ncols=count)
                    return
    # Not even this fits: leave the room to the plot.


def _made(make: Any, entries: Sequence[Entry], scale: float, letters: int, **place: Any) -> Legend:
    """A legend whose labels have lines of so many letters at most."""
    from matplotlib import rcParams

    size = rcParams["legend.fontsize"]
    short = shortened([clean(label) for _, label in entries], _LINES * letters)
    labels = ["\n".join(lines(label, letters)) for label in short]
    legend: Legend = make([handle for handle, _ in entries], labels, fontsize=scale * size, markerscale=scale, **place)
    for text in legend.get_texts():
        text.set_parse_math(False)
    return legend
