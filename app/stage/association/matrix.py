"""Matrix: what the keys make of it, as a picture, beside its singular values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from app.look.number_format import number
from app.stage.association.bars import Bars, Series
from app.stage.association.memory_view import MemoryView
from app.stage.overlay import draw_chip
from app.stage.pixels import images, signed_table
from app.stage.small_font import small_font
from app.widgets.elided import ElidedLabel
from engine import Associations

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import Query

Array = np.ndarray

WIDE = 1.1  # times as wide as high, from which the two parts stand side by side


class Picture(QWidget):
    """A square of k x k numbers, values down and keys across."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.numbers: Array = np.zeros((1, 1))
        self._at: QPointF | None = None
        self.setMouseTracking(True)
        self.setMinimumSize(120, 110)
        self.setAccessibleName("Matrix, as keys and values see it")

    def sizeHint(self) -> QSize:
        return QSize(300, 300)

    def show_numbers(self, numbers: Array) -> None:
        """Show these numbers (k, k); not finite ones are as 0."""
        self.numbers = numbers
        self.update()

    @property
    def board(self) -> QRectF:
        """Where the numbers are."""
        height = QFontMetricsF(small_font(self.font())).height() + 4.0
        area = QRectF(self.rect()).adjusted(height, height, -2.0, -2.0)
        side = max(min(area.width(), area.height()), 1.0)
        return QRectF(area.left() + 0.5 * (area.width() - side), area.top(), side, side)

    def read(self, at: QPointF) -> str:
        """What is to be read at a place; empty outside."""
        board, k = self.board, len(self.numbers)
        if not board.contains(at):
            return ""
        column = min(int((at.x() - board.left()) / board.width() * k), k - 1)
        row = min(int((at.y() - board.top()) / board.height() * k), k - 1)
        return f"key {column + 1} → value {row + 1}: {number(float(self.numbers[row, column]), 3)}"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._at = event.position()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._at = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setFont(small_font(self.font()))
            board = self.board
            finite = np.nan_to_num(self.numbers, nan=0.0, posinf=0.0, neginf=0.0)
            reach = float(np.abs(finite).max()) or 1.0
            (image,) = images(finite[None], -reach, reach, signed_table(self.theme))
            painter.drawImage(board, image)
            painter.setPen(self.theme.muted)
            above = QRectF(board.left(), 0.0, board.width(), board.top() - 2.0)
            painter.drawText(above, Qt.AlignmentFlag.AlignCenter, "keys")
            painter.save()
            painter.translate(board.left() - 3.0, board.center().y())
            painter.rotate(-90.0)
            half = board.height() / 2
            painter.drawText(QRectF(-half, -board.top(), 2 * half, board.top()), Qt.AlignmentFlag.AlignCenter, "values")
            painter.restore()
            told = self.read(self._at) if self._at is not None else ""
            if told and self._at is not None:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                draw_chip(painter, self._at, QRectF(self.rect()), [(told, None)])


class MatrixView(MemoryView):
    """The matrix of the run that is looked at, and the singular values of all."""

    KEY = "matrix"
    TITLE = "Matrix"
    TIER = "basic"
    TIP = "The matrix as keys and values see it, and its singular values"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.picture = Picture(theme)
        self.singular = Bars(theme, "Singular values")
        self.caption = ElidedLabel()
        self.caption.setObjectName("muted")
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._parts.setSpacing(8)
        self._parts.addWidget(self.picture, 1)
        self._parts.addWidget(self.singular, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._parts, 1)
        column.addWidget(self.caption)

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset({Associations()})

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.picture.theme = theme
        self.picture.update()
        self.singular.set_theme(theme)
        self.show_memories()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() > WIDE * self.height()
        directions = QBoxLayout.Direction
        self._parts.setDirection(directions.LeftToRight if beside else directions.TopToBottom)

    def show_memories(self) -> None:
        looked_at = self.looked_at
        if self.memory is None or looked_at is None:
            return
        self.picture.show_numbers(looked_at.seen.logits)
        ranks = [str(rank) for rank in range(1, self.memory.task.pairs + 1)]
        colours = self.theme.run_colours
        self.singular.show_series(
            ranks, [Series(run.name, colours[run.colour], seen.singular) for run, seen in self.memories]
        )
        known = looked_at.seen.logits[np.isfinite(looked_at.seen.logits)]
        ends = (number(float(known.min()), 3), number(float(known.max()), 3)) if len(known) else ("?", "?")
        told = f"{looked_at.run.name}: logits from {ends[0]} to {ends[1]}; the diagonal is what is right"
        self.caption.show_text(" · ".join(part for part in (told, self.warning) if part))

    def describe(self) -> str:
        return f"{self.TITLE}: {self.caption.text()}." if self.memories else ""
