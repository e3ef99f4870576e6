"""The coloured dot of a run, a button that shows or hides the run."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolButton

_SIDE, _DOT = 20, 12.0


class Swatch(QToolButton):
    """Filled while the run is shown, a ring while it is hidden."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("swatch")
        self.setFixedSize(QSize(_SIDE, _SIDE))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._colour = QColor()
        self._full = True

    def show_colour(self, colour: QColor, full: bool) -> None:
        self._colour, self._full = colour, full
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        dot = QRectF(0.0, 0.0, _DOT, _DOT)
        dot.moveCenter(QRectF(self.rect()).center())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._colour, 1.8))
            painter.setBrush(self._colour if self._full else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(dot.adjusted(0.9, 0.9, -0.9, -0.9))
