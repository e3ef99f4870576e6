"""The surface as colour: levels that ignore what is not finite, the heat map, the contour lines."""

from __future__ import annotations

import math
from dataclasses import dataclass

import contourpy
import numpy as np
from PySide6.QtGui import QImage, QPainterPath

from app.look.colour_range import DEPTH, widened, without_outliers
from app.look.number_format import nice_step
from app.look.qt_arrays import polygon
from app.stage.terrain import Terrain

Array = np.ndarray

LINES = 20
SHORTEST_LINE = 12  # points; below it are crumbs of a valley narrower than the grid
SHADES = 1024


@dataclass(frozen=True, slots=True)
class Levels:
    """How values become shades: linear, or logarithmic above `floor`; low and high are the ends."""

    log: bool
    floor: float
    offset: float
    low: float
    high: float

    def scaled(self, values: Array) -> Array:
        """Values on the scale that shades and contours are even on; NaN where not finite."""
        known = np.where(np.isfinite(values), values, np.nan)
        if not self.log:
            return known
        scaled: Array = np.log10(np.maximum(known - self.floor, 0.0) + self.offset)
        return scaled

    def shades(self, values: Array) -> Array:
        """0 (lowest) to 1 (highest) for each value, NaN where not finite."""
        span = self.high - self.low
        return np.clip((self.scaled(values) - self.low) / span, 0.0, 1.0)

    def lines(self) -> Array:
        """Contour levels at round steps of the scale."""
        step = nice_step((self.high - self.low) / LINES)
        first = math.floor(self.low / step) + 1
        return np.arange(first, math.ceil(self.high / step)) * step


def levels_of(terrain: Terrain, depth: float = DEPTH) -> Levels:
    """Levels that show the terrain's values, of which a few extreme ones may be beyond the ends.

    depth: what is nearer to the lowest value than this part of the median is as low as the lowest.
    """
    values = terrain.values[np.isfinite(terrain.values)]
    if not values.size:
        return Levels(False, 0.0, 0.0, 0.0, 1.0)
    lowest, log = terrain.landmarks.lowest, terrain.landmarks.log_levels
    floor = float(values.min()) if lowest is None else min(float(values.min()), lowest)
    if log:
        with np.errstate(over="ignore"):
            offset = max(depth * float(np.median(values - floor)), 1e-300)
        log = math.isfinite(offset)
    levels = Levels(log, floor, offset if log else 0.0, 0.0, 1.0)
    scaled = levels.scaled(values)
    low, high = widened(*without_outliers(scaled))
    return Levels(levels.log, levels.floor, levels.offset, low, high)


def heat_image(shades: Array, table: Array) -> QImage:
    """An image of (ny, nx) shades, the first row at the bottom; transparent where NaN.

    table (SHADES + 1,) uint32 holds the colours as premultiplied ARGB, transparent in the last place.
    """
    place = np.where(np.isnan(shades), SHADES, shades * (SHADES - 1) + 0.5)[::-1].astype(np.int32)
    pixels = np.ascontiguousarray(table[place])
    rows, columns = pixels.shape
    image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()  # the array's memory ends with this function


def heat_table(colours: Array) -> Array:
    """The look-up table of `heat_image`: (n, 3) colours from low to high, drawn out to SHADES of them."""
    stops, places = np.linspace(0.0, 1.0, len(colours)), np.linspace(0.0, 1.0, SHADES)
    red, green, blue = (np.rint(np.interp(places, stops, colours[:, channel])) for channel in range(3))
    packed = 0xFF000000 + red * 0x10000 + green * 0x100 + blue
    return np.append(packed, 0).astype(np.uint32)


def contour_path(terrain: Terrain, levels: Levels) -> QPainterPath:
    """All contour lines in the coordinates of the plane."""
    scaled = np.ma.masked_invalid(levels.scaled(terrain.values))
    generator = contourpy.contour_generator(terrain.x, terrain.y, scaled)
    path = QPainterPath()
    for level in levels.lines():
        for line in generator.lines(float(level)):
            if len(line) >= SHORTEST_LINE:
                path.addPolygon(polygon(*line.T))
    return path
