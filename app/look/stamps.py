"""Small pictures that are drawn at many places: thousands in one call of Qt."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from app.look.qt_arrays import wrapped

Array = np.ndarray


def stamped(draw: Callable[[QPainter, QPointF], None], side: int, ratio: float) -> QPixmap:
    """A square stamp of so many logical pixels, painted around its middle, for a screen with so many pixels in one."""
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw(painter, QPointF(side / 2, side / 2))
    return picture


@lru_cache(maxsize=32)
def discs(colours: tuple[int, ...], radius: float, side: int, ratio: float) -> QPixmap:
    """A sheet of stamps of so many logical pixels: a disc in each colour."""
    own = round(side * ratio)
    sheet = QPixmap(own * len(colours), own)
    sheet.fill(Qt.GlobalColor.transparent)
    with QPainter(sheet) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for place, colour in enumerate(colours):
            painter.setBrush(QColor.fromRgba(colour))
            painter.drawEllipse(QPointF((place + 0.5) * own, own / 2), radius * ratio, radius * ratio)
    sheet.setDevicePixelRatio(ratio)
    return sheet


def draw_stamps(painter: QPainter, sheet: QPixmap, side: int, places: Array, kinds: Array) -> None:
    """Draw the stamps kinds (n,) of a sheet, side by side in it, around pixels (n, 2), all in one call."""
    if not len(places):
        return
    ratio = sheet.devicePixelRatio()
    own = round(side * ratio)
    # Rows of x, y, left, top, width, height, x scale, y scale, rotation and opacity, as Qt keeps them.
    rows = np.empty((len(places), 10))
    rows[:, :2] = np.rint(places - side / 2) + own / ratio / 2
    rows[:, 2] = kinds * own
    rows[:, 3:] = 0.0, own, own, 1.0 / ratio, 1.0 / ratio, 0.0, 1.0
    painter.drawPixmapFragments(wrapped(rows[:1], QPainter.PixmapFragment)[0], len(rows), sheet)
