"""The curve-fit figure of networks with one input: predictions, or the probability of each class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.legend import Entry, clean
from app.export.line_styles import line_style
from app.export.networks.class_colours import class_colour
from app.export.networks.context import FigureContext
from app.export.networks.dots import draw_examples, draw_wrong, legend_entries
from app.look.networks.data_ranges import default_region, noise_free_curve
from app.look.palettes import ON_LIGHT
from engine import Field, NetworkTask, Predictions

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from app.export.style import FigureSettings

Array = np.ndarray

_NODES = 600
_GREY = "#6b7280"
_BEYOND = 1.5  # how far curves may extend the axis each way, in spans of the examples
_LANE, _LANES = 1.08, 0.07  # y of the examples of the first class, and spacing of the others above
_MAX_NAMED = 12


def fits(task: NetworkTask) -> bool:
    """Whether the examples have one input, and one answer."""
    return task.inputs == 1 and task.understands(Field)


def draw(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw on empty axes; returns the legend's entries."""
    data = context.learner.data
    axes.set_xlabel(clean(data.names[0]), parse_math=False)
    axes.spines[["top", "right"]].set_visible(False)
    if context.settings.grid:
        axes.grid(True, which="major")
        axes.set_axisbelow(True)
    return _draw_classes(axes, context) if data.classes else _draw_values(axes, context)


def _draw_values(axes: Axes, context: FigureContext) -> list[Entry]:
    """The curves of all visible runs."""
    data, settings, picture = context.learner.data, context.settings, context.picture
    spots = np.column_stack([data.raw[:, 0], data.targets])
    x0, x1, low, high = default_region(context.task, spots)
    xs = np.linspace(x0, x1, _NODES)
    wanted = Field((x0, x1, 0.0, 1.0), columns=_NODES, rows=1)
    runs = [run for run in picture.runs if run.visible or run.id == context.run.id]
    curves = {run.id: _row(context.evaluated(wanted, run=run).field) for run in runs}
    axes.set_xlim(x0, x1)
    axes.set_ylim(*_reach(list(curves.values()), low, high))
    axes.set_ylabel(clean(data.target), parse_math=False)
    grey = _rgba(_GREY)
    draw_examples(axes, context, spots, np.zeros(len(spots), int), lambda places: np.tile(grey, (len(places), 1)))
    context.add_heading(axes, *([context.heading()] if len(runs) == 1 else []))
    entries: list[Entry] = []
    if (truth := noise_free_curve(context.task)) is not None:
        style: dict[str, Any] = {"color": "0.2", "lw": 0.7 * settings.line_width, "ls": (0, (4.0, 2.5)), "zorder": 3.0}
        axes.plot(*truth.T, **style)
        entries.append((_line(**style), "without noise"))
    for run in runs:
        place = [other.id for other in picture.runs].index(run.id)
        style = {"color": ON_LIGHT[run.colour], "lw": 1.4 * settings.line_width, "zorder": 5.0}
        style["ls"] = line_style(settings.dash(place) if len(runs) > 1 else ())
        axes.plot(xs, np.where(np.abs(curves[run.id][:, 0]) < 1e300, curves[run.id][:, 0], np.nan), **style)
        if len(runs) > 1:
            entries.append((_line(**style), context.heading(run)))
    if len(runs) > 1:
        return entries + _plain(settings, data)
    return entries + legend_entries(context.evaluated(Predictions()), settings, False)


def _draw_classes(axes: Axes, context: FigureContext) -> list[Entry]:
    data, settings = context.learner.data, context.settings
    spots = np.column_stack([data.raw[:, 0], _LANE + _LANES * data.targets])
    x0, x1 = default_region(context.task, spots)[:2]
    snapshot = context.evaluated(Predictions(), Field((x0, x1, 0.0, 1.0), columns=_NODES, rows=1))
    axes.set_xlim(x0, x1)
    axes.set_ylim(-0.05, _LANE + _LANES * len(data.classes))
    axes.set_yticks(np.linspace(0.0, 1.0, 6))
    axes.set_ylabel("Probability")
    axes.axhline(0.5, color="0.6", lw=0.5 * settings.line_width, ls=(0, (4.0, 2.5)))
    context.add_heading(axes, context.heading())
    entries: list[Entry] = []
    curves, xs = _row(snapshot.field), np.linspace(x0, x1, _NODES)
    for place, name in enumerate(data.classes):
        style: dict[str, Any] = {"color": class_colour(place), "lw": 1.4 * settings.line_width, "zorder": 3.2}
        axes.plot(xs, curves[:, place], ls=line_style(settings.dash(place)), **style)
        if len(data.classes) <= _MAX_NAMED:
            entries.append((_line(ls=line_style(settings.dash(place)), **style), name))
    colours = np.array([_rgba(class_colour(place)) for place in range(len(data.classes))])
    kinds = data.targets.astype(int)
    draw_examples(axes, context, spots, kinds, lambda places: colours[kinds[places]])
    if snapshot.predicted.wrong.any():
        draw_wrong(axes, context, spots, snapshot.predicted.wrong)
    return entries + legend_entries(snapshot, settings, bool(snapshot.predicted.wrong.any()))


def _plain(settings: FigureSettings, data: Any) -> list[Entry]:
    """Legend entries for filled and hollow dots without scores, if there are several runs."""
    from app.export.networks.dots import handle, size

    side = size(settings, 1)
    found: list[Entry] = [(handle(settings, "o", _GREY, "white", 0.1 * side), "training")]
    if data.validation:
        found.append((handle(settings, "o", "white", _GREY, 0.22 * side), "validation"))
    return found


def _reach(curves: list[Array], low: float, high: float) -> tuple[float, float]:
    """From low to high, extended as far as curves reach, within limits."""
    room = _BEYOND * (high - low)
    known = np.concatenate([curve[np.isfinite(curve)] for curve in curves])
    if not len(known):
        return low, high
    return min(low, max(float(known.min()), low - room)), max(high, min(float(known.max()), high + room))


def _row(field: Array | None) -> Array:
    assert field is not None
    return np.asarray(field[0])


def _line(**style: Any) -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], **style)


def _rgba(colour: str) -> Any:
    from matplotlib.colors import to_rgba

    return to_rgba(colour)
