"""A table of answers as a widget: one cell for each pair of tokens, right or wrong, learned from or not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QStaticText,
)
from PySide6.QtWidgets import QToolTip

from app.look.qt_arrays import polygon
from app.stage.examples.kept_painting import FONT, KeptPainting
from app.stage.pixels import mixed, packed, rgb
from app.widgets.shortcut_override import accepts_shortcut

if TYPE_CHECKING:
    from app.look.theme import Theme

Array = np.ndarray

KEY, NAMES = 20, 16  # pixels of height: of the key, and of the names of columns
WIDEST = 40  # pixels of a cell
DOTTED = 5  # pixels from which examples of the training set have a dot
READABLE = 17  # pixels of width from which a cell has its answer
PALE = 0.45  # how much of a colour is left in a cell that is right or wrong
_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """names: of the tokens and of the answers; asked: the names of rows and columns. All else is (rows, columns):
    predicted and true answers as places, whether the network learns from it, and whether its outputs are finite.
    """

    tokens: tuple[str, ...]
    classes: tuple[str, ...]
    asked: tuple[str, str]
    predicted: Array
    true: Array
    trained: Array
    finite: Array


class AnswerTable(KeptPainting):
    """Rows are the first token, columns the second. A click or the arrow keys choose a cell: `chosen`."""

    chosen = Signal(int, int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setObjectName("network-answers-table")
        self.setAccessibleName("Table of answers")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(180, 140)
        self.answers: Answers | None = None
        self.current = 0, 0
        self._grid = QRect(), 1, 0

    def show_answers(self, answers: Answers) -> None:
        before = self.answers
        self.answers = answers
        if before is None or (before.tokens, before.true.shape) != (answers.tokens, answers.true.shape):
            self._lay_out()
        self.spoil()

    def choose(self, row: int, column: int) -> None:
        """Mark a cell without emitting."""
        self.current = row, column
        self.update()

    def cell_text(self, row: int, column: int) -> str:
        """A cell in a sentence."""
        answers = self.answers
        assert answers is not None
        first, second = answers.asked
        where = f"{first} = {answers.tokens[row]}, {second} = {answers.tokens[column]}"
        part = "learned from" if answers.trained[row, column] else "never seen"
        if not answers.finite[row, column]:
            return f"{where}: no finite answer ({part})"
        told, true = answers.predicted[row, column], answers.true[row, column]
        right = "right" if told == true else f"wrong, it is {answers.classes[true]}"
        return f"{where}: {answers.classes[told]}, {right} ({part})"

    def resizeEvent(self, event: QEvent) -> None:
        self._lay_out()
        self.spoil()

    # Layout

    def box(self) -> QRect:
        """Where the cells are."""
        return self._grid[0]

    def cell(self, row: int, column: int) -> QRect:
        box, side, _ = self._grid
        return QRect(box.left() + column * side, box.top() + row * side, side, side)

    def at(self, position: QPoint) -> tuple[int, int] | None:
        """The cell at a point."""
        box, side, _ = self._grid
        if not box.contains(position):
            return None
        return (position.y() - box.top()) // side, (position.x() - box.left()) // side

    def _lay_out(self) -> None:
        """Where the cells are, how large each is, and how much room the names of rows take."""
        answers = self.answers
        if answers is None:
            return
        rows, columns = answers.true.shape
        metrics = QFontMetricsF(self.small_font())
        left = math.ceil(max(metrics.horizontalAdvance(name) for name in answers.tokens)) + 8
        side = max(min((self.width() - left) // columns, (self.height() - KEY - NAMES) // rows, WIDEST), 1)
        spare = max(self.width() - left - columns * side, 0)
        self._grid = QRect(left + spare // 2, KEY + NAMES, columns * side, rows * side), side, left

    # Painting

    @property
    def is_empty(self) -> bool:
        return self.answers is None

    def paint_above(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.text, 2.0))
        painter.drawRect(self.cell(*self.current).toRectF().adjusted(-0.5, -0.5, 0.5, 0.5))

    def _colours(self) -> tuple[QColor, QColor]:
        """Of a cell that is right, and of one that is wrong."""
        theme = self.theme
        return mixed(theme.field, theme.accent, PALE + 0.3), mixed(theme.field, theme.danger, PALE)

    def paint_kept(self, painter: QPainter) -> None:
        answers = self.answers
        assert answers is not None
        box = self.box()
        rows, columns = answers.true.shape
        side = self._grid[1]
        ends = rgb(*self._colours(), self.theme.neutral)
        kinds = np.where(answers.finite, np.where(answers.predicted == answers.true, 0, 1), 2)
        cells = np.ascontiguousarray(packed(ends[kinds.ravel()]).reshape(rows, columns))
        painter.drawImage(box, QImage(cells.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32))
        if side >= DOTTED:
            painter.setPen(self.theme.panel)
            for place in range(columns + 1):
                painter.drawLine(box.left() + place * side - 1, box.top(), box.left() + place * side - 1, box.bottom())
            for place in range(rows + 1):
                painter.drawLine(box.left(), box.top() + place * side - 1, box.right(), box.top() + place * side - 1)
            self._draw_dots(painter, answers, side)
        if side >= READABLE:
            self._draw_answers(painter, answers, side)
        self._draw_names(painter, answers, side)
        self._draw_key(painter)

    def _draw_answers(self, painter: QPainter, answers: Answers, side: int) -> None:
        """What the network answers, in the middle of each cell; each number is laid out once."""
        painter.setPen(self.theme.text)
        texts, places = [], []
        for name in answers.classes:
            text = QStaticText(name)
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.prepare(font=painter.font())
            texts.append(text)
            places.append(((side - text.size().width()) / 2, (side - text.size().height()) / 2))
        corner, predicted = self.box().topLeft(), answers.predicted.tolist()
        for row, column in np.argwhere(answers.finite).tolist():
            answer = predicted[row][column]
            right, down = places[answer]
            painter.drawStaticText(
                round(corner.x() + column * side + right), round(corner.y() + row * side + down), texts[answer]
            )

    def _draw_dots(self, painter: QPainter, answers: Answers, side: int) -> None:
        """A dot in the corner of every example of the training set; where there is no room for an answer, in the
        middle.
        """
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, side >= READABLE)
        size = 1.6 if side >= READABLE else max(1.0, side / 8)
        cap = Qt.PenCapStyle.RoundCap if side >= READABLE else Qt.PenCapStyle.SquareCap
        inset = 4.0 if side >= READABLE else side / 2
        painter.setPen(QPen(self.theme.text, 2.0 * size, Qt.PenStyle.SolidLine, cap))
        corner = self.box().topLeft()
        rows, columns = np.nonzero(answers.trained)
        painter.drawPoints(
            polygon(corner.x() + columns * side + inset - 0.5, corner.y() + rows * side + inset - 0.5)
        )  # all at once: there may be thousands
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _draw_names(self, painter: QPainter, answers: Answers, side: int) -> None:
        metrics, box = QFontMetricsF(painter.font()), self.box()
        rows, columns = answers.true.shape
        painter.setPen(self.theme.muted)
        widest = max(metrics.horizontalAdvance(name) for name in answers.tokens) + 4
        step = max(1, math.ceil(widest / side))
        for column in range(0, columns, step):
            where = QRectF(self.cell(0, column).center().x() + 1 - widest, box.top() - NAMES, 2 * widest, NAMES)
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter, answers.tokens[column])
        step = max(1, math.ceil(FONT / side))
        for row in range(0, rows, step):
            middle, left = self.cell(row, 0).center().y() + 1, self._grid[2]
            where = QRectF(box.left() - left, middle - FONT, left - 5, 2 * FONT)
            painter.drawText(where, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, answers.tokens[row])

    def _draw_key(self, painter: QPainter) -> None:
        """What the colours and the dot mean."""
        metrics, x = QFontMetricsF(painter.font()), float(max(self.box().left() - self._grid[2], 0))
        right, wrong = self._colours()
        for colour, words in ((right, "right"), (wrong, "wrong"), (None, "learned from")):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(colour or self.theme.text)
            if colour is not None:
                painter.drawRoundedRect(QRectF(x, 3, 10, 10), 2, 2)
            else:
                painter.drawEllipse(QPointF(x + 5, 8), 1.6, 1.6)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(self.theme.muted)
            painter.drawText(QRectF(x + 15, 0, 200, 16), Qt.AlignmentFlag.AlignVCenter, words)
            x += 15 + metrics.horizontalAdvance(words) + 14

    # The mouse and the keyboard

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.at(event.position().toPoint())
        if cell is not None:
            QToolTip.showText(event.globalPosition().toPoint(), self.cell_text(*cell), self)
        else:
            QToolTip.hideText()

    def leaveEvent(self, event: QEvent) -> None:
        QToolTip.hideText()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.at(event.position().toPoint())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.choose(*cell)
            self.chosen.emit(*cell)

    def event(self, event: QEvent) -> bool:
        return accepts_shortcut(event, self._knows) or super().event(event)

    def _knows(self, event: QKeyEvent) -> bool:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        return plain and event.key() in _ARROWS

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._knows(event) or self.answers is None:
            event.ignore()
            return
        down, right = _ARROWS[Qt.Key(event.key())]
        rows, columns = self.answers.true.shape
        row, column = self.current
        cell = min(max(row + down, 0), rows - 1), min(max(column + right, 0), columns - 1)
        self.choose(*cell)
        self.chosen.emit(*cell)
