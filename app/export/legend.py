"""The legend of a figure: inside where it covers nothing, else beside the plot, reduced to leave it room."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.style import FigureSettings

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend

Entry = tuple[Any, str]  # a handle and its label

_MAX_INSIDE = 6
_MAX_HEIGHT, _MAX_WIDTH = 0.45, 0.45  # of the figure, below and at the right


def clean(text: str) -> str:
    """A text for a figure: one line, without unprintable characters or Matplotlib's special prefix."""
    shown = "".join(" " if sign.isspace() else sign for sign in text if sign.isspace() or sign.isprintable())
    shown = unicodedata.normalize("NFC", shown).encode("utf-8", "replace").decode()
    return f" {shown}" if shown.startswith("_") else shown


def add_legend(figure: Figure, axes: Axes, entries: Sequence[Entry], settings: FigureSettings, inside: bool) -> None:
    """Add the legend as the settings say; inside: whether `auto` may put it inside the plot."""
    if not entries or settings.legend == "none":
        return
    if settings.legend == "inside" or (settings.legend == "auto" and inside and len(entries) <= _MAX_INSIDE):
        legend = _made(axes.legend, entries, 1.0, 80, loc="best")
        if settings.legend == "inside" or not _hides(figure, axes, legend):
            return
        legend.remove()
    if settings.legend == "right":
        _fitted(figure, entries, "outside right upper", (_MAX_WIDTH, 1.0), 1)
    else:
        _fitted(figure, entries, "outside lower center", (0.98, _MAX_HEIGHT), 4)


def _hides(figure: Figure, axes: Axes, legend: Legend) -> bool:
    """Whether the legend covers part of a curve, or extends beyond the plot."""
    figure.draw_without_rendering()
    box = legend.get_window_extent()
    if box.width > 0.75 * axes.bbox.width or box.height > 0.6 * axes.bbox.height:
        return True
    paths = (line.get_transform().transform_path(line.get_path()) for line in axes.lines)
    return any(path.intersects_bbox(box.padded(2.0), filled=False) for path in paths if np.size(path.vertices) > 4)


def _fitted(figure: Figure, entries: Sequence[Entry], place: str, room: tuple[float, float], columns: int) -> None:
    """The largest legend that fits into a share of the figure: first smaller fonts, then shorter labels."""
    width, height = room[0] * figure.bbox.width, room[1] * figure.bbox.height
    for letters in (80, 40, 24, 12):
        for scale in (1.0, 0.85, 0.7, 0.55):
            trial = _made(figure.legend, entries, scale, letters, loc=place)
            box, texts = trial.get_window_extent(), [text.get_window_extent().width for text in trial.get_texts()]
            trial.remove()
            handles = box.width - max(texts) + 2.0
            for count in range(min(len(entries), columns if scale == 1.0 else columns + 2), 0, -1):
                # Matplotlib fills column by column, the first ones longer by one.
                parts = np.array_split(texts, count)
                needs = sum(part.max() for part in parts) + count * handles
                if needs <= width and box.height * len(parts[0]) / len(entries) <= height:
                    _made(figure.legend, entries, scale, letters, loc=place, ncols=count)
                    return
    # Not even this fits: leave the room to the plot.


def _made(make: Any, entries: Sequence[Entry], scale: float, letters: int, **place: Any) -> Legend:
    from matplotlib import rcParams

    size = rcParams["legend.fontsize"]
    labels = [clean(label if len(label) <= letters else f"{label[: letters - 1]}…") for _, label in entries]
    legend: Legend = make([handle for handle, _ in entries], labels, fontsize=scale * size, markerscale=scale, **place)
    for text in legend.get_texts():
        text.set_parse_math(False)
    return legend
