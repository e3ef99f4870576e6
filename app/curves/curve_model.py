"""The state of one plot: which curve of which runs, on which scales, drawn on its raster."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor

from app.curves.backdrop import Frame, plot_in
from app.curves.curve_catalogue import Curve, Part
from app.curves.curve_line import CurveLine
from app.curves.curve_raster import CurveRaster, LineStyle, RasterLayout
from app.curves.ranges import fitted_range
from app.curves.x_axes import UPDATES, X_AXES, Clock, XAxisMapping
from app.plots.axis_type import HUGEST, LINEAR, LOG
from app.plots.scale import Scale, round_up

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import RunPicture, SessionPicture

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class CurveStyle:
    """How a curve is shown. span: updates to average over, 0 for none. along: key of the x axis.

    names_axis: whether this plot says what runs along the x axis.
    """

    log_x: bool = False
    log_y: bool = False
    span: int = 0
    along: str = "updates"
    names_axis: bool = False


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """What a line is: an entry of a legend."""

    name: str
    colour: QColor
    dashed: bool = False


class Plot:
    """What a curve view shows, without the widget."""

    def __init__(self, curve: Curve, theme: Theme) -> None:
        self.curve = curve
        self.theme = theme
        self.style = CurveStyle(log_y=curve.log)
        self.selected: str | None = None
        self.x_range: Span | None = None
        self.y_range: Span | None = None
        self.picture: SessionPicture | None = None
        self.clock: Clock | None = None
        self.raster = CurveRaster()
        self.frame: Frame | None = None
        self.parts: tuple[Part, ...] = ()
        self.lines: list[CurveLine] = []  # the parts of what is visible, in the order of the runs
        self._kept: dict[tuple[str, Part], CurveLine] = {}
        self._mappings: dict[str, XAxisMapping] = {}

    def restyle(self, style: CurveStyle) -> None:
        """A range chosen by hand stays only as long as its axis does."""
        if style.log_y != self.style.log_y:
            self.y_range = None
        if style.along != self.style.along:
            self.x_range = None
        self.style = style
        if self.picture is not None:
            self.pull(self.picture, self.clock)

    def select(self, id: str | None) -> None:
        """Draw a run on top, and count its updates; a curve of layers shows no other."""
        self.selected = id
        if self.picture is not None and self.curve.layers:
            self.pull(self.picture, self.clock)

    def pull(self, picture: SessionPicture, clock: Clock | None) -> None:
        """Take the newest numbers of the runs that are shown."""
        self.picture, self.clock, self.lines = picture, clock, []
        self.parts = self.curve.parts(picture) if self.applies else ()
        known = {(run.id, part) for run in picture.runs for part in self.parts}
        self._kept = {key: line for key, line in self._kept.items() if key in known}
        self._mappings = {run.id: self._mappings[run.id] for run in picture.runs if run.id in self._mappings}
        for run in self._runs_shown(picture):
            mapping = self._mapping(run, picture, clock)
            for part in self.parts:
                key = run.id, part
                if mapping is not None:
                    line = self._kept.setdefault(key, CurveLine(self.curve, part))
                    line.pull(run, picture, mapping, self.span)
                if key in self._kept:
                    self.lines.append(self._kept[key])

    def _mapping(self, run: RunPicture, picture: SessionPicture, clock: Clock | None) -> XAxisMapping | None:
        """The same object as before while the run goes on as before, so that what stays need not be placed anew."""
        mapping, before = X_AXES[self.style.along].mapping(run, picture, clock), self._mappings.get(run.id)
        if mapping is None or (before is not None and before.leads_to(mapping)):
            return mapping and before
        self._mappings[run.id] = mapping
        return mapping

    def _runs_shown(self, picture: SessionPicture) -> list[RunPicture]:
        if self.curve.layers:
            return [run for run in picture.runs if run.id == self.selected] or list(picture.runs[:1])
        return [run for run in picture.runs if run.visible]

    def compose(self, size: QSize, ratio: float) -> bool:
        """Fit the axes and bring the raster up to date; whether anything on it is new."""
        lines, x = self.lines, self._x(size)
        area = plot_in(size, self.style.names_axis)
        own = replace(x, start=0.0, end=area.width())
        changed = min([line.place(own, 1.0 / ratio) for line in lines], default=math.inf)
        extents = [line.extent(x, self.style.log_y) for line in lines]
        low, high = self.y_range or fitted_range(extents, self.style.log_y, self.curve.least)
        y = Scale(low, high, area.bottom(), area.top(), LOG if self.style.log_y else LINEAR)
        self.frame = Frame(size, ratio, x, y, X_AXES[self.style.along].title if self.style.names_axis else "")
        return self.raster.draw(self._layout(self.frame), lines, changed)

    def takes_long(self, size: QSize) -> bool:
        """Whether much is to be drawn: runs have gone on beyond the x axis, or were measured once more."""
        if self.frame is None:
            return False
        return self.frame.x.high < self._x(size).high or (not self.curve.columns and any(t.fresh for t in self.lines))

    @property
    def applies(self) -> bool:
        """Whether the curve means anything for this problem."""
        return self.picture is None or self.curve.needs(self.picture)

    @property
    def newest(self) -> int:
        """The last update of which any run knows something, -1 without any."""
        return max((line.newest for line in self.lines), default=-1)

    @property
    def reference(self) -> XAxisMapping:
        """Of the run whose updates the cursor counts: the selected one, else the one that is furthest."""
        lines = sorted(self.lines, key=lambda line: (line.run.id != self.selected, -line.newest))
        return lines[0].mapping if lines else UPDATES

    @property
    def leads(self) -> list[CurveLine]:
        """One line of each run that is shown."""
        found: dict[str, CurveLine] = {}
        for line in self.lines:
            found.setdefault(line.run.id, line)
        return list(found.values())

    @property
    def title(self) -> str:
        return self.curve.title_for(self.picture)

    @property
    def owner(self) -> str:
        """The name of the run whose layers are shown; empty if all runs are."""
        return self.lines[0].run.name if self.curve.layers and self.lines else ""

    @property
    def legend(self) -> list[LegendEntry]:
        """The lines that each run has, if there is something to tell apart."""
        if len(self.parts) < 2 and not self.curve.layers:
            return []
        return [LegendEntry(part.name, self._part_colour(part) or self.theme.muted, part.dashed) for part in self.parts]

    def values(self, update: int) -> list[tuple[CurveLine, int, float]]:
        """Every line with the value at the place of the x axis where `update` is, and the run's update it is of."""
        place = self.reference.place(update)
        return [(line, *line.value(line.mapping.update_at(place))) for line in self.lines]

    def update_under(self, pixel: float) -> int:
        """The update at a pixel of the x axis, within what has been recorded."""
        assert self.frame is not None
        return min(self.reference.update_at(self.frame.x.value(pixel)), max(self.newest, 0))

    @property
    def span(self) -> int:
        """Updates to average over: what is measured now and then is not averaged."""
        return self.style.span if self.curve.columns else 0

    def colour(self, line: CurveLine) -> QColor:
        """Of the layer, or of the run."""
        return self._part_colour(line.part) or self.theme.run_colours[line.run.colour]

    def _part_colour(self, part: Part) -> QColor | None:
        return None if part.layer is None else self.theme.layer_colour(part.layer, len(self.parts))

    def _x(self, size: QSize) -> Scale:
        area = plot_in(size, self.style.names_axis)
        low, high = whole = self._whole_x(self.leads)
        if self.x_range is not None:
            low, high = self.x_range
        if self.style.log_x and low <= 0.0:  # chosen on a linear axis, perhaps that of another plot
            low, high = (whole[0], high) if whole[0] < high else whole
        return Scale(low, high, area.left(), area.right(), LOG if self.style.log_x else LINEAR)

    def _whole_x(self, lines: list[CurveLine]) -> Span:
        end = max((line.reach for line in lines), default=0.0)
        end = round_up(end) if 0.0 < end < HUGEST else 1.0
        if not self.style.log_x:
            return -0.012 * end, 1.004 * end
        starts = [line.mapping.place(1.0) for line in lines]
        start = min((start for start in starts if start > 0.0), default=end / 10.0)
        return (start, end) if start < end else (end / 10.0, end)

    def _stands_out(self, line: CurveLine) -> bool:
        return line.run.id == self.selected and line.part.layer is None

    def _layout(self, frame: Frame) -> RasterLayout:
        area = frame.plot
        styles = tuple(
            LineStyle(line.run.id, line.part, self.colour(line).name(), self._stands_out(line), self.span)
            for line in self.lines
        )
        x, y = replace(frame.x, start=0.0, end=area.width()), replace(frame.y, start=area.height(), end=0.0)
        return RasterLayout(x, y, frame.ratio, self.theme.panel.name(), styles)
