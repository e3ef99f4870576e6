"""Read-out beside the pointer, over widgets that are each too small for it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.stage.overlay import chip_box, draw_chip
from app.stage.small_font import small_font


class HoverChip(QWidget):
    """A widget as large as the panel, so that nothing but what lies below that is painted with it. It lets the mouse
    through, and is hidden while there is nothing to tell.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._at, self._room = QPointF(), QRectF()
        self._lines: tuple[str, ...] = ()
        self.hide()

    @property
    def lines(self) -> tuple[str, ...]:
        return self._lines

    def tell(self, at: QPointF, room: QRectF, lines: Sequence[str]) -> None:
        """Show these beside a point, within the room; both are in pixels of the parent."""
        self._at, self._room, self._lines = at, room, tuple(lines)
        box = chip_box(QFontMetricsF(small_font(self.font())), at, room, self._undotted)
        self.setGeometry(box.adjusted(-1, -1, 1, 1).toAlignedRect())
        self.show()
        self.update()

    @property
    def _undotted(self) -> list[tuple[str, QColor | None]]:
        return [(line, None) for line in self._lines]

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(small_font(self.font()))
            painter.translate(-self.pos().toPointF())
            draw_chip(painter, self._at, self._room, self._undotted)
