"""The line above a curve: title, smoothing, log switches, menu. What a narrow one has no room for is in the menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from app.curves.curve_catalogue import Curve
from app.curves.curve_style import SPANS, CurveStyle
from app.widgets.elided import ElidedLabel
from app.widgets.slider import Slider

if TYPE_CHECKING:
    from app.look.theme import Theme

LEFT, RIGHT, SPACING = 13, 8, 4
MIN_TITLE = 72  # pixels of the title that smoothing leaves
AT_REST = "smooth"  # beside the slider, until it says over how many updates
MIN_WORD = 56  # pixels of the title that everything leaves


class CurveHeader(QWidget):
    """log_x_chosen, log_y_chosen: a switch was clicked. span_chosen: smoothing was. `show_*` never emit."""

    log_x_chosen = Signal(bool)
    log_y_chosen = Signal(bool)
    span_chosen = Signal(int)

    def __init__(self, curve: Curve, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curve = curve
        self._shown: object = None
        self.title = ElidedLabel()
        self.title.setObjectName("cardTitle")
        self.title.setMinimumWidth(MIN_WORD)
        self._span = QLabel(self)
        self._span.setObjectName("muted")
        self.smoothing = self._slider()
        self.log_x = self._switch("log x", f"Logarithmic x axis of {curve.title}")
        self.log_y = self._switch("log y", f"Logarithmic y axis of {curve.title} (L)")
        self.more = QToolButton(self)
        self.more.setText("⋯")
        self.more.setObjectName(f"{curve.key}_menu")
        self.more.setAccessibleName(f"More about {curve.title}")
        self.more.setToolTip("More curves, axes, smoothing, copy, export")
        self.log_x.clicked.connect(self.log_x_chosen)
        self.log_y.clicked.connect(self.log_y_chosen)
        self.smoothing.valueChanged.connect(lambda place: self.span_chosen.emit(SPANS[place]))
        row = QHBoxLayout(self)
        row.setContentsMargins(LEFT, 0, RIGHT, 0)
        row.setSpacing(SPACING)
        row.addWidget(self.title, 1)
        for part in (self.smoothing, self._span, self.log_x, self.log_y, self.more):
            row.addWidget(part)
        self.set_theme(theme)

    def show_style(self, style: CurveStyle, logs: tuple[bool, bool]) -> None:
        """logs: whether x and y are logarithmic on screen."""
        if (style, logs) == self._shown:
            return
        self._shown = style, logs
        for button, on in zip((self.log_x, self.log_y), logs, strict=True):
            button.setChecked(on)
        with QSignalBlocker(self.smoothing):
            self.smoothing.setValue(min(range(len(SPANS)), key=lambda place: abs(SPANS[place] - style.span)))
        self._span.setText(_short(style.span) if style.span else AT_REST)
        tip = f"The strong line is a mean of about {style.span:,} updates" if style.span else "Smoothing is off"
        self._span.setToolTip(tip)
        self._fit()

    def set_theme(self, theme: Theme) -> None:
        muted, accent, text = (colour.name() for colour in (theme.muted, theme.accent, theme.text))
        self.setStyleSheet(
            f"QToolButton {{ border: none; background: transparent; padding: 1px 3px; color: {muted}; }}"
            f"QToolButton:hover {{ color: {text}; }} QToolButton:checked {{ color: {accent}; }}"
            f"QToolButton:focus {{ text-decoration: underline; }}"
            "QToolButton::menu-indicator { image: none; width: 0; }"
            f"QLabel#muted {{ color: {muted}; }}"
        )

    def minimumSizeHint(self) -> QSize:
        """What the title's beginning and the switches need."""
        return QSize(self._needs(MIN_WORD, self.log_x, self.log_y, self.more), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show smoothing where it leaves the title some room."""
        parts = self.smoothing, self._span, self.log_x, self.log_y, self.more
        roomy = bool(self._curve.columns) and self.width() >= self._needs(MIN_TITLE, *parts)
        self.smoothing.setVisible(roomy)
        self._span.setVisible(roomy)

    def _needs(self, title: int, *parts: QWidget) -> int:
        widths = (min(part.sizeHint().width(), part.maximumWidth()) for part in parts)
        return LEFT + title + sum(SPACING + width for width in widths) + RIGHT

    def _switch(self, text: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setCheckable(True)
        button.setObjectName(f"{self._curve.key}_{text.replace(' ', '_')}")
        button.setAccessibleName(tip)
        button.setToolTip(tip)
        return button

    def _slider(self) -> Slider:
        slider = Slider()
        slider.setRange(0, len(SPANS) - 1)
        slider.setPageStep(3)
        slider.setFixedWidth(40)
        slider.setObjectName(f"{self._curve.key}_smoothing")
        slider.setAccessibleName(f"Smoothing of {self._curve.title}")
        slider.setToolTip("Smoothing: debiased moving average; the raw curve stays faint behind it")
        return slider


def _short(span: int) -> str:
    return f"{span // 1000}k" if span >= 1000 else str(span)
