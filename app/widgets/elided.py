"""A label that is elided instead of widening its layout."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy


class ElidedLabel(QLabel):
    """One line; text that does not fit is cut with an ellipsis and shown in the tooltip."""

    def __init__(self) -> None:
        super().__init__()
        self._tip = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_text(self, text: str, tip: str = "") -> None:
        """Show `text`; `tip`, if given, is always part of the tooltip."""
        if (text, tip) != (self.text(), self._tip):
            self._tip = tip
            self.setText(text)
            self._tell()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), self.alignment(), self._cut())
        painter.end()

    def _cut(self) -> str:
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())

    def _tell(self) -> None:
        whole = self.text() if self._cut() != self.text() else ""
        self.setToolTip("\n".join(part for part in (whole, self._tip) if part))
