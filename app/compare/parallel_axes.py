"""Parallel coordinates: a line through the values of each combination; a drag along an axis keeps those within it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.compare.sweep_map import shades
from app.look.number_format import number
from app.look.qt_arrays import polygon

if TYPE_CHECKING:
    from app.look.theme import Theme

Array = np.ndarray

_TOP, _BOTTOM, _SIDE = 34, 24, 70  # pixels around the axes
_REACH = 24.0  # pixels from an axis within which a drag brushes it
_LEAST = 4.0  # pixels of a drag that is more than a click
_LEAST_SHADE = 0.2  # of the heat map, that the worst keeps away from the colour of the paper
_OUTSIDE = 0.12  # opacity of lines that are not kept


@dataclass(frozen=True, slots=True)
class ParallelAxis:
    """One axis: its name, and the value of each combination on it; texts are placed in their order. log: by factors."""

    name: str
    values: tuple[float | str, ...]
    log: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        """The words on an axis of words."""
        return tuple(dict.fromkeys(value for value in self.values if isinstance(value, str)))

    @property
    def places(self) -> Array:
        """Each value in [0, 1] from bottom to top; NaN for what has none."""
        texts = self.texts
        found = np.array([float(texts.index(each)) if isinstance(each, str) else float(each) for each in self.values])
        with np.errstate(all="ignore"):
            found = np.log(found) if self.log and not texts else found
            finite = found[np.isfinite(found)]
            if not len(finite):
                return np.full(len(found), np.nan)
            width = finite.max() - finite.min()
            scaled = (found - finite.min()) / width if width > 0.0 else np.where(np.isfinite(found), 0.5, np.nan)
        placed: Array = np.where(np.isfinite(found), scaled, np.nan)
        return placed

    @property
    def ends(self) -> tuple[str, str]:
        """What stands at the bottom and at the top."""
        if texts := self.texts:
            return texts[0], texts[-1]
        known = [float(each) for each in self.values if not isinstance(each, str) and math.isfinite(each)]
        return (number(min(known), 3), number(max(known), 3)) if known else ("", "")


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
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        low, high = self.height() - _BOTTOM, _TOP
        kept = self.inside
        xs = np.array([self.axis_x(place) for place in range(len(self.axes))])
        for place in np.argsort(np.where(np.isnan(self._shades), -1.0, self._shades)).tolist():
            ys = np.array([low + (high - low) * placed[place] for placed in self._placed])
            is_bad = math.isnan(self._shades[place])
            ys = np.where(np.isnan(ys), high - 8.0, ys)  # above the axis: no finite value
            colour = QColor(self.theme.danger) if is_bad else self._colour(self._shades[place])
            colour.setAlphaF((0.5 if is_bad else 0.95) if kept[place] else _OUTSIDE)
            painter.setPen(QPen(colour, 1.6))
            painter.drawPolyline(polygon(xs, ys))
        self._paint_axes(painter, low, high)
        painter.end()

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
