"""The content of the diagram's tiles: activation maps or curves over the inputs, weights as images, or bars."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from app.look.strips import draw_strip
from app.stage.diagram.diagram_layout import DiagramLayout
from app.stage.pixels import grey_table, images, signed_table
from app.stage.stable_axis import StableAxis
from engine import ACTIVATIONS, features_of

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import Learner, NetworkSnapshot

Array = np.ndarray
Region = tuple[float, float, float, float]

NODES = 32  # resolution of a map
CURVE = 1.4  # width in pixels
DISC = 0.16  # radius relative to the tile, for an input without a map
BAR = 0.56  # width relative to the tile


class UnitTiles:
    """The content of all units of a layout, for one snapshot and theme.

    home: the region shown as a square; of another region that snapshots cover, the largest part with these proportions
    is shown. limits: for each column the value drawn at full strength.
    """

    def __init__(self, layout: DiagramLayout, learner: Learner, theme: Theme, home: Region) -> None:
        self.layout = layout
        self.limits: dict[int, float] = {}
        self._learner = learner
        self._home = home
        self._theme = theme
        self._table = signed_table(theme)
        self._steady = [StableAxis() for _ in layout.columns]
        self._images: dict[int, list[QImage]] = {}
        self._curves: dict[int, Array] = {}
        self._bars: dict[int, Array] = {}
        self._region: Region | None = None
        self._kept = 1.0, 1.0  # shares of the region's width and height that are shown
        if layout.shape.image:
            self._show_mean_image()

    def take(self, snapshot: NetworkSnapshot) -> None:
        """Show the units of this snapshot."""
        shape, layers = self.layout.shape, self.layout.columns[1:]
        if shape.mapped:
            self._take_inputs(snapshot.units_region)
            for column, values in zip(layers, snapshot.units, strict=False):
                self._take_map(column.place, values[: column.shown])
            return
        for column, values in zip(layers, snapshot.activations, strict=False):
            means = values[:, : column.shown].mean(axis=0)
            self._bars[column.place] = means / self._limit(column.place, means)
        if shape.image:
            weights = snapshot.theta[shape.network.weights(0)].reshape(-1, *shape.image)[: layers[0].shown]
            self._images[1] = self._pictures(weights / self._follow(1, weights))

    def draw(self, painter: QPainter, column: int, unit: int, box: QRectF) -> None:
        """Paint the content of a unit into a box."""
        if column in self._images:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.layout.shape.mapped)
            image = self._images[column][unit]
            painter.drawImage(box, image, self._part(image) if column else QRectF(image.rect()))
        elif column in self._curves:
            self._draw_curve(painter, self._curves[column][unit], box)
        elif column in self._bars:
            self._draw_bar(painter, float(self._bars[column][unit]), box)
        elif column == 0:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.muted)
            painter.drawEllipse(box.center(), DISC * box.width(), DISC * box.width())
        else:
            painter.fillRect(box, self._theme.neutral)

    def _part(self, image: QImage) -> QRectF:
        """The part of a map that is shown."""
        whole = QRectF(image.rect())
        wide, high = self._kept[0] * whole.width(), self._kept[1] * whole.height()
        return QRectF((whole.width() - wide) / 2, (whole.height() - high) / 2, wide, high)

    def _take_inputs(self, region: Region | None) -> None:
        """The features over the region, which change only with it."""
        if region is None or region == self._region:
            return
        self._region = region
        x0, x1, y0, y1 = region
        left, right, bottom, top = self._home
        if self.layout.shape.raw == 2:
            flat = (x1 - x0) / (right - left) * ((top - bottom) / (y1 - y0))
            if not 0.0 < flat < math.inf:  # spans overflow; Qt crashes on a NaN source rectangle
                flat = 1.0
            self._kept = 1.0 / max(flat, 1.0), min(flat, 1.0)
            x0, x1 = _middle(x0, x1, self._kept[0])
            y0, y1 = _middle(y0, y1, self._kept[1])
        axes = [np.linspace(x0, x1, NODES)]
        if self.layout.shape.raw == 2:
            axes.append(np.linspace(y0, y1, NODES))
        raw = np.stack(np.meshgrid(*axes), -1).reshape(-1, len(axes))
        values = features_of(raw, self._learner.data).T[: self.layout.columns[0].shown]
        most = np.abs(values).max(axis=1, keepdims=True)
        self.limits[0] = 1.0
        self._show_map(0, (values / np.where(most > 0.0, most, 1.0)).reshape(len(values), -1, NODES))

    def _take_map(self, column: int, values: Array) -> None:
        if values.size:
            self._show_map(column, values / self._limit(column, values))

    def _show_map(self, column: int, scaled: Array) -> None:
        """Values (units, rows, columns) from -1 to 1, rows from the bottom."""
        if self.layout.shape.raw == 1:
            self._curves[column] = scaled[:, 0]
        else:
            self._images[column] = self._pictures(scaled[:, ::-1])

    def _pictures(self, scaled: Array) -> list[QImage]:
        return images(np.where(np.isfinite(scaled), scaled, 0.0), -1.0, 1.0, self._table)

    def _limit(self, column: int, values: Array) -> float:
        """The bound of a bounded activation, or a round number above the values."""
        ends = ACTIVATIONS[self.layout.shape.network.activations[column - 1]].range
        if ends is None:
            return self._follow(column, values)
        self.limits[column] = max(map(abs, ends))
        return self.limits[column]

    def _follow(self, column: int, values: Array) -> float:
        most = float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
        self.limits[column] = self._steady[column].follow(0.0, most)[1] if most > 0.0 else 1.0
        return self.limits[column]

    def _show_mean_image(self) -> None:
        """The mean of the training images."""
        image, data = self.layout.shape.image, self._learner.data
        assert image is not None
        mean = data.raw[: data.train].mean(axis=0).reshape(1, *image)
        self._images[0] = images(mean, float(mean.min()), float(mean.max()), grey_table(self._theme))

    def _draw_curve(self, painter: QPainter, values: Array, box: QRectF) -> None:
        painter.fillRect(box, self._theme.neutral)
        middle = box.center().y()
        painter.fillRect(QRectF(box.left(), middle - 0.5, box.width(), 1.0), self._theme.track)
        known = np.isfinite(values)
        xs = np.linspace(box.left() + 1, box.right() - 1, len(values))[known]
        ys = middle - 0.45 * box.height() * np.clip(values[known], -1.0, 1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.text, CURVE))
        draw_strip(painter, xs, ys)

    def _draw_bar(self, painter: QPainter, share: float, box: QRectF) -> None:
        """Up (blue) or down (orange) from the middle of the tile."""
        painter.fillRect(box, self._theme.neutral)
        middle = box.center()
        if np.isfinite(share):
            length, wide = 0.5 * box.height() * min(abs(share), 1.0), BAR * box.width()
            top = middle.y() - length if share >= 0.0 else middle.y()
            painter.fillRect(QRectF(middle.x() - wide / 2, top, wide, length), self._theme.signed_colours[share >= 0.0])
        painter.setPen(QPen(self._theme.axis, 1.0))
        painter.drawLine(QPointF(box.left(), middle.y()), QPointF(box.right(), middle.y()))


def _middle(low: float, high: float, part: float) -> tuple[float, float]:
    """The middle part of a range."""
    cut = 0.5 * (1.0 - part) * (high - low)
    return low + cut, high - cut
