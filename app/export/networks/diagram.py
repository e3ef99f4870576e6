"""The diagram figure of a network: units in columns, weights as lines, activation maps in the tiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.legend import Entry, clean
from app.export.networks.class_colours import class_colour, signed
from app.export.networks.context import FigureContext
from app.export.style import MM, POINTS
from app.look.networks.data_ranges import default_region
from app.look.number_format import number
from engine import ACTIVATIONS, NetworkTask, UnitMaps, features_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = np.ndarray

_MAX_LINES = 1200  # of the strongest weights
_PIECES = 20  # segments of a curved line
_THINNEST, _WIDEST = 0.3, 2.2  # relative to the line width
_FAINT = 0.25  # colour strength of the weakest line
_NODES = 40  # resolution of a unit's map
_TILE, _LARGEST = 0.36, 14.0  # maximum tile size: share of a column's width; mm
_BLOCK = 2.2  # size of an image, in tiles
_SLOT = 0.75  # share of a unit's height that its tile takes
_MIN_SLOT = 0.36  # mm of height per unit, for each point of the font size
_HEAD = 0.95  # mm of the header, for each point of the font size
_HIGH = 0.85  # approximate share of the page's height above the legend
_LABEL = 0.2  # mm per character, for each point of the font size
_MAX_LABEL = 0.18  # of the width
_LETTERS = 16
_EDGE = "#374151"


@dataclass(frozen=True, slots=True)
class TileColumn:
    """The tiles of a layer: their centre x, the centres ys (k,) of those drawn, their side; the number of units."""

    x: float
    ys: Array
    side: float
    units: int


def fits(task: NetworkTask) -> bool:
    """Whether the network consists of layers of units."""
    return task.understands(UnitMaps)


def draw(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw on empty axes; returns the legend's entries. Data units are approximately mm of the page."""
    context.add_heading(axes, context.heading())
    settings, network, data = context.settings, context.learner.network, context.learner.data
    width, height = settings.width, _HIGH * settings.height
    axes.set_xlim(0.0, width)
    axes.set_ylim(0.0, height)
    axes.set_aspect("equal")
    axes.set_axis_off()
    names = data.output_names(network.sizes[-1])
    columns = _columns(context, width, height, names)
    theta = context.run.shown.evaluated
    most = _draw_weights(axes, context, columns, theta)
    _draw_tiles(axes, context, columns, theta)
    _draw_words(axes, context, columns, names, height)
    if most <= 0.0:
        return []
    positive, negative = (_sample(class_colour(place), settings.line_width * _WIDEST) for place in (1, 0))
    return [(positive, f"positive weight, widest {number(most, 3)}"), (negative, "negative weight")]


def _columns(context: FigureContext, width: float, height: float, names: tuple[str, ...]) -> list[TileColumn]:
    """The positions of the tiles of each layer."""
    network, data, letters = context.learner.network, context.learner.data, context.settings.font_size
    labels = () if data.image else data.features
    left, right = (_label_room(texts, letters, width) for texts in (labels, names))
    body = height - _HEAD * letters
    slots = (width - left - right) / len(network.sizes)
    most = min(_TILE * slots, _LARGEST)
    found = []
    for place, units in enumerate(network.sizes):
        x = left + (place + 0.5) * slots
        if place == 0 and data.image:
            found.append(TileColumn(x, np.array([body / 2]), min(_BLOCK * most, 0.8 * body, 0.85 * slots), units))
            continue
        shown = units if units * _MIN_SLOT * letters <= body else max(int(body / (_MIN_SLOT * letters)) - 1, 1)
        rows = shown + (shown < units)
        slot = min(body / rows, most / _SLOT)
        ys = body / 2 + slot * (rows / 2 - 0.5 - np.arange(shown))
        found.append(TileColumn(x, ys, min(_SLOT * slot, most), units))
    return found


def _label_room(texts: tuple[str, ...], letters: float, width: float) -> float:
    longest = max((min(len(text), _LETTERS) for text in texts), default=0)
    return min(_LABEL * letters * longest + 1.0, _MAX_LABEL * width)


def _draw_weights(axes: Axes, context: FigureContext, columns: list[TileColumn], theta: Array) -> float:
    """Lines from column to column, the weakest first; returns the largest weight drawn."""
    network, image = context.learner.network, context.learner.data.image
    parts = []
    for layer in range(network.layers):
        before, after = columns[layer], columns[layer + 1]
        weights = theta[network.weights(layer)].reshape(after.units, before.units)[: len(after.ys)]
        if layer == 0 and image:
            continue  # too many weights for lines: each unit's are drawn in its tile
        unit, source = (grid.ravel() for grid in np.mgrid[: len(after.ys), : len(before.ys)])
        ends = np.column_stack([
            np.full(len(unit), before.x + before.side / 2), before.ys[source],
            np.full(len(unit), after.x - after.side / 2), after.ys[unit],
        ])  # fmt: skip
        parts.append((weights[:, : len(before.ys)].ravel(), ends))
    if not parts:
        return 0.0
    weights, ends = np.concatenate([part for part, _ in parts]), np.concatenate([part for _, part in parts])
    sizes = np.where(np.isfinite(weights), np.abs(weights), 0.0)
    most = float(sizes.max(initial=0.0))
    if most > 0.0:
        order = np.argsort(sizes, kind="stable")[-_MAX_LINES:]
        _add_lines(axes, weights[order], sizes[order] / most, ends[order], context.settings.line_width)
    return most


