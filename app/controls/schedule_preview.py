"""A preview plot of the learning-rate schedule, with a line at the current update."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QMenu

from app.look.theme import Theme
from engine import SCHEDULES, RunSettings, preview

_POINTS = 240
_HEIGHT = 104


class SchedulePreview(pg.PlotWidget):
    """A small, non-interactive plot: learning rate against update."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(background=None, enableMenu=False)
        self.setObjectName("schedule-preview")
        self.setAccessibleName("schedule preview")
        self.setFixedHeight(_HEIGHT)
        self.setFrameStyle(0)
        for part in (self, self.viewport()):
            part.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setStyleSheet("background: transparent;")
        for menu in self.getPlotItem().ctrlMenu.findChildren(QMenu):
            menu.deleteLater()
        self.getPlotItem().ctrlMenu.deleteLater()  # PlotItem always creates it, even without a menu
        self.setMouseEnabled(False, False)
        self.hideButtons()
        self.getPlotItem().disableAutoRange()  # ranges are set together with the curve
        self._settings: RunSettings | None = None
        self._updates = 0
        self._curve = self.plot()
        self._now = pg.InfiniteLine(angle=90)
        self.addItem(self._now)
        self.set_theme(theme)

    def sizeHint(self) -> QSize:
        return QSize(240, _HEIGHT)

    def set_theme(self, theme: Theme) -> None:
        font = self.font()
        font.setPixelSize(11)
        for name in ("left", "bottom"):
            axis = self.getAxis(name)
            axis.setPen(theme.border)
            axis.setTextPen(theme.muted)
            axis.setStyle(tickFont=font, tickLength=-4, maxTickLevel=0)
        self.getAxis("left").setWidth(44)
        self.getAxis("left").enableAutoSIPrefix(False)
        self.getAxis("bottom").enableAutoSIPrefix(False)
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
        self.setXRange(0, updates, padding=0.01)
        self.setYRange(0, top, padding=0.06)
        watches = " It depends on the loss, so only its beginning is shown." if entry.watches_loss else ""
        told = (
            f"Learning rate over {updates:,} updates: from {rates[0]:.3g} to {rates[-1]:.3g}, "
            f"between {rates.min():.3g} and {rates.max():.3g}.{watches}"
        )
        self.setToolTip(told)
        self.setAccessibleDescription(told)
