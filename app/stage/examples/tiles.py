"""A scrollable view of image tiles in rows, with one pointed at by mouse or keys."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent

from app.stage.examples.painted_area import PaintedArea
from app.widgets.shortcut_override import accepts_shortcut

if TYPE_CHECKING:
    from app.look.theme import Theme

SIDE = 46.0  # approximate height of a picture in pixels
PAD, CAPTION = 5, 15  # pixels around a tile's picture, and for the caption below
SMALL = 11  # font size in pixels
WIDEST_GAP = 0.25  # between two columns, relative to a tile

_KEYS = {
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_Escape,
}


@dataclass(frozen=True, slots=True)
class TileLayout:
    """The layout of tiles. magnified: screen pixels per image pixel, an integer to keep it crisp. picture, tile:
    sizes in widget pixels. spread: gap between columns. ratio: the device pixel ratio.
    """

    magnified: int
    picture: QSize
    tile: QSize
    columns: int
    spread: float
    ratio: float

    def rows(self, count: int) -> int:
        """How many rows so many tiles take."""
        return -(-count // self.columns)

    def corner(self, index: int) -> tuple[int, int]:
        """The left and top edge of a tile's picture."""
        row, column = divmod(index, self.columns)
        left = PAD + column * self.tile.width() + round((column + 0.5) * self.spread)
        return left, PAD + row * self.tile.height()


