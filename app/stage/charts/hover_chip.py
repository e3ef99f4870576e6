"""Read-out beside the pointer, over widgets that are each too small for it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.stage.overlay import draw_chip
from app.stage.small_font import small_font


class HoverChip(QWidget):
    """Covers its parent, and lets the mouse through; hidden while there is nothing to tell."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._at = QPointF()
        self._lines: tuple[str, ...] = ()
        self.hide()

    @property
    def lines(self) -> tuple[str, ...]:
        return self._lines

    def tell(self, at: QPointF, lines: Sequence[str]) -> None:
        """Show these beside a point."""
        self._at, self._lines = at, tuple(lines)
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(small_font(self.font()))
            draw_chip(painter, self._at, self.rect().toRectF(), [(line, None) for line in self._lines])
