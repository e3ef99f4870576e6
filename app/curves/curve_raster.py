"""The curves on an image: while the axes stay, each frame draws only the stripe where something is new."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from app.curves.columns import BLOCK
from app.curves.curve_catalogue import Part
from app.curves.curve_line import CurveLine, PixelLine
from app.curves.strokes import Strokes, lengths
from app.plots.scale import Scale

WIDTH, SELECTED_WIDTH = 1.5, 2.25
DASHES = (6.0, 4.5)  # pixels on and off
FAINT = 0.3  # how much of its colour a raw curve keeps behind its average


@dataclass(frozen=True, slots=True)
class LineStyle:
    """How a line of a run is drawn."""

    id: str
    part: Part
    colour: str
    selected: bool
    span: int


@dataclass(frozen=True, slots=True)
class RasterLayout:
    """Everything that, once changed, needs a clean raster. Scales count from the raster's own corner."""

    x: Scale
    y: Scale
    ratio: float
    paper: str
    styles: tuple[LineStyle, ...]

    @property
    def size(self) -> QSize:
        """In device pixels."""
        return QSize(math.ceil(self.x.end * self.ratio), math.ceil(self.y.start * self.ratio))


class CurveRaster:
    """Transparent but for the curves. The caller sees to it that lines and styles are of the same runs."""

    def __init__(self) -> None:
        self.image = QImage()
        self._layout: RasterLayout | None = None
        self._strokes = Strokes()

    def draw(self, layout: RasterLayout, lines: Sequence[CurveLine], changed: float) -> float | None:
        """Bring the image up to date; `changed` is the first pixel with news.

        Returns the pixel from which on it is new, None if nothing is.
        """
        start = math.floor(changed / BLOCK) * BLOCK if math.isfinite(changed) else changed
        if layout != self._layout:
            if self.image.size() != layout.size:
                self.image = QImage(layout.size, QImage.Format.Format_ARGB32_Premultiplied)
            self.image.setDevicePixelRatio(layout.ratio)
            self._layout = layout
            start = -math.inf
        if start >= layout.x.end:
            return None
        painter = QPainter(self.image)
        left = max(start, 0.0)
        # To the edges of the image, which are whole pixels beyond those of the plot: nothing else would clear them.
        stripe = QRectF(left, 0.0, layout.size.width() / layout.ratio - left, layout.size.height() / layout.ratio)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.fillRect(stripe, Qt.GlobalColor.transparent)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(stripe)
        pairs = sorted(zip(layout.styles, lines, strict=True), key=lambda pair: pair[0].selected)
        for style, line in pairs:
            if style.span:
                self._line(painter, line.raw, start, layout, faint(style.colour, layout.paper), 1.0)
        for style, line in pairs:
            width = SELECTED_WIDTH if style.selected else WIDTH
            strong = line.smooth if style.span else line.raw
            self._line(painter, strong, start, layout, QColor(style.colour), width, DASHES if style.part.dashed else ())
        painter.end()
        return left

    def _line(
        self,
        painter: QPainter,
        line: PixelLine,
        start: float,
        layout: RasterLayout,
        colour: QColor,
        width: float,
        dashes: tuple[float, ...] = (),
    ) -> None:
        pieces = line.pieces(start, layout.y)
        if not len(pieces[0]):
            return
        pen = QPen(colour, width)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        passed = None
        if dashes:
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            pen.setDashPattern([length / width for length in dashes])
            passed = lengths(*line.pieces(-math.inf, layout.y))[-len(pieces[0]) :]
        self._strokes.draw(painter, pen, *pieces, passed)


def faint(colour: str, paper: str) -> QColor:
    """A colour mixed into the paper: opaque, so that lines drawn over each other show no knots."""
    above, below = QColor(colour), QColor(paper)
    mixed = (
        round(FAINT * a + (1.0 - FAINT) * b)
        for a, b in zip(above.getRgb()[:3], below.getRgb()[:3], strict=True)  # type: ignore[index]
    )
    return QColor(*mixed)
