"""The one curve view: a plot of a curve of all runs, in which a hand points, zooms and picks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from app.curves.curve_catalogue import Curve
from app.curves.curve_image import curve_image
from app.curves.curve_line import CurveLine
from app.curves.curve_model import CurveModel
from app.curves.curve_raster import WIDTH
from app.curves.curve_style import CurveStyle
from app.curves.marks import EndMark, draw_end, end_mark, tweak_near, tweak_places
from app.curves.painting import (
    Values,
    note,
    paint_branchings,
    paint_note,
    paint_readout,
    paint_references,
    paint_scrubbed,
    paint_tweaks,
)
from app.curves.tweak_text import sentence
from app.curves.x_axes import NO_CLOCKS, X_AXES, Clock
from app.plots.axis_type import Span
from app.plots.line_item import LineItem
from app.plots.plot_box import BOX
from app.plots.plot_view import ABOVE, LOWEST, PlotView
from app.plots.raster_item import RasterItem
from app.plots.scale import Scale
from app.widgets.shortcut_override import accepts_shortcut
from app.widgets.wheel import scrolls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.look.theme import Theme
    from engine import SessionPicture

_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_L, Qt.Key.Key_0)
_MIN_SIDE = 20.0  # pixels each way that a plot has at least, however small its widget is
_TWEAKS = 40.0  # pixels above the x axis in which tweaks are explained


class CurveView(PlotView):
    """Shows one curve. `refresh` and `set_*` never emit.

    cursor_moved: the update under the pointer, None once it has left. picked: an update that was clicked.
    zoomed: the range of the x axis that a hand has chosen, None for all of it. log_toggled: the key for it was
    pressed.
    """

    cursor_moved = Signal(object)
    picked = Signal(object)
    zoomed = Signal(object)
    log_toggled = Signal()

    def __init__(self, curve: Curve, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent, counts=True, grid=True, mouse=BOX)
        self.model = CurveModel(curve, theme)
        self.setObjectName(f"curve_{curve.key}")
        self.setAccessibleName(f"{curve.title} curve")
        self.setAccessibleDescription("Left and right move the cursor, L: log axis, 0: show everything")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.box.wheel_axis = 0  # the y axis fits what is shown by itself
        self._x = self._y = Scale(0.0, 1.0, 0.0, 1.0)
        self._x_range: Span | None = None
        self._cursor: int | None = None
        self._tells_all = False
        self._told: object = None
        self._ends: list[tuple[EndMark, QColor]] = []
        self._note = ""
        self._read: object = None
        self._found: Values = []
        self._read_area: QRectF | None = None  # where the values at the cursor are told; None is anywhere
        self._known: list[tuple[CurveLine, str, int]] = []
        self._line_items: dict[CurveLine, LineItem] = {}
        self._ink = RasterItem(self.box, self._paint_ink, LOWEST - 1.0)  # below the cursor's line
        self._marks = RasterItem(self.box, self._paint_marks, ABOVE)
        self.cursor_line = pg.InfiniteLine(angle=90)
        self.cursor_line.hide()
        self.addItem(self.cursor_line, ignoreBounds=True)
        self._readout = RasterItem(self.box, self._paint_readout, ABOVE + 1.0)
        self._readout.hide()
        self.set_theme(theme)
        self.box.sigResized.connect(self._fit_size)
        self.range_chosen.connect(self._take_range_chosen)
        self.shown_all.connect(self._take_everything)
        self.clicked.connect(self._pick)
        self.hovered.connect(self._point)

    def refresh(self, picture: SessionPicture, clocks: Mapping[str, Clock] = NO_CLOCKS, patient: bool = False) -> bool:
        """Take the newest picture; paints only if something on screen has changed.

        Returns whether that takes long, and then a patient view leaves it to the next time.
        """
        self.model.pull(picture, clocks)
        long = self.model.outgrows(self._x)
        if not (long and patient):
            self._compose()
        return long

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.model.theme = theme
        self.cursor_line.setPen(pg.mkPen(theme.muted))
        self._compose()

    def set_cursor(self, update: int | None, tells_all: bool = False) -> None:
        """Stand at an update, and tell the value of the selected run; None takes the cursor away.

        tells_all: with the values of all runs, as where the pointer is.
        """
        if (update, tells_all) != (self._cursor, self._tells_all):
            self._cursor, self._tells_all = update, tells_all
            self._place_cursor()

    def set_style(self, style: CurveStyle) -> None:
        if style.along != self.model.style.along:
            self._x_range = None
        self.model.restyle(style)
        self.set_names(X_AXES[style.along].title if style.names_axis else "", "")
        self._compose()

    def set_x_range(self, span: Span | None) -> None:
        """Show this range of values on the x axis, whatever its type; None is all of it."""
        self._x_range = span
        self._compose()

    def follow_again(self) -> None:
        """Take every zoom back without telling anyone: other data, or a reset."""
        self.forget_zoom()
        self._compose()

    def forget_zoom(self) -> None:
        """Take every zoom back from the next `refresh` on."""
        self._x_range = None
        self.model.forget()
        self.forget_choice()

    def rest(self) -> None:
        """Hold on to no picture, line or image until the next `refresh`, and forget every zoom."""
        self.set_cursor(None)
        self.model.rest()
        self._sync_lines()
        self._ends, self._found, self._told = [], [], None
        self.forget_zoom()

    @property
    def cursor_update(self) -> int | None:
        return self._cursor

    @property
    def tells_all(self) -> bool:
        """Whether the values of all runs stand at the cursor, and not that of one alone."""
        return self._cursor is not None and self._tells_all

    def image(self, ratio: float = 2.0) -> QImage:
        """The plot with its title and a legend, for the clipboard."""
        cursor, tells_all = self._cursor, self._tells_all
        self.set_cursor(None)
        self._compose(ratio)
        image = curve_image(self, self.model, ratio)
        self._compose()
        self.set_cursor(cursor, tells_all)
        return image

    # From numbers to pixels

    def _fit_size(self, box: object) -> None:
        self._compose()

    def _compose(self, ratio: float = 0.0) -> None:
        """Fit the axes, and draw what is new. ratio: device pixels in one; 0 is the screen's."""
        model, area, ratio = self.model, self.area, ratio or self.devicePixelRatioF()
        if model.picture is None:
            return
        width, height = max(area.width(), _MIN_SIDE), max(area.height(), _MIN_SIDE)
        x_type, x_home = model.x_type, model.whole_x
        chosen = None if self._x_range is None else model.x_range(self._x_range)
        x = Scale(*(chosen or x_home), 0.0, width, x_type)
        changed = model.place(x, ratio)
        y_type, y_home = model.fitted_y(x)
        fresh = self._sync_lines()
        if fresh or (x_type, y_type) != (self.x_axis.type, self.y_axis.type):
            self.set_types(x_type, y_type)
        if chosen != self.x_chosen:
            self.choose_x(chosen)
        self.follow(x_home, y_home)
        y = Scale(*(self.y_chosen or y_home), height, 0.0, y_type)
        self._x, self._y = x, y
        left = model.draw(x, y, ratio, changed)
        if left is not None:
            self._ink.update(QRectF(left, 0.0, width - left + 1.0, height + 1.0))
        self._tell()
        self._place_cursor()

    def _sync_lines(self) -> bool:
        """Let pyqtgraph know the lines that are shown; whether any is new to it."""
        model = self.model
        known = [(line, model.name(line), model.colour(line).rgb()) for line in model.lines]
        if known == self._known:
            return False
        before, self._known, self._line_items = self._line_items, known, {}
        for line, name, _ in known:
            item = before.pop(line) if line in before else LineItem(name, line.numbers)
            self._line_items[line] = item
            style = Qt.PenStyle.DashLine if line.part.dashed else Qt.PenStyle.SolidLine
            item.set_pen(QPen(model.colour(line), WIDTH, style))
            item.set_name(name)
            if item.parentItem() is None:
                self.addItem(item, ignoreBounds=True)
        for item in before.values():
            self.removeItem(item)
        return True

    def _tell(self) -> None:
        """Paint the marks again if they are others."""
        model, x, y, area = self.model, self._x, self._y, self.area
        tweaks = [(line.run.id, len(line.run.tweaks)) for line in model.leads]
        branchings = [line.branching for line in model.lines]
        found = [(end_mark(area, line, x, y), model.colour(line)) for line in model.lines]
        self._ends = [(mark, colour) for mark, colour in found if mark is not None]
        self._note = note(model, y)
        told = (
            x,
            y,
            tweaks,
            branchings,
            self._ends,
            self._note,
            model.references,
            model.picture and model.picture.cursor,
            model.theme.name,
        )
        if told != self._told:
            self._told = told
            self._marks.update()

    def _place_cursor(self) -> None:
        """Stand the cursor's line at its update, and let the values there be told."""
        model, place, read = self.model, math.nan, None
        if self._cursor is not None and model.lines:
            place = self._x.type.place(model.reference.place(self._cursor))
        seen = not math.isnan(place)
        if seen:
            self.cursor_line.setPos(place)
            self._found = model.values(self._cursor or 0)
            read = self._cursor, self._tells_all, self._x, self._y, self._found, model.selected, model.theme.name
        self.cursor_line.setVisible(seen)
        self._readout.setVisible(seen)
        if read != self._read:
            self._read, self._read_area = read, None
            self._readout.update()

    def _paint_ink(self, painter: QPainter, area: QRectF) -> None:
        painter.drawImage(QPointF(0.0, 0.0), self.model.raster.image)

    def _paint_marks(self, painter: QPainter, area: QRectF) -> None:
        model = self.model
        paint_references(painter, model, self._y, area, self.small_font())
        paint_tweaks(painter, model, self._x, area)
        paint_branchings(painter, model, self._x, self._y, area)
        for mark, colour in self._ends:
            draw_end(painter, mark, colour)
        if self._note:
            painter.setFont(self.small_font())
            paint_note(painter, self._note, area, model.theme)
        paint_scrubbed(painter, model, self._x, area)

    def _paint_readout(self, painter: QPainter, area: QRectF) -> None:
        is_new = self._read_area is None or self._read_area.intersects(self._readout.exposed)
        if self._cursor is not None and is_new:
            self._read_area = paint_readout(
                painter,
                self.model,
                self._cursor,
                self._found,
                self._x,
                self._y,
                area,
                self.small_font(),
                self._tells_all,
            )

    # What a hand does

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._compose()
        # The window's shortcuts (the right arrow is one update) wait while a curve has the focus.
        return accepts_shortcut(event, lambda key: key.key() in _KEYS) or bool(super().event(event))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom; where the column scrolls, the wheel scrolls it, and zooms with Ctrl."""
        if scrolls(self) and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_L:
            self.log_toggled.emit()
        elif event.key() == Qt.Key.Key_0:
            self.show_all()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            far = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self._step_cursor(far if event.key() == Qt.Key.Key_Right else -far)
        else:
            super().keyPressEvent(event)

    def _take_range_chosen(self, across: bool, up: bool) -> None:
        if across:
            self._x_range = self.x_chosen
        self._compose()
        if across:
            self.zoomed.emit(self._x_range)

    def _take_everything(self) -> None:
        self.set_x_range(None)
        self.zoomed.emit(None)

    def _pick(self, place: QPointF) -> None:
        self.picked.emit(self._update_under(place))

    def _point(self, place: QPointF | None) -> None:
        self.cursor_moved.emit(None if place is None else self._update_under(place))
        if place is not None:
            self._explain_tweak(place)

    def _update_under(self, place: QPointF) -> int:
        return self.model.update_at(self._x.value(place.x()))

    def _step_cursor(self, pixels: int) -> None:
        """Move the cursor by pixels, by an update at least."""
        model = self.model
        if model.newest < 0:
            return
        target = model.newest
        if self._cursor is not None:
            pixel = self._x.pixel(model.reference.place(self._cursor))
            target = model.update_at(self._x.value(pixel + pixels)) if math.isfinite(pixel) else self._cursor
            target += (target == self._cursor) * (1 if pixels > 0 else -1)
        self.cursor_moved.emit(min(max(target, 0), model.newest))

    def _explain_tweak(self, place: QPointF) -> None:
        if place.y() > self.area.bottom() - _TWEAKS:
            for line in self.model.leads:
                near = tweak_near(tweak_places(line, self._x), place.x())
                if near is not None:
                    at = self.mapToGlobal(self.mapFromScene(self.box.mapToScene(place)))
                    QToolTip.showText(at, f"{line.run.name}: {sentence(line.run, near)}", self)
                    return
        QToolTip.hideText()
