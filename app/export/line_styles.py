"""Line styles of figures: distinguishable by colour, and without it by dash pattern and marker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.curves.curve_catalogue import Curve
from app.curves.curve_line import CurveLine
from app.export.legend import Entry
from app.export.records import selected_run
from app.export.style import FigureSettings, Pattern
from app.look.palettes import CLASSES_ON_LIGHT, LAYERS_ON_LIGHT, ON_LIGHT, layer_colours

if TYPE_CHECKING:
    from engine import SessionPicture

_DASHED: Pattern = (4.0, 2.0)


@dataclass(frozen=True, slots=True)
class LineStyle:
    """How a line is drawn. An empty pattern is solid; an empty marker is none."""

    colour: str
    pattern: Pattern
    marker: str

    def handle(self, settings: FigureSettings) -> Any:
        """A sample of the line for the legend."""
        from matplotlib.lines import Line2D

        width = settings.line_width
        return Line2D([], [], color=self.colour, lw=width, ls=line_style(self.pattern), **self.marks(settings))

    def marks(self, settings: FigureSettings) -> dict[str, Any]:
        """The keyword arguments of a marker."""
        return {
            "marker": self.marker or "",
            "ms": 2.2 * settings.line_width + 1.6,
            "mfc": self.colour,
            "mec": "white",
            "mew": 0.35 * settings.line_width,
        }


class LineStyles:
    """Colour by the run's number, dash pattern and marker by its position; for layers all by their depth.

    If a run has two lines, the second is dashed and the runs differ in their markers.
    """

    def __init__(self, curve: Curve, picture: SessionPicture, settings: FigureSettings) -> None:
        self._parts = curve.parts(selected_run(picture)) if curve.needs(picture) else ()
        self._places = {run.id: place for place, run in enumerate(picture.runs)}
        self._settings = settings

    def of(self, line: CurveLine) -> LineStyle:
        settings, part = self._settings, line.part
        if part.layer is not None:
            colour = (
                CLASSES_ON_LIGHT[part.layer % len(CLASSES_ON_LIGHT)]
                if part.is_class
                else layer_colours(LAYERS_ON_LIGHT, len(self._parts))[part.layer]
            )
            return LineStyle(colour, settings.dash(part.layer), settings.marker(part.layer))
        place = self._places[line.run.id]
        pattern = settings.dash(place) if len(self._parts) < 2 else _DASHED * part.dashed
        return LineStyle(ON_LIGHT[line.run.colour], pattern, settings.marker(place))

    def parts(self, settings: FigureSettings) -> list[Entry]:
        """Legend entries of the lines that each run has, if there are several."""
        if len(self._parts) < 2:
            return []
        return [(LineStyle("0.35", _DASHED * part.dashed, "").handle(settings), part.name) for part in self._parts]


def line_style(pattern: Pattern) -> Any:
    """A dash pattern in Matplotlib's form."""
    return (0.0, pattern) if pattern else "-"
