"""Painting in a turn of the event loop of its own, after one that was long: keys and the mouse come between the two."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication, QWidget


class LatePaint(QObject):
    """Withholds the painting of the window that a widget is in, once, until the timers of the next turn."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._window: QWidget | None = None
        self._is_withheld = False
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._paint)

    def withhold(self) -> None:
        """Called in a turn that has taken long: Qt would paint at the beginning of the next."""
        window = self._widget.window()
        if window is not self._window:
            window.installEventFilter(self)
            self._window = window
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt asks a window to paint once for all that is to be painted in it."""
        if event.type() == QEvent.Type.UpdateRequest and self._timer.isActive() and watched is self._window:
            self._is_withheld = True
            return True
        return False

    @Slot()
    def _paint(self) -> None:
        if self._is_withheld and self._window is not None:
            self._is_withheld = False
            QApplication.postEvent(self._window, QEvent(QEvent.Type.UpdateRequest))
