"""A line edit for formulas that underlines the characters with an error."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit

_STEP = 2.0  # pixels between the bends of the wavy line


class FormulaField(QLineEdit):
    """One line of text. `mark` draws a wavy line below some characters until the next call."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("formula-text")
        self._colour = QColor()
        self._marked: tuple[int, int] | None = None

    @property
    def marked(self) -> tuple[int, int] | None:
        """Position and length of the marked characters."""
        return self._marked

    def mark(self, place: tuple[int, int] | None) -> None:
        """Mark (position, length), both counted in Python characters, or nothing."""
        self._marked = place
        self.update()

    def set_colour(self, colour: QColor) -> None:
        self._colour = colour
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._marked is None:
            return
        position, length = self._marked
        start, end = self._x(position), self._x(position + max(length, 1))
        left, right = max(start, 5.0), min(max(end, start + 7.0), self.width() - 5.0)
        baseline = self.cursorRect().bottom() - 1.0
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._colour, 1.4))
        bends = range(int(max(right - left, 0.0) / _STEP) + 1)
        painter.drawPolyline([QPointF(left + _STEP * bend, baseline + 2.0 * (bend % 2)) for bend in bends])
        painter.end()

    def _x(self, position: int) -> float:
        """The left edge of a character, in pixels of this widget."""
        text = self.text()
        units = text.encode("utf-16-le")[: 2 * self.cursorPosition()]  # Qt counts in UTF-16
        before = units.decode("utf-16-le", "ignore")
        advance = self.fontMetrics().horizontalAdvance
        return self.cursorRect().center().x() + advance(text[:position]) - advance(before)
