"""Policy map: how likely the cart is pushed right, over two of the numbers that the policy sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QComboBox, QVBoxLayout

from app.look.number_format import number
from app.look.policy.map_axes import settings_of, slice_in
from app.look.strips import draw_strip
from app.plots.plot_view import LOWEST, PlotView
from app.plots.raster_item import RasterItem
from app.stage.overlay import draw_chip
from app.stage.pixels import images, signed_table
from app.stage.policy.policy_view import PolicyView
from app.widgets.elided import ElidedLabel
from app.widgets.wrapped_row import WrappedRow
from engine import STATE, Played, PolicySlice

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import Episode, Query, SliceSeen

Array = np.ndarray


class MapPlot(PlotView):
    """Colours from pushing left to pushing right, and the way of an episode over them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.seen: SliceSeen | None = None
        self.way: tuple[Array, Array] = np.empty(0), np.empty(0)
        self._at: QPointF | None = None
        self._raster = RasterItem(self.box, self._paint, LOWEST)
        self.setAccessibleName("Map of the policy")
        self.setMinimumSize(140, 110)
        self.hovered.connect(self._point)
        self.looked.connect(self._redraw_axes)

    def show_seen(self, seen: SliceSeen, way: tuple[Array, Array]) -> None:
        """Show a slice of the policy; way: x (n,) and y (n,) of an episode in it."""
        self.seen, self.way = seen, way
        self.follow((float(seen.xs[0]), float(seen.xs[-1])), (float(seen.ys[0]), float(seen.ys[-1])))
        self._raster.update()

    def read(self, x: float, y: float) -> str:
        """What is to be read at a place."""
        seen = self.seen
        if seen is None or not (seen.xs[0] <= x <= seen.xs[-1] and seen.ys[0] <= y <= seen.ys[-1]):
            return ""
        column, row = int(np.abs(seen.xs - x).argmin()), int(np.abs(seen.ys - y).argmin())
        return f"right with probability {number(float(seen.right[row, column]), 3)}"

    def _redraw_axes(self) -> None:
        self.x_axis.redraw()
        self.y_axis.redraw()

    def _point(self, at: QPointF | None) -> None:
        if at != self._at:
            self._at = at
            self._raster.update()

    def _paint(self, painter: QPainter, area: QRectF) -> None:
        painter.fillRect(area, self.theme.field)
        seen = self.seen
        if seen is None:
            return
        x, y = self.scales
        half_x, half_y = 0.5 * (seen.xs[1] - seen.xs[0]), 0.5 * (seen.ys[1] - seen.ys[0])
        box = QRectF(
            QPointF(x.pixel(float(seen.xs[0] - half_x)), y.pixel(float(seen.ys[-1] + half_y))),
            QPointF(x.pixel(float(seen.xs[-1] + half_x)), y.pixel(float(seen.ys[0] - half_y))),
        )
        (image,) = images(seen.right[None, ::-1], 0.0, 1.0, signed_table(self.theme))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, image)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.text, 1.2))
        draw_strip(painter, x.pixels(self.way[0]), y.pixels(self.way[1]))
        if self._at is not None:
            told = self.read(x.value(self._at.x()), y.value(self._at.y()))
            if told:
                painter.setFont(self.small_font())
                draw_chip(painter, self._at, area, [(told, None)])


class PolicyMapView(PolicyView):
    """Over the angle and its speed unless others are chosen; the two numbers that are not shown are 0."""

    KEY = "map"
    TITLE = "Policy map"
    MENU = "Map of the policy"
    TIER = "basic"
    TIP = "How likely the cart is pushed right, over two of the numbers that the policy sees"
    ASKS = (PolicySlice, Played)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.caption = ElidedLabel()
        self.caption.setObjectName("muted")
        self.plot = MapPlot(theme)
        self.across, self.up = self._chooser("map_across", "Across"), self._chooser("map_up", "Up")
        self.apply_view({})
        self.plot.menu_wanted.connect(lambda at: self.menu_wanted.emit(at, self.plot))
        for chooser in (self.across, self.up):
            chooser.currentIndexChanged.connect(lambda place, chooser=chooser: self._choose(chooser))
        self.setFocusProxy(self.plot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(WrappedRow(self.across, self.up))
        column.addWidget(self.plot, 1)
        column.addWidget(self.caption)

    @property
    def wanted(self) -> PolicySlice:
        return PolicySlice(self.across.currentText(), self.up.currentText())

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset({self.wanted, Played()})

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.plot.set_theme(theme)
        self.show_answers()

    def show_answers(self) -> None:
        snapshot = self.snapshot
        seen = snapshot.answers.get(self.wanted) if snapshot is not None else None
        episode = snapshot.answers.get(Played()) if snapshot is not None else None
        if seen is None or episode is None:
            return
        across, up = self.wanted.across, self.wanted.up
        self.plot.set_names(*(f"{name} ({PolicySlice.UNITS[name]})" for name in (across, up)))
        self.plot.show_seen(seen, (_along(episode, across), _along(episode, up)))
        told = "blue pushes right, orange left; the line is an episode, the other two numbers are 0"
        self.caption.show_text(" · ".join(part for part in (told, self.warning) if part))

    def reset_view(self) -> None:
        self.plot.forget_choice()

    def describe(self) -> str:
        if self.snapshot is None:
            return ""
        return f"{self.TITLE}: how likely the cart is pushed right, {self.wanted.across} across, {self.wanted.up} up."

    def view(self) -> dict[str, Any]:
        return settings_of(self.wanted)

    def apply_view(self, view: Mapping[str, Any]) -> None:
        wanted = slice_in(view)
        with QSignalBlocker(self.across), QSignalBlocker(self.up):
            self.across.setCurrentText(wanted.across)
            self.up.setCurrentText(wanted.up)

    def _choose(self, changed: QComboBox) -> None:
        """The other one gives way if it was that one."""
        other = self.up if changed is self.across else self.across
        if other.currentText() == changed.currentText():
            with QSignalBlocker(other):
                other.setCurrentIndex((changed.currentIndex() + 1) % changed.count())
        self.plot.forget_choice()
        self.wanted_changed.emit()

    def _chooser(self, name: str, title: str) -> QComboBox:
        chooser = QComboBox()
        chooser.setObjectName(name)
        chooser.setAccessibleName(f"{title}: number that the policy sees")
        chooser.setToolTip(f"What is shown {title.lower()}")
        chooser.addItems(list(PolicySlice.NAMES))
        return chooser


def _along(episode: Episode, name: str) -> Array:
    found: Array = episode.states[:, STATE + PolicySlice.NAMES.index(name)]
    return found
