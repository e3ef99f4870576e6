"""A non-modal panel over the window, closed by Escape or a click beside it; the runs go on."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget


class Popup(QFrame):
    """Centred over its owner; add widgets to `body`."""

    def __init__(self, owner: QWidget, title: str, width: int, height: int) -> None:
        super().__init__(owner)
        self._owner = owner
        self.setObjectName("popup")
        self._size = width, height
        heading = QLabel(title)
        heading.setObjectName("cardTitle")
        close = QToolButton()
        close.setText("✕")
        close.setObjectName("more")
        close.setAccessibleName(f"close {title}")
        close.setToolTip("Close  (Esc)")
        close.clicked.connect(self.hide)
        head = QHBoxLayout()
        head.addWidget(heading, 1)
        head.addWidget(close)
        self.body = QVBoxLayout()
        self.body.setSpacing(10)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 14, 16)
        column.addLayout(head)
        column.addLayout(self.body, 1)
        owner.installEventFilter(self)
        self.hide()

    def popup(self) -> None:
        self._place()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def take_keyboard(self) -> None:
        """A field inside is done with it."""
        self.setFocus()

    def _place(self) -> None:
        room = self._owner.size()
        width, height = min(self._size[0], room.width() - 40), min(self._size[1], room.height() - 40)
        self.setGeometry((room.width() - width) // 2, (room.height() - height) // 2, width, height)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self.isVisible():
            if event.type() == QEvent.Type.Resize:
                self._place()
            elif event.type() == QEvent.Type.MouseButtonPress:
                self.hide()
        return False
