"""The figure of filters and feature maps: what each stage of a convolutional network makes of one example."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.legend import Entry
from app.export.networks.context import FigureContext
from engine import FeatureMaps, NetworkTask, Predictions

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = np.ndarray

_SIGNED = ("#b35900", "#f2b46b", "#ffffff", "#7fb5da", "#0b4f86")
_GREY = ("#ffffff", "#1f2430")
_WIDE, _SIDE, _GAP = 12.0, 1.0, 0.2  # widths of everything, of a square picture, and between two
_TITLE, _BELOW = 0.55, 0.3  # heights of a section's title, and between two sections
_TALLEST = 2.4  # height of the filters over many maps, or of maps below each other
_LINE = 0.16  # height of a line of a wide picture


def fits(task: NetworkTask) -> bool:
    """Whether the network has filters."""
    return task.understands(FeatureMaps)


def draw(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw on empty axes; no legend. The example is the one that the window shows."""
    from matplotlib.colors import LinearSegmentedColormap

    data = context.learner.data
    example = _example(context.picture.experiment.view, data.train, data.validation)
    snapshot = context.evaluated(Predictions(), FeatureMaps(example))
    maps = snapshot.answer(FeatureMaps)
    assert maps is not None
    signed = LinearSegmentedColormap.from_list("signed", _SIGNED)
    top = 0.0
    if data.image is not None:
        image = data.inputs[example].reshape(1, *data.image)
        grey = LinearSegmentedColormap.from_list("grey", _GREY)
        top = _section(axes, context, top, "example", list(image), grey, (float(image.min()), float(image.max())))
    for stage in maps:
        if stage.filters is not None:
            title = f"{stage.title}, filters"
            top = _section(axes, context, top, title, [_stacked(each) for each in stage.filters], signed)
        top = _section(axes, context, top, stage.title, _pictures(stage.maps), signed)
    axes.set_xlim(0.0, _WIDE)
    axes.set_ylim(top, 0.0)
    axes.set_aspect("equal")
    axes.axis("off")
    context.add_heading(axes, context.heading())
    return []


def _section(
    axes: Axes, context: FigureContext, top: float, title: str, pictures: list[Array], colours: Any,
    ends: tuple[float, float] | None = None,
) -> float:  # fmt: skip
    """Draw pictures of one colour scale below a height; returns where the next section begins."""
    context.check()
    if ends is None:
        known = np.concatenate([each[np.isfinite(each)] for each in pictures])
        most = float(np.abs(known).max(initial=0.0)) or 1.0
        ends, told = (-most, most), f"{title} (±{most:.2g})"
    else:
        told = title
    size = 0.8 * context.settings.font_size
    axes.text(0.0, top + 0.75 * _TITLE, told, fontsize=size, va="baseline", ha="left", parse_math=False)
    top, left = top + _TITLE, 0.0
    wide, high = _size(pictures[0])
    for picture in pictures:
        if left and left + wide > _WIDE:
            left, top = 0.0, top + high + _GAP
        axes.imshow(
            np.ma.masked_invalid(picture), cmap=colours, vmin=ends[0], vmax=ends[1], interpolation="nearest",
            extent=(left, left + wide, top + high, top), aspect="auto",
        )  # fmt: skip
        edges: dict[str, Any] = {"color": "0.6", "lw": 0.3 * context.settings.line_width}
        axes.plot([left, left + wide, left + wide, left, left], [top, top, top + high, top + high, top], **edges)
        left += wide + _GAP
    return top + high + _BELOW


def _size(picture: Array) -> tuple[float, float]:
    """Width and height of a picture."""
    rows, columns = picture.shape
    if columns > 2 * rows and columns > 8:
        return _WIDE, min(max(rows * _LINE, _LINE), _TALLEST)
    high = min(_SIDE * max(rows / columns, 1.0), _TALLEST)
    return min(high * columns / rows, _WIDE), high


def _stacked(filters: Array) -> Array:
    """The filter over each input (inputs, rows, columns), one below the other, with an empty line between them."""
    inputs, rows, columns = filters.shape
    found = np.full((inputs, rows + 1, columns), np.nan)
    found[:, :rows] = filters
    return found.reshape(-1, columns)[:-1]


def _pictures(maps: Array) -> list[Array]:
    """Maps as pictures; lines one below the other in one."""
    return [maps[:, 0]] if maps.shape[1] == 1 else list(maps)


def _example(view: Mapping[str, Any], train: int, validation: int) -> int:
    """The place in the data of the example that the window shows."""
    wish = view.get("network_maps_example", 1)
    wish = wish if isinstance(wish, int) and wish > 0 else 1
    if validation and view.get("network_maps_part", "validation") == "validation":
        return train + min(wish, validation) - 1
    return min(wish, train) - 1
