"""Score bar: accuracy or R², loss and errors on the training and the validation set, in two lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.look.networks.score_text import Score
from app.stage.planes.points import SIDE, stamp
from app.stage.small_font import small_font

if TYPE_CHECKING:
    from app.look.theme import Theme

SPACE = 10.0
WIDEST = ("validation", "100.0 %", "loss 0.00000", "000 wrong")  # columns that do not move with the numbers


class ScoreBar(QWidget):
    """What does not fit is left out from the right, and stands in the tooltip."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("scores")
        self.setAccessibleName("How well the network does")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme = theme
        self._rows: tuple[Score, ...] = ()
        self._colour = QColor(theme.muted)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_scores(self, rows: tuple[Score, ...], colour: QColor) -> None:
        """Show these, with dots in a colour."""
        if (rows, colour) != (self._rows, self._colour):
            self._rows, self._colour = rows, colour
            self.setToolTip("\n".join(row.sentence for row in rows))
            self.update()

    @property
    def texts(self) -> tuple[str, ...]:
        """What is shown, line by line."""
        return tuple(row.sentence for row in self._rows)

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(small_font(self.font()))
        return QSize(round(sum(self._columns(metrics)) + SIDE), 2 * round(metrics.height()) + 2)

    def minimumSizeHint(self) -> QSize:
        columns = self._columns(QFontMetricsF(small_font(self.font())))
        return QSize(round(sum(columns[:2]) + SIDE), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setFont(small_font(self.font()))
            metrics = QFontMetricsF(painter.font())
            columns, height = self._columns(metrics), metrics.height()
            while len(columns) > 2 and SIDE + sum(columns) > self.width():
                columns.pop()
            top = (self.height() - 2 * height) / 2
            left = max(self.width() - SIDE - sum(columns), 0.0)
            for line, row in enumerate(self._rows):
                y, x = top + line * height, left
                hole = self._theme.field.rgba() if row.validates else None
                dot = stamp(self._colour.rgba(), hole, self.devicePixelRatio())
                painter.drawPixmap(round(x), round(y + height / 2 - SIDE / 2), dot)
                x += SIDE + 2
                texts = (row.title, row.score, row.loss, row.errors)
                for place, (text, wide) in enumerate(zip(texts, columns, strict=False)):
                    painter.setPen(self._pen(row, place))
                    painter.drawText(QRectF(x, y, wide, height), Qt.AlignmentFlag.AlignVCenter, text)
                    x += wide

    def _pen(self, row: Score, place: int) -> QColor:
        """The score stands out; what is wrong has the colour of the rings."""
        return self._theme.text if place == 1 else self._theme.danger if place == 3 and row.wrong else self._theme.muted

    def _columns(self, metrics: QFontMetricsF) -> list[float]:
        rows = ((row.title, row.score, row.loss, row.errors) for row in self._rows)
        widths = zip(*(map(metrics.horizontalAdvance, row) for row in (WIDEST, *rows)), strict=True)
        return [max(column) + SPACE for column in widths]
