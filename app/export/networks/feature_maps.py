"""The figure of filters and feature maps: what each stage of a convolutional network makes of one example."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.legend import Entry
from app.export.networks.context import FigureContext
from app.export.networks.shown_example import shown_example
from app.export.style import MM, POINTS
from engine import FeatureMaps, NetworkTask, Predictions, StageMaps

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = np.ndarray
Box = tuple[float, float, float, float]  # left, top, width, height; a picture of square pixels is 1 wide

_SIGNED = ("#b35900", "#f2b46b", "#ffffff", "#7fb5da", "#0b4f86")
_GREY = ("#ffffff", "#1f2430")
_WIDTHS = (9.0, 12.0, 16.0, 21.0, 28.0, 36.0)  # of everything: the first with which it is no taller than the page
_GAP, _BELOW = 0.15, 0.15  # between two pictures, and between two sections
_TALLEST = 2.0  # height of the filters over many maps, or of lines below each other
_LINE, _CELL = 0.14, 0.6  # height of a line of a wide picture; width of a number that stands for itself
_TITLE = 1.7  # height of a title in heights of its letters
_ROOM = 0.86  # share of the page's height below the heading


def fits(task: NetworkTask) -> bool:
    """Whether the network has filters."""
    return task.understands(FeatureMaps)


@dataclass(frozen=True, slots=True, eq=False)
class _Section:
    """Pictures on one colour scale. wide: one picture of lines, as wide as everything."""

    title: str
    pictures: list[Array]
    ends: tuple[float, float]
    grey: bool = False
    wide: bool = False

    def size(self, width: float) -> tuple[float, float]:
        """Width and height of a picture."""
        rows, columns = self.pictures[0].shape
        if self.wide:
            return min(width, _CELL * columns), min(max(rows * _LINE, 2 * _LINE), _TALLEST)
        cell = min(1.0 / columns, _TALLEST / rows)
        return cell * columns, cell * rows


def draw(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw on empty axes; no legend. The example is the one that the window shows."""
    from matplotlib.colors import LinearSegmentedColormap

    settings, sections = context.settings, _sections(context)
    letters = 0.8 * settings.font_size
    for width in _WIDTHS:
        title = _TITLE * letters * width * MM / (settings.width * POINTS)
        boxes, tall = _placed(sections, width, title)
        if tall <= _ROOM * width * settings.height / settings.width:
            break
    colours = {grey: LinearSegmentedColormap.from_list("", _GREY if grey else _SIGNED) for grey in (False, True)}
    edges: dict[str, Any] = {"color": "0.6", "lw": 0.3 * settings.line_width}
    for section, (top, places) in zip(sections, boxes, strict=True):
        context.check()
        told = section.title if section.grey else f"{section.title} (±{section.ends[1]:.2g})"
        axes.text(0.0, top + 0.75 * title, told, fontsize=letters, va="baseline", ha="left", parse_math=False)
        for picture, (left, upper, wide, high) in zip(section.pictures, places, strict=True):
            axes.imshow(
                np.ma.masked_invalid(picture), cmap=colours[section.grey], vmin=section.ends[0], vmax=section.ends[1],
                interpolation="nearest", extent=(left, left + wide, upper + high, upper), aspect="auto",
            )  # fmt: skip
            around = [left, left + wide, left + wide, left, left], [upper, upper, upper + high, upper + high, upper]
            axes.plot(*around, **edges)
    axes.set_xlim(0.0, width)
    axes.set_ylim(tall, 0.0)
    axes.set_aspect("equal")
    axes.axis("off")
    context.add_heading(axes, context.heading())
    return []


def _sections(context: FigureContext) -> list[_Section]:
    data = context.learner.data
    example = shown_example(context.picture.experiment.view, "network_maps", data)
    maps = context.evaluated(Predictions(), FeatureMaps(example)).answer(FeatureMaps)
    assert maps is not None
    found = []
    if data.image is not None:
        image = data.inputs[example].reshape(data.image)
        found.append(_Section("example", [image], (float(image.min()), float(image.max())), grey=True))
    for stage in maps:
        if stage.filters is not None:
            found.append(_signed(f"{stage.title}, filters", [_stacked(each) for each in stage.filters]))
        found.append(_maps_of(stage))
    return found


def _maps_of(stage: StageMaps) -> _Section:
    """Maps as pictures; lines one below the other in one, and single numbers side by side."""
    maps = stage.maps
    if maps.shape[1:] == (1, 1):
        return _signed(stage.title, [maps.reshape(1, -1)], wide=True)
    if maps.shape[1] == 1:
        return _signed(stage.title, [maps[:, 0]], wide=True)
    return _signed(stage.title, list(maps))


def _signed(title: str, pictures: list[Array], wide: bool = False) -> _Section:
    known = np.concatenate([each[np.isfinite(each)] for each in pictures])
    most = float(np.abs(known).max(initial=0.0)) or 1.0
    return _Section(title, pictures, (-most, most), wide=wide)


def _placed(sections: list[_Section], width: float, title: float) -> tuple[list[tuple[float, list[Box]]], float]:
    """The top of each section with the boxes of its pictures; and how tall everything is."""
    found, top = [], 0.0
    for section in sections:
        wide, high = section.size(width)
        boxes: list[Box] = []
        left, upper = 0.0, top + title
        for _ in section.pictures:
            if left and left + wide > width:
                left, upper = 0.0, upper + high + _GAP
            boxes.append((left, upper, wide, high))
            left += wide + _GAP
        found.append((top, boxes))
        top = upper + high + _BELOW
    return found, top


def _stacked(filters: Array) -> Array:
    """The filter over each input (inputs, rows, columns), one below the other, with an empty line between planes."""
    inputs, rows, columns = filters.shape
    if rows == 1:
        return filters[:, 0]
    found = np.full((inputs, rows + 1, columns), np.nan)
    found[:, :rows] = filters
    return found.reshape(-1, columns)[:-1]
