"""Lines of text, a character in each cell of a grid, on colours that tell a number for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QToolTip

from app.stage.examples.painted_area import PaintedArea
from app.stage.pixels import images, signed_table
from engine import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.look.theme import Theme

Array = np.ndarray

LARGEST, SMALLEST = 19, 9  # pixels of the font
WIDE, TALL = 0.66, 1.5  # of a cell, in sizes of the font
MOST = 60  # lines
GAP = 2  # cells between lines side by side
_LIGHT, _DARK = QColor("#ffffff"), QColor("#10151f")
_WEIGHTS = np.array([0.299, 0.587, 0.114])  # of red, green and blue in how light a colour is


class TextPage(PaintedArea):
    """`show_lines` shows them as large as the longest fits, and cuts lines that do not fit even small; where there is
    room for several side by side, they go on there. What of a character is told under the pointer comes from `told`.
    room_changed: another number of `rows` fits.
    """

    room_changed = Signal()

    def __init__(self, theme: Theme, name: str, accessible_name: str) -> None:
        super().__init__(theme, name, accessible_name)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.lines: tuple[str, ...] = ()
        self.values: Array | None = None
        self._scale = 1.0
        self._given = 0  # characters of each line that were given, and are muted
        self._told: Callable[[int, int], str] = lambda row, column: ""
        self._font = QFont(self.font())
        self._rows = self._beside = 1

    @property
    def rows(self) -> int:
        """How many lines there is room for."""
        return self._rows * self._beside

    @property
    def columns(self) -> int:
        """How many characters of a line there is room for."""
        return max(1, int((self.viewport().width() - 2) / self._cell[0]))

    def place_of(self, row: int) -> tuple[float, float]:
        """Where a line begins, in pixels."""
        beside, below = divmod(row, self._rows)
        wide, tall = self._cell
        return beside * (self._longest + GAP) * wide, below * tall

    @property
    def _longest(self) -> int:
        return max(map(len, self.lines), default=0)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.viewport().update()

    def show_lines(
        self,
        lines: Sequence[str],
        values: Array | None = None,
        scale: float = 1.0,
        given: int = 0,
        told: Callable[[int, int], str] = lambda row, column: "",
    ) -> None:
        """values (lines, characters): a number for each, in colours from -scale to scale; those that are not finite
        have none. given: how many characters of each line are muted. told: what is to be read of a line and column.
        """
        self.lines, self.values, self._scale, self._given, self._told = tuple(lines), values, scale, given, told
        self._fit()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        where = self.cell_at(event.position().toPoint())
        QToolTip.showText(event.globalPosition().toPoint(), self.read(*where) if where else "", self)

    def leaveEvent(self, event: QEvent) -> None:
        QToolTip.hideText()
        super().leaveEvent(event)

    def cell_at(self, point: QPoint) -> tuple[int, int] | None:
        """The line and the column at a place of the viewport; None beside the text."""
        wide, tall = self._cell
        below, column = int(point.y() // tall), int(point.x() // wide)
        beside, column = divmod(column, self._longest + GAP) if self._beside > 1 else (0, column)
        row = beside * self._rows + below
        known = 0 <= below < self._rows and row < min(len(self.lines), self.rows)
        return (row, column) if known and 0 <= column < len(self.lines[row]) else None

    def read(self, row: int, column: int) -> str:
        """What is to be read of a character."""
        return self._told(row, column)

    def paintEvent(self, event: QPaintEvent) -> None:
        wide, tall = self._cell
        shown = self.lines[: self.rows]
        if not shown:
            return
        with QPainter(self.viewport()) as painter:
            painter.setFont(self._font)
            dark = self._paint_values(painter) if self.values is not None else None
            metrics = QFontMetricsF(self._font)
            columns = self.columns
            for row, line in enumerate(shown):
                left, top = self.place_of(row)
                cut = len(line) > columns
                for column, sign in enumerate(line[: columns - 1] + "…" if cut else line):
                    seen = sign if sign == " " else visible(sign)
                    if seen == " ":
                        continue
                    muted = column < self._given or seen != sign
                    ink = self.theme.muted if muted else self.theme.text
                    if dark is not None and column < dark.shape[1] and not cut:
                        ink = _LIGHT if dark[row, column] else _DARK
                    painter.setPen(ink)
                    _put(painter, metrics, seen[:1], QRectF(left + column * wide, top, wide, tall))

    @property
    def _cell(self) -> tuple[float, float]:
        size = self._font.pixelSize()
        return WIDE * size, round(TALL * size)

    def _fit(self) -> None:
        """Choose the size of the font, and tell if another number of lines fits."""
        longest, wide, before = self._longest, self.viewport().width() - 2, self.rows
        size = int(wide / (WIDE * longest)) if longest else LARGEST
        self._font = QFont(self.font())
        self._font.setPixelSize(min(max(size, SMALLEST), LARGEST))
        cell = self._cell
        self._rows = min(max(int(self.viewport().height() // cell[1]), 1), MOST)
        fitting = int((wide / cell[0] + GAP) // (longest + GAP)) if longest else 1
        self._beside = max(1, min(fitting, MOST // self._rows))
        if self.rows != before:
            self.room_changed.emit()

    def _paint_values(self, painter: QPainter) -> Array:
        """Fill the cells; returns which of them are dark, (lines, characters) bool."""
        assert self.values is not None
        rows = min(self.rows, len(self.values))
        shown = np.nan_to_num(self.values[:rows], nan=0.0, posinf=self._scale, neginf=-self._scale)
        table = signed_table(self.theme)
        (image,) = images(shown[None], -self._scale, self._scale, table)
        wide, tall = self._cell
        columns = min(shown.shape[1], self.columns)
        for first in range(0, rows, self._rows):
            count = min(self._rows, rows - first)
            left, top = self.place_of(first)
            painter.drawImage(QRectF(left, top, columns * wide, count * tall), image, QRectF(0, first, columns, count))
        colours = self.theme.diverging
        span = 2.0 * self._scale or 1.0
        places = np.clip((shown + self._scale) / span * (len(colours) - 1), 0, len(colours) - 1)
        return np.asarray(colours[np.rint(places).astype(int)] @ _WEIGHTS < 140.0)


def _put(painter: QPainter, metrics: QFontMetricsF, sign: str, cell: QRectF) -> None:
    """Draw a sign in the middle of its cell, narrower if it is too wide."""
    wide = metrics.horizontalAdvance(sign)
    if wide <= cell.width():
        painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, sign)
        return
    painter.save()
    painter.translate(cell.center())
    painter.scale(cell.width() / wide, 1.0)
    painter.drawText(QRectF(-wide, -cell.height() / 2, 2 * wide, cell.height()), Qt.AlignmentFlag.AlignCenter, sign)
    painter.restore()
