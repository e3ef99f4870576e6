"""Very many points as one image: each a small square, none left out, within the time of a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from app.stage.view import View

Array = np.ndarray

MARGIN = 2  # pixels around the plot: points beyond it gather in the outer one, whose squares do not reach the plot
BLOCK = 1 << 14  # points whose numbers stay in the processor's cache


class Crowd:
    """Points (n, 2) of a plane on the whole pixels of a view, where squares of three of them are drawn."""

    def __init__(self, view: View, spots: Array) -> None:
        self._size = int(view.plot.width()) + 2 * MARGIN, int(view.plot.height()) + 2 * MARGIN
        self._pixels = np.zeros(self._size[0] * self._size[1], np.uint32)
        self._cells = _cells(view, spots, *self._size)

    def squares(self, chosen: slice | Array, colours: Array | int) -> None:
        """Draw those of the points; colours: of each of them as 0xaarrggbb, or one for all. The last are on top."""
        grown = np.zeros_like(self._pixels)
        grown[self._cells[chosen]] = colours
        grid = grown.reshape(self._size[::-1])
        for axis in (1, 0):
            centre = grid.copy()
            for to, source in ((slice(1, None), slice(None, -1)), (slice(None, -1), slice(1, None))):
                there = (slice(None), to) if axis else (to,)
                here = (slice(None), source) if axis else (source,)
                np.copyto(grid[there], centre[here], where=grid[there] == 0)
        np.copyto(self._pixels, grown, where=grown != 0)

    def dots(self, chosen: slice | Array, colour: int) -> None:
        """Draw the middle pixel of those points alone."""
        self._pixels[self._cells[chosen]] = colour

    def image(self) -> QImage:
        """What is drawn, transparent elsewhere, a pixel of the image being one of the plot."""
        width, height = self._size
        inner = self._pixels.reshape(height, width)[MARGIN:-MARGIN, MARGIN:-MARGIN]
        pixels = np.ascontiguousarray(inner)
        rows, columns = pixels.shape
        image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_ARGB32_Premultiplied)
        return image.copy()  # the array's memory ends with this function


def _cells(view: View, spots: Array, width: int, height: int) -> Array:
    """The place of each spot (n, 2) in a grid of pixels, row by row from the top; what is not finite is at its edge."""
    cells = np.empty(len(spots), np.int32)
    left, top = MARGIN - view.x0 * view.x_scale, MARGIN + view.plot.height() - view.y0 * view.y_scale
    with np.errstate(all="ignore"):
        for first in range(0, len(spots), BLOCK):
            part = spots[first : first + BLOCK]
            across = part[:, 0] * view.x_scale + left
            down = part[:, 1] * view.y_scale + top
            rows = _whole(down, height)
            rows *= width
            rows += _whole(across, width)
            cells[first : first + BLOCK] = rows
    return cells


def _whole(pixels: Array, length: int) -> Array:
    """Whole pixels from 0 to length - 1, as int32."""
    np.clip(pixels, 0.0, length - 1.0, out=pixels)
    if not np.isfinite(pixels).all():
        np.nan_to_num(pixels, copy=False)
    return pixels.astype(np.int32)
