"""A plane with axes: pyqtgraph's plot with Fall Line's axes and gestures, and a range that follows what is shown."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QGraphicsView, QMenu, QWidget

from app.plots.axis import TICK, Axis
from app.plots.axis_type import AxisType, Span
from app.plots.line_item import LineItem
from app.plots.plot_box import PAN, PlotBox
from app.plots.raster_item import RasterItem
from app.plots.scale import Scale, wide

if TYPE_CHECKING:
    from app.look.theme import Theme

pg.setConfigOptions(mouseRateLimit=-1)  # views decide themselves what a move of the mouse costs

SMALL = 0.9  # size of the axes' font against the widget's
ROOM_STEP = 8  # pixels in which the left margin moves, so that it does not tremble while the range changes
LOWEST, ABOVE, TOP = 0.0, 10.0, 20.0  # z of what lies on the paper, of what moves over it, and of what a hand does
BELOW = -1.0  # z of the axes, of which the grid is a part, below the plot
WHOLE: Span = (0.0, 1.0)
Margins = tuple[float, float, float, float]  # pixels: left, top, right, bottom


class _Item(pg.PlotItem):
    """A plot whose "A" button stands there while a hand has chosen the range, and takes that back."""

    def __init__(self, view: PlotView, box: PlotBox, axes: dict[str, Axis]) -> None:
        self._view = view
        super().__init__(viewBox=box, axisItems=axes, enableMenu=False)

    def updateButtons(self) -> None:
        if self.autoBtn is not None:
            self.autoBtn.setVisible(self._view.is_zoomed)

    def autoBtnClicked(self) -> None:
        self._view.show_all()

    def addLegend(self, *arguments: Any, **options: Any) -> pg.LegendItem:
        """Pyqtgraph's legend, also of the lines that are there already."""
        legend = super().addLegend(*arguments, **options)
        for line in self.listDataItems():
            if legend.getLabel(line) is None:
                legend.addItem(line, line.name())
        return legend


