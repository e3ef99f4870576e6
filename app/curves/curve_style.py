"""The style of a curve: types of its axes, smoothing, what runs along its x axis."""

from __future__ import annotations

from dataclasses import dataclass

from app.plots.axis_type import AUTOMATIC, LINEAR, NAMES

# Updates to average over that are offered; 0 is off.
SPANS = (0, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)
X_TYPES = NAMES
Y_TYPES = (AUTOMATIC, *NAMES)


@dataclass(frozen=True, slots=True)
class CurveStyle:
    """x_type: one of X_TYPES. y_type: one of Y_TYPES. span: updates to average over, 0 for none.

    along: key of the x axis. names_axis: whether this plot says what runs along it.
    """

    x_type: str = LINEAR.name
    y_type: str = AUTOMATIC
    span: int = 0
    along: str = "updates"
    names_axis: bool = False
