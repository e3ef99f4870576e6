"""The figure of each comparison, by its key, and the line below it that says how fair it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.legend import Entry, clean
from app.export.line_styles import LineStyle, line_style
from app.export.style import FigureSettings
from app.look.palettes import CLASSES_ON_LIGHT, ON_LIGHT
from app.plots.proportion import finite_of, in_proportion
from engine import Setting

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from engine import Arm, ArmOverSeeds, Plan, RaceResult, RateCurve, RateResult, ScoreResult, SeedsResult, SweepResult

Draw = Callable[["Figure", "Plan", Any, FigureSettings], list[Entry]]
Array = np.ndarray

_BAND, _GOOD = 0.2, 0.5  # opacity
_RATIO = 20.0  # of the largest to the least value, from which an axis is logarithmic
_MARGIN = 1.5  # beyond the least and the largest value of a logarithmic axis
_SPARE = 0.05  # of the range of a linear axis, the same
_NOTE = 0.8  # of the font, for what is said below


def draw_seeds(figure: Figure, plan: Plan, result: SeedsResult, settings: FigureSettings) -> list[Entry]:
    """Medians with quartiles."""
    return _draw_bands(figure.add_subplot(), result.arms, plan, settings)


def draw_rates(figure: Figure, plan: Plan, result: RateResult, settings: FigureSettings) -> list[Entry]:
    """Values at the end over learning rates."""
    return _draw_rates(figure.add_subplot(), result.curves, plan, settings)


def draw_race(figure: Figure, plan: Plan, result: RaceResult, settings: FigureSettings) -> list[Entry]:
    """How all were tuned, beside how they race."""
    tuning, race = figure.subplots(1, 2)
    entries = _draw_rates(tuning, result.curves, plan, settings)
    _draw_bands(race, result.arms, plan, settings)
    return entries


def draw_sweep(figure: Figure, plan: Plan, result: SweepResult, settings: FigureSettings) -> list[Entry]:
    """Values over the one setting, or a map of the first two, numbers before names."""
    axes = figure.add_subplot()
    sides = sorted(range(len(result.axes)), key=lambda place: not result.axes[place].is_number)
    if len(sides) >= 2:
        _draw_map(figure, axes, plan, result, (sides[0], sides[1]))
        return []
    entries = []
    for place, arm in enumerate(_arms(row.arm for row in result.rows)):
        rows = sorted((row for row in result.rows if row.arm.key == arm.key), key=lambda row: result.at(0, row))
        style = _style(arm, place, settings)
        ys = np.array([row.spread.median for row in rows])
        xs = np.array([result.at(0, row) for row in rows])
        pattern = line_style(style.pattern) if result.axes[0].is_number else "none"
        axes.plot(xs, np.where(np.isfinite(ys), ys, np.nan), color=style.colour, ls=pattern, marker="o", ms=3)
        failing = xs[~np.isfinite(ys)]
        heights = [0.98 - 0.04 * place] * len(failing)
        axes.plot(failing, heights, "x", color=style.colour, ms=3, transform=axes.get_xaxis_transform())
        entries.append((style.handle(settings), arm.name))
    _set_side(axes, "x", result, 0)
    _set_y(axes, finite_of([np.array([row.spread.median for row in result.rows])]), plan)
    return entries


def _draw_map(figure: Figure, axes: Axes, plan: Plan, result: SweepResult, sides: tuple[int, int]) -> None:
    """Colours over two settings: cells of a grid, else dots; crosses for what diverged."""
    best: dict[tuple[float, ...], float] = {}
    for row in result.rows:  # the best come first
        best.setdefault(tuple(result.at(side, row) for side in sides), row.spread.median)
    points, ends = np.array(list(best)).reshape(-1, 2), np.array(list(best.values()))
    finite = np.isfinite(ends)
    norm, (xs, ys) = _norm(ends[finite]), (np.unique(points[:, side]) for side in (0, 1))
    drawn: Any
    if len(points) and len(points) == len(xs) * len(ys):  # a grid
        cells = np.full((len(ys), len(xs)), np.nan)
        cells[np.searchsorted(ys, points[:, 1]), np.searchsorted(xs, points[:, 0])] = np.where(finite, ends, np.nan)
        edges = (_edges(values, result.axes[side].log) for values, side in zip((xs, ys), sides, strict=True))
        drawn = axes.pcolormesh(*edges, cells, norm=norm, cmap="cividis_r")
    else:
        seen = points[finite]
        drawn = axes.scatter(seen[:, 0], seen[:, 1], c=ends[finite], s=40, norm=norm, cmap="cividis_r")
    axes.scatter(points[~finite, 0], points[~finite, 1], c="0.4", s=16, marker="x", zorder=3)
    figure.colorbar(drawn, ax=axes, label=_words(plan.counted))
    for place, letter in zip(sides, "xy", strict=True):
        _set_side(axes, letter, result, place)


def _edges(values: Array, log: bool) -> Array:
    """The edges (k + 1,) of cells around ascending values (k,), half-way between two of them."""
    places = np.log(values) if log else values
    if len(places) < 2:
        places = np.array([places[0] - 0.5, places[0] + 0.5])
    else:
        middle = (places[1:] + places[:-1]) / 2.0
        places = np.concatenate([[2 * places[0] - middle[0]], middle, [2 * places[-1] - middle[-1]]])
    edges: Array = np.exp(places) if log else places
    return edges


def _set_side(axes: Axes, letter: str, result: SweepResult, place: int) -> None:
    """Scale, names and label of a side along which a setting is varied."""
    axis, labels = result.axes[place], result.labels(place)
    getattr(axes, f"set_{letter}scale")("log" if axis.log else "linear")
    if labels:
        getattr(axes, f"set_{letter}ticks")(range(len(labels)), [clean(each) for each in labels], parse_math=False)
        getattr(axes, f"set_{letter}lim")(-0.5, len(labels) - 0.5)
    getattr(axes, f"set_{letter}label")(clean(Setting.of(axis.path).words), parse_math=False)


def draw_scores(figure: Figure, plan: Plan, result: ScoreResult, settings: FigureSettings) -> list[Entry]:
    """A bar for each optimizer."""
    axes = figure.add_subplot()
    scores = result.scores[::-1]
    colours = [CLASSES_ON_LIGHT[int(score.score >= 1.0)] for score in scores]
    axes.barh(np.arange(len(scores)), [score.score - 1.0 for score in scores], left=1.0, color=colours, height=0.7)
    names = [clean(score.title) for score in scores]
    axes.set_yticks(np.arange(len(scores)), names, fontsize=_NOTE * settings.font_size)
    axes.set_xscale("log" if scores else "linear")
    axes.axvline(1.0, color="0.4", lw=0.6 * settings.line_width)
    axes.set_xlabel(f"times as fast as tuned {result.baseline} (geometric mean)")
    return []


FIGURES: dict[str, Draw] = {
    "seeds": draw_seeds,
    "rates": draw_rates,
    "race": draw_race,
    "sweep": draw_sweep,
    "scores": draw_scores,
}


def fairness(plan: Plan) -> str:
    """What a reader must know: budgets and seeds, and that all were tuned equally if they were."""
    values = plan.choice.values
    updates = f"{plan.updates:,} updates each" if "updates" in values else "each to its target, within its budget"
    seeds = int(values.get("seeds", 1))  # type: ignore[arg-type]
    told = f"{updates}, {seeds} seed{'s' * (seeds != 1)}"
    if plan.choice.kind == "race":
        return f"{told} that no run was tuned with; every run was tuned by as many trials as the others"
    if plan.choice.kind == "scores":
        return f"{told} that no optimizer was tuned with; each was tuned by as many learning rates as the others"
    return f"{told}, the same for all"


def _draw_bands(axes: Axes, arms: Iterable[ArmOverSeeds], plan: Plan, settings: FigureSettings) -> list[Entry]:
    entries: list[Entry] = []
    seen: list[Array] = []
    for place, each in enumerate(arms):
        style = _style(each.arm, place, settings)
        low, median, high = (np.where(np.isfinite(row), row, np.nan) for row in each.band)
        axes.fill_between(each.updates, low, high, color=style.colour, alpha=_BAND, lw=0)
        axes.plot(each.updates, median, color=style.colour, lw=settings.line_width, ls=line_style(style.pattern))
        seen.append(median)
        entries.append((style.handle(settings), each.arm.name))
    axes.set_xlabel("update")
    _set_y(axes, in_proportion(seen), plan)
    return entries


def _draw_rates(axes: Axes, curves: Iterable[RateCurve], plan: Plan, settings: FigureSettings) -> list[Entry]:
    entries: list[Entry] = []
    seen: list[Array] = []
    for place, curve in enumerate(curves):
        style = _style(curve.arm, place, settings)
        medians = np.array([each.median for each in curve.spreads])
        _draw_points(axes, curve.rates, medians, style, settings)
        if curve.good is not None:
            ends, height = [curve.rates[end] for end in curve.good], 0.015 + 0.025 * place
            transform = axes.get_xaxis_transform()
            axes.plot(
                ends, [height] * 2, color=style.colour, alpha=_GOOD, lw=3.0 * settings.line_width, transform=transform
            )
        failing = [rate for rate, count in zip(curve.rates, curve.diverged, strict=True) if count]
        heights = [0.98 - 0.04 * place] * len(failing)
        axes.plot(failing, heights, "x", color=style.colour, ms=3, transform=axes.get_xaxis_transform())
        seen.append(medians)
        entries.append((style.handle(settings), curve.arm.name))
    axes.set_xscale("log")
    axes.set_xlabel("learning rate")
    _set_y(axes, finite_of(seen), plan)
    return entries


def _draw_points(axes: Axes, xs: Any, ys: Array, style: LineStyle, settings: FigureSettings) -> None:
    """A line with a point at each value that is finite."""
    values = np.where(np.isfinite(ys), ys, np.nan)
    axes.plot(
        xs, values, "o", color=style.colour, lw=settings.line_width, ls=line_style(style.pattern),
        ms=1.5 * settings.line_width + 1.0,
    )  # fmt: skip


def _style(arm: Arm, place: int, settings: FigureSettings) -> LineStyle:
    return LineStyle(ON_LIGHT[arm.colour], settings.dash(place), "")


def _set_y(axes: Axes, known: Array, plan: Plan) -> None:
    """Scale, range and label of what counts. known: the values that the axis is to hold."""
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    if low > 0.0 and high > _RATIO * low:
        axes.set_yscale("log")
        axes.set_ylim(low / _MARGIN, high * _MARGIN)
    elif high > low:
        axes.set_ylim(low - _SPARE * (high - low), high + _SPARE * (high - low))
    axes.set_ylabel(_words(plan.counted))


def _norm(values: Array) -> Any:
    from matplotlib.colors import LogNorm, Normalize

    if len(values) and values.min() > 0.0 and values.max() > _RATIO * values.min():
        return LogNorm()
    return Normalize()


def _words(counted: str) -> str:
    return counted.replace("_", " ")


def _arms(arms: Iterable[Arm]) -> list[Arm]:
    return list({arm.key: arm for arm in arms}.values())