def tile_layout(shape: tuple[int, int], width: int, ratio: float, side: float = SIDE) -> TileLayout:
    """The layout of pictures of shape (rows, columns) in so many pixels of width. side: about the longer one of a
    picture, in pixels.
    """
    magnified = max(1, round(side * ratio / max(shape)))
    picture = QSize(math.ceil(shape[1] * magnified / ratio), math.ceil(shape[0] * magnified / ratio))
    tile = QSize(picture.width() + 2 * PAD, picture.height() + 2 * PAD + CAPTION)
    columns = max(1, width // tile.width())
    spread = min(max(width - columns * tile.width(), 0) / columns, WIDEST_GAP * tile.width())
    return TileLayout(magnified, picture, tile, columns, spread, ratio)


class TileView(PaintedArea):
    """As many tiles per row as fit. `pointed` carries the one under the pointer or the keys, or -1.

    A subclass paints the visible tiles with their captions.
    """

    pointed = Signal(int)
    side = SIDE

    def __init__(self, theme: Theme, name: str, accessible_name: str) -> None:
        super().__init__(theme, name, accessible_name)
        self.current = -1
        self._count = 0
        self._shape = (1, 1)
        self._by_mouse = False
        self._layout = tile_layout(self._shape, 1, 1.0)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.viewport().update()

    def set_tiles(self, count: int, shape: tuple[int, int]) -> None:
        """Show so many tiles, whose pictures have shape (rows, columns)."""
        if (count, shape) != (self._count, self._shape):
            self._count, self._shape = count, shape
            if self.current >= count:
                self.point(-1)
            self._lay_out()

    @property
    def count(self) -> int:
        return self._count

    @property
    def picture(self) -> QSize:
        """The size of a picture in widget pixels."""
        return self._layout.picture

    @property
    def visible(self) -> range:
        """The visible tiles."""
        layout, top = self._layout, self.verticalScrollBar().value()
        height = layout.tile.height()
        first, last = top // height, (top + self.viewport().height() - 1) // height
        return range(min(first * layout.columns, self._count), min((last + 1) * layout.columns, self._count))

    @property
    def small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(SMALL)
        return font

    def place(self, index: int) -> QRect:
        """The rectangle of a tile's picture in the viewport."""
        left, top = self._layout.corner(index)
        return QRect(QPoint(left, top - self.verticalScrollBar().value()), self._layout.picture)

    def at(self, position: QPoint) -> int:
        """The tile at a point of the viewport; -1 for none."""
        layout = self._layout
        row = (position.y() + self.verticalScrollBar().value()) // layout.tile.height()
        column = int(position.x() // (layout.tile.width() + layout.spread))
        index = row * layout.columns + column
        return index if 0 <= column < layout.columns and 0 <= index < self._count else -1

    def point(self, index: int) -> None:
        """Point at a tile, or at none with -1."""
        if index != self.current:
            self.current = index
            self.viewport().update()
            self.pointed.emit(index)

    def paint_pictures(self, painter: QPainter, tiles: range) -> None:
        """Paint the visible tiles, each at its `place`."""
        raise NotImplementedError

    # TileLayout

    def _lay_out(self) -> None:
        whole, bar = self.maximumViewportSize(), self.verticalScrollBar()
        layout = tile_layout(self._shape, whole.width(), self.devicePixelRatioF(), self.side)
        if layout.rows(self._count) * layout.tile.height() > whole.height():
            width = whole.width() - bar.sizeHint().width()
            layout = tile_layout(self._shape, width, self.devicePixelRatioF(), self.side)
        self._layout = layout
        bar.setRange(0, max(0, layout.rows(self._count) * layout.tile.height() - whole.height()))
        bar.setPageStep(whole.height())
        bar.setSingleStep(layout.tile.height() // 2)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._layout.ratio != self.devicePixelRatioF():
            self._lay_out()
        with QPainter(self.viewport()) as painter:
            painter.setFont(self.small_font)
            self.paint_pictures(painter, self.visible)
            if self.current in self.visible:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(self.theme.text, 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                frame = self.place(self.current).adjusted(-PAD + 1, -PAD + 1, PAD - 1, PAD + CAPTION - 2)
                painter.drawRoundedRect(frame.toRectF(), 4, 4)

    def draw_pictures(self, painter: QPainter, tiles: range, images: list[QImage]) -> None:
        """Draw the pictures at their tiles, aligned to screen pixels."""
        ratio, magnified = self._layout.ratio, self._layout.magnified
        down = self.verticalScrollBar().value()
        painter.save()
        painter.resetTransform()
        painter.scale(1 / ratio, 1 / ratio)  # the device transform applies the ratio again
        for index, image in zip(tiles, images, strict=True):
            left, top = self._layout.corner(index)
            wide, high = image.width() * magnified, image.height() * magnified
            painter.drawImage(QRect(round(left * ratio), round((top - down) * ratio), wide, high), image)
        painter.restore()

    # The mouse

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._by_mouse = True
        self.point(self.at(event.position().toPoint()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if not self._by_mouse:
            self.point(-1)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave and self._by_mouse:
            self.point(-1)
        return super().viewportEvent(event)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        if self._by_mouse and self.underMouse():
            self.point(self.at(self.viewport().mapFromGlobal(self.cursor().pos())))
        self.viewport().update()

    # The keyboard

    def event(self, event: QEvent) -> bool:
        return accepts_shortcut(event, self._knows) or super().event(event)

    def _knows(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            return self.current >= 0
        return event.key() in _KEYS and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._knows(event):
            event.ignore()
            return
        self._by_mouse = False
        if event.key() == Qt.Key.Key_Escape:
            self.point(-1)
        elif self._count:
            self._go(Qt.Key(event.key()))

    def _go(self, key: Qt.Key) -> None:
        page = max(1, self.viewport().height() // self._layout.tile.height()) * self._layout.columns
        here = self.current
        steps = {
            Qt.Key.Key_Left: here - 1,
            Qt.Key.Key_Right: here + 1,
            Qt.Key.Key_Up: here - self._layout.columns,
            Qt.Key.Key_Down: here + self._layout.columns,
            Qt.Key.Key_PageUp: here - page,
            Qt.Key.Key_PageDown: here + page,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: self._count - 1,
        }
        ends = key in (Qt.Key.Key_Home, Qt.Key.Key_End)
        self.point(self.visible.start if here < 0 and not ends else min(max(steps[key], 0), self._count - 1))
        self._show_current()

    def _show_current(self) -> None:
        place, bar = self.place(self.current), self.verticalScrollBar()
        if place.top() < PAD:
            bar.setValue(bar.value() + place.top() - PAD)
        below = place.bottom() + 1 + CAPTION + PAD - self.viewport().height()
        if below > 0:
            bar.setValue(bar.value() + below)
