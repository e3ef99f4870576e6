"""A popup to edit a weight, a bias or a number of units: a field and a slider."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QSlider, QVBoxLayout

from app.look.number_format import number
from app.widgets.elided import ElidedLabel
from app.widgets.knob import read
from engine import Hyper, SettingError

TICKS = 1000
WIDTH = 256
LONGEST = 60  # characters
FINE, COARSE = 0.01, 0.1  # steps of the arrow keys, as shares of the slider's range


class NumberEditor(QFrame):
    """Hidden until opened. changed: the value a user set; finished: the gesture is over.

    A real number changes at every step of the slider, an integer when it is released. An invalid value changes nothing:
    the popup says why.
    """

    changed = Signal(float)
    finished = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("popup")
        self.setAccessibleName("Edit a number")
        self._hyper = Hyper("number", "", 0.0)
        self._low = self._high = 0.0
        self._value = 0.0
        self.title = QLabel()
        self.title.setObjectName("value")
        self.about = ElidedLabel()
        self.about.setObjectName("muted")
        self.now = QLabel()
        self.now.setObjectName("muted")
        self.field = QLineEdit()
        self.field.setObjectName("diagram-field")
        self.field.setAccessibleName("value")
        self.field.setMaxLength(LONGEST)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("diagram-slider")
        self.slider.setAccessibleName("value slider")
        self.slider.setRange(0, TICKS)
        self.fault = QLabel()
        self.fault.setObjectName("fault")
        self.fault.setTextFormat(Qt.TextFormat.PlainText)
        self.fault.setWordWrap(True)
        self.fault.hide()
        self._lay_out()
        for part in (self.field, self.slider):
            part.installEventFilter(self)
        self.slider.valueChanged.connect(self._slid)
        self.slider.sliderReleased.connect(self._let_go)
        self.hide()

    @property
    def value(self) -> float:
        return self._value

    def open(self, about: str, tip: str, hyper: Hyper, value: float, beside: QRect, bounds: QRect) -> None:
        """Edit the number of `hyper`, placed beside a rectangle and inside bounds; about: what it belongs to.

        The slider covers hyper.slider.
        """
        self._hyper = hyper
        self._low, self._high = hyper.slider or (hyper.low, hyper.high)
        self.title.setText(hyper.title)
        self.about.show_text(about)
        self.setToolTip(tip)
        for part in (self.field, self.slider):
            part.setAccessibleDescription(f"{hyper.title} {about}. {tip}")
        self._refuse("")
        self._write(value)
        self.now.clear()
        self._put(beside, bounds)
        self.show()
        self.raise_()
        self.field.setFocus()
        self.field.selectAll()

    def show_now(self, value: float) -> None:
        """Show the current value; what the user types or holds stays."""
        self.now.setText(f"now {number(value, 4)}")
        if not self.slider.isSliderDown() and not self.slider.hasFocus():
            with QSignalBlocker(self.slider):
                self.slider.setValue(self._tick(value))

    def close_panel(self) -> None:
        """Hide if open, although what it lies in may be hidden; and return the keyboard focus."""
        if not self.isHidden():
            self.hide()
            self.closed.emit()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title, 1)
        head.addWidget(self.now)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field, 3)
        row.addWidget(self.slider, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(5)
        column.addLayout(head)
        column.addWidget(self.about)
        column.addLayout(row)
        column.addWidget(self.fault)

    def _put(self, beside: QRect, bounds: QRect) -> None:
        self.setFixedWidth(min(WIDTH, bounds.width()))
        self.adjustSize()
        size, gap = self.size(), 10
        right = beside.right() + gap
        x = right if right + size.width() <= bounds.right() else beside.left() - gap - size.width()
        x = max(min(x, bounds.right() - size.width()), bounds.left())
        y = beside.center().y() - size.height() // 2
        y = max(min(y, bounds.bottom() - size.height()), bounds.top())
        if QRect(QPoint(x, y), size).intersects(beside):  # there is no room on either side
            below = beside.bottom() + gap
            y = below if below + size.height() <= bounds.bottom() else beside.top() - gap - size.height()
            y = max(min(y, bounds.bottom() - size.height()), bounds.top())
        self.move(x, y)

    def _tick(self, value: float) -> int:
        span = self._high - self._low
        return round(TICKS * min(max((value - self._low) / span, 0.0), 1.0)) if span > 0.0 else 0

    def _slid(self, tick: int) -> None:
        value = float(f"{self._low + (self._high - self._low) * tick / TICKS:.4g}")
        if self._whole:
            value = float(round(value))
        with QSignalBlocker(self.slider):
            self._write(value)
        if self.slider.isSliderDown():
            if not self._whole:
                self.changed.emit(value)
        else:
            self._let_go()

    def _let_go(self) -> None:
        self.changed.emit(self._value)
        self.finished.emit()

    def _typed(self) -> None:
        if not self.field.isModified():
            self.close_panel()
            return
        try:
            value = read(self.field.text(), self._hyper)
        except SettingError as error:
            self._refuse(error.sentence)
            return
        self._write(float(value))  # type: ignore[arg-type]
        self._let_go()
        self.close_panel()

    @property
    def _whole(self) -> bool:
        return self._hyper.kind == "integer"

    def _write(self, value: float) -> None:
        self._value = value
        text = str(round(value)) if self._whole else f"{value:.5g}"
        if self.field.text() != text:
            self.field.setText(text)
            self.field.setCursorPosition(0)
        self.field.setModified(False)
        self._refuse("")
        with QSignalBlocker(self.slider):
            if not self.slider.isSliderDown():
                self.slider.setValue(self._tick(value))

    def _refuse(self, sentence: str) -> None:
        self.fault.setText(sentence)
        self.fault.setVisible(bool(sentence))
        if self.isVisible():
            self.adjustSize()

    def _nudge(self, direction: int, coarse: bool) -> None:
        step = (COARSE if coarse else FINE) * (self._high - self._low)
        if self._whole:
            step = 10.0 if coarse else 1.0
        value = min(max(self._value + direction * step, self._hyper.low), self._hyper.high)
        self._write(float(f"{value:.6g}"))
        self._let_go()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # while editing, the window gets no shortcuts
            return True
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):  # the diagram behind handles them, too
            if watched is self.field:
                self._typed()
            else:
                self.close_panel()
            return True
        direction = (
            _ARROWS.get(Qt.Key(event.key()), 0) if watched is self.slider else _UP_DOWN.get(Qt.Key(event.key()), 0)
        )
        if direction:
            self._nudge(direction, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            return True
        return False


_UP_DOWN = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
_ARROWS = {**_UP_DOWN, Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
