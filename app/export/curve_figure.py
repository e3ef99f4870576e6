"""A curve figure: one curve of all visible runs, or of one run's layers, decimated and ranged as on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.curves.automatic_axis import smallest_size, suited_type, x_symlog
from app.curves.curve_catalogue import CURVES, Curve
from app.curves.curve_line import CurveLine
from app.curves.ranges import fitted_axis, reference_extents
from app.curves.x_axes import X_AXES, Array, Clock, XAxisMapping
from app.export.axis_scales import set_axis
from app.export.figure_content import CurveContent
from app.export.legend import Entry, clean
from app.export.line_styles import LineStyle, LineStyles, line_style
from app.export.records import Progress, selected_run, with_exact_history
from app.export.style import MM, POINTS, FigureSettings, Pattern
from app.look.number_format import number
from app.look.palettes import ON_LIGHT
from app.plots.axis_type import AUTOMATIC, HUGEST, LINEAR, LOG
from app.plots.scale import Scale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from engine import Interruption, Reference, RunPicture, SessionPicture, Tweak

PITCH = 0.15  # points of paper per column of decimation
_MARKS = 6  # markers per curve
_MAX_TWEAKS = 40


def draw_curves(
    axes: Axes,
    picture: SessionPicture,
    plot: CurveContent,
    settings: FigureSettings,
    labels: Mapping[str, str],
    clocks: Mapping[str, Clock],
    progress: Progress,
    interruption: Interruption | None = None,
) -> list[Entry]:
    """Draw on empty axes; returns the legend's entries. labels and clocks are by run id.

    Lines are placed in axes fractions, so that they are the same on every axis type.
    """
    curve, along = CURVES[plot.curve], X_AXES[plot.along]
    shown = _shown(curve, picture)
    mappings = {run.id: along.mapping(run, picture, clocks.get(run.id)) for run in shown}
    x = _x_scale(plot, shown, mappings)
    span = plot.span if curve.columns else 0
    lines = []
    for run in shown:
        mapping = mappings[run.id]
        if mapping is not None:
            lines += _lines(curve, picture, run, mapping, span, progress, interruption)
    for line in lines:
        line.place(x, PITCH / (settings.width / MM * POINTS))
    references = curve.references(picture) if lines else ()
    y = _y_scale(plot, lines, x, references)
    _set_up(axes, x, y, along.title, curve.axis_for(picture), settings)
    styles = LineStyles(curve, picture, settings)
    for order, line in enumerate(lines):
        pen = _Pen(axes, settings, styles.of(line), order / len(lines))
        pen.draw(line, x, y, bool(span))
    for reference in references:
        _draw_reference(axes, settings, y.pixel(reference.value))
    leads = list({line.run.id: line for line in reversed(lines)}.values())[::-1]
    for line in leads:
        _draw_tweaks(axes, settings, line, x)
    for line in lines:
        _draw_branching(axes, settings, line, x, y, styles.of(line).colour)
    if not any(line.bins.updates for line in lines):
        axes.text(0.5, 0.5, "nothing recorded", transform=axes.transAxes, ha="center", va="center", color="0.5")
    if curve.layers:
        entries = [(styles.of(line).handle(settings), line.part.name) for line in lines]
        if len(picture.runs) > 1:
            entries[:0] = [(_empty_handle(), run.name) for run in shown]
    else:
        entries = [(styles.of(line).handle(settings), labels[line.run.id]) for line in leads]
        entries += styles.parts(settings) if leads else []
    return entries + _signs(lines, settings) + _known(references, settings)


def _shown(curve: Curve, picture: SessionPicture) -> list[RunPicture]:
    """The runs whose curves are drawn: all visible ones, or for curves of layers only the selected one."""
    if not curve.needs(picture):
        return []
    if not curve.layers:
        return [run for run in picture.runs if run.visible]
    return [selected_run(picture)]


def _lines(
    curve: Curve,
    picture: SessionPicture,
    run: RunPicture,
    mapping: XAxisMapping,
    span: int,
    progress: Progress,
    interruption: Interruption | None,
) -> list[CurveLine]:
    exact = with_exact_history(picture, run, progress, interruption) if curve.columns else run
    lines = [CurveLine(curve, part) for part in curve.parts(run)]
    for line in lines:
        line.pull(exact, picture, mapping, span)
        # Once it is placed, a million rows are a few thousand columns.
        line.run = run
    return lines


class _Pen:
    """Draws one line."""

    def __init__(self, axes: Axes, settings: FigureSettings, style: LineStyle, shift: float) -> None:
        self.axes = axes
        self.settings = settings
        self.style = style
        self.shift = shift

    def draw(self, line: CurveLine, x: Scale, y: Scale, smooth: bool) -> None:
        raw = polyline(*line.raw.pieces(-np.inf, y))
        if smooth:
            self._line(*raw, width=0.6, alpha=0.3, zorder=2.0, pattern=())
        strong = polyline(*line.smooth.pieces(-np.inf, y)) if smooth else raw
        self._line(*strong, width=1.0, alpha=1.0, zorder=3.0, pattern=self.style.pattern)
        self._markers(*strong)
        if line.diverged:
            self._end(*raw)

    def _line(self, across: Array, up: Array, width: float, alpha: float, zorder: float, pattern: Pattern) -> None:
        if np.isfinite(up).sum() == 1:
            one = np.isfinite(up)
            self._points(across[one], up[one], "o", 3.5 * self.settings.line_width)
            return
        self.axes.plot(
            across, up, transform=self.axes.transAxes, color=self.style.colour, lw=width * self.settings.line_width,
            ls=line_style(pattern), alpha=alpha, zorder=zorder,
        )  # fmt: skip

    def _markers(self, across: Array, up: Array) -> None:
        """A few markers, at other places for each run, so that overlapping curves show all of theirs."""
        there = np.isfinite(up)
        if not self.style.marker or there.sum() < 2:
            return
        across, up = across[there], up[there]
        wanted = (np.arange(_MARKS) + 0.15 + 0.8 * self.shift) / _MARKS
        wanted = wanted[(wanted >= across[0]) & (wanted <= across[-1])]
        nearest = np.clip(np.searchsorted(across, wanted), 1, len(across) - 1)
        nearest -= wanted - across[nearest - 1] < across[nearest] - wanted
        self.axes.plot(
            across[nearest], up[nearest], transform=self.axes.transAxes, ls="", zorder=4.0,
            **self.style.marks(self.settings),
        )  # fmt: skip

    def _end(self, across: Array, up: Array) -> None:
        there = np.flatnonzero(np.isfinite(up) & (across <= 1.0))
        if there.size:
            last = there[-1:]
            self._points(across[last], np.clip(up[last], 0.0, 1.0), "X", 3.5 * self.settings.line_width + 2.0)

    def _points(self, across: Array, up: Array, marker: str, size: float) -> None:
        self.axes.plot(
            across, up, transform=self.axes.transAxes, ls="", marker=marker, ms=size, mfc=self.style.colour,
            mec="white", mew=0.4 * self.settings.line_width, zorder=5.0, clip_on=False,
        )  # fmt: skip


def _draw_tweaks(axes: Axes, settings: FigureSettings, line: CurveLine, x: Scale) -> None:
    places = np.unique([x.pixel(line.mapping.place(tweak.update)) for tweak in _own_tweaks(line.run)][:_MAX_TWEAKS])
    for place in places[(places >= 0.0) & (places <= 1.0)]:
        axes.axline(
            (place, 0.0), (place, 1.0), transform=axes.transAxes, color=ON_LIGHT[line.run.colour],
            lw=0.6 * settings.line_width, ls=(0, (1.0, 2.5)), zorder=1.5,
        )  # fmt: skip


def _own_tweaks(run: RunPicture) -> list[Tweak]:
    """Without those that the origin of a branch has, too."""
    return [tweak for tweak in run.tweaks if tweak.update >= run.begins]


def _draw_branching(axes: Axes, settings: FigureSettings, line: CurveLine, x: Scale, y: Scale, colour: str) -> None:
    """A ring where a branch leaves its origin."""
    if line.branching is None:
        return
    at, value = line.branching
    across, up = x.pixel(line.mapping.place(at)), y.pixel(value)
    if 0.0 <= across <= 1.0 and 0.0 <= up <= 1.0:
        axes.plot(
            [across], [up], transform=axes.transAxes, ls="", marker="o", ms=2.6 * settings.line_width + 1.0,
            mfc="white", mec=colour, mew=0.8 * settings.line_width, zorder=4.5, clip_on=False,
        )  # fmt: skip


def _draw_reference(axes: Axes, settings: FigureSettings, place: float) -> None:
    """A loss that is known beforehand, at a share of the height."""
    if 0.0 <= place <= 1.0:
        axes.axline((0.0, place), (1.0, place), transform=axes.transAxes, zorder=1.6, **_reference_style(settings))


def _reference_style(settings: FigureSettings) -> dict[str, Any]:
    return {"color": "0.35", "lw": 0.8 * settings.line_width, "ls": (0, (6.0, 3.0))}


def _known(references: tuple[Reference, ...], settings: FigureSettings) -> list[Entry]:
    """What the lines of losses that are known beforehand mean."""
    from matplotlib.lines import Line2D

    style = _reference_style(settings)
    return [(Line2D([], [], **style), f"{each.title}: {number(each.value, 3)}") for each in references]


def polyline(start: Array, stop: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """The points (xs, ys) of the line through pieces that span low to high between start and stop.

    A piece is left towards the middle of the next; a piece with one value at one place is one point.
    """
    ahead = np.diff(low + high, append=low[-1:] + high[-1:])
    xs, ys = np.column_stack((start, stop)).ravel(), np.empty(2 * len(low))
    ys[0::2] = np.where(ahead > 0.0, low, high)
    ys[1::2] = np.where(ahead > 0.0, high, low)
    needed = np.ones(len(xs), bool)
    needed[1::2] = (low != high) | (start != stop)
    return xs[needed], np.where(np.isfinite(ys), ys, np.nan)[needed]


def _empty_handle() -> Any:
    """A legend handle without a line."""
    from matplotlib.lines import Line2D

    return Line2D([], [], ls="")


def _signs(lines: list[CurveLine], settings: FigureSettings) -> list[Entry]:
    """What the other marks mean, if there are any."""
    from matplotlib.lines import Line2D

    entries: list[Entry] = []
    if any(line.diverged for line in lines):
        size = 3.5 * settings.line_width + 2.0
        entries.append((Line2D([], [], ls="", marker="X", ms=size, mfc="0.35", mec="white", mew=0.4), "diverged"))
    if any(_own_tweaks(line.run) for line in lines):
        entries.append((Line2D([], [], color="0.35", lw=0.6 * settings.line_width, ls=(0, (1.0, 2.5))), "tweak"))
    return entries


def _x_scale(plot: CurveContent, shown: list[RunPicture], mappings: Mapping[str, XAxisMapping | None]) -> Scale:
    """From the first update to the last of any run, on a width of 1."""
    known = [(run, mapping) for run in shown if (mapping := mappings[run.id]) is not None]
    ends = [mapping.place(max(run.history.updates, 1)) for run, mapping in known]
    end = max((end for end in ends if 0.0 < end < HUGEST), default=1.0)
    starts = [start for _, mapping in known if (start := mapping.place(1.0)) > 0.0]
    start = min(starts, default=end / 10.0)
    start = start if start < end else end / 10.0
    if plot.x_type == "log":
        return Scale(*(plot.x_range or (start, end)), 0.0, 1.0, LOG)
    type = x_symlog(start) if plot.x_type == "symlog" else LINEAR
    return Scale(*(plot.x_range or (0.0, end)), 0.0, 1.0, type)


def _y_scale(plot: CurveContent, lines: list[CurveLine], x: Scale, references: tuple[Reference, ...]) -> Scale:
    """The type that was asked for, or the one that suits the values; on a height of 1."""
    curve, name = CURVES[plot.curve], plot.y_type
    if name == AUTOMATIC:
        reaches_zero = plot.y_range is not None and plot.y_range[0] <= 0.0
        name = suited_type(curve.log and not reaches_zero, lines)
    extents = [line.extent(x, name == "log") for line in lines]
    extents += reference_extents(references, name == "log") if lines else []
    type, span = fitted_axis(name, extents, smallest_size(lines), curve.least)
    return Scale(*(plot.y_range or span), 0.0, 1.0, type)


def _set_up(axes: Axes, x: Scale, y: Scale, along: str, title: str, settings: FigureSettings) -> None:
    set_axis(axes, "x", x, settings)
    set_axis(axes, "y", y, settings)
    axes.set_xlabel(clean(along[:1].upper() + along[1:]))
    axes.set_ylabel(clean(title))
    axes.spines[["top", "right"]].set_visible(False)
    if settings.grid:
        axes.grid(True, which="major")
        axes.set_axisbelow(True)
