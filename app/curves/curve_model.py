"""The model of a curve view: which curve of which runs, on which axes, drawn on its raster."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

from app.curves.automatic_axis import SteadyType, smallest_size, x_symlog
from app.curves.curve_catalogue import Curve, Part
from app.curves.curve_line import CurveLine
from app.curves.curve_raster import CurveRaster, LineStyle, RasterLayout
from app.curves.curve_style import CurveStyle
from app.curves.ranges import fitted_axis, reference_extents
from app.curves.x_axes import UPDATES, X_AXES, Clock, XAxisMapping
from app.plots.axis_type import AUTOMATIC, HUGEST, LINEAR, LOG, AxisType, Span
from app.plots.scale import Scale, round_up

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import Reference, RunPicture, SessionPicture


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """What a line is."""

    name: str
    colour: QColor
    dashed: bool = False


class CurveModel:
    """What a curve view shows, without the widget."""

    def __init__(self, curve: Curve, theme: Theme) -> None:
        self.curve = curve
        self.theme = theme
        self.style = CurveStyle()
        self.selected: str | None = None
        self.picture: SessionPicture | None = None
        self.clocks: Mapping[str, Clock] = {}
        self.raster = CurveRaster()
        self.parts: tuple[Part, ...] = ()
        self.lines: list[CurveLine] = []  # the parts of what is visible, in the order of the runs
        self._kept: dict[tuple[str, Part], CurveLine] = {}
        self._mappings: dict[str, XAxisMapping] = {}
        self._steady = SteadyType()

    def restyle(self, style: CurveStyle) -> None:
        self.style = style
        if self.picture is not None:
            self.pull(self.picture, self.clocks)

    def rest(self) -> None:
        """Hold on to nothing that was pulled."""
        self.picture, self.clocks, self.lines, self.parts = None, {}, [], ()
        self._kept, self._mappings, self.raster = {}, {}, CurveRaster()

    def forget(self) -> None:
        """Choose the type of the y axis anew: other data are to be shown."""
        self._steady = SteadyType()

    def select(self, id: str | None) -> None:
        """Draw a run on top, and count its updates; a curve of layers shows no other."""
        self.selected = id
        if self.picture is not None and self.curve.layers:
            self.pull(self.picture, self.clocks)

    def pull(self, picture: SessionPicture, clocks: Mapping[str, Clock]) -> None:
        """Take the newest numbers of the runs that are shown. clocks: by the ids of runs."""
        self.picture, self.clocks, self.lines = picture, clocks, []
        runs = self._runs_shown(picture)
        first = next(iter(runs or picture.runs), None)
        self.parts = self.curve.parts(first) if self.applies and first else ()
        known = {(run.id, part) for run in picture.runs for part in self.parts}
        self._kept = {key: line for key, line in self._kept.items() if key in known}
        self._mappings = {run.id: self._mappings[run.id] for run in picture.runs if run.id in self._mappings}
        for run in runs:
            mapping = self._mapping(run, picture, clocks.get(run.id))
            for part in self.parts:
                key = run.id, part
                if mapping is not None:
                    if key not in self._kept:
                        self._kept[key] = CurveLine(self.curve, part)
                    self._kept[key].pull(run, picture, mapping, self.span)
                elif key in self._kept and run.history.updates < self._kept[key].run.history.updates:
                    del self._kept[key]  # the run has begun again, perhaps on other data
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

    # The axes, and what is drawn on them

    @property
    def x_type(self) -> AxisType:
        """Of a symlog axis the first update is where it is no longer about linear."""
        if self.style.x_type == "symlog":
            return x_symlog(min(self._starts, default=1.0))
        return LOG if self.style.x_type == "log" else LINEAR

    @property
    def whole_x(self) -> Span:
        """The range of the x axis that shows everything; it grows in steps."""
        end = max((line.reach for line in self.leads), default=0.0)
        end = round_up(end) if 0.0 < end < HUGEST else 1.0
        if self.style.x_type == "linear":
            return -0.012 * end, 1.004 * end
        if self.style.x_type == "symlog":
            type = self.x_type
            width = type.place(end)
            return type.value(-0.012 * width), type.value(1.004 * width)
        start = min(self._starts, default=end / 10.0)
        return (start, end) if start < end else (end / 10.0, end)

    def x_range(self, chosen: Span | None) -> Span:
        """A range of the x axis, perhaps chosen on another type of axis, as this one can show it."""
        low, high = whole = self.whole_x
        if chosen is not None:
            low, high = chosen
        if self.style.x_type == "log" and low <= 0.0:
            low, high = (whole[0], high) if whole[0] < high else whole
        return low, high

    def place(self, x: Scale, ratio: float) -> float:
        """Bring the lines to the x axis; returns the first pixel with news, infinite without any.

        x counts from 0 on the pixels of the plot, of which `ratio` device pixels make one.
        """
        return min([line.place(x, 1.0 / ratio) for line in self.lines], default=math.inf)

    def fitted_y(self, x: Scale) -> tuple[AxisType, Span]:
        """The type of the y axis, and the range that shows what is within the x axis."""
        name = self.style.y_type
        if name == AUTOMATIC:
            name = self._steady.name(self.curve.log, self.lines)
        extents = [line.extent(x, name == "log") for line in self.lines]
        extents += reference_extents(self.references, name == "log") if self.lines else []
        small = smallest_size(self.lines) if name == "symlog" else math.nan
        return fitted_axis(name, extents, small, self.curve.least)

    def draw(self, x: Scale, y: Scale, ratio: float, changed: float) -> float | None:
        """Bring the raster up to date; returns the pixel from which on it is new, None if nothing is."""
        styles = tuple(
            LineStyle(line.run.id, line.part, self.colour(line).name(), self._stands_out(line), self.span)
            for line in self.lines
        )
        layout = RasterLayout(x, y, ratio, self.theme.panel.name(), styles)
        return self.raster.draw(layout, self.lines, changed)

    def outgrows(self, x: Scale) -> bool:
        """Whether much is to be drawn: runs have gone on beyond an x axis, or were measured once more."""
        return x.high < self.whole_x[1] or (not self.curve.columns and any(line.fresh for line in self.lines))

    def _stands_out(self, line: CurveLine) -> bool:
        return line.run.id == self.selected and line.part.layer is None

    @property
    def _starts(self) -> list[float]:
        """Where on the x axis each run has taken its first update."""
        return [start for line in self.leads if (start := line.mapping.place(1.0)) > 0.0]

    # What there is to read

    @property
    def applies(self) -> bool:
        """Whether the curve means anything for this problem."""
        return self.picture is None or self.curve.needs(self.picture)

    @property
    def references(self) -> tuple[Reference, ...]:
        """The losses that are known beforehand, if these are losses."""
        return self.curve.references(self.picture)

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

    def update_at(self, place: float) -> int:
        """The update at a place of the x axis, within what has been recorded."""
        return min(self.reference.update_at(place), max(self.newest, 0))

    @property
    def span(self) -> int:
        """Updates to average over: what is measured now and then is not averaged."""
        return self.style.span if self.curve.columns else 0

    def name(self, line: CurveLine) -> str:
        """Of the run, and of the line if a run has several."""
        return f"{line.run.name}, {line.part.name}" if line.part.name and len(self.parts) > 1 else line.run.name

    def colour(self, line: CurveLine) -> QColor:
        """Of the layer, or of the run."""
        return self._part_colour(line.part) or self.theme.run_colours[line.run.colour]

    def _part_colour(self, part: Part) -> QColor | None:
        if part.layer is None:
            return None
        if part.is_class:
            return self.theme.class_colours(part.layer + 1)[part.layer]
        return self.theme.layer_colour(part.layer, len(self.parts))
