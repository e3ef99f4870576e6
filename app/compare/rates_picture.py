"""Runs over their learning rates: curves like a U, with what is good shaded; a click takes a rate over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QVBoxLayout

from app.compare.line_plot import LinePlot
from app.compare.picture import ComparisonPicture, Titled
from app.compare.plot_lines import PlotLine
from app.plots.axis_type import LOG
from app.widgets.button_row import toggle

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.workers.trials import Outcome
    from engine import RateCurve

RATE = "learning_rate"


class RatesPlot(Titled):
    """Values at the end over learning rates."""

    def __init__(self, theme: Theme, name: str) -> None:
        self.plot = LinePlot(theme, name, "learning rate")
        self.plot.setToolTip("Click on a point to give its run that learning rate")
        self.log_y = toggle(f"{name}-log-y", "log y", "logarithmic values", "Values on a logarithmic axis")
        self.log_y.setProperty("small", True)
        super().__init__("", self.plot, self.log_y)
        self.log_y.clicked.connect(self.plot.set_y_log)

    def show_curves(self, curves: tuple[RateCurve, ...], counted: str) -> None:
        """Show these, as far as they are known."""
        self.title.show_text(f"{counted.replace('_', ' ')} at the end  (✕ diverged)")
        self.plot.show_lines([over_rates(curve) for curve in curves if curve.rates], LOG)
        self.log_y.setChecked(self.plot.y_is_log)


def over_rates(curve: RateCurve) -> PlotLine:
    """One run as a line with points."""
    medians, low, high = (
        np.array([getattr(each, part) for each in curve.spreads]) for part in ("median", "low", "high")
    )
    several = any(each.count > 1 for each in curve.spreads)
    nothing = np.empty(0)
    return PlotLine(
        curve.arm.key,
        curve.arm.name,
        curve.arm.colour,
        np.array(curve.rates),
        medians,
        low if several else nothing,
        high if several else nothing,
        pointed=True,
        good=(curve.rates[curve.good[0]], curve.rates[curve.good[1]]) if curve.good is not None else None,
        failing=tuple(rate for rate, count in zip(curve.rates, curve.diverged, strict=True) if count),
        chosen=curve.best,
    )


class RatesPicture(ComparisonPicture):
    """One plot."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.rates = RatesPlot(theme, "rates-plot")
        self.rates.plot.picked.connect(lambda run, rate: self.adopted.emit(run, {RATE: rate}))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.rates)

    def show_outcome(self, outcome: Outcome) -> None:
        self.rates.show_curves(outcome.result.curves, outcome.plan.counted)  # type: ignore[attr-defined]

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.rates.plot.set_theme(theme)
