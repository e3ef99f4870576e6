"""A splitter with empty handles."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle

from app.look.window_style import divide


class Splitter(QSplitter):
    """Each side is styled by itself, the handles by the palette: they have a border's colour under the mouse."""

    def __init__(self, orientation: Qt.Orientation, handle_width: int) -> None:
        super().__init__(orientation)
        self.setHandleWidth(handle_width)
        self.setChildrenCollapsible(False)
        divide(self)

    def createHandle(self) -> QSplitterHandle:
        return _Handle(self.orientation(), self)


class _Handle(QSplitterHandle):
    def __init__(self, orientation: Qt.Orientation, parent: QSplitter) -> None:
        super().__init__(orientation, parent)
        divide(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.underMouse():
            with QPainter(self) as painter:
                painter.fillRect(self.rect(), self.palette().mid())
