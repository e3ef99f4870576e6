"""A curve with its header: title, log switches, smoothing, menu; and a legend where it needs one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QSlider, QToolButton, QVBoxLayout, QWidget

from app.curves.curve_catalogue import Curve
from app.curves.curve_model import CurveStyle
from app.curves.curve_view import CurveView
from app.curves.legend import Legend
from app.curves.x_axes import Clock
from app.widgets.elided import ElidedLabel

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import SessionPicture

# Updates to average over, by position of the slider; 0 is off.
SPANS = (0, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)


class CurveCard(QFrame):
    """restyled: the person has changed how the curve is shown."""

    restyled = Signal(object)

    def __init__(self, curve: Curve, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curve = curve
        self.setObjectName("card")
        self.view = CurveView(curve, theme, self)
        self.menu = QMenu(self)
        self._title = ElidedLabel()
        self._title.setObjectName("cardTitle")
        self._legend = Legend(theme, self)
        self._span = QLabel(self)
        self._span.setObjectName("muted")
        self._log_x = self._switch("log x", f"Logarithmic x axis of {curve.title}")
        self._log_y = self._switch("log y", f"Logarithmic y axis of {curve.title} (L)")
        self._smoothing = self._slider()
        self._smoothing.setVisible(bool(curve.columns))
        self._more = QToolButton(self)
        self._more.setText("⋯")
        self._more.setObjectName(f"{curve.key}_menu")
        self._more.setAccessibleName(f"More about {curve.title}")
        self._more.setToolTip("More curves, x axis, copy, export")
        self._more.clicked.connect(self._show_menu)
        self._arrange()
        self.view.log_toggled.connect(lambda: self._log_y.click())
        self.set_theme(theme)
        self.set_style(CurveStyle(log_y=curve.log))

    def _show_menu(self) -> None:
        """As a popup: a button's own menu would run an event loop inside the click."""
        self.menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def refresh(self, picture: SessionPicture, clock: Clock | None = None, patient: bool = False) -> bool:
        """Take the newest picture, as `CurveView.refresh` does."""
        long = self.view.refresh(picture, clock, patient)
        self._tell()
        return long

    def set_selected(self, id: str | None) -> None:
        self.view.set_selected(id)
        self._tell()

    def _tell(self) -> None:
        """Say what is shown, which may change with the problem and the selected run."""
        plot = self.view.plot
        self._title.show_text(plot.title, self.curve.help)
        self._legend.show_entries(plot.owner, plot.legend, plot.theme)

    @property
    def style_shown(self) -> CurveStyle:
        return self.view.plot.style

    def set_style(self, style: CurveStyle) -> None:
        """Show the curve in a style; emits nothing."""
        for widget, value in ((self._log_x, style.log_x), (self._log_y, style.log_y)):
            with QSignalBlocker(widget):
                widget.setChecked(value)
        with QSignalBlocker(self._smoothing):
            self._smoothing.setValue(min(range(len(SPANS)), key=lambda place: abs(SPANS[place] - style.span)))
        self._span.setVisible(style.span > 0 and bool(self.curve.columns))
        self._span.setText(f"{style.span // 1000}k" if style.span >= 1000 else str(style.span))
        self._span.setToolTip(f"The strong line is a mean of about {style.span:,} updates")
        self.view.set_style(style)

    def set_theme(self, theme: Theme) -> None:
        self.view.set_theme(theme)
        self._tell()
        muted, accent, text = (colour.name() for colour in (theme.muted, theme.accent, theme.text))
        self.setStyleSheet(
            f"QToolButton {{ border: none; background: transparent; padding: 1px 3px; color: {muted}; }}"
            f"QToolButton:hover {{ color: {text}; }} QToolButton:checked {{ color: {accent}; }}"
            f"QToolButton:focus {{ text-decoration: underline; }}"
            "QToolButton::menu-indicator { image: none; width: 0; }"
            f"QLabel#muted {{ color: {muted}; }}"
        )

    def _switch(self, text: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setCheckable(True)
        button.setObjectName(f"{self.curve.key}_{text.replace(' ', '_')}")
        button.setAccessibleName(tip)
        button.setToolTip(tip)
        button.toggled.connect(self._restyle)
        return button

    def _slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(0, len(SPANS) - 1)
        slider.setPageStep(3)
        slider.setFixedWidth(52)
        slider.setObjectName(f"{self.curve.key}_smoothing")
        slider.setAccessibleName(f"Smoothing of {self.curve.title}")
        slider.setToolTip("Smoothing: debiased moving average; the raw curve stays faint behind it")
        slider.valueChanged.connect(self._restyle)
        return slider

    def _arrange(self) -> None:
        header = QHBoxLayout()
        header.setContentsMargins(13, 0, 8, 0)
        header.setSpacing(6)
        header.addWidget(self._title, 1)
        for widget in (self._smoothing, self._span, self._log_x, self._log_y, self._more):
            header.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 7, 1, 4)
        layout.setSpacing(2)
        layout.addLayout(header)
        layout.addWidget(self._legend)
        layout.addWidget(self.view, 1)

    def _restyle(self) -> None:
        style = replace(
            self.style_shown,
            log_x=self._log_x.isChecked(),
            log_y=self._log_y.isChecked(),
            span=SPANS[self._smoothing.value()],
        )
        self.set_style(style)
        self.restyled.emit(style)
