"""A small sheet to draw on with mouse or keys, which becomes a picture of few pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.look.networks.drawing import LEVELS
from app.stage.pixels import grey_table, images
from app.widgets.shortcut_override import accepts_shortcut

if TYPE_CHECKING:
    from app.look.theme import Theme

Array = np.ndarray

FINE = 4  # dots along a side of a pixel: a pixel is as dark as they are on average, as of the scanned digits
PEN, RUBBER = 1.5, 2.2  # pixels of the picture
SIDE = 110  # pixels of the screen, at least
_MOVES = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
_MARKS = {Qt.Key.Key_Space: False, Qt.Key.Key_Backspace: True}  # whether it rubs out


class DrawingPad(QWidget):
    """`changed`: something was drawn or rubbed out. Arrow keys move a cursor by one pixel, and draw with Shift; Space
    draws a dot, Backspace rubs one out, Delete clears all.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("network-draw-pad")
        self.setAccessibleName("Sheet to draw an example on")
        self.setToolTip(
            "Draw with the mouse; the right button rubs out<p>Keys: arrows move, with Shift they draw; Space draws a "
            "dot, Backspace rubs one out, Delete clears</p>"
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(SIDE, SIDE)
        self.theme = theme
        self.rubs_out = False
        self.shape = (8, 8)
        self._sheet = _blank(self.shape)
        self._last: QPointF | None = None
        self._cursor = (4, 4)  # row and column of a pixel

    def sizeHint(self) -> QSize:
        return QSize(3 * SIDE, 3 * SIDE)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.update()

    def set_shape(self, shape: tuple[int, int]) -> None:
        """Take pictures of so many rows and columns; another shape clears the sheet."""
        if shape != self.shape:
            self.shape, self._sheet = shape, _blank(shape)
            self._cursor = (shape[0] // 2, shape[1] // 2)
            self.update()

    @property
    def levels(self) -> Array:
        """How dark each pixel is, (rows, columns) whole numbers from 0 to LEVELS."""
        rows, columns = self.shape
        dots = _dots(self._sheet).reshape(rows, FINE, columns, FINE)
        return np.asarray(np.rint(dots.mean(axis=(1, 3)) * (LEVELS / 255.0)).astype(int))

    def show_levels(self, levels: Array) -> None:
        """Show a picture of this shape instead, without telling."""
        dots = np.rint(np.kron(levels, np.ones((FINE, FINE))) * (255.0 / LEVELS)).astype(np.uint8)
        self._sheet = _sheet_of(dots)
        self.update()

    def clear(self) -> None:
        if self.levels.any():
            self._sheet = _blank(self.shape)
            self._change()

    def stroke(self, start: QPointF, end: QPointF, rubs_out: bool) -> None:
        """Draw a line between two points in pixels of the picture, or rub it out."""
        with QPainter(self._sheet) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.scale(FINE, FINE)
            colour = Qt.GlobalColor.black if rubs_out else Qt.GlobalColor.white
            pen = QPen(colour, RUBBER if rubs_out else PEN)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawLine(start, end) if start != end else painter.drawPoint(end)
        self._change()

    def _change(self) -> None:
        self.update()
        self.changed.emit()

    def paper(self) -> QRect:
        """Where the sheet is: as large as it fits, its pixels square."""
        rows, columns = self.shape
        side = max(min((self.width() - 2) // columns, (self.height() - 2) // rows), 1)
        return QRect(1, 1, side * columns, side * rows)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        paper, (rows, columns) = self.paper(), self.shape
        side = paper.width() // columns
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(paper, images(_dots(self._sheet)[None], 0.0, 255.0, grey_table(self.theme))[0])
            painter.setPen(QPen(self.theme.grid, 1.0))
            for column in range(1, columns):
                x = paper.left() + column * side
                painter.drawLine(x, paper.top(), x, paper.bottom())
            for row in range(1, rows):
                y = paper.top() + row * side
                painter.drawLine(paper.left(), y, paper.right(), y)
            painter.setPen(QPen(self.theme.accent if self.hasFocus() else self.theme.border, 1.0))
            painter.drawRect(paper.adjusted(-1, -1, 0, 0))
            if self.hasFocus():
                row, column = self._cursor
                painter.drawRect(QRectF(paper.left() + column * side, paper.top() + row * side, side, side))

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            self._last = self._at(event.position())
            self.stroke(self._last, self._last, self._rubs(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is not None and event.buttons():
            here = self._at(event.position())
            self.stroke(self._last, here, self._rubs(event))
            self._last = here

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._last = None

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()  # the right button rubs out

    def _rubs(self, event: QMouseEvent) -> bool:
        right = Qt.MouseButton.RightButton
        return self.rubs_out or event.button() == right or bool(event.buttons() & right)

    def _at(self, position: QPointF) -> QPointF:
        """A point of the widget in pixels of the picture."""
        paper = self.paper()
        side = paper.width() / self.shape[1]
        return QPointF((position.x() - paper.left()) / side, (position.y() - paper.top()) / side)

    # The keyboard

    def event(self, event: QEvent) -> bool:
        return accepts_shortcut(event, self._knows) or super().event(event)

    def _knows(self, event: QKeyEvent) -> bool:
        none, shift = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in _MOVES:
            return held in (none, shift)
        return held == none and (event.key() in _MARKS or event.key() == Qt.Key.Key_Delete)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._knows(event):
            event.ignore()
            return
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Delete:
            self.clear()
        elif key in _MARKS:
            self.stroke(self._middle, self._middle, _MARKS[key])
        else:
            self._move(*_MOVES[key], bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    @property
    def _middle(self) -> QPointF:
        """The middle of the pixel with the cursor."""
        return QPointF(self._cursor[1] + 0.5, self._cursor[0] + 0.5)

    def _move(self, down: int, right: int, draws: bool) -> None:
        before = self._middle
        row, column = self._cursor
        self._cursor = min(max(row + down, 0), self.shape[0] - 1), min(max(column + right, 0), self.shape[1] - 1)
        if draws:
            self.stroke(before, self._middle, self.rubs_out)
        self.update()


def _blank(shape: tuple[int, int]) -> QImage:
    image = QImage(shape[1] * FINE, shape[0] * FINE, QImage.Format.Format_Grayscale8)
    image.fill(0)
    return image


def _dots(sheet: QImage) -> Array:
    """The dots of a sheet, (rows, columns) from 0, paper, to 255, ink."""
    lines = np.frombuffer(sheet.constBits(), np.uint8).reshape(sheet.height(), sheet.bytesPerLine())
    return lines[:, : sheet.width()].copy()


def _sheet_of(dots: Array) -> QImage:
    rows, columns = dots.shape
    held = np.ascontiguousarray(dots)
    return QImage(held.data, columns, rows, columns, QImage.Format.Format_Grayscale8).copy()
