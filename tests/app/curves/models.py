"""A curve's model drawn without a view: what a view does with it, for a plot of a given size."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from app.curves.curve_model import CurveModel
from app.plots.axis_type import Span
from app.plots.scale import Scale

WIDTH, HEIGHT = 360.0, 250.0


class Drawn(NamedTuple):
    """The axes, and the pixel from which on the raster is new."""

    x: Scale
    y: Scale
    left: float | None


def x_axis(model: CurveModel, x_range: Span | None = None, width: float = WIDTH) -> Scale:
    return Scale(*model.x_range(x_range), 0.0, width, model.x_type)


def draw(model: CurveModel, ratio: float = 1.0, x_range: Span | None = None, y_range: Span | None = None) -> Drawn:
    x = x_axis(model, x_range)
    changed = model.place(x, ratio)
    y_type, fitted = model.fitted_y(x)
    y = Scale(*(y_range or fitted), HEIGHT, 0.0, y_type)
    return Drawn(x, y, model.draw(x, y, ratio, changed))


def pixels(model: CurveModel) -> np.ndarray:
    """The raster (rows, columns, 4)."""
    image = model.raster.image
    return np.array(image.constBits(), np.uint8).reshape(image.height(), -1, 4).astype(int)
