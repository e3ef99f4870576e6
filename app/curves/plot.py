"""The state of one plot: which curve of which runs, on which scales, drawn on its sheet."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor

from app.curves.axes import HUGEST, Scale, round_up
from app.curves.backdrop import Frame, plot_in
from app.curves.ranges import linear_range, log_range
from app.curves.sheet import Ink, Layout, Sheet
from app.curves.table import ALONG, COUNTED, Clock, Course, Curve
from app.curves.trace import Trace

if TYPE_CHECKING:
    from app.theme import Theme
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
        self._traces: dict[str, Trace] = {}

    def restyle(self, style: Style) -> None:
        """A range chosen by hand stays only as long as its axis does."""
        if style.log_y != self.style.log_y:
            self.y_range = None
        if style.along != self.style.along:
            self.x_range = None
        self.style = style
        if self.picture is not None:
            self.pull(self.picture, self.clock)

    def pull(self, picture: SessionPicture, clock: Clock | None) -> None:
        """Take the newest numbers of the visible runs."""
        self.picture, self.clock = picture, clock
        known = {run.id for run in picture.runs}
        self._traces = {id: trace for id, trace in self._traces.items() if id in known}
        if not self.applies:
            self._traces = {}
            return
        for run in picture.runs:
            course = ALONG[self.style.along].course(run, picture, clock) if run.visible else None
            if course is not None:
                trace = self._traces.setdefault(run.id, Trace(self.curve))
                trace.pull(run, picture, course, self.style.span)

    def compose(self, size: QSize, ratio: float) -> bool:
        """Fit the axes and bring the sheet up to date; whether anything on it is new."""
        traces, x = self.traces, self._x(size)
        area = plot_in(size, self.style.names_axis)
        own = replace(x, start=0.0, end=area.width())
        changed = min([trace.place(own, 1.0 / ratio) for trace in traces], default=math.inf)
        fit = log_range if self.style.log_y else linear_range
        low, high = self.y_range or fit([trace.extent(x, self.style.log_y) for trace in traces])
        y = Scale(low, high, area.bottom(), area.top(), self.style.log_y)
        self.frame = Frame(size, ratio, x, y, ALONG[self.style.along].title if self.style.names_axis else "")
        return self.sheet.draw(self._layout(self.frame), traces, changed)

    def outgrown(self, size: QSize) -> bool:
        """Whether the runs have gone on beyond the x axis that is drawn, so that everything is to be drawn anew."""
        return self.frame is not None and self.frame.x.high < self._x(size).high

    @property
    def traces(self) -> list[Trace]:
        """Those of the visible runs, in the order of the runs."""
        runs = self.picture.runs if self.picture else ()
        return [self._traces[run.id] for run in runs if run.visible and run.id in self._traces]

    @property
    def applies(self) -> bool:
        """Whether the curve means anything for this problem."""
        return self.picture is None or self.curve.needs(self.picture)

    @property
    def newest(self) -> int:
        """The last update that any run has recorded, -1 without any."""
        return max((trace.bins.updates for trace in self.traces), default=0) - 1

    @property
    def reference(self) -> Course:
        """Of the run whose updates the cursor counts: the selected one, else the one that is furthest."""
        traces = sorted(self.traces, key=lambda trace: (trace.run.id != self.selected, -trace.bins.updates))
        return traces[0].course if traces else COUNTED

    def values(self, update: int) -> list[tuple[Trace, int, float]]:
        """Every run with its own update at the place of the x axis where `update` is, and its value there."""
        place = self.reference.place(update)
        updates = [(trace, trace.course.update_at(place)) for trace in self.traces]
        return [(trace, at, trace.strong.value(at)) for trace, at in updates]

    def update_under(self, pixel: float) -> int:
        """The update at a pixel of the x axis, within what has been recorded."""
        assert self.frame is not None
        return min(self.reference.update_at(self.frame.x.value(pixel)), max(self.newest, 0))

    def colour(self, run: RunPicture) -> QColor:
        return self.theme.run_colours[run.colour]

    def _x(self, size: QSize) -> Scale:
        area = plot_in(size, self.style.names_axis)
        low, high = whole = self._whole_x(self.traces)
        if self.x_range is not None:
            low, high = self.x_range
        if self.style.log_x and low <= 0.0:  # chosen on a linear axis, perhaps that of another plot
            low, high = (whole[0], high) if whole[0] < high else whole
        return Scale(low, high, area.left(), area.right(), self.style.log_x)

    def _whole_x(self, traces: list[Trace]) -> Span:
        end = max((trace.end for trace in traces), default=0.0)
        end = round_up(end) if 0.0 < end < HUGEST else 1.0
        if not self.style.log_x:
            return -0.012 * end, 1.004 * end
        starts = [trace.course.place(1.0) for trace in traces]
        start = min((start for start in starts if start > 0.0), default=end / 10.0)
        return (start, end) if start < end else (end / 10.0, end)

    def _layout(self, frame: Frame) -> Layout:
        area = frame.plot
        inks = tuple(
            Ink(trace.run.id, self.colour(trace.run).name(), trace.run.id == self.selected, self.style.span)
            for trace in self.traces
        )
        x, y = replace(frame.x, start=0.0, end=area.width()), replace(frame.y, start=area.height(), end=0.0)
        return Layout(x, y, frame.ratio, self.theme.panel.name(), inks)
