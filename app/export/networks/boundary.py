"""The decision-boundary figure: a network's output over the plane of its two inputs, with the examples."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.legend import Entry, clean
from app.export.networks.class_colours import class_colour, field_map, mixed, signed
from app.export.networks.context import FigureContext
from app.export.networks.dots import draw_examples, draw_wrong, handle, legend_entries, size
from app.look.networks.data_ranges import default_region, value_range
from engine import Field, NetworkSnapshot, NetworkTask, Predictions

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = np.ndarray
Colours = Callable[[Array], Array]

_SKEWED = 3.0  # aspect ratio from which the axes are scaled separately
_MAX_NAMED = 12  # classes in the legend
_LINE = "#1f2937"


def fits(task: NetworkTask) -> bool:
    """Whether the examples have two inputs, and one answer."""
    return task.inputs == 2 and task.understands(Field)


def draw(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw on empty axes; returns the legend's entries."""
    context.add_heading(axes, context.heading())
    data, settings = context.learner.data, context.settings
    region = default_region(context.task, data.raw)
    snapshot = context.evaluated(Predictions(), Field(region, context.nodes, context.nodes))
    axes.set_xlim(*region[:2])
    axes.set_ylim(*region[2:])
    axes.set_xlabel(clean(data.names[0]), parse_math=False)
    axes.set_ylabel(clean(data.names[1]), parse_math=False)
    if 1 / _SKEWED < (region[1] - region[0]) / (region[3] - region[2]) < _SKEWED:
        axes.set_aspect("equal")
    if not data.classes:
        colours = _draw_values(axes, context, snapshot)
        kinds = np.zeros(len(data.targets), int)
    else:
        _draw_classes(axes, context, snapshot)
        kinds = data.targets.astype(int)
        colours = _class_colours(kinds)
    draw_examples(axes, context, data.raw, kinds, colours)
    wrong = snapshot.predicted.wrong
    if wrong.any():
        draw_wrong(axes, context, data.raw, wrong)
    named = data.classes[:_MAX_NAMED] if len(data.classes) <= _MAX_NAMED else ()
    width = 0.1 * size(settings, 1)
    classes: list[Entry] = [
        (handle(settings, settings.marker(place) or "o", class_colour(place), "white", width), name)
        for place, name in enumerate(named)
    ]
    return [*classes, *legend_entries(snapshot, settings, bool(wrong.any()))]


def _draw_classes(axes: Axes, context: FigureContext, snapshot: NetworkSnapshot) -> None:
    """Two classes by the probability of the second, more by mixing their colours; with the boundaries between them."""
    field, data = snapshot.field, context.learner.data
    assert field is not None and snapshot.asked_field is not None
    if len(data.classes) == 2:
        values = np.ma.masked_invalid(field[..., 1])
        image = axes.imshow(
            values, cmap=field_map(), vmin=0.0, vmax=1.0, origin="lower", extent=snapshot.asked_field.region,
            aspect=axes.get_aspect(), interpolation="bilinear",
        )  # fmt: skip
        bar = axes.figure.colorbar(image, ax=axes, pad=0.02, aspect=26, fraction=0.08, ticks=[0.0, 0.5, 1.0])
        bar.outline.set_linewidth(0.4 * context.settings.line_width)
        bar.set_label(clean(f"Probability of {data.classes[1]}"), parse_math=False)
    else:
        axes.imshow(
            mixed(field), origin="lower", extent=snapshot.asked_field.region, aspect=axes.get_aspect(),
            interpolation="bilinear",
        )  # fmt: skip
    xs, ys = _nodes(snapshot)
    for margin in margins(field):
        if margin.count() and margin.min() < 0.0 < margin.max():
            axes.contour(xs, ys, margin, levels=[0.0], colors=_LINE, linewidths=0.9 * context.settings.line_width)


def _draw_values(axes: Axes, context: FigureContext, snapshot: NetworkSnapshot) -> Colours:
    """The values of a regression; returns the colours of the examples with given indices."""
    from matplotlib.colors import Normalize
    from matplotlib.ticker import MaxNLocator

    field, data = snapshot.field, context.learner.data
    assert field is not None and snapshot.asked_field is not None
    low, high = value_range(data.targets)
    values = np.ma.masked_invalid(field[..., 0])
    norm = Normalize(low, high)
    image = axes.imshow(
        values, cmap=field_map(), norm=norm, origin="lower", extent=snapshot.asked_field.region,
        aspect=axes.get_aspect(), interpolation="bilinear",
    )  # fmt: skip
    levels = [level for level in MaxNLocator(8).tick_values(low, high) if values.count() and _within(level, values)]
    if levels:
        thin = 0.45 * context.settings.line_width
        look: dict[str, Any] = {"colors": _LINE, "linewidths": thin, "linestyles": "solid", "alpha": 0.7}
        axes.contour(*_nodes(snapshot), values, levels=levels, **look)
    bar = axes.figure.colorbar(image, ax=axes, extend="both", pad=0.02, aspect=26, fraction=0.08)
    bar.outline.set_linewidth(0.4 * context.settings.line_width)
    bar.set_label(clean(data.target), parse_math=False)
    return lambda places: np.asarray(signed()(norm(data.targets[places])))


def _within(level: float, values: Array) -> bool:
    return bool(values.min() < level < values.max())


def margins(field: Array) -> list[Any]:
    """The margin of each class over the best other one, (rows, columns) each; for two classes one is enough."""
    rest = [np.delete(field, place, axis=-1).max(axis=-1) for place in range(field.shape[-1])]
    planes = [np.ma.masked_invalid(field[..., place] - others) for place, others in enumerate(rest)]
    return planes[1:] if len(planes) == 2 else planes


def _nodes(snapshot: NetworkSnapshot) -> tuple[Array, Array]:
    assert snapshot.asked_field is not None
    x0, x1, y0, y1 = snapshot.asked_field.region
    return np.linspace(x0, x1, snapshot.asked_field.columns), np.linspace(y0, y1, snapshot.asked_field.rows)


def _class_colours(classes: Array) -> Colours:
    """The colours of the examples with given indices, by their classes (n,)."""
    from matplotlib.colors import to_rgba

    colours = np.array([to_rgba(class_colour(place)) for place in range(int(classes.max(initial=0)) + 1)])
    return lambda places: colours[classes[places]]
