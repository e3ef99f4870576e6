"""A graphics item that paints in the pixels of the plot instead of its coordinates."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget


class RasterItem(pg.GraphicsObject):
    """Calls `paint_pixels(painter, area)`, where area is the plot, (0, 0, width, height) in logical pixels.

    What it paints is drawn faster from an image of one's own, or does not scale with the axes: live lines,
    heat maps, markers, read-outs. It is a child of the view box itself, which clips it, so that no
    transform with ranges such as 1e150 is involved. exposed: what of it is to be painted this time.
    """

    def __init__(
        self, box: pg.ViewBox, paint_pixels: Callable[[QPainter, QRectF], None], z: float, smooth: bool = True
    ) -> None:
        super().__init__(box)
        self._box, self._paint, self._smooth = box, paint_pixels, smooth
        self._area = QRectF(box.rect())
        self.exposed = QRectF()
        self.setFlag(self.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.setZValue(z)
        box.sigResized.connect(self._resize)

    def boundingRect(self) -> QRectF:
        return self._area

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        self.exposed = option.exposedRect
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self._smooth)
        try:
            self._paint(painter, QRectF(self._area))
        except Exception:  # one that leaves the paint method of an item ends the process (PySide 6.10)
            sys.excepthook(*sys.exc_info())

    def viewTransformChanged(self) -> None:
        """Pyqtgraph tells that the range is another: what is painted is, too."""
        self.update()

    def _resize(self) -> None:
        self.prepareGeometryChange()
        self._area = QRectF(self._box.rect())
        self.update()
