"""The score sheet: a bar for each optimizer, against the one that all are measured by, and a table of updates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontInfo, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QVBoxLayout

from app.compare.picture import ComparisonPicture
from app.compare.result_table import ResultTable, TableRow
from app.look.number_format import number
from app.plots.axis_type import LINEAR, LOG
from app.plots.line_item import PointsItem
from app.plots.plot_view import LOWEST, PlotView
from app.plots.raster_item import RasterItem
from app.widgets.splitter import Splitter

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.workers.trials import Outcome
    from engine import Score, ScoreResult

_BAR = 0.36  # of a row, half of a bar's height
_GAP = 10
_FEWEST_PIXELS = 9.0  # of a row from which it is named


class ScoreBars(PlotView):
    """A horizontal bar from 1, the baseline, to the score of each optimizer, the best at the top."""

    def __init__(self, theme: Theme) -> None:
        self._scores: tuple[Score, ...] = ()
        super().__init__(theme)
        self.setObjectName("score-bars")
        self.setAccessibleName("scores of the optimizers")
        self.set_names("times as fast as the baseline", "")
        self.hideAxis("left")
        self._item = PointsItem("scores", self._numbers)
        self.addItem(self._item, ignoreBounds=True)
        self._bars = RasterItem(self.box, self._paint, LOWEST)

    def show_scores(self, scores: tuple[Score, ...], baseline: str) -> None:
        """The best first."""
        self._scores = scores
        self.set_names(f"times as fast as {baseline}", "")
        self.set_types(LOG, LINEAR)
        found = [score.score for score in scores] or [1.0]
        self.follow((min(0.5, *found, 0.8) / 1.1, max(2.6, *found) * 1.1), (-0.7, max(len(scores), 1) - 0.3))
        self._bars.update()

    def _numbers(self) -> tuple[np.ndarray, np.ndarray]:
        count = len(self._scores)
        return np.array([score.score for score in self._scores]), np.arange(count)[::-1].astype(float)

    def _paint(self, painter: QPainter, area: QRectF) -> None:
        x, y = self.scales
        start = x.pixel(1.0)
        values, rows = self._numbers()
        pitch, font = abs(y.pixel(1.0) - y.pixel(0.0)), self.small_font()
        font.setPixelSize(max(min(QFontInfo(font).pixelSize(), int(pitch) - 1), 1))
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        for score, value, row in zip(self._scores, values.tolist(), rows.tolist(), strict=True):
            end, top, bottom = x.pixel(value), y.pixel(row + _BAR), y.pixel(row - _BAR)
            better = value >= 1.0
            colour = self.theme.signed_colours[int(better)]
            painter.fillRect(QRectF(min(start, end), top, max(abs(end - start), 2.0), bottom - top), colour)
            if pitch >= _FEWEST_PIXELS:
                missed = f"  ({score.missed} missed)" if score.missed else ""
                name = f"{score.title}  {number(value, 3)}{missed}"
                wide = metrics.horizontalAdvance(name)
                left = (
                    min(start + 6.0, area.right() - wide - 4.0)
                    if not better
                    else max(start - wide - 6.0, area.left() + 4.0)
                )
                painter.setPen(self.theme.text)
                painter.drawText(QPointF(left, (top + bottom) / 2.0 + 0.35 * metrics.ascent()), name)
        painter.setPen(QPen(self.theme.muted, 1.0, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(start, area.top()), QPointF(start, area.bottom()))


class ScorePicture(ComparisonPicture):
    """Bars above, the table of updates below."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.bars = ScoreBars(theme)
        self.table = ResultTable(theme, "score-table")
        self.split = Splitter(Qt.Orientation.Vertical, _GAP)
        self.split.addWidget(self.bars)
        self.split.addWidget(self.table)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.split)

    def show_outcome(self, outcome: Outcome) -> None:
        result: ScoreResult = outcome.result  # type: ignore[assignment]
        self.bars.show_scores(result.scores, result.baseline)
        heads = ["optimizer", "score", "missed", *(workload.title for workload in result.workloads)]
        rows = [
            TableRow(
                (
                    score.title,
                    score.score,
                    score.missed,
                    *(None if cell.updates is None else round(cell.updates) for cell in score.cells),
                )
            )
            for score in result.scores
        ]
        self.table.show_rows(heads, rows, 1, descending=True)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.bars.set_theme(theme)
        self.table.set_theme(theme)
