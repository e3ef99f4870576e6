"""A slider that jumps to a click, and takes the wheel only with the focus and where no panel scrolls."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider

from app.widgets.wheel import scrolls


class Slider(QSlider):
    """A horizontal slider; `reset` signals a double-click."""

    reset = Signal()

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus() and not scrolls(self):
            super().wheelEvent(event)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        handle = self._rect(QStyle.SubControl.SC_SliderHandle)
        if event.button() == Qt.MouseButton.LeftButton and not handle.left() <= x <= handle.right():
            self.setSliderDown(True)  # before the jump, so that it is part of the drag
            room = self._rect(QStyle.SubControl.SC_SliderGroove).adjusted(0, 0, -handle.width(), 0)
            place = round(x - room.x() - handle.width() / 2)
            least, most = self.minimum(), self.maximum()
            self.setSliderPosition(QStyle.sliderValueFromPosition(least, most, place, max(room.width(), 1)))
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.setSliderDown(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset.emit()

    def _rect(self, part: QStyle.SubControl) -> QRect:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        return self.style().subControlRect(QStyle.ComplexControl.CC_Slider, option, part, self)
