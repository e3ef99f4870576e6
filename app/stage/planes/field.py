"""Network output over a plane as a heat map, with the decision boundary as a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import contourpy
import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from app.look.networks.data_ranges import value_range
from app.look.qt_arrays import polygon
from app.stage.heat import heat_image, heat_table
from app.stage.landscape import placing

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.stage.view import View
    from engine import Learner, NetworkSnapshot

Array = np.ndarray

STRENGTH = 0.58  # of the colours of the field: the points on it have them in full
WIDER, HALO = 0.3, 1.2  # pixels to either side, by which the line, and what sets it off, are wider than one


class FieldColours:
    """The colours of a field for a problem: by class, or from `low` to `high`, the ends of the values."""

    def __init__(self, learner: Learner, theme: Theme) -> None:
        self.classes = learner.classes
        self.low, self.high = (0.0, 1.0) if self.classes else value_range(learner.data.targets)
        self._base = np.array(_rgb(theme.neutral))
        self.ramp = self._base + STRENGTH * (theme.diverging - self._base)
        self._table = heat_table(self.ramp)
        colours = np.array([_rgb(colour) for colour in theme.class_colours(self.classes)])
        colours = self._base + STRENGTH * (colours.reshape(-1, 3) - self._base)
        self._weighed = np.column_stack([colours, np.ones(len(colours))])

    def image(self, field: Array) -> QImage:
        """A picture of (rows, columns, c), the first row at the bottom; transparent where it is not finite."""
        if self.classes <= 2:
            values = field[..., -1]  # of the second class, or of the regression
            shades = np.clip((values - self.low) / (self.high - self.low), 0.0, 1.0)
            return heat_image(np.where(np.isfinite(values), shades, np.nan), self._table)
        return self._mixed(field[::-1])

    def _mixed(self, field: Array) -> QImage:
        """The colours of the classes, each to the part that its probability has."""
        with np.errstate(all="ignore"):
            sums = field @ self._weighed
            mixed = np.where(sums[..., 3:] > 0.0, sums[..., :3] / sums[..., 3:], self._weighed[:, :3].mean(axis=0))
        known = np.isfinite(sums[..., 3])
        red, green, blue = np.moveaxis(np.rint(np.where(known[..., None], mixed, 0.0)), -1, 0)
        packed = (0xFF000000 + red * 0x10000 + green * 0x100 + blue).astype(np.uint32)
        pixels = np.ascontiguousarray(np.where(known, packed, np.uint32(0)))
        rows, columns = pixels.shape
        image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_ARGB32_Premultiplied)
        return image.copy()  # the array's memory ends with this function


class FieldPicture:
    """A snapshot's field made ready to paint."""

    def __init__(self, snapshot: NetworkSnapshot, colours: FieldColours) -> None:
        assert snapshot.field is not None and snapshot.asked_field is not None
        self.region = snapshot.asked_field.region
        self.values = snapshot.field
        self.finite = bool(np.isfinite(self.values).any())
        self.image = colours.image(self.values)
        self.boundary = boundary(self.values, self.region) if colours.classes else QPainterPath()

    def draw(self, painter: QPainter, view: View, theme: Theme) -> None:
        x0, x1, y0, y1 = self.region
        rows, columns, _ = self.values.shape
        # A value colours the cell around its node, so the image reaches half a cell further.
        half_x, half_y = (x1 - x0) / (columns - 1) / 2, (y1 - y0) / (rows - 1) / 2
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(view.rectangle(x0 - half_x, x1 + half_x, y0 - half_y, y1 + half_y), self.image)
        line = placing(view).map(self.boundary)
        for colour, wider in ((theme.field, HALO), (theme.text, WIDER)):
            pen = QPen(colour, 1.0)  # Qt draws two of them in a tenth of the time of one a little wider
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawPath(line.translated(-wider, -wider))
            painter.drawPath(line.translated(wider, wider))

    def at(self, view: View, point: QPointF) -> Array | None:
        """The values (c,) under a point of the plot, between the nodes around it; None outside."""
        x0, x1, y0, y1 = self.region
        rows, columns, _ = self.values.shape
        x, y = view.at(point)
        column, row = (x - x0) / (x1 - x0) * (columns - 1), (y - y0) / (y1 - y0) * (rows - 1)
        if not (0.0 <= column <= columns - 1 and 0.0 <= row <= rows - 1):
            return None
        left, below = min(int(column), columns - 2), min(int(row), rows - 2)
        right_part, upper_part = column - left, row - below
        corners = self.values[below : below + 2, left : left + 2]
        lower, upper = (1.0 - right_part) * corners[:, 0] + right_part * corners[:, 1]
        found: Array = (1.0 - upper_part) * lower + upper_part * upper
        return found


def boundary(field: Array, region: tuple[float, float, float, float]) -> QPainterPath:
    """Where the most probable class changes, in the coordinates of the plane; field (rows, columns, classes)."""
    x0, x1, y0, y1 = region
    rows, columns, classes = field.shape
    xs, ys = np.linspace(x0, x1, columns), np.linspace(y0, y1, rows)
    planes = np.ascontiguousarray(np.moveaxis(field, -1, 0))
    first, second = planes[0].copy(), np.full((rows, columns), -np.inf)
    for plane in planes[1:]:
        np.maximum(second, np.minimum(first, plane), out=second)
        np.maximum(first, plane, out=first)
    path = QPainterPath()
    for plane in planes[1:] if classes == 2 else planes:
        own = plane == first
        if own.any():
            part = _around(own)
            lead = np.where(own, first - second, plane - first)[part]
            for line in contourpy.contour_generator(xs[part[1]], ys[part[0]], np.ma.masked_invalid(lead)).lines(0.0):
                path.addPolygon(polygon(*np.asarray(line).T))
    return path


def _around(mask: Array) -> tuple[slice, slice]:
    """The rows and columns in which anything of a mask is, and one more to each side."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    most = mask.shape
    return tuple(  # type: ignore[return-value]
        slice(max(int(found[0]) - 1, 0), min(max(int(found[-1]) + 2, 2), size))
        for found, size in zip((rows, columns), most, strict=True)
    )


def _rgb(colour: QColor) -> list[float]:
    return [float(colour.red()), float(colour.green()), float(colour.blue())]
