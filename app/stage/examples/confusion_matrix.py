"""The confusion matrix as a widget: counts, shades, precision and recall."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPen

from app.stage.examples.example_card import percent
from app.stage.examples.kept_painting import KeptPainting
from app.stage.overlay import draw_chip
from app.stage.pixels import packed, rgb
from app.widgets.shortcut_override import accepts_shortcut

if TYPE_CHECKING:
    from app.look.theme import Theme

Array = np.ndarray

HEAD, LABELS, FOOT, GAP = 18, 16, 17, 6  # pixels of height: key, column names, precision, gap before the margins
RECALL = 52  # pixels of width
WIDEST, TALLEST, FLATTEST = 96, 60, 2.0  # limits of a cell: pixels of width and height, aspect ratio
NAMES = 0.22  # maximum share of the width for row names
READABLE = 12  # pixels of height from which a cell has a number
LINED = 6  # pixels from which cells are separated by lines
SHADES = 99.0  # how much finer small shares are shaded than large ones
RAMP = 72  # width of the key in pixels
MARKS = (0.01, 0.1)  # shares marked in the key
ROOMY = 460  # pixels of width from which the marks are labelled
DARK_TEXT, LIGHT_TEXT = QColor("#0b1220"), QColor("#f4f7fc")

_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


def shade(share: Array | float) -> Array:
    """Colour strength of a share, 0 to 1: roughly logarithmic, so that one in a hundred is visible."""
    return np.log1p(SHADES * np.asarray(share)) / math.log1p(SHADES)


@dataclass(frozen=True, slots=True)
class CellGrid:
    """The geometry: the matrix, and the size of a cell in pixels."""

    matrix: QRect
    width: int
    height: int

    def cell(self, row: int, column: int) -> QRect:
        left, top = self.matrix.left() + column * self.width, self.matrix.top() + row * self.height
        return QRect(left, top, self.width, self.height)


class ConfusionMatrix(KeptPainting):
    """Counts (k, k), rows true and columns predicted; precision below, recall at the right.

    The mouse or the arrow keys point at a cell, which is then described in text: `described`.
    """

    described = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setObjectName("network-matrix")
        self.setAccessibleName("Confusion matrix")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(180, 140)
        self.counts: Array = np.zeros((0, 0), np.int64)
        self.names: tuple[str, ...] = ()
        self._grid = CellGrid(QRect(), 1, 1)
        self._current: tuple[int, int] | None = None

    def show_counts(self, counts: Array, names: tuple[str, ...]) -> None:
        if names == self.names and np.array_equal(counts, self.counts):
            return
        if names != self.names:
            self._current = None
        self.counts, self.names = counts, names
        self._lay_out()
        self._tell()

    @property
    def recall(self) -> Array:
        """Of the examples of each class, the share predicted correctly; NaN without any."""
        return _share(np.diag(self.counts), self.counts.sum(axis=1))

    @property
    def precision(self) -> Array:
        """Of the predictions of each class, the share that is correct; NaN without any."""
        return _share(np.diag(self.counts), self.counts.sum(axis=0))

    @property
    def accuracy(self) -> float:
        """The share on the diagonal; NaN without examples."""
        return float(_share(np.trace(self.counts), self.counts.sum()))

    def cell_text(self, row: int, column: int) -> str:
        """A cell, or with row or column = k a margin, in a sentence."""
        k, names, counts = len(self.names), self.names, self.counts
        if row == k and column == k:
            return f"accuracy {_percent(self.accuracy)}: {np.trace(counts):,} of {counts.sum():,} are correct"
        if column == k:
            found, all_ = counts[row, row], counts[row].sum()
            return (
                f"recall {_percent(self.recall[row])}: {found:,} of {all_:,} {names[row]} are predicted as {names[row]}"
            )
        if row == k:
            found, all_ = counts[column, column], counts[:, column].sum()
            share = _percent(self.precision[column])
            return f"precision {share}: {found:,} of {all_:,} predicted as {names[column]} are {names[column]}"
        return f"{counts[row, column]:,} of {counts[row].sum():,}: true {names[row]}, predicted {names[column]}"

    @property
    def current(self) -> tuple[int, int] | None:
        """The cell pointed at, (row, column)."""
        return self._current

    def point(self, cell: tuple[int, int] | None) -> None:
        """Point at a cell, or at none."""
        if cell != self._current and self.names:
            self._current = cell
            self._tell()
            self.update()

    def place(self, row: int, column: int) -> QRect:
        """The rectangle of a cell or margin."""
        k, grid = len(self.names), self._grid
        box = grid.cell(min(row, k - 1), min(column, k - 1))
        if row == k:
            box = QRect(box.left(), grid.matrix.bottom() + 1 + GAP, box.width(), FOOT)
        if column == k:
            box = QRect(grid.matrix.right() + 1 + GAP, box.top(), RECALL, box.height())
        return box

    def _tell(self) -> None:
        self.described.emit(self.cell_text(*self._current) if self._current is not None else "")

    # Layout

    def resizeEvent(self, event: QEvent) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        self.spoil()
        k = len(self.names)
        if not k:
            return
        metrics = QFontMetricsF(self.small_font())
        names = math.ceil(min(max(metrics.horizontalAdvance(name) for name in self.names), NAMES * self.width())) + 8
        names = max(names, math.ceil(metrics.horizontalAdvance("precision")) + 8)
        width = (self.width() - names - GAP - RECALL) // k
        height = min((self.height() - HEAD - LABELS - GAP - FOOT) // k, TALLEST)
        height = max(height, 1)
        width = max(min(width, WIDEST, math.ceil(FLATTEST * height)), 1)
        spare = self.width() - names - GAP - RECALL - k * width
        matrix = QRect(names + max(spare, 0) // 2, HEAD + LABELS, k * width, k * height)
        self._grid = CellGrid(matrix, width, height)

    # Painting

    @property
    def is_empty(self) -> bool:
        return not self.names

    def paint_above(self, painter: QPainter) -> None:
        if self._current is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.theme.text, 1.6))
            box = self.place(*self._current).toRectF()
            painter.drawRoundedRect(box.adjusted(-0.5, -0.5, 0.5, 0.5), 2, 2)
            draw_chip(painter, box.center(), self.rect().toRectF(), [(self.cell_text(*self._current), None)])

    def paint_kept(self, painter: QPainter) -> None:
        colours = self._colours()
        rows = np.ascontiguousarray(packed(colours.reshape(-1, 3)).reshape(self.counts.shape))
        k = len(self.names)
        image = QImage(rows.data, k, k, 4 * k, QImage.Format.Format_RGB32)
        painter.drawImage(self._grid.matrix, image)
        self._draw_lines(painter)
        self._draw_numbers(painter, colours)
        self._draw_names(painter)
        self._draw_margins(painter)
        self._draw_key(painter)

    def _colours(self) -> Array:
        """(k, k, 3) in 0..255: correct cells in one colour, wrong ones in another, by their share of the row."""
        ends = self._ends()
        share = self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        wrong = 2 - np.eye(len(self.names), dtype=int)
        colours: Array = ends[0] + (ends[wrong] - ends[0]) * shade(share)[:, :, None]
        return colours

    def _ends(self) -> Array:
        """The colours of no examples, all correct, and all wrong, (3, 3)."""
        return rgb(self.theme.field, self.theme.accent, self.theme.danger)

    def _draw_lines(self, painter: QPainter) -> None:
        grid, box = self._grid, self._grid.matrix
        if min(grid.width, grid.height) < LINED:
            painter.setPen(self.theme.border)
            painter.drawRect(box.adjusted(-1, -1, 0, 0))
            return
        for place in range(len(self.names) + 1):
            x, y = box.left() + place * grid.width, box.top() + place * grid.height
            painter.fillRect(x - 1, box.top(), 1, box.height(), self.theme.panel)
            painter.fillRect(box.left(), y - 1, box.width(), 1, self.theme.panel)

    def _draw_numbers(self, painter: QPainter, colours: Array) -> None:
        """The non-zero counts, if the longest fits."""
        widest = QFontMetricsF(painter.font()).horizontalAdvance(f"{self.counts.max():,}")
        if self._grid.height < READABLE or widest > self._grid.width - 3:
            return
        light = colours @ (0.299, 0.587, 0.114) > 135
        for row, column in np.argwhere(self.counts).tolist():
            painter.setPen(DARK_TEXT if light[row, column] else LIGHT_TEXT)
            box = self._grid.cell(row, column)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{self.counts[row, column]:,}")

    def _draw_names(self, painter: QPainter) -> None:
        metrics, box, grid = QFontMetricsF(painter.font()), self._grid.matrix, self._grid
        painter.setPen(self.theme.muted)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        middle = Qt.AlignmentFlag.AlignCenter
        step = max(1, math.ceil(READABLE / grid.height))
        room = min(NAMES * self.width(), box.left() - 8)
        for row in range(0, len(self.names), step):
            cell = grid.cell(row, 0)
            text = metrics.elidedText(self.names[row], Qt.TextElideMode.ElideRight, room)
            line = QRectF(box.left() - 6 - room, cell.center().y() - LABELS / 2 + 0.5, room, LABELS)
            painter.drawText(line, right, text)
        wanted = min(max(metrics.horizontalAdvance(name) for name in self.names), 40.0) + 6
        step = max(1, math.ceil(wanted / grid.width))
        for column in range(0, len(self.names), step):
            cell = grid.cell(0, column)
            text = metrics.elidedText(self.names[column], Qt.TextElideMode.ElideRight, step * grid.width - 3)
            wide = max(step * grid.width, metrics.horizontalAdvance(text))
            line = QRectF(cell.center().x() + 0.5 - wide / 2, box.top() - LABELS, wide, LABELS - 1)
            painter.drawText(line, middle, text)

    def _draw_margins(self, painter: QPainter) -> None:
        k, metrics, box = len(self.names), QFontMetricsF(painter.font()), self._grid.matrix
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for place, share in enumerate(self.recall.tolist()):
            self._draw_margin(painter, metrics, self.place(place, k), share, across=True)
        for place, share in enumerate(self.precision.tolist()):
            self._draw_margin(painter, metrics, self.place(k, place), share, across=False)
        painter.setPen(self.theme.text)
        painter.drawText(self.place(k, k), Qt.AlignmentFlag.AlignCenter, _percent(self.accuracy))
        painter.setPen(self.theme.muted)
        at_right = QRect(box.right() + 1 + GAP, box.top() - LABELS, RECALL, LABELS - 1)
        painter.drawText(at_right, Qt.AlignmentFlag.AlignCenter, "recall")
        foot = self.place(k, 0)
        painter.drawText(QRect(0, foot.top(), box.left() - 6, FOOT), right, "precision")

    def _draw_margin(self, painter: QPainter, metrics: QFontMetricsF, box: QRect, share: float, across: bool) -> None:
        """A bar as long as the share, and the share, if there is room."""
        lined = min(self._grid.width, self._grid.height) >= LINED
        bar = box.adjusted(0, 0, -1, -1) if lined else QRect(box)
        spare = max(bar.height() - FOOT, 0)
        bar.adjust(0, spare // 2, 0, -(spare - spare // 2))
        painter.fillRect(bar, self.theme.field)
        if math.isfinite(share):
            length = QRect(bar)
            if across:
                length.setWidth(round(bar.width() * share))
            else:
                length.setTop(bar.bottom() + 1 - round(bar.height() * share))
            painter.fillRect(length, self.theme.track)
        text = _percent(share) if math.isfinite(share) else "–"
        if box.height() >= READABLE:
            for words in (text, text.removesuffix(" %")):
                if metrics.horizontalAdvance(words) <= box.width() - 2:
                    painter.setPen(self.theme.text)
                    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
                    return

    def _draw_key(self, painter: QPainter) -> None:
        """The key: rows, columns and shades."""
        metrics = QFontMetricsF(painter.font())
        left, middle = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self.theme.muted)
        painter.drawText(QRect(0, 0, self.width(), HEAD - 2), left | middle, "rows: true, columns: predicted")
        last = "100 % of its row (marks: 1, 10 %)" if self.width() > ROOMY else "100 % of its row"
        x = self.width() - metrics.horizontalAdvance(last) - 2
        painter.drawText(QRectF(x, 0, self.width() - x, HEAD - 2), left | middle, last)
        ramp = QRect(int(x) - 6 - RAMP, 2, RAMP, HEAD - 6)
        ends = self._ends()
        strength = np.linspace(0.0, 1.0, RAMP)[None, :, None]
        colours = ends[0] + (ends[1:, None] - ends[0]) * strength
        rows = np.ascontiguousarray(packed(colours.reshape(-1, 3)).reshape(2, RAMP))
        painter.drawImage(ramp, QImage(rows.data, RAMP, 2, 4 * RAMP, QImage.Format.Format_RGB32))
        for mark in MARKS if self.width() > ROOMY else ():
            at = ramp.left() + round(RAMP * float(shade(mark)))
            painter.fillRect(at, ramp.top(), 1, ramp.height(), self.theme.text)
        zero = metrics.horizontalAdvance("0") + 5
        painter.drawText(QRectF(ramp.left() - zero, 0, zero, HEAD - 2), left | middle, "0")

    # The mouse and the keyboard

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.point(self._at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        self.point(None)

    def _at(self, position: QPoint) -> tuple[int, int] | None:
        k, grid, box = len(self.names), self._grid, self._grid.matrix
        if not k:
            return None
        column = (position.x() - box.left()) // grid.width
        row = (position.y() - box.top()) // grid.height
        column = k if self.place(0, k).left() <= position.x() <= self.place(0, k).right() else column
        row = k if self.place(k, 0).top() <= position.y() <= self.place(k, 0).bottom() else row
        inside = 0 <= row <= k and 0 <= column <= k and self.place(row, column).contains(position)
        return (row, column) if inside else None

    def event(self, event: QEvent) -> bool:
        return accepts_shortcut(event, self._knows) or super().event(event)

    def _knows(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            return self._current is not None
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        return plain and event.key() in _ARROWS

    def keyPressEvent(self, event: QKeyEvent) -> None:
        k = len(self.names)
        if not self._knows(event) or not k:
            event.ignore()
        elif event.key() == Qt.Key.Key_Escape:
            self.point(None)
        elif self._current is None:
            self.point((0, 0))
        else:
            down, right = _ARROWS[Qt.Key(event.key())]
            row, column = self._current
            self.point((min(max(row + down, 0), k), min(max(column + right, 0), k)))


def _share(part: Array, whole: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.asarray(np.where(whole > 0, part / np.maximum(whole, 1), np.nan))


def _percent(share: float) -> str:
    return percent(share) if math.isfinite(share) else "unknown"
