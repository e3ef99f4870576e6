"""The header of a collapsible section, which summarises the section while it is collapsed."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QToolButton

_HEIGHT, _INDENT, _GAP, _SMALL = 22, 16, 10, 12


class CollapsibleHeader(QToolButton):
    """A chevron, a title with a hint, and at the right a muted note while collapsed."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("collapsible-header")
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._note = self._hint = ""

    def describe(self, title: str, note: str, hint: str = "", name: str = "") -> None:
        """Show a title, a note on the content, and what changing it does (restart_effects).

        name: for a screen reader, if the title says too little.
        """
        if (title, note, hint) != (self.text(), self._note, self._hint):
            self._note, self._hint = note, hint
            self.setText(title)
            self.setAccessibleName(name or title)
            self.setAccessibleDescription(", ".join(words for words in (hint, note) if words))
            self.setToolTip((f"{title}: {note}" if note else title) + (f" ({hint})" if hint else ""))
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(_INDENT + self.fontMetrics().horizontalAdvance(self.text()) + _GAP, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.ButtonText), 1.5))
            middle = self.height() / 2
            corners = ((1, -2), (5, 2), (9, -2)) if self.isChecked() else ((3, -4), (7, 0), (3, 4))
            painter.drawPolyline([QPointF(x, middle + y) for x, y in corners])
            painter.drawText(self.rect().adjusted(_INDENT, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
            left = self._draw_hint(painter)
            if self._note and not self.isChecked():
                self._draw_note(painter, left)
            if self.hasFocus():
                painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1.0))
                painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1).toRectF(), 5.0, 5.0)

    def _draw_hint(self, painter: QPainter) -> int:
        """Returns where the note may begin."""
        left = _INDENT + self.fontMetrics().horizontalAdvance(self.text()) + _GAP
        font = self.font()
        font.setPixelSize(_SMALL)
        painter.setFont(font)
        if not self._hint:
            return left
        painter.drawText(self.rect().adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._hint)
        return left + painter.fontMetrics().horizontalAdvance(self._hint) + _GAP

    def _draw_note(self, painter: QPainter, left: int) -> None:
        room = QRect(left, 0, self.width() - left - 4, self.height())
        text = painter.fontMetrics().elidedText(self._note, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
