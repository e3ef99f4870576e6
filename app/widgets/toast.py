"""A toast at the bottom of the window for notices and errors; it never takes the keyboard focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from app.widgets.restyle import restyle

_SHORT, _LONG = 3500, 9000  # milliseconds
_NARROWEST, _WIDEST = 120, 620
_SPARE = 4  # pixels, against rounding
_MARGINS = 80


class Toast(QFrame):
    """`tell`, `warn` and `fail` show a message; a failure stays until closed.

    said: whatever was shown, as its tone (tell, warn, fail), the sentence, and the details of a failure.
    """

    said = Signal(str, str, str)

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self.setObjectName("toast")
        self._owner = owner
        self._details = ""
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy = QPushButton("Copy details")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._details))
        self.close_button = QPushButton("Close")
        self.close_button.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 9, 10, 9)
        for widget in (self.text, self.copy, self.close_button):
            row.addWidget(widget)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        owner.installEventFilter(self)
        self.hide()

    @Slot(str)
    def tell(self, sentence: str) -> None:
        self._show(sentence, "", "tell", _SHORT)

    @Slot(str)
    def warn(self, sentence: str) -> None:
        self._show(sentence, "", "warn", _LONG)

    @Slot(str)
    def fail(self, details: str) -> None:
        """An unexpected error: shows its last line, with the details to copy."""
        last = details.strip().splitlines()[-1] if details.strip() else "unknown"
        self._show(f"something went wrong and the runs were paused: {last[:200]}", details, "fail", 0)

    def _show(self, sentence: str, details: str, tone: str, milliseconds: int) -> None:
        self.said.emit(tone, sentence, details)
        self._details = details
        self.text.setText(sentence)
        self.copy.setVisible(bool(details))
        self.close_button.setVisible(bool(details))
        restyle(self, tone=tone)
        self._place()
        self.show()
        self.raise_()
        self._timer.stop()
        if milliseconds:
            self._timer.start(milliseconds)

    def _place(self) -> None:
        owner = self._owner
        # By default a wrapping label makes itself as narrow as it is tall.
        line = self.text.fontMetrics().horizontalAdvance(self.text.text()) + _SPARE
        self.text.setFixedWidth(max(_NARROWEST, min(line, _WIDEST, owner.width() - _MARGINS)))
        self.adjustSize()
        self.move((owner.width() - self.width()) // 2, owner.height() - self.height() - 24)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False
