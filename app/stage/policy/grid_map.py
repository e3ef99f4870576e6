"""Map of the grid world: the policy as arrows, over the value of every cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.look.number_format import number
from app.stage.overlay import draw_chip
from app.stage.policy.grid_painting import cell_rect, draw_cells, square
from app.stage.policy.policy_view import PolicyView
from app.widgets.button_row import ButtonRow
from app.widgets.elided import ElidedLabel
from engine import GridPolicy

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import GridSeen, Query

Array = np.ndarray

EXACT, LEARNED = "exact", "learned"
VALUES = {
    EXACT: ("Exact value", "The discounted return from each cell under the policy, computed from the environment"),
    LEARNED: ("Critic", "What the critic takes the value of each cell to be"),
}
_WAYS = ((0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0))  # up, right, down, left on the screen
_LEAST = 0.03  # probability of an arrow that is drawn
_WORDS = ("up", "right", "down", "left")


class _Board(QWidget):
    """Paints the cells, and tells what is under the pointer."""

    def __init__(self, owner: GridMapView) -> None:
        super().__init__()
        self._owner = owner
        self.at: QPointF | None = None
        self.setMouseTracking(True)
        self.setMinimumSize(140, 120)
        self.setAccessibleName("Map of the grid world")

    def sizeHint(self) -> QSize:
        return QSize(360, 360)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.at = event.position()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.at = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._owner.paint(painter, QRectF(self.rect()), self.at)


class GridMapView(PolicyView):
    """An arrow is as long as its action is likely."""

    KEY = "grid"
    TITLE = "Policy and value"
    MENU = "Policy and value in the grid"
    TIER = "basic"
    TIP = "The policy as arrows, over the value of every cell"
    ASKS = (GridPolicy,)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.caption = ElidedLabel()
        self.caption.setObjectName("muted")
        self.board = _Board(self)
        self.values = ButtonRow("grid_values", "Value", VALUES)
        self.values.chosen.connect(lambda key: self.show_answers())
        self.setFocusProxy(self.values)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.caption)
        column.addWidget(self.board, 1)
        column.addWidget(self.values)

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset({GridPolicy()})

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.board.update()

    @property
    def seen(self) -> GridSeen | None:
        return self.snapshot.answer(GridPolicy) if self.snapshot is not None else None

    @property
    def shown_values(self) -> Array:
        """(6, 6): those that are chosen; the exact ones where there is no critic."""
        seen = self.seen
        assert seen is not None
        return seen.learned if self.values.key == LEARNED and seen.learned is not None else seen.exact

    def show_answers(self) -> None:
        self.board.update()
        seen = self.seen
        if seen is None:
            return
        self.values.setVisible(seen.learned is not None)
        exact = float(seen.exact[seen.start])
        told = f"value of the start {number(exact, 3)}"
        if seen.learned is not None:
            told += f", the critic says {number(float(seen.learned[seen.start]), 3)}"
        low, high = _ends(self.shown_values)
        span = f"colours from {number(low, 3)} to {number(high, 3)}"
        self.caption.show_text(" · ".join(part for part in (told, span, self.warning) if part))

    def describe(self) -> str:
        return f"{self.TITLE}: {self.caption.text()}." if self.snapshot is not None else ""

    def view(self) -> dict[str, Any]:
        return {"policy_grid_values": self.values.key}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        self.values.choose(view.get("policy_grid_values", EXACT))

    def paint(self, painter: QPainter, area: QRectF, at: QPointF | None) -> None:
        """Paint the board as it is; at: the pointer."""
        painter.fillRect(area, self.theme.panel)
        seen = self.seen
        if seen is None:
            return
        size = len(seen.cells)
        board = square(area.adjusted(2.0, 2.0, -2.0, -2.0), size, size)
        painter.fillRect(board, self.theme.field)
        values = self.shown_values
        low, high = _ends(values)
        for row, column in zip(*np.nonzero(np.isfinite(values)), strict=True):
            rect = cell_rect(board, size, row, column)
            shade = _shade(self.theme, float(values[row, column]), low, high)
            painter.fillRect(rect, shade)
            _draw_arrows(painter, rect, seen.policy[row, column], _ink(shade))
        draw_cells(painter, board, self.theme, seen.cells, seen.start)
        if at is not None and board.contains(at):
            side = board.width() / size
            row, column = (min(int(part / side), size - 1) for part in (at.y() - board.top(), at.x() - board.left()))
            if np.isfinite(values[row, column]):
                draw_chip(painter, at, area, self.read(row, column))

    def read(self, row: int, column: int) -> list[tuple[str, QColor | None]]:
        """What is to be read in a cell."""
        seen = self.seen
        assert seen is not None
        chances = ", ".join(
            f"{word} {number(float(chance), 2)}" for word, chance in zip(_WORDS, seen.policy[row, column], strict=True)
        )
        lines: list[tuple[str, QColor | None]] = [(chances, None)]
        lines.append((f"value {number(float(seen.exact[row, column]), 3)}", None))
        if seen.learned is not None:
            lines.append((f"the critic says {number(float(seen.learned[row, column]), 3)}", None))
        return lines


def _ends(values: Array) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)


def _shade(theme: Theme, value: float, low: float, high: float) -> QColor:
    place = 255 if high <= low else round(255 * (value - low) / (high - low))
    return QColor(*theme.heat[place].astype(int).tolist())


def _ink(paper: QColor) -> QColor:
    """Black or white, whichever is easier to see."""
    light = 0.299 * paper.red() + 0.587 * paper.green() + 0.114 * paper.blue() > 140
    return QColor(15, 20, 30) if light else QColor(240, 244, 250)


def _draw_arrows(painter: QPainter, rect: QRectF, chances: Array, ink: QColor) -> None:
    middle, reach = rect.center(), 0.44 * rect.width()
    painter.setPen(QPen(ink, max(0.03 * rect.width(), 1.2), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    for (x, y), chance in zip(_WAYS, chances.tolist(), strict=True):
        if not chance > _LEAST:
            continue
        end = middle + reach * chance * QPointF(x, y)
        painter.drawLine(middle, end)
        head = min(0.1 * rect.width(), 0.35 * reach * chance)
        for side in (-1.0, 1.0):
            painter.drawLine(end, end - head * QPointF(x - side * y, y + side * x))
