"""The figure of an autoencoder's narrow layer: every example where its code is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.export.legend import Entry, clean
from app.export.networks.class_colours import class_colour
from app.export.networks.context import FigureContext
from app.export.networks.dots import draw_examples, handle, legend_entries, size
from app.look.networks.code_plane import LARGEST, CodePlane, of_directions, of_units
from app.look.networks.data_ranges import padded
from app.look.palettes import ON_LIGHT
from engine import Code, NetworkTask, Predictions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from matplotlib.axes import Axes

Array = np.ndarray

_MAX_NAMED = 12


def fits(task: NetworkTask) -> bool:
    """Whether it is an autoencoder with a layer that can be decoded."""
    return task.understands(Code)


def draw(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw on the axes that the window shows; returns the legend's entries."""
    from matplotlib.colors import to_rgba

    data, settings = context.learner.data, context.settings
    snapshot = context.evaluated(Predictions(), Code())
    narrow = snapshot.answer(Code)
    assert narrow is not None
    context.add_heading(axes, context.heading())
    codes = np.where(np.abs(narrow.values) < LARGEST, narrow.values, 0.0)
    plane = _plane(codes, context.picture.experiment.view)
    x, y = plane.spots(codes)
    labels = np.zeros(len(codes)) if data.labels is None else data.labels
    y = labels if codes.shape[1] == 1 else y
    axes.set_xlim(*padded(float(x.min()), float(x.max())))
    axes.set_ylim(*padded(float(y.min()), float(y.max())))
    axes.set_xlabel(clean(plane.names[0]), parse_math=False)
    axes.set_ylabel(clean(plane.names[1] or data.label), parse_math=False)
    axes.spines[["top", "right"]].set_visible(False)
    kinds = labels.astype(int) if data.label_names else np.zeros(len(codes), int)
    palette = [class_colour(place) for place in range(len(data.label_names))] or [ON_LIGHT[context.run.colour]]
    table = np.array([to_rgba(colour) for colour in palette])
    draw_examples(axes, context, np.column_stack([x, y]), kinds, lambda places: table[kinds[places]])
    width = 0.1 * size(settings, 1)
    named = data.label_names if len(data.label_names) <= _MAX_NAMED else ()
    classes: list[Entry] = [
        (handle(settings, settings.marker(place) or "o", class_colour(place), "white", width), name)
        for place, name in enumerate(named)
    ]
    return [*classes, *legend_entries(snapshot, settings, False)]


def _plane(codes: Array, view: Mapping[str, Any]) -> CodePlane:
    """The plane that the window shows."""
    count, units = codes.shape[1], view.get("network_code_units")
    if count <= 2:
        return of_units(codes, 0, count - 1)
    if view.get("network_code_axes") != "units" or not (isinstance(units, list) and len(units) == 2):
        return of_directions(codes, None)
    first, second = (min(max(int(unit), 1), count) - 1 for unit in units)
    return of_units(codes, first, second)