def _add_lines(axes: Axes, weights: Array, shares: Array, ends: Array, width: float) -> None:
    from matplotlib.collections import LineCollection
    from matplotlib.colors import to_rgba

    along = np.linspace(0.0, 1.0, _PIECES)
    across = along * along * (3.0 - 2.0 * along)
    x = ends[:, :1] + along * (ends[:, 2:3] - ends[:, :1])
    y = ends[:, 1:2] + across * (ends[:, 3:4] - ends[:, 1:2])
    colours = np.array([to_rgba(class_colour(int(weight >= 0.0)))[:3] for weight in weights.tolist()])
    strength = (_FAINT + (1.0 - _FAINT) * shares)[:, None]
    axes.add_collection(
        LineCollection(
            list(np.stack([x, y], axis=2)), colors=1.0 - strength * (1.0 - colours),
            linewidths=width * (_THINNEST + (_WIDEST - _THINNEST) * shares), capstyle="butt", zorder=2.0,
        ),
        autolim=False,
    )  # fmt: skip


def _draw_tiles(axes: Axes, context: FigureContext, columns: list[TileColumn], theta: Array) -> None:
    from matplotlib.patches import Rectangle

    maps, width = _maps(context, theta), 0.5 * context.settings.line_width
    for place, column in enumerate(columns):
        for unit, y in enumerate(column.ys.tolist()):
            x, side = column.x - column.side / 2, column.side
            shown = unit < len(maps[place])
            fill = "none" if shown else "#f3f4f6"
            axes.add_patch(Rectangle((x, y - side / 2), side, side, fc=fill, ec=_EDGE, lw=width, zorder=4.0))
            if shown:
                pixels = place == 0 and context.learner.data.image is not None
                _draw_map(axes, maps[place][unit], (x, x + side, y - side / 2, y + side / 2), pixels)
    axes.set_xlim(0.0, context.settings.width)  # imshow has changed the limits
    axes.set_ylim(0.0, _HIGH * context.settings.height)


def _draw_map(axes: Axes, values: Array, box: tuple[float, float, float, float], pixels: bool) -> None:
    """The activations of a unit, centred on zero; or the pixels of an image."""
    values = np.ma.masked_invalid(values)
    top = (float(np.abs(values).max()) if values.count() else 0.0) or 1.0
    axes.imshow(
        values, cmap="gray_r" if pixels else signed(), vmin=0.0 if pixels else -top, vmax=top, extent=box,
        origin="lower", aspect="equal", interpolation="nearest", zorder=3.0,
    )  # fmt: skip


def _maps(context: FigureContext, theta: Array) -> list[Any]:
    """The content of the tiles of each column: activations over the plane, the pixels of an image, or nothing."""
    learner = context.learner
    network, data = learner.network, learner.data
    found: list[Any] = [()] * len(network.sizes)
    if data.image:
        found[0] = data.raw[: data.train].mean(axis=0).reshape(1, *data.image)[:, ::-1]
        if network.sizes[0] == data.raw.shape[1]:
            found[1] = theta[network.weights(0)].reshape(-1, *data.image)[:, ::-1]
        return found
    if data.raw.shape[1] > 2:
        return found
    region = default_region(context.task, data.raw[:, [0, -1]])
    units = context.evaluated(UnitMaps(region, _NODES)).units
    xs, ys = np.linspace(*region[:2], _NODES), np.linspace(*region[2:], _NODES)
    grid = np.stack(np.broadcast_arrays(xs[None, :], ys[:, None]), -1).reshape(-1, 2)
    read = features_of(grid[:, : data.raw.shape[1]], data).T.reshape(-1, _NODES, _NODES)
    return [read, *(np.broadcast_to(part, (len(part), _NODES, _NODES)) for part in units)]


def _draw_words(
    axes: Axes, context: FigureContext, columns: list[TileColumn], names: tuple[str, ...], height: float
) -> None:
    network, data = context.learner.network, context.learner.data
    size = 0.9 * context.settings.font_size
    titles = ["inputs", *context.learner.layers]
    for place, column in enumerate(columns):
        below = ACTIVATIONS[network.activations[place - 1]].title if place else "mean example" if data.image else ""
        if place and network.skips(place - 1):
            below += ", residual"
        style: dict[str, Any] = {"ha": "center", "va": "top", "linespacing": 1.15, "parse_math": False}
        axes.text(column.x, height, titles[place], fontsize=size, **style)
        line = 1.35 * size / POINTS * MM
        axes.text(column.x, height - line, below, fontsize=0.85 * size, color="0.4", **style)
        rest = column.units - len(column.ys)
        if rest and not (place == 0 and data.image):
            words = f"{rest:,} more"
            low = float(column.ys[-1]) - column.side / 2 - 0.1 * size
            axes.text(column.x, low, words, fontsize=0.85 * size, color="0.4", **style)
    sides = ((columns[0], () if data.image else data.features, -1, "right"), (columns[-1], names, 1, "left"))
    for column, texts, way, align in sides:
        for text, y in zip(texts, column.ys.tolist(), strict=False):
            x = column.x + way * (column.side / 2 + 0.12 * size)
            shown = clean(text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…")
            axes.text(x, y, shown, fontsize=size, ha=align, va="center", parse_math=False)


def _sample(colour: str, width: float) -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], color=colour, lw=width, solid_capstyle="butt")
