"""Histograms in columns, a row for each layer, scrolled where they would become too small."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app.stage.charts.histogram import Histogram
from app.stage.charts.histogram_plot import HistogramPlot
from app.stage.charts.hover_chip import HoverChip
from app.stage.small_font import small_font
from app.widgets.shortcut_override import accepts_shortcut

if TYPE_CHECKING:
    from app.look.theme import Theme

HEAD, WORDS = 18, 15  # pixels of height: titles of columns, words above a histogram
SIDE, GAP = 18, 10  # pixels of width: names of layers, between columns
MIN_ROW = 88  # pixels of height that a row needs
MIN_WIDE = 66  # pixels of width that a histogram needs

_KEYS = {
    Qt.Key.Key_Up: -0.25,
    Qt.Key.Key_Down: 0.25,
    Qt.Key.Key_PageUp: -1.0,
    Qt.Key.Key_PageDown: 1.0,
    Qt.Key.Key_Home: -999.0,
    Qt.Key.Key_End: 999.0,
}


class _Painted(QWidget):
    """A widget that another one paints: `paint(painter, exposed)`."""

    def __init__(self, parent: QWidget, paint: Callable[[QPainter, QRect], None]) -> None:
        super().__init__(parent)
        self._paint = paint

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setFont(small_font(self.font()))
            self._paint(painter, event.rect())


class HistogramList(QAbstractScrollArea):
    """rows: one for each layer, of as many histograms as there are titles of columns.

    Plots are made when their row is first seen, one at a time, so that the window stays awake. menu_wanted: a place on
    the screen and the plot that the context menu is for.
    """

    menu_wanted = Signal(QPointF, object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("network-histogram-list")
        self.setAccessibleName("Histograms of the layers")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.theme = theme
        self.log = False
        self.titles: tuple[str, ...] = ()
        self.layers: tuple[str, ...] = ()
        self.rows: list[list[Histogram]] = []
        self._plots: dict[tuple[int, int], HistogramPlot] = {}
        self._head = _Painted(self.viewport(), self._paint_titles)
        self._body = _Painted(self.viewport(), self._paint_words)
        self.chip = HoverChip(self.viewport())
        self._making = QTimer(self)
        self._making.setSingleShot(True)
        self._making.setInterval(0)
        self._making.timeout.connect(self._make_next)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        for plot in self._plots.values():
            plot.set_theme(theme)
        self.viewport().update()

    def set_log(self, log: bool) -> None:
        """Whether heights are logarithms of counts."""
        self.log = log
        self._show_all()

    def show_rows(self, titles: tuple[str, ...], layers: tuple[str, ...], rows: list[list[Histogram]]) -> None:
        before = self.titles, self.layers, len(self.rows)
        self.titles, self.layers, self.rows = titles, layers, rows
        if before != (titles, layers, len(rows)):
            for cell in [cell for cell in self._plots if cell[0] >= len(rows)]:
                self._plots.pop(cell).deleteLater()
            self._lay_out()
            self.updateGeometry()
            self.viewport().update()
        self._show_all()

    def reset_view(self) -> None:
        """Begin at the first layer, with every histogram as a whole."""
        self.verticalScrollBar().setValue(0)
        self.forget_choices()

    def forget_choices(self) -> None:
        """Show every histogram as a whole."""
        for plot in self._plots.values():
            plot.forget_choice()

    def plot(self, row: int, column: int) -> HistogramPlot | None:
        """The plot of a histogram; None while it has not been made."""
        return self._plots.get((row, column))

    def minimumSizeHint(self) -> QSize:
        columns = max(len(self.titles), 1)
        return QSize(SIDE + columns * MIN_WIDE + (columns - 1) * GAP, HEAD + MIN_ROW)

    # Layout

    @property
    def _row_height(self) -> int:
        return max(MIN_ROW, (self.viewport().height() - HEAD) // max(len(self.rows), 1))

    def _cell(self, row: int, column: int) -> QRect:
        """Where a histogram with its words stands among the rows."""
        columns = max(len(self.titles), 1)
        width = (self.viewport().width() - SIDE - GAP * (columns - 1)) // columns
        return QRect(SIDE + column * (width + GAP), row * self._row_height, width, self._row_height)

    def _lay_out(self) -> None:
        view, bar = self.viewport(), self.verticalScrollBar()
        room, whole = max(view.height() - HEAD, 1), self._row_height * len(self.rows)
        bar.setRange(0, max(0, whole - room))
        bar.setPageStep(room)
        bar.setSingleStep(self._row_height // 3)
        self._head.setGeometry(0, 0, view.width(), HEAD)
        self._body.setGeometry(0, HEAD - bar.value(), view.width(), max(whole, room))
        self._head.raise_()
        self.chip.raise_()
        for cell, plot in self._plots.items():
            plot.setGeometry(self._cell(*cell).adjusted(0, WORDS, 0, 0))
        self._making.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._making.start()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self._body.move(0, HEAD - self.verticalScrollBar().value())
        self._making.start()

    @property
    def _seen_rows(self) -> range:
        top, room = self.verticalScrollBar().value(), self.viewport().height() - HEAD
        height = self._row_height
        return range(top // height, min(-(-(top + room) // height), len(self.rows)))

    # The plots

    def _make_next(self) -> None:
        """Make one plot that is to be seen and is not there yet."""
        if not self.isVisible():
            return
        missing = (cell for cell in self._seen_cells if cell not in self._plots)
        cell = next(missing, None)
        if cell is None:
            return
        plot = HistogramPlot(self.theme, lambda: self.verticalScrollBar().maximum() > 0)
        plot.setParent(self._body)
        plot.setAccessibleName(f"{self.rows[cell[0]][cell[1]].title} of {self.layers[cell[0]]}")
        plot.hovered.connect(lambda at: self._point(cell, at))
        plot.menu_wanted.connect(lambda at: self.menu_wanted.emit(at, plot))
        self._plots[cell] = plot
        self._show(cell)
        plot.setGeometry(self._cell(*cell).adjusted(0, WORDS, 0, 0))
        plot.show()
        self._making.start()

    @property
    def _seen_cells(self) -> list[tuple[int, int]]:
        return [(row, column) for row in self._seen_rows for column in range(len(self.titles))]

    def _show_all(self) -> None:
        for cell in self._plots:
            self._show(cell)
        for row in self._seen_rows:
            self._body.update(SIDE, row * self._row_height, self._body.width() - SIDE, WORDS)

    def _show(self, cell: tuple[int, int]) -> None:
        row, column = cell
        self._plots[cell].show_histogram(self.rows[row][column], self.layers[row], self.log)

    def _point(self, cell: tuple[int, int], at: QPointF | None) -> None:
        """Tell what the bin under the pointer holds."""
        plot, shown = self._plots[cell], self.rows[cell[0]][cell[1]]
        place = shown.bin_at(plot.scales[0].value(at.x())) if at is not None and not shown.nothing else None
        plot.point_at(place)
        if at is None or place is None:
            self.chip.hide()
        else:
            where = plot.mapTo(self.viewport(), plot.mapFromScene(plot.box.mapToScene(at)))
            self.chip.tell(where.toPointF(), self.viewport().rect().toRectF(), shown.words(place))

    # Painting

    def _paint_titles(self, painter: QPainter, exposed: QRect) -> None:
        metrics = QFontMetricsF(painter.font())
        painter.setPen(self.theme.muted)
        for column, title in enumerate(self.titles):
            cell = self._cell(0, column)
            text = metrics.elidedText(title, Qt.TextElideMode.ElideRight, cell.width())
            painter.drawText(QRectF(cell.left(), 0, cell.width(), HEAD - 3), Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_words(self, painter: QPainter, exposed: QRect) -> None:
        """Names of layers, and above each histogram what it says in words."""
        for row in self._seen_rows:
            if exposed.left() < SIDE:
                self._paint_layer(painter, row)
            for column, shown in enumerate(self.rows[row]):
                cell = self._cell(row, column)
                if exposed.intersects(cell):  # its plot lies on the rest of it
                    self._paint_histogram_words(painter, QRectF(cell.left(), cell.top(), cell.width(), WORDS), shown)

    def _paint_layer(self, painter: QPainter, row: int) -> None:
        """The layer's name, upwards."""
        cell = self._cell(row, 0)
        painter.save()
        painter.translate(0, cell.bottom())
        painter.rotate(-90)
        painter.setPen(self.theme.text)
        text = QFontMetricsF(painter.font()).elidedText(self.layers[row], Qt.TextElideMode.ElideRight, cell.height())
        painter.drawText(QRectF(0, 0, cell.height(), SIDE - 4), Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()

    def _paint_histogram_words(self, painter: QPainter, box: QRectF, shown: Histogram) -> None:
        if shown.nothing:
            return
        metrics, middle = QFontMetricsF(painter.font()), Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self.theme.text)
        numbers = metrics.elidedText(shown.numbers, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | middle, numbers)
        room = box.width() - metrics.horizontalAdvance(shown.numbers) - 8
        note = next((note for note in shown.notes if metrics.horizontalAdvance(note) <= room), "")
        painter.setPen(self.theme.warning if shown.warns else self.theme.muted)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | middle, note)

    # The mouse and the keyboard

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def event(self, event: QEvent) -> bool:
        return accepts_shortcut(event, self._knows) or super().event(event)

    def _knows(self, event: QKeyEvent) -> bool:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        return plain and event.key() in _KEYS and self.verticalScrollBar().maximum() > 0

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._knows(event):
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + round(_KEYS[Qt.Key(event.key())] * bar.pageStep()))
        else:
            event.ignore()
