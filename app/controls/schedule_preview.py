"""The learning rate that a schedule will give, drawn before it runs, with a cursor at now."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app.theme import Theme
from engine import SCHEDULES, RunSettings, preview

_POINTS = 240
_MARGIN = 6.0


class SchedulePreview(QWidget):
    """One small curve: learning rate against update; nothing in it can be changed."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("schedule-preview")
        self.setMinimumHeight(72)
        self._theme = theme
        self._settings: RunSettings | None = None
        self._updates = 1
        self._now = 0
        self._curve = (np.zeros(1), np.zeros(1))
        self._colour = theme.accent

    def sizeHint(self) -> QSize:
        return QSize(240, 84)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_schedule(self, settings: RunSettings, updates: int, now: int, colour: str) -> None:
        """Draw the schedule of `settings` over `updates` updates; the cursor stands at `now`."""
        updates = max(updates, 2)
        if (settings, updates) != (self._settings, self._updates):
            entry = SCHEDULES[settings.schedule.kind]
            knobs = np.array(settings.schedule.packed(entry.knobs) or [0.0])
            base, start = settings.learning_rate, settings.warmup_start
            t, rates = preview(entry, knobs, base, settings.warmup, start, updates, _POINTS)
            self._curve = (t.astype(float), rates)
            self._settings, self._updates = settings, updates
            least, most = float(rates.min()), float(rates.max())
            watches = " It watches the loss, so this is only its beginning." if entry.watches_loss else ""
            self.setToolTip(
                f"Learning rate over {updates:,} updates: from {rates[0]:.3g} to {rates[-1]:.3g}, "
                f"between {least:.3g} and {most:.3g}.{watches}"
            )
            self.setAccessibleName("schedule preview")
            self.setAccessibleDescription(self.toolTip())
        self._now, self._colour = now, colour
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._settings is None:
            return
        t, rates = self._curve
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        muted = QColor(self._theme.muted)
        line = painter.fontMetrics().height()
        area = QRectF(self.rect()).adjusted(_MARGIN, line + 2, -_MARGIN, -line - 2)
        finite = np.where(np.isfinite(rates), rates, 0.0)
        top = float(finite.max()) or 1.0
        x = area.left() + area.width() * t / max(self._updates - 1, 1)
        y = area.bottom() - area.height() * np.clip(finite / top, 0.0, 1.0)
        painter.setPen(QPen(QColor(self._theme.border), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if 0 <= self._now < self._updates:
            place = area.left() + area.width() * self._now / max(self._updates - 1, 1)
            painter.setPen(QPen(muted, 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(place, area.top()), QPointF(place, area.bottom()))
        painter.setPen(QPen(QColor(self._colour), 1.6))
        painter.drawPolyline(QPolygonF([QPointF(a, b) for a, b in zip(x, y, strict=True) if math.isfinite(b)]))
        painter.setPen(muted)
        painter.drawText(QPointF(area.left(), line - 2), f"η ≤ {top:.3g}")
        painter.drawText(QPointF(area.left(), self.height() - 4), "0")
        end = f"{self._updates:,} updates"
        painter.drawText(QPointF(area.right() - painter.fontMetrics().horizontalAdvance(end), self.height() - 4), end)
        painter.end()
