"""The plane of two inputs in print: what the network answers everywhere, the decision boundary, and the examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.legend import Entry, clean
from app.export.networks.class_colours import class_colour, field_map, mixed, signed
from app.export.networks.dots import draw_examples, draw_wrong, handle, signs, size
from app.export.networks.subject import Subject
from app.look.data_ranges import home_of, value_ends
from engine import NetworkTask, Portrait, Wanted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = np.ndarray

_SKEWED = 3.0  # times as wide as high, or as high as wide: then the axes have scales of their own
_MOST_NAMED = 12  # classes in the legend
_LINE = "#1f2937"


def fits(task: NetworkTask) -> bool:
    """Whether the examples lie in a plane."""
    return task.inputs == 2


def draw(axes: Axes, subject: Subject) -> list[Entry]:
    """Draw on empty axes; returns the legend's entries."""
    subject.head(axes, subject.heading())
    data, settings = subject.learner.data, subject.settings
    region = home_of(subject.task, data.raw)
    asked = subject.asked(Wanted(region, columns=subject.nodes, rows=subject.nodes))
    axes.set_xlim(*region[:2])
    axes.set_ylim(*region[2:])
    axes.set_xlabel(clean(data.names[0]), parse_math=False)
    axes.set_ylabel(clean(data.names[1]), parse_math=False)
    if 1 / _SKEWED < (region[1] - region[0]) / (region[3] - region[2]) < _SKEWED:
        axes.set_aspect("equal")
    if not data.classes:
        inks = _draw_values(axes, subject, asked)
        kinds = np.zeros(len(data.targets), int)
    else:
        _draw_classes(axes, subject, asked)
        kinds = data.targets.astype(int)
        inks = _rgba(data.targets)
    draw_examples(axes, data.raw, inks, kinds, data.train, settings)
    wrong = asked.wrong
    if wrong.any():
        draw_wrong(axes, data.raw, wrong, settings)
    named = data.classes[:_MOST_NAMED] if len(data.classes) <= _MOST_NAMED else ()
    width = 0.1 * size(settings, 1)
    classes: list[Entry] = [
        (handle(settings, settings.marker(place) or "o", class_colour(place), "white", width), name)
        for place, name in enumerate(named)
    ]
    return [*classes, *signs(asked, settings, bool(wrong.any()))]


def _draw_classes(axes: Axes, subject: Subject, asked: Portrait) -> None:
    """Two classes by the probability of the second, more by the mixture of their colours; and a line between them."""
    field, data = asked.field, subject.learner.data
    assert field is not None and asked.wanted.region is not None
    if len(data.classes) == 2:
        values = np.ma.masked_invalid(field[..., 1])
        image = axes.imshow(
            values, cmap=field_map(), vmin=0.0, vmax=1.0, origin="lower", extent=asked.wanted.region,
            aspect=axes.get_aspect(), interpolation="bilinear",
        )  # fmt: skip
        bar = axes.figure.colorbar(image, ax=axes, pad=0.02, aspect=26, fraction=0.08, ticks=[0.0, 0.5, 1.0])
        bar.outline.set_linewidth(0.4 * subject.settings.line_width)
        bar.set_label(clean(f"Probability of {data.classes[1]}"), parse_math=False)
    else:
        axes.imshow(
            mixed(field), origin="lower", extent=asked.wanted.region, aspect=axes.get_aspect(),
            interpolation="bilinear",
        )  # fmt: skip
    xs, ys = _nodes(asked)
    for lead in leads(field):
        if lead.count() and lead.min() < 0.0 < lead.max():
            axes.contour(xs, ys, lead, levels=[0.0], colors=_LINE, linewidths=0.9 * subject.settings.line_width)


def _draw_values(axes: Axes, subject: Subject, asked: Portrait) -> Array:
    """The values of a regression; returns the colours (n, 4) of the examples' own."""
    from matplotlib.colors import Normalize
    from matplotlib.ticker import MaxNLocator

    field, data = asked.field, subject.learner.data
    assert field is not None and asked.wanted.region is not None
    low, high = value_ends(data.targets)
    values = np.ma.masked_invalid(field[..., 0])
    norm = Normalize(low, high)
    image = axes.imshow(
        values, cmap=field_map(), norm=norm, origin="lower", extent=asked.wanted.region, aspect=axes.get_aspect(),
        interpolation="bilinear",
    )  # fmt: skip
    levels = [level for level in MaxNLocator(8).tick_values(low, high) if values.count() and _within(level, values)]
    if levels:
        thin = 0.45 * subject.settings.line_width
        look: dict[str, Any] = {"colors": _LINE, "linewidths": thin, "linestyles": "solid", "alpha": 0.7}
        axes.contour(*_nodes(asked), values, levels=levels, **look)
    bar = axes.figure.colorbar(image, ax=axes, extend="both", pad=0.02, aspect=26, fraction=0.08)
    bar.outline.set_linewidth(0.4 * subject.settings.line_width)
    bar.set_label(clean(data.target), parse_math=False)
    return np.asarray(signed()(norm(data.targets)))


def _within(level: float, values: Array) -> bool:
    return bool(values.min() < level < values.max())


def leads(field: Array) -> list[Any]:
    """By how much each class leads the others where (rows, columns); of two classes one is enough."""
    rest = [np.delete(field, place, axis=-1).max(axis=-1) for place in range(field.shape[-1])]
    planes = [np.ma.masked_invalid(field[..., place] - others) for place, others in enumerate(rest)]
    return planes[1:] if len(planes) == 2 else planes


def _nodes(asked: Portrait) -> tuple[Array, Array]:
    assert asked.wanted.region is not None
    x0, x1, y0, y1 = asked.wanted.region
    return np.linspace(x0, x1, asked.wanted.columns), np.linspace(y0, y1, asked.wanted.rows)


def _rgba(places: Array) -> Array:
    from matplotlib.colors import to_rgba

    return np.array([to_rgba(class_colour(place)) for place in places.astype(int).tolist()]).reshape(-1, 4)
