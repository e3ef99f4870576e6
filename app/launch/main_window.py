"""The window as it is first painted, before the engine and the plots are imported."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QChildEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QLabel, QMainWindow, QProgressBar, QVBoxLayout, QWidget

from app.look.window_style import divide, style_parts, style_polished

SIZE = 1280, 800


class WarmUp(QWidget):
    """Says what is being made ready and how far it is; `failed` replaces it by a reason."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("warm-up")
        self._title = QLabel("Fall Line")
        self._title.setObjectName("warm-up-title")
        self._line = QLabel("warming up …")
        self._line.setObjectName("warm-up-line")
        self._line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(320)
        self._bar.setAccessibleName("warming up")
        column = QVBoxLayout(self)
        column.setSpacing(16)
        column.addStretch(3)
        for widget in (self._title, self._bar, self._line):
            column.addWidget(widget, alignment=Qt.AlignmentFlag.AlignCenter)
        column.addStretch(4)

    def show_progress(self, line: str, done: int, total: int) -> None:
        self._line.setText(line)
        self._bar.setRange(0, total)
        self._bar.setValue(done)

    def show_failure(self, sentence: str) -> None:
        self._bar.hide()
        self._line.setWordWrap(True)
        self._line.setFixedWidth(640)
        self._line.setText(sentence)


class MainWindow(QMainWindow):
    """The main window: empty at first, then the frame around the workbench.

    may_close: asked before it closes; if it says no, it sees to the rest. closing: it closes now.

    mode: what titles say besides, such as safe mode.
    """

    closing = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.mode = ""
        self.setWindowTitle("Fall Line")
        self.setObjectName("shell")
        divide(self)
        self.resize(*SIZE)
        self.warm_up = WarmUp()
        self.setCentralWidget(self.warm_up)
        self.may_close: Callable[[], bool] = lambda: True

    def setWindowTitle(self, title: str) -> None:
        super().setWindowTitle(f"{title} ({self.mode})" if self.mode else title)

    def setCentralWidget(self, widget: QWidget) -> None:
        style_parts(widget, self)  # before it is polished without a style
        super().setCentralWidget(widget)

    def childEvent(self, event: QChildEvent) -> None:
        super().childEvent(event)
        if event.polished():
            style_polished(event.child(), self)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.may_close():
            event.ignore()
            return
        self.closing.emit()
        event.accept()