class PlotView(pg.PlotWidget):
    """Items are painted in the plot's own pixels: (0, 0) is its upper left corner. `set_*` and `follow` never emit.

    hovered: the place under the pointer while no button is pressed, None outside. clicked: place and modifiers of a
    left click. range_chosen: a hand has changed the range of x, of y. shown_all: a hand has taken that back.
    looked: the range on screen or the size is another. menu_wanted: the screen position for a context menu.
    """

    hovered = Signal(object)
    clicked = Signal(QPointF, Qt.KeyboardModifier)
    range_chosen = Signal(bool, bool)
    shown_all = Signal()
    looked = Signal()
    menu_wanted = Signal(QPointF)

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, counts: bool = False, grid: bool = False, mouse: str = PAN
    ) -> None:
        self.theme = theme
        self._home: tuple[Span, Span] = WHOLE, WHOLE
        self._chosen: list[Span | None] = [None, None]
        self._is_equal = False
        self._ringed = False
        self._least_left = 0.0
        self._room: tuple[object, float] = (None, 0.0)
        self.box = PlotBox()
        self.x_axis = Axis("bottom", theme, counts=counts)
        self.y_axis = Axis("left", theme, grid=grid)
        item = _Item(self, self.box, {"bottom": self.x_axis, "left": self.y_axis})
        super().__init__(parent, background=None, plotItem=item)
        for side in ("top", "right"):
            item.hideAxis(side)
            item.getAxis(side).unlinkFromView()  # or it would follow every change of the range, unseen
        item.layout.setContentsMargins(0.0, 0.0, 0.0, 0.0)
        for axis in (self.x_axis, self.y_axis):
            axis.setZValue(BELOW)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)  # to fill with a colour is cheaper than to copy it
        self.scene().minDragTime = math.inf  # a button that is held long and does not move is a click
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # nothing behind is painted with it
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.box.set_mouse(mouse)
        self._hand = RasterItem(self.box, self._paint_ring, TOP)
        self._drop_menus()
        self._connect()
        PlotView.set_theme(self, theme)  # a subclass has not made its own parts yet
        self._take_font()

    def _drop_menus(self) -> None:
        """Pyqtgraph makes seven menus for every plot, which nobody opens."""
        menu = self.getPlotItem().ctrlMenu
        for part in (*menu.findChildren(QMenu), menu):
            part.deleteLater()

    def _connect(self) -> None:
        box = self.box
        box.zoom_wanted.connect(self._zoom_at)
        box.boxed.connect(self._zoom_into)
        box.panned.connect(self._take_range)
        box.double_clicked.connect(self.take_double_click)
        box.clicked.connect(self.clicked)
        box.menu_wanted.connect(self.menu_wanted)
        box.sigRangeChanged.connect(self._look)
        box.sigResized.connect(self._look)

    def close(self) -> bool:
        """As any widget's; pyqtgraph's own would take the plot apart while it may still be seen."""
        return QWidget.close(self)

    # What it shows

    @property
    def area(self) -> QRectF:
        """The plot in its own pixels."""
        return QRectF(self.box.rect())

    @property
    def scales(self) -> tuple[Scale, Scale]:
        """x and y as they are on screen, on the pixels of the plot."""
        area, (x, y) = self.area, self.box.viewRange()
        width, height = max(area.width(), 1.0), max(area.height(), 1.0)
        x_type, y_type = self.x_axis.type, self.y_axis.type
        return (
            Scale(x_type.value(x[0]), x_type.value(x[1]), 0.0, width, x_type),
            Scale(y_type.value(y[0]), y_type.value(y[1]), height, 0.0, y_type),
        )

    @property
    def is_zoomed(self) -> bool:
        """Whether a hand has chosen the range of either axis."""
        return any(self._chosen)

    @property
    def x_chosen(self) -> Span | None:
        """The range of x that a hand has chosen, in the units of the axis; None while it follows."""
        return self._chosen[0]

    @property
    def y_chosen(self) -> Span | None:
        return self._chosen[1]

    def set_types(self, x: AxisType, y: AxisType) -> None:
        """Show x and y on axes of these types. A range chosen on an axis of another type goes."""
        for place, (axis, type) in enumerate(((self.x_axis, x), (self.y_axis, y))):
            if axis.type.name != type.name:
                self._chosen[place] = None
            axis.set_type(type)
        item = self.getPlotItem()
        modes = x.name == "log", y.name == "log"
        if self.box.state["logMode"] != list(modes):
            item.setLogMode(*modes)
            item.disableAutoRange()  # which pyqtgraph turns on
            self.x_axis.redraw()
            self.y_axis.redraw()
        for line in item.listDataItems():
            if isinstance(line, LineItem):
                line.set_types(x, y)
        self._apply()

    def follow(self, x: Span, y: Span) -> None:
        """Show this range where no hand has chosen another."""
        if (x, y) != self._home:
            self._home = x, y
            self._apply()

    def choose_x(self, span: Span | None) -> None:
        """Show this range of x, as if a hand had chosen it; None follows again."""
        self._chosen[0] = span
        self._apply()

    def choose_y(self, span: Span | None) -> None:
        self._chosen[1] = span
        self._apply()

    def forget_choice(self) -> None:
        """Follow again: other data, or a reset."""
        self._chosen = [None, None]
        self._apply()

    def show_all(self) -> None:
        """Take every zoom back, as a hand does."""
        self.forget_choice()
        self.shown_all.emit()

    def take_double_click(self, at: QPointF) -> None:
        """Show everything; a subclass may know something better."""
        self.show_all()

    def set_equal(self, equal: bool) -> None:
        """Whether a unit of x is as long on screen as a unit of y."""
        if equal != self._is_equal:
            self._is_equal = equal
            self.box.setAspectLocked(equal, ratio=1.0)
            self._apply()

    def set_names(self, x: str, y: str) -> None:
        """What the axes are called."""
        if (x, y) != (self.x_axis.name, self.y_axis.name):
            self.x_axis.set_name(x)
            self.y_axis.set_name(y)
            self._fit_axes()

    def set_labels(self, x: tuple[str, ...], y: tuple[str, ...]) -> None:
        """Names at 0, 1, 2 ... of the axes in place of numbers, where there are any."""
        if (x, y) != (self.x_axis.labels, self.y_axis.labels):
            self.x_axis.set_labels(x)
            self.y_axis.set_labels(y)
            self._fit_axes()

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.setBackground(theme.panel)
        self.box.set_colour(theme.accent)
        self.x_axis.set_theme(theme)
        self.y_axis.set_theme(theme)
        self._colour_zoom_box(theme)
        self.viewport().update()

    def _colour_zoom_box(self, theme: Theme) -> None:
        pen, inside = QPen(theme.accent, 1.0), QColor(theme.accent)
        pen.setCosmetic(True)
        inside.setAlphaF(0.25)
        self.box.rbScaleBox.setPen(pen)
        self.box.rbScaleBox.setBrush(inside)

    def small_font(self) -> QFont:
        """The font of the axes and of what is written in the plot."""
        font = QFont(self.font())
        if font.pointSizeF() > 0:
            font.setPointSizeF(max(SMALL * font.pointSizeF(), 7.5))
        else:
            font.setPixelSize(max(round(SMALL * font.pixelSize()), 10))
        return font

    def zoom(self, factor: float, around: QPointF | None = None, axis: int | None = None) -> None:
        """Magnify by a factor about a place, or the middle; axis: 0 x alone, 1 y alone."""
        self._zoom_at(factor, around if around is not None else self.area.center(), axis)

    # How a hand changes the range

    def _zoom_at(self, factor: float, around: QPointF, axis: int | None) -> None:
        x, y = self.scales
        if axis != 1 or self._is_equal:
            x = x.zoomed(factor, around.x())
        if axis != 0 or self._is_equal:
            y = y.zoomed(factor, around.y())
        self._choose(x if axis != 1 or self._is_equal else None, y if axis != 0 or self._is_equal else None)

    def _zoom_into(self, box: QRectF) -> None:
        x, y = self.scales
        area = self.area
        across = (x.value(box.left()), x.value(box.right()))
        up = (y.value(box.bottom()), y.value(box.top()))
        new_x = Scale(*across, x.start, x.end, x.type) if box.width() < area.width() and wide(*across) else None
        new_y = Scale(*up, y.start, y.end, y.type) if box.height() < area.height() and wide(*up) else None
        self._choose(new_x, new_y)

    def _choose(self, x: Scale | None, y: Scale | None) -> None:
        if x is not None:
            self._chosen[0] = x.low, x.high
        if y is not None:
            self._chosen[1] = y.low, y.high
        self._apply()
        self.range_chosen.emit(x is not None, y is not None)

    def _take_range(self, across: bool, up: bool) -> None:
        """Pyqtgraph has moved the range under a hand."""
        self._choose(*(scale if moved else None for scale, moved in zip(self.scales, (across, up), strict=True)))

    def _apply(self) -> None:
        """Bring pyqtgraph's range to what is chosen, or else to what is followed."""
        ranges = []
        for axis, home, chosen in zip((self.x_axis, self.y_axis), self._home, self._chosen, strict=True):
            low, high = (axis.type.place(value) for value in chosen or home)
            if not (math.isfinite(low) and math.isfinite(high) and low < high):
                low, high = WHOLE
            ranges.append((low, high))
        if self._is_equal or [tuple(span) for span in self.box.viewRange()] != ranges:
            self.box.setRange(xRange=ranges[0], yRange=ranges[1], padding=0.0, disableAutoRange=False)
        self.getPlotItem().updateButtons()

    def _look(self, *_: object) -> None:
        self._fit_axes()
        self.looked.emit()

    # The strips of the axes

    def _fit_axes(self) -> None:
        """Give the axes the room that their numbers and names need; the left one in steps."""
        height = QFontMetricsF(self.small_font()).height()
        x, y = self.x_axis, self.y_axis
        self._set_room(x, "setHeight", height + TICK + 4.0 + (0.0 if x.name_is_short else height))
        self._set_room(y, "setWidth", max(self.left_room(), self._least_left))
        layout, margins = self.getPlotItem().layout, self.margins()
        if layout.getContentsMargins() != margins:
            layout.setContentsMargins(*margins)
            x.margin_right = margins[2]
            x.redraw()

    def margins(self) -> Margins:
        """What stays free around the axes and the plot, for names and for labels that stand beside their axis."""
        height = QFontMetricsF(self.small_font()).height()
        x, y = self.x_axis, self.y_axis
        short = bool(x.name) and x.name_is_short
        above = round(0.6 * height) if not y.name else round(height + (4.0 if y.name_is_short else 10.0))
        return 0.0, float(above), float(round(1.4 * height)) if short else 10.0, 0.0

    def left_room(self) -> float:
        """How wide the numbers of the left axis need it to be, in steps."""
        font, (_, y) = self.small_font(), self.scales
        shown = y, self.y_axis.labels, font.key()
        if self._room[0] != shown:
            labels = self.y_axis.room_for_labels(y.low, y.high, max(self.area.height(), 40.0))
            least = QFontMetricsF(font).horizontalAdvance("\u22120.5")
            self._room = shown, math.ceil(max(labels, least) / ROOM_STEP) * ROOM_STEP + TICK + 6.0
        return self._room[1]

    def set_left_room(self, least: float) -> None:
        """Make the left axis at least so wide, so that plots below each other have their x axes in line."""
        if least != self._least_left:
            self._least_left = least
            self._fit_axes()

    def _set_room(self, axis: Axis, setter: str, room: float) -> None:
        now = axis.height() if setter == "setHeight" else axis.width()
        if round(now) != round(room):
            getattr(axis, setter)(round(room))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and self.plotItem is not None:
            self._take_font()

    def _take_font(self) -> None:
        for axis in (self.x_axis, self.y_axis):
            axis.set_font(self.small_font())
        self._fit_axes()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if self.plotItem is not None:
            self.looked.emit()

    # The mouse and the focus

    def place_of(self, event: QMouseEvent) -> QPointF:
        """Where an event of this widget is in the pixels of the plot."""
        return QPointF(self.box.mapFromScene(self.mapToScene(event.position().toPoint())))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if event.buttons() == Qt.MouseButton.NoButton:
            at = self.place_of(event)
            self.hovered.emit(at if self.area.contains(at) else None)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hovered.emit(None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The key for the menu; the mouse asks for it when its button is released, unless it was a drag."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.menu_wanted.emit(QPointF(self.mapToGlobal(self.rect().center())))
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._ringed = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._hand.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._ringed = False
        self._hand.update()

    def _paint_ring(self, painter: QPainter, area: QRectF) -> None:
        """The ring that shows the focus of the keyboard."""
        if self._ringed:
            path = QPainterPath()
            path.addRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 4.0, 4.0)
            painter.setPen(QPen(self.theme.accent, 1.0))
            painter.drawPath(path)
