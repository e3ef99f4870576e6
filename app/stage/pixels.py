"""Arrays of numbers as small images in a theme's colours, one pixel a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QColor, QImage

if TYPE_CHECKING:
    from app.look.theme import Theme

Array = np.ndarray
SHADES = 256


def grey_table(theme: Theme) -> Array:
    """From paper to ink, (SHADES,) uint32."""
    stops = rgb(theme.field, theme.text)
    return packed(stops[0] + (stops[1] - stops[0]) * np.linspace(0.0, 1.0, SHADES)[:, None])


def signed_table(theme: Theme) -> Array:
    """From the most negative to the most positive number, (SHADES,) uint32."""
    return packed(theme.diverging)


def packed(colours: Array) -> Array:
    """Colours (n, 3) in 0..255 as Qt keeps them, (n,) uint32."""
    red, green, blue = np.rint(colours).astype(np.uint32).T
    numbers: Array = np.uint32(0xFF000000) + red * np.uint32(0x10000) + green * np.uint32(0x100) + blue
    return numbers


def images(values: Array, low: float, high: float, table: Array) -> list[QImage]:
    """An image of each of values (n, rows, columns), from low (the table's first colour) to high (its last)."""
    span = high - low or 1.0
    with np.errstate(all="ignore"):
        place = np.clip((values - low) * ((SHADES - 1) / span) + 0.5, 0, SHADES - 1)
    pixels = table[np.nan_to_num(place, nan=0.0).astype(np.uint8)]
    count, rows, columns = pixels.shape
    shades = np.ascontiguousarray(pixels)
    return [
        QImage(shades[index].data, columns, rows, 4 * columns, QImage.Format.Format_RGB32).copy()
        for index in range(count)  # copied: the array's memory ends with this function
    ]


def rgb(*colours: QColor) -> Array:
    """Red, green and blue of colours, (n, 3) in 0..255."""
    return np.array([(colour.red(), colour.green(), colour.blue()) for colour in colours], np.float64)


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """A colour between two, share 0 being the first."""
    first, second = (one.red(), one.green(), one.blue()), (other.red(), other.green(), other.blue())
    return QColor(*(round(a + share * (b - a)) for a, b in zip(first, second, strict=True)))
