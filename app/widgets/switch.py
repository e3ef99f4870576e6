"""A toggle switch."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QCheckBox

_WIDTH, _HEIGHT = 28, 16
_RING = 1.0  # pixels around it for the focus ring


class Switch(QCheckBox):
    """A check box painted as a toggle switch, in the palette's colours."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(self.sizeHint())
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH + 4, _HEIGHT + 2)

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:
        group = QPalette.ColorGroup.Normal if self.isEnabled() else QPalette.ColorGroup.Disabled
        role, on = QPalette.ColorRole, self.isChecked()
        pill = QRectF(0.0, 0.0, _WIDTH, _HEIGHT)
        pill.moveCenter(QRectF(self.rect()).center())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.hasFocus():
                painter.setPen(QPen(self.palette().color(role.Text), 1.2))
            else:
                painter.setPen(QPen(self.palette().color(group, role.Highlight if on else role.Dark), 1.0))
            painter.setBrush(self.palette().color(group, role.Highlight if on else role.Midlight))
            inner = pill.adjusted(_RING, _RING, -_RING, -_RING)
            painter.drawRoundedRect(inner, inner.height() / 2, inner.height() / 2)
            knob = QRectF(0.0, 0.0, 10.0, 10.0)
            knob.moveCenter(inner.center())
            knob.moveLeft(inner.right() - 12.0 if on else inner.left() + 2.0)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.palette().color(group, role.HighlightedText if on else role.BrightText))
            painter.drawEllipse(knob)
