"""Histograms in columns, a row for each layer, scrolled where they would become too small."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame

from app.stage.charts.histogram import Histogram, draw_histogram
from app.stage.overlay import draw_chip
from app.widgets.shortcut_override import keeps

if TYPE_CHECKING:
    from app.look.theme import Theme

FONT = 11  # pixels
HEAD, SIDE, GAP = 18.0, 18.0, 14.0  # pixels: the column titles, the layers' names, between columns
LEAST = 88.0  # pixels of height that a row needs
BELOW = 4.0

_KEYS = {
    Qt.Key.Key_Up: -0.25,
    Qt.Key.Key_Down: 0.25,
    Qt.Key.Key_PageUp: -1.0,
    Qt.Key.Key_PageDown: 1.0,
    Qt.Key.Key_Home: -999.0,
    Qt.Key.Key_End: 999.0,
}


class HistogramSheet(QAbstractScrollArea):
    """rows: one for each layer, of as many histograms as there are titles of columns."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("network-histogram-sheet")
        self.setAccessibleName("Histograms of the layers")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setMinimumSize(260, 120)
        self.theme = theme
        self.log = False
        self.titles: tuple[str, ...] = ()
        self.layers: tuple[str, ...] = ()
        self.rows: list[list[Histogram]] = []
        self._hover: QPoint | None = None

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.viewport().update()

    def set_log(self, log: bool) -> None:
        """Whether heights are logarithms of counts."""
        self.log = log
        self.viewport().update()

    def show_rows(self, titles: tuple[str, ...], layers: tuple[str, ...], rows: list[list[Histogram]]) -> None:
        changed = len(rows) != len(self.rows)
        self.titles, self.layers, self.rows = titles, layers, rows
        if changed:
            self._lay_out()
        self.viewport().update()

    def box(self, row: int, column: int) -> QRectF:
        """Where a histogram stands in the viewport."""
        width = (self.viewport().width() - SIDE - GAP * (len(self.titles) - 1)) / max(len(self.titles), 1)
        top = HEAD + row * self._tall - self.verticalScrollBar().value()
        return QRectF(SIDE + column * (width + GAP), top, width, self._tall - BELOW)

    def under(self, position: QPoint) -> tuple[int, int] | None:
        """The row and column of the histogram under a point."""
        if position.y() < HEAD:
            return None
        cells = ((row, column) for row in range(len(self.rows)) for column in range(len(self.titles)))
        return next((cell for cell in cells if self.box(*cell).contains(position)), None)

    # Layout

    @property
    def _tall(self) -> float:
        return max(LEAST, (self.viewport().height() - HEAD) / max(len(self.rows), 1))

    def _lay_out(self) -> None:
        bar = self.verticalScrollBar()
        room = self.viewport().height() - HEAD
        bar.setRange(0, max(0, int(self._tall * len(self.rows) - room)))
        bar.setPageStep(max(int(room), 1))
        bar.setSingleStep(int(self._tall / 3))
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        font = QFont(self.font())
        font.setPixelSize(FONT)
        view = self.viewport()
        with QPainter(view) as painter:
            painter.setFont(font)
            painter.setClipRect(QRectF(0, HEAD, view.width(), view.height() - HEAD))
            for row, histograms in enumerate(self.rows):
                if self.box(row, 0).bottom() > HEAD and self.box(row, 0).top() < view.height():
                    self._draw_layer(painter, row)
                    for column, shown in enumerate(histograms):
                        draw_histogram(painter, self.box(row, column), shown, self.theme, self.log)
            painter.setClipping(False)
            self._draw_titles(painter)
            self._draw_hover(painter)

    def _draw_layer(self, painter: QPainter, row: int) -> None:
        """The layer's name, upwards."""
        box = self.box(row, 0)
        painter.save()
        painter.translate(0, box.bottom())
        painter.rotate(-90)
        painter.setPen(self.theme.text)
        text = QFontMetricsF(painter.font()).elidedText(self.layers[row], Qt.TextElideMode.ElideRight, box.height())
        painter.drawText(QRectF(0, 0, box.height(), SIDE - 4), Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()

    def _draw_titles(self, painter: QPainter) -> None:
        metrics = QFontMetricsF(painter.font())
        painter.setPen(self.theme.muted)
        for column, title in enumerate(self.titles):
            box = self.box(0, column)
            text = metrics.elidedText(title, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(QRectF(box.left(), 0, box.width(), HEAD - 3), Qt.AlignmentFlag.AlignVCenter, text)

    def _draw_hover(self, painter: QPainter) -> None:
        cell = self.under(self._hover) if self._hover is not None else None
        if cell is None or self._hover is None:
            return
        shown, box = self.rows[cell[0]][cell[1]], self.box(*cell)
        place = shown.bin_at(box, self._hover.x())
        if place < 0 or not len(shown.spread.values):
            return
        plot = shown.plot(box)
        wide = plot.width() / len(shown.counts)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.text, 1.0))
        painter.drawRect(QRectF(plot.left() + place * wide, plot.top(), wide, plot.height()))
        lines = [(line, None) for line in shown.words(place)]
        draw_chip(painter, self._hover.toPointF(), self.viewport().rect().toRectF(), lines)

    # The mouse and the keyboard

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = event.position().toPoint()
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover = None
            self.viewport().update()
        return super().viewportEvent(event)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def event(self, event: QEvent) -> bool:
        return keeps(event, self._knows) or super().event(event)

    def _knows(self, event: QKeyEvent) -> bool:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        return plain and event.key() in _KEYS and self.verticalScrollBar().maximum() > 0

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._knows(event):
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + round(_KEYS[Qt.Key(event.key())] * bar.pageStep()))
        else:
            event.ignore()
