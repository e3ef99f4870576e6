"""What the heads of a transformer attend to as a widget: a grid of shares for each head."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QMouseEvent, QPainter
from PySide6.QtWidgets import QToolTip

from app.stage.examples.example_card import percent
from app.stage.examples.kept_painting import FONT, KeptPainting
from app.stage.pixels import packed, rgb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.look.theme import Theme

Array = np.ndarray

TITLE, NAMES, APART = 18, 16, 14  # pixels of height: of a head's title, of the names of steps; between two heads
WIDEST, TALLEST = 110, 320  # pixels of a cell; of a bar
READABLE = 34  # pixels of width from which a cell has a number
DARK_TEXT, LIGHT_TEXT = QColor("#0b1220"), QColor("#f4f7fc")


@dataclass(frozen=True, slots=True)
class _Layout:
    """cell: pixels of width and height; widest: of a name; left: for the names of rows; columns: heads in a line; size:
    of a head with its names.
    """

    cell: tuple[int, int]
    widest: float
    left: int
    columns: int
    size: tuple[int, int]


def step_words(place: int, names: tuple[str, ...]) -> str:
    """A step by its number, and by its name if that is another: `step 2 (7)`."""
    number, name = str(place + 1), names[place]
    return f"step {number}" if name == number else f"step {number} ({name})"


class AttentionMaps(KeptPainting):
    """Heads side by side, each (queries, length): rows attend to columns. Where one step alone asks, its shares are
    bars. The pointer reads a share in a tooltip.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setObjectName("network-attention-maps")
        self.setAccessibleName("Attention of each head")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(180, 120)
        self.shares: tuple[Array, ...] = ()
        self.names: tuple[str, ...] = ()
        self._heads: list[tuple[int, int]] = []  # block and head

    def show_shares(self, shares: Sequence[Array], names: tuple[str, ...]) -> None:
        """shares of each block (heads, queries, length); names (length,): of the steps."""
        self.shares, self.names = tuple(shares), names
        self._heads = [(block, head) for block, found in enumerate(self.shares) for head in range(len(found))]
        self.spoil()

    def title(self, place: int) -> str:
        """The name of a head, by its place among all."""
        block, head = self._heads[place]
        return f"block {block + 1}, head {head + 1}" if len(self.shares) > 1 else f"head {head + 1}"

    def read(self, at: QPoint) -> str:
        """What is to be read at a point; empty outside the cells."""
        layout = self._layout()
        for place, (block, head) in enumerate(self._heads):
            shares = self.shares[block][head]
            box = self._box(place, layout)
            if box.contains(at):
                row, column = (at.y() - box.top()) // layout.cell[1], (at.x() - box.left()) // layout.cell[0]
                asks = row + shares.shape[1] - shares.shape[0]
                share = percent(float(shares[row, column]))
                told = f"{step_words(asks, self.names)} attends to {step_words(column, self.names)}"
                return f"{self.title(place)}: {told} with {share}"
        return ""

    @property
    def _as_bars(self) -> bool:
        """Whether one step alone asks."""
        return all(found.shape[1] == 1 for found in self.shares)

    def resizeEvent(self, event: QEvent) -> None:
        self.spoil()

    # Layout

    def _layout(self) -> _Layout:
        """The number of heads in a line with which cells are largest."""
        length = len(self.names)
        metrics = QFontMetricsF(self.small_font())
        widest = max(metrics.horizontalAdvance(name) for name in self.names)
        left = math.ceil(min(widest, 60.0)) + 6
        tall = max(found.shape[1] for found in self.shares)
        found = []
        for columns in range(1, len(self._heads) + 1):
            lines = -(-len(self._heads) // columns)
            wide = (self.width() - 2 - (columns - 1) * APART) // columns - left
            high = (self.height() - 2 - (lines - 1) * APART) // lines - TITLE - NAMES
            cell = max(min(wide // length, WIDEST), 1), max(min(high // tall, TALLEST), 1)
            cell = cell if self._as_bars else (min(cell), min(cell))
            found.append((cell[0] * cell[1], -lines, columns, cell))
        _, _, columns, cell = max(found)
        return _Layout(cell, widest, left, columns, (left + length * cell[0], TITLE + NAMES + tall * cell[1]))

    def _box(self, place: int, layout: _Layout) -> QRect:
        """Where the cells of a head are."""
        line, column = divmod(place, layout.columns)
        in_line = min(layout.columns, len(self._heads))
        spare = self.width() - in_line * layout.size[0] - (in_line - 1) * APART
        rows, columns = self.shares[self._heads[place][0]].shape[1:]
        left = max(spare, 0) // 2 + column * (layout.size[0] + APART) + layout.left
        lines = -(-len(self._heads) // layout.columns)
        below = self.height() - lines * layout.size[1] - (lines - 1) * APART
        top = max(below, 0) // 2 + line * (layout.size[1] + APART) + TITLE + NAMES
        return QRect(left, top, columns * layout.cell[0], rows * layout.cell[1])

    # Painting

    @property
    def is_empty(self) -> bool:
        return not self._heads

    def paint_kept(self, painter: QPainter) -> None:
        """Those heads for which there is room: of many long sequences only some are on screen."""
        layout = self._layout()
        for place in range(len(self._heads)):
            whole = self._box(place, layout).adjusted(-layout.left, -TITLE - NAMES, 0, 0)
            if whole.intersects(self.rect()):
                self._draw_head(painter, place, layout)

    def _draw_head(self, painter: QPainter, place: int, layout: _Layout) -> None:
        block, head = self._heads[place]
        shares, box = self.shares[block][head], self._box(place, layout)
        if self._as_bars:
            self._draw_bars(painter, shares[0], box, layout.cell)
        else:
            self._draw_cells(painter, shares, box, layout.cell)
        painter.setPen(self.theme.border)
        painter.drawRect(box.adjusted(-1, -1, 0, 0))
        metrics, middle = QFontMetricsF(painter.font()), Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self.theme.text)
        title = QRectF(box.left() - layout.left, box.top() - TITLE - NAMES, layout.size[0], TITLE)
        painter.drawText(
            title,
            middle | Qt.AlignmentFlag.AlignLeft,
            metrics.elidedText(self.title(place), Qt.TextElideMode.ElideRight, title.width()),
        )
        painter.setPen(self.theme.muted)
        self._draw_names(painter, box, shares.shape[0], layout)

    def _draw_bars(self, painter: QPainter, shares: Array, box: QRect, cell: tuple[int, int]) -> None:
        """A bar for each step; with its number above, where there is room."""
        wide, high = cell
        painter.fillRect(box, self.theme.field)
        apart = 1 if wide > 3 else 0
        for step, share in enumerate(np.nan_to_num(shares, nan=0.0).tolist()):
            size = round((high - TITLE) * share) if wide >= READABLE else round(high * share)
            left, top = box.left() + step * wide, box.bottom() + 1 - size
            painter.fillRect(QRect(left + apart, top, wide - 2 * apart, size), self.theme.accent)
            if wide >= READABLE:
                painter.setPen(self.theme.text)
                where = QRect(left, top - TITLE, wide, TITLE)
                painter.drawText(where, Qt.AlignmentFlag.AlignCenter, percent(share))

    def _draw_cells(self, painter: QPainter, shares: Array, box: QRect, sides: tuple[int, int]) -> None:
        """A shade for each pair of steps; with its number, where there is room."""
        high, wide = shares.shape
        ends, cell = rgb(self.theme.field, self.theme.accent), sides[0]
        colours = ends[0] + (ends[1] - ends[0]) * np.linspace(0.0, 1.0, 256)[:, None]
        places = np.rint(255.0 * np.clip(np.nan_to_num(shares, nan=0.0), 0.0, 1.0)).astype(int)
        rows = np.ascontiguousarray(packed(colours)[places])
        painter.drawImage(box, QImage(rows.data, wide, high, 4 * wide, QImage.Format.Format_RGB32))
        if cell < READABLE:
            return
        light = (colours @ (0.299, 0.587, 0.114) > 135)[places]
        for row, column in np.ndindex(*shares.shape):
            painter.setPen(DARK_TEXT if light[row, column] else LIGHT_TEXT)
            where = QRect(box.left() + column * cell, box.top() + row * cell, cell, cell)
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter, percent(float(shares[row, column])))

    def _draw_names(self, painter: QPainter, box: QRect, rows: int, layout: _Layout) -> None:
        """The steps along both sides; with many only every second, third ... one."""
        metrics, (cell, high), length = QFontMetricsF(painter.font()), layout.cell, len(self.names)
        step = max(1, math.ceil(min(layout.widest + 4, 60.0) / cell))
        for column in range(0, length, step):
            where = QRectF(box.left() + column * cell, box.top() - NAMES, cell * step, NAMES)
            flag = Qt.AlignmentFlag.AlignHCenter if step == 1 else Qt.AlignmentFlag.AlignLeft
            text = metrics.elidedText(self.names[column], Qt.TextElideMode.ElideRight, cell * step)
            painter.drawText(where, flag | Qt.AlignmentFlag.AlignVCenter, text)
        step = max(1, math.ceil(FONT / high))
        for row in range(0, rows, step):
            where = QRectF(box.left() - layout.left, box.top() + row * high, layout.left - 4, high * step)
            text = metrics.elidedText(self.names[row + length - rows], Qt.TextElideMode.ElideRight, where.width())
            painter.drawText(where, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    # The mouse

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        told = self.read(event.position().toPoint()) if self._heads else ""
        if told:
            QToolTip.showText(event.globalPosition().toPoint(), told, self)
        else:
            QToolTip.hideText()

    def leaveEvent(self, event: QEvent) -> None:
        QToolTip.hideText()
