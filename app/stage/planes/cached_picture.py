"""A picture of a plot that is painted anew only when it would show something else."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

if TYPE_CHECKING:
    from app.stage.view import View


class CachedPicture:
    """A picture for the resolution of the screen. see_through: it is laid over others, and empty to begin with; any
    other has to be filled.
    """

    def __init__(self, see_through: bool = False) -> None:
        self._see_through = see_through
        self._format = QImage.Format.Format_ARGB32_Premultiplied if see_through else QImage.Format.Format_RGB32
        self._key: tuple[object, ...] = ()
        self._image = QImage()

    def draw(self, painter: QPainter, view: View, key: Hashable, paint: Callable[[QPainter], None]) -> None:
        """Draw it into the plot of a view. `paint` makes it if the view or the key is another."""
        ratio = painter.device().devicePixelRatio()
        known = view, ratio, key
        if known != self._key:
            self._key = known
            size = (view.plot.size() * ratio).toSize()
            if self._image.size() != size:
                self._image = QImage(size, self._format)
            self._image.setDevicePixelRatio(ratio)
            if self._see_through:
                self._image.fill(Qt.GlobalColor.transparent)
            with QPainter(self._image) as own:
                own.setRenderHint(QPainter.RenderHint.Antialiasing)
                own.setFont(painter.font())
                own.translate(-view.plot.topLeft())
                paint(own)
        painter.drawImage(view.plot.topLeft(), self._image)
