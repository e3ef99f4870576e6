"""Parallel coordinates: a line through the values of each combination; a drag along an axis keeps those within it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.compare.sweep_map import shades
from app.look.number_format import number
from app.look.strips import draw_segments

if TYPE_CHECKING:
    from app.look.theme import Theme

Array = np.ndarray

_TOP, _BOTTOM, _SIDE = 34, 24, 70  # pixels around the axes
_REACH = 24.0  # pixels from an axis within which a drag brushes it
_LEAST = 4.0  # pixels of a drag that is more than a click
_LEAST_SHADE = 0.2  # of the heat map, that the worst keeps away from the colour of the paper
_PIECE = 50  # lines drawn in a turn
_OUTSIDE = 0.12  # opacity of lines that are not kept
_BESIDE = 14  # pixels between an axis and the edge that names beside it leave free
_PAPER = 0.8  # opacity of what lies below names


@dataclass(frozen=True, slots=True)
class ParallelAxis:
    """One axis: its name, and the value of each combination on it. log: by factors. labels: the names that values have,
    which are then their places among these.
    """

    name: str
    values: tuple[float, ...]
    log: bool = False
    labels: tuple[str, ...] = ()

    @property
    def places(self) -> Array:
        """Each value in [0, 1] from bottom to top; NaN for what has none."""
        found = np.array(self.values, float)
        if self.labels:
            return (found + 0.5) / len(self.labels)
        with np.errstate(all="ignore"):
            found = np.log(found) if self.log else found
            finite = found[np.isfinite(found)]
            if not len(finite):
                return np.full(len(found), np.nan)
            width = finite.max() - finite.min()
            scaled = (found - finite.min()) / width if width > 0.0 else np.where(np.isfinite(found), 0.5, np.nan)
        placed: Array = np.where(np.isfinite(found), scaled, np.nan)
        return placed

    @property
    def ends(self) -> tuple[str, str]:
        """What stands at the bottom and at the top of numbers."""
        known = [each for each in self.values if math.isfinite(each)]
        return (number(min(known), 3), number(max(known), 3)) if known and not self.labels else ("", "")

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        """The names on the axis, with their places in [0, 1]."""
        return tuple(((place + 0.5) / len(self.labels), name) for place, name in enumerate(self.labels))


class ParallelAxes(QWidget):
    """kept carries the places of the combinations within every brush, or None without any brush."""

    kept = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("sweep-parallel")
        self.setAccessibleName("parallel coordinates of the sweep")
        self.setToolTip("Drag along an axis to keep what passes there; click on it to let all through again")
        self.setMouseTracking(True)
        self.theme = theme
        self.axes: tuple[ParallelAxis, ...] = ()
        self.brushes: dict[int, tuple[float, float]] = {}
        self._placed: list[Array] = []
        self._shades: Array = np.empty(0)
        self._drag: tuple[int, float] | None = None
        self._drawn: object = None  # what the image of the lines shows
        self._lines = QImage()
        self._pieces: Iterator[None] = iter(())

    def show_axes(self, axes: Sequence[ParallelAxis]) -> None:
        """Show these; the last one is the result, which colours the lines. Brushes stay while the axes are the same."""
        if [axis.name for axis in axes] != [axis.name for axis in self.axes]:
            self.brushes.clear()
        self.axes = tuple(axes)
        self._placed = [axis.places for axis in axes]
        self._shades = shades([float(each) for each in axes[-1].values]) if axes else np.empty(0)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.update()

    @property
    def inside(self) -> Array:
        """Which combinations pass every brush."""
        found = np.ones(len(self._shades), bool)
        for axis, (low, high) in self.brushes.items():
            with np.errstate(invalid="ignore"):
                found &= (self._placed[axis] >= low) & (self._placed[axis] <= high)
        return found

    def axis_x(self, place: int) -> float:
        """Where an axis stands, in pixels."""
        room = max(self.width() - 2 * _SIDE, 1)
        return _SIDE + room * place / max(len(self.axes) - 1, 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        low, high = self.height() - _BOTTOM, _TOP
        drawn = self.axes, dict(self.brushes), self.size().toTuple(), self.devicePixelRatioF(), self.theme.name
        if drawn != self._drawn:
            self._drawn = drawn
            self._pieces = self._draw_lines(low, high)
            self._draw_more()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawImage(0, 0, self._lines)
            self._paint_axes(painter, low, high)

    def _draw_more(self) -> None:
        if next(self._pieces, self) is not self:
            QTimer.singleShot(0, self, self._draw_more)

    def _draw_lines(self, low: float, high: float) -> Iterator[None]:
        """A line for each combination, of thousands some in a turn; the former ones stay until all are there."""
        ratio = self.devicePixelRatioF()
        image = QImage(self.size() * ratio, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        kept = self.inside
        xs = np.array([self.axis_x(place) for place in range(len(self.axes))])
        rows = low + (high - low) * np.array(self._placed).T
        rows = np.where(np.isnan(rows), high - 8.0, rows)  # above the axis: no finite value
        order = np.argsort(np.where(np.isnan(self._shades), -1.0, self._shades)).tolist()
        for first in range(0, len(order), _PIECE):
            if first:
                yield
            self._draw_some(image, order[first : first + _PIECE], kept, xs, rows)
        self._lines = image
        self.update()

    def _draw_some(self, image: QImage, places: Sequence[int], kept: Array, xs: Array, rows: Array) -> None:
        with QPainter(image) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for place in places:
                is_bad = math.isnan(self._shades[place])
                colour = QColor(self.theme.danger) if is_bad else self._colour(self._shades[place])
                colour.setAlphaF((0.5 if is_bad else 0.95) if kept[place] else _OUTSIDE)
                painter.setPen(QPen(colour, 1.6))
                points = np.column_stack((xs, rows[place]))
                draw_segments(painter, np.hstack((points[:-1], points[1:])), Qt.PenCapStyle.FlatCap)

    def _paint_axes(self, painter: QPainter, low: float, high: float) -> None:
        for place, axis in enumerate(self.axes):
            x = self.axis_x(place)
            painter.setPen(QPen(self.theme.axis, 1.2))
            painter.drawLine(QPointF(x, low), QPointF(x, high))
            if place in self.brushes:
                bottom, top = (low + (high - low) * share for share in self.brushes[place])
                colour = QColor(self.theme.accent)
                colour.setAlphaF(0.35)
                painter.fillRect(QRectF(x - 5.0, top, 10.0, bottom - top), colour)
            painter.setPen(self.theme.text)
            metrics = painter.fontMetrics()
            wide = min(2 * _SIDE, (self.width() - 2 * _SIDE) / max(len(self.axes) - 1, 1)) - 6.0
            title = metrics.elidedText(axis.name, Qt.TextElideMode.ElideRight, max(round(wide), 20))
            centre = Qt.AlignmentFlag.AlignHCenter
            painter.drawText(QRectF(x - _SIDE, 0.0, 2 * _SIDE, 18.0), centre, title)
            painter.setPen(self.theme.muted)
            for text, top in zip(axis.ends, (low + 4.0, high - 17.0), strict=True):
                painter.drawText(QRectF(x - _SIDE, top, 2 * _SIDE, 18.0), centre, text)
            self._paint_names(painter, axis, x, low, high, place == 0)

    def _paint_names(
        self, painter: QPainter, axis: ParallelAxis, x: float, low: float, high: float, is_first: bool
    ) -> None:
        """A tick and a name for each value that has one, on paper, so that it can be read over the lines; those of the
        first axis stand beside them.
        """
        metrics = painter.fontMetrics()
        paper = QColor(self.theme.panel)
        paper.setAlphaF(_PAPER)
        reached = math.inf
        for share, name in axis.ticks:
            y = low + (high - low) * share
            painter.setPen(QPen(self.theme.axis, 1.2))
            painter.drawLine(QPointF(x - 4.0, y), QPointF(x + 4.0, y))
            if reached - y < metrics.height():  # there is no room for it
                continue
            reached = y
            wide = round(x) - _BESIDE if is_first else 2 * _SIDE
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, wide)
            box = QRectF(x + 8.0, y - metrics.height() / 2, metrics.horizontalAdvance(shown) + 4.0, metrics.height())
            if is_first or box.right() > self.width():
                box.moveRight(x - 8.0)
            painter.fillRect(box, paper)
            painter.setPen(self.theme.muted)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)

    def _colour(self, shade: float) -> QColor:
        """The best as far from the paper as there is."""
        is_dark = self.theme.panel.lightness() < 128
        share = _LEAST_SHADE + (1.0 - _LEAST_SHADE) * shade if is_dark else (1.0 - _LEAST_SHADE) * (1.0 - shade)
        red, green, blue = self.theme.heat[round(255 * share)]
        return QColor(round(red), round(green), round(blue))

    # What a hand does

    def mousePressEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        far = [abs(self.axis_x(place) - x) for place in range(len(self.axes))]
        if far and min(far) <= _REACH and event.button() == Qt.MouseButton.LeftButton:
            self._drag = far.index(min(far)), event.position().y()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is None:
            return
        axis, began = self._drag
        if abs(event.position().y() - began) >= _LEAST:
            self.brushes[axis] = self._span(began, event.position().y())
            self._tell()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            axis, began = self._drag
            self._drag = None
            if abs(event.position().y() - began) < _LEAST:
                self.brushes.pop(axis, None)
                self._tell()

    def _span(self, one: float, other: float) -> tuple[float, float]:
        low, high = self.height() - _BOTTOM, _TOP
        shares = sorted((low - each) / max(low - high, 1) for each in (one, other))
        return shares[0], shares[1]

    def _tell(self) -> None:
        self.kept.emit(np.flatnonzero(self.inside).tolist() if self.brushes else None)
        self.update()
