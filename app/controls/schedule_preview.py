"""A preview plot of the learning-rate schedule, with a line at the current update."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QWheelEvent

from app.look.theme import Theme
from app.plots.plot_view import PlotView
from engine import SCHEDULES, RunSettings, preview

_POINTS = 240
_HEIGHT = 104


class SchedulePreview(PlotView):
    """A small, non-interactive plot: learning rate against update."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, counts=True)
        self.setObjectName("schedule-preview")
        self.setAccessibleName("schedule preview")
        self.setFixedHeight(_HEIGHT)
        for part in (self, self.viewport()):
            part.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setInteractive(False)
        self._settings: RunSettings | None = None
        self._updates = 0
        self._curve = pg.PlotDataItem()
        self._now = pg.InfiniteLine(angle=90)
        for item in (self._curve, self._now):
            self.addItem(item, ignoreBounds=True)
        self.set_theme(theme)

    def sizeHint(self) -> QSize:
        return QSize(240, _HEIGHT)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel is for the column in which it stands."""
        event.ignore()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._now.setPen(pg.mkPen(theme.muted, style=Qt.PenStyle.DashLine))

    def show_schedule(self, settings: RunSettings, updates: int, now: int, colour: str) -> None:
        """Draw the schedule of `settings` over `updates` updates, with a line at `now`."""
        updates = max(updates, 2)
        if (settings, updates) != (self._settings, self._updates):
            self._settings, self._updates = settings, updates
            self._draw(settings, updates, colour)
        self._now.setValue(now)
        self._now.setVisible(now <= updates)

    def _draw(self, settings: RunSettings, updates: int, colour: str) -> None:
        entry = SCHEDULES[settings.schedule.kind]
        knobs = np.array(settings.schedule.packed(entry.knobs) or [0.0])
        base, start = settings.learning_rate, settings.warmup_start
        t, rates = preview(entry, knobs, base, settings.warmup, start, updates, _POINTS)
        shown = np.clip(np.nan_to_num(rates, nan=0.0), 0.0, 1e300)
        self._curve.setData(t.astype(float), shown, pen=pg.mkPen(colour, width=1.6), antialias=True)
        top = float(shown.max()) or 1.0
        self.follow((-0.01 * updates, 1.01 * updates), (-0.06 * top, 1.06 * top))
        watches = " It depends on the loss, so only its beginning is shown." if entry.watches_loss else ""
        told = (
            f"Learning rate over {updates:,} updates: from {rates[0]:.3g} to {rates[-1]:.3g}, "
            f"between {rates.min():.3g} and {rates.max():.3g}.{watches}"
        )
        self.setToolTip(told)
        self.setAccessibleDescription(told)
