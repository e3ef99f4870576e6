"""A curve with its header, and a legend where it needs one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QPointF, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent
from PySide6.QtWidgets import QFrame, QMenu, QVBoxLayout, QWidget

from app.curves.curve_catalogue import Curve
from app.curves.curve_header import CurveHeader
from app.curves.curve_style import SPANS, CurveStyle
from app.curves.curve_view import CurveView
from app.curves.legend import Legend
from app.curves.x_axes import NO_CLOCKS, Clock
from app.plots.plot_menu import add_choices, add_plot_actions
from app.widgets.context_menu import close_popups
from app.widgets.submenu import add_submenu

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.look.theme import Theme
    from engine import SessionPicture


class CurveCard(QFrame):
    """restyled: the person has changed how the curve is shown. menu: whoever fills it does so as it opens."""

    restyled = Signal(object)

    def __init__(self, curve: Curve, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curve = curve
        self.setObjectName("card")
        self.view = CurveView(curve, theme, self)
        self.menu = QMenu(self)
        self._header = CurveHeader(curve, theme, self)
        self._legend = Legend(theme, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 7, 1, 4)
        layout.setSpacing(2)
        layout.addWidget(self._header)
        layout.addWidget(self._legend)
        layout.addWidget(self.view, 1)
        self._header.log_x_chosen.connect(lambda on: self._restyle(x_type="log" if on else "linear"))
        self._header.log_y_chosen.connect(lambda on: self._restyle(y_type="log" if on else "linear"))
        self._header.span_chosen.connect(lambda span: self._restyle(span=span))
        self._header.more.clicked.connect(self._open_menu)
        self.view.menu_wanted.connect(self._open_menu_at)
        self.view.log_toggled.connect(self._header.log_y.click)
        self.set_theme(theme)
        self.set_style(CurveStyle())

    def refresh(self, picture: SessionPicture, clocks: Mapping[str, Clock] = NO_CLOCKS, patient: bool = False) -> bool:
        """Take the newest picture, as `CurveView.refresh` does."""
        long = self.view.refresh(picture, clocks, patient)
        self._tell()
        return long

    @property
    def style_shown(self) -> CurveStyle:
        return self.view.model.style

    def set_style(self, style: CurveStyle) -> None:
        """Show the curve in a style; emits nothing."""
        self.view.set_style(style)
        self._tell()

    def rest(self) -> None:
        """Go off the screen, perhaps for long: hold on to nothing that was shown, and forget every zoom."""
        close_popups(self)
        self.view.rest()

    def copy_image(self) -> None:
        QGuiApplication.clipboard().setImage(self.view.image())

    def set_theme(self, theme: Theme) -> None:
        self.view.set_theme(theme)
        self._header.set_theme(theme)
        self._tell()

    def add_actions(self, menu: QMenu) -> None:
        """Add to a menu what can be chosen for this curve alone."""
        style = self.style_shown
        if self.curve.columns:
            titles = {str(span): f"over {span:,} updates" if span else "Off" for span in SPANS}
            add_choices(
                add_submenu(menu, "Smoothing"), titles, str(style.span), lambda span: self._restyle(span=int(span))
            )
        add_plot_actions(menu, self.view, self._choose_type, {"y": style.y_type})

    def _choose_type(self, letter: str, name: str) -> None:
        self._restyle(**{f"{letter}_type": name})

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        close_popups(self)

    def _restyle(self, **changes: Any) -> None:
        self.set_style(replace(self.style_shown, **changes))
        self.restyled.emit(self.style_shown)

    def _tell(self) -> None:
        """Say what is shown, which may change with the problem, the values and the selected run."""
        model = self.view.model
        self._header.title.show_text(model.title, self.curve.tip)
        self._header.show_style(model.style, (self.view.x_axis.type.log, self.view.y_axis.type.log))
        self._legend.show_entries(model.owner, model.legend, model.theme)

    def _open_menu(self) -> None:
        """As a popup: a button's own menu would run an event loop inside the click."""
        more = self._header.more
        self.menu.popup(more.mapToGlobal(more.rect().bottomLeft()))

    def _open_menu_at(self, place: QPointF) -> None:
        self.menu.popup(QPoint(round(place.x()), round(place.y())))
