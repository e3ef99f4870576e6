"""A heading that folds what stands below it, and tells what is set there."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QToolButton

_HEIGHT, _INDENT, _GAP = 22, 16, 10


class Fold(QToolButton):
    """A chevron, a title, and at its right a muted note while it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("fold")
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._note = ""

    def describe(self, title: str, note: str) -> None:
        """Show a title and what is set inside."""
        if (title, note) != (self.text(), self._note):
            self._note = note
            self.setText(title)
            self.setAccessibleName(title)
            self.setToolTip(f"{title}: {note}" if note else title)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(_INDENT + self.fontMetrics().horizontalAdvance(self.text()) + _GAP, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.ButtonText), 1.5))
        middle = self.height() / 2
        corners = ((1, -2), (5, 2), (9, -2)) if self.isChecked() else ((3, -4), (7, 0), (3, 4))
        painter.drawPolyline([QPointF(x, middle + y) for x, y in corners])
        painter.drawText(self.rect().adjusted(_INDENT, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._note and not self.isChecked():
            self._draw_note(painter)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1.0))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1).toRectF(), 5.0, 5.0)
        painter.end()

    def _draw_note(self, painter: QPainter) -> None:
        font = self.font()
        font.setPixelSize(12)
        left = _INDENT + self.fontMetrics().horizontalAdvance(self.text()) + _GAP
        room = QRect(left, 0, self.width() - left - 4, self.height())
        painter.setFont(font)
        text = painter.fontMetrics().elidedText(self._note, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
