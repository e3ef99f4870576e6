"""The state of one plot: which curve of which runs, on which scales, drawn on its sheet."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor

from app.curves.backdrop import Frame, plot_in
from app.curves.ranges import fitted_range
from app.curves.sheet import Ink, Layout, Sheet
from app.curves.table import ALONG, COUNTED, Clock, Course, Curve, Part
from app.curves.trace import Trace
from app.plots.axis_type import HUGEST, LINEAR, LOG
from app.plots.scale import Scale, round_up

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import RunPicture, SessionPicture

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Style:
    """How a curve is shown. span: updates to average over, 0 for none. along: key of the x axis.

    names_axis: whether this plot says what runs along the x axis.
    """

    log_x: bool = False
    log_y: bool = False
    span: int = 0
    along: str = "updates"
    names_axis: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """What a line is: an entry of a legend."""

    name: str
    colour: QColor
    dashed: bool = False


class Plot:
    """What a curve view shows, without the widget."""

    def __init__(self, curve: Curve, theme: Theme) -> None:
        self.curve = curve
        self.theme = theme
        self.style = Style(log_y=curve.log)
        self.selected: str | None = None
        self.x_range: Span | None = None
        self.y_range: Span | None = None
        self.picture: SessionPicture | None = None
        self.clock: Clock | None = None
        self.sheet = Sheet()
        self.frame: Frame | None = None
        self.parts: tuple[Part, ...] = ()
        self.traces: list[Trace] = []  # the parts of what is visible, in the order of the runs
        self._kept: dict[tuple[str, Part], Trace] = {}
        self._courses: dict[str, Course] = {}

    def restyle(self, style: Style) -> None:
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
        self.picture, self.clock, self.traces = picture, clock, []
        self.parts = self.curve.parts(picture) if self.applies else ()
        known = {(run.id, part) for run in picture.runs for part in self.parts}
        self._kept = {key: trace for key, trace in self._kept.items() if key in known}
        self._courses = {run.id: self._courses[run.id] for run in picture.runs if run.id in self._courses}
        for run in self._runs_shown(picture):
            course = self._course(run, picture, clock)
            for part in self.parts:
                key = run.id, part
                if course is not None:
                    trace = self._kept.setdefault(key, Trace(self.curve, part))
                    trace.pull(run, picture, course, self.span)
                if key in self._kept:
                    self.traces.append(self._kept[key])

    def _course(self, run: RunPicture, picture: SessionPicture, clock: Clock | None) -> Course | None:
        """The same object as before while the run goes on as before, so that what stays need not be placed anew."""
        course, before = ALONG[self.style.along].course(run, picture, clock), self._courses.get(run.id)
        if course is None or (before is not None and before.leads_to(course)):
            return course and before
        self._courses[run.id] = course
        return course

    def _runs_shown(self, picture: SessionPicture) -> list[RunPicture]:
        if self.curve.layers:
            return [run for run in picture.runs if run.id == self.selected] or list(picture.runs[:1])
        return [run for run in picture.runs if run.visible]

    def compose(self, size: QSize, ratio: float) -> bool:
        """Fit the axes and bring the sheet up to date; whether anything on it is new."""
        traces, x = self.traces, self._x(size)
        area = plot_in(size, self.style.names_axis)
        own = replace(x, start=0.0, end=area.width())
        changed = min([trace.place(own, 1.0 / ratio) for trace in traces], default=math.inf)
        extents = [trace.extent(x, self.style.log_y) for trace in traces]
        low, high = self.y_range or fitted_range(extents, self.style.log_y, self.curve.least)
        y = Scale(low, high, area.bottom(), area.top(), LOG if self.style.log_y else LINEAR)
        self.frame = Frame(size, ratio, x, y, ALONG[self.style.along].title if self.style.names_axis else "")
        return self.sheet.draw(self._layout(self.frame), traces, changed)

    def takes_long(self, size: QSize) -> bool:
        """Whether much is to be drawn: runs have gone on beyond the x axis, or were measured once more."""
        if self.frame is None:
            return False
        return self.frame.x.high < self._x(size).high or (not self.curve.columns and any(t.fresh for t in self.traces))

    @property
    def applies(self) -> bool:
        """Whether the curve means anything for this problem."""
        return self.picture is None or self.curve.needs(self.picture)

    @property
    def newest(self) -> int:
        """The last update of which any run knows something, -1 without any."""
        return max((trace.newest for trace in self.traces), default=-1)

    @property
    def reference(self) -> Course:
        """Of the run whose updates the cursor counts: the selected one, else the one that is furthest."""
        traces = sorted(self.traces, key=lambda trace: (trace.run.id != self.selected, -trace.newest))
        return traces[0].course if traces else COUNTED

    @property
    def leads(self) -> list[Trace]:
        """One trace of each run that is shown."""
        found: dict[str, Trace] = {}
        for trace in self.traces:
            found.setdefault(trace.run.id, trace)
        return list(found.values())

    @property
    def title(self) -> str:
        return self.curve.title_for(self.picture)

    @property
    def owner(self) -> str:
        """The name of the run whose layers are shown; empty if all runs are."""
        return self.traces[0].run.name if self.curve.layers and self.traces else ""

    @property
    def legend(self) -> list[Key]:
        """The lines that each run has, if there is something to tell apart."""
        if len(self.parts) < 2 and not self.curve.layers:
            return []
        return [Key(part.name, self._part_colour(part) or self.theme.muted, part.dashed) for part in self.parts]

    def values(self, update: int) -> list[tuple[Trace, int, float]]:
        """Every trace with the value at the place of the x axis where `update` is, and the run's update it is of."""
        place = self.reference.place(update)
        return [(trace, *trace.value(trace.course.update_at(place))) for trace in self.traces]

    def update_under(self, pixel: float) -> int:
        """The update at a pixel of the x axis, within what has been recorded."""
        assert self.frame is not None
        return min(self.reference.update_at(self.frame.x.value(pixel)), max(self.newest, 0))

    @property
    def span(self) -> int:
        """Updates to average over: what is measured now and then is not averaged."""
        return self.style.span if self.curve.columns else 0

    def colour(self, trace: Trace) -> QColor:
        """Of the layer, or of the run."""
        return self._part_colour(trace.part) or self.theme.run_colours[trace.run.colour]

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

    def _whole_x(self, traces: list[Trace]) -> Span:
        end = max((trace.reach for trace in traces), default=0.0)
        end = round_up(end) if 0.0 < end < HUGEST else 1.0
        if not self.style.log_x:
            return -0.012 * end, 1.004 * end
        starts = [trace.course.place(1.0) for trace in traces]
        start = min((start for start in starts if start > 0.0), default=end / 10.0)
        return (start, end) if start < end else (end / 10.0, end)

    def _stands_out(self, trace: Trace) -> bool:
        return trace.run.id == self.selected and trace.part.layer is None

    def _layout(self, frame: Frame) -> Layout:
        area = frame.plot
        inks = tuple(
            Ink(trace.run.id, trace.part, self.colour(trace).name(), self._stands_out(trace), self.span)
            for trace in self.traces
        )
        x, y = replace(frame.x, start=0.0, end=area.width()), replace(frame.y, start=area.height(), end=0.0)
        return Layout(x, y, frame.ratio, self.theme.panel.name(), inks)
