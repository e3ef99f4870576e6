"""A line edit for formulas that underlines the characters with an error."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit

_STEP = 2.0  # pixels between the bends of the wavy line


class FormulaField(QLineEdit):
    """One line of text. `mark` draws a wavy line below some characters until the next call.

    left: Escape was pressed.
    """

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("formula-text")
        self._colour = QColor()
        self._marked: tuple[tuple[int, int], ...] = ()

    @property
    def marked(self) -> tuple[tuple[int, int], ...]:
        """Position and length of each marked place."""
        return self._marked

    def mark(self, places: tuple[tuple[int, int], ...]) -> None:
        """Mark every (position, length), both counted in Python characters."""
        self._marked = places
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def set_colour(self, colour: QColor) -> None:
        self._colour = colour
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._marked:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._colour, 1.4))
            for position, length in self._marked:
                self._underline(painter, position, length)

    def _underline(self, painter: QPainter, position: int, length: int) -> None:
        start, end = self._x(position), self._x(position + max(length, 1))
        left, right = max(start, 5.0), min(max(end, start + 7.0), self.width() - 5.0)
        baseline = self.cursorRect().bottom() - 1.0
        bends = range(int(max(right - left, 0.0) / _STEP) + 1)
        painter.drawPolyline([QPointF(left + _STEP * bend, baseline + 2.0 * (bend % 2)) for bend in bends])

    def _x(self, position: int) -> float:
        """The left edge of a character, in pixels of this widget."""
        text = self.text()
        units = text.encode("utf-16-le")[: 2 * self.cursorPosition()]  # Qt counts in UTF-16
        before = units.decode("utf-16-le", "ignore")
        advance = self.fontMetrics().horizontalAdvance
        return self.cursorRect().center().x() + advance(text[:position]) - advance(before)
