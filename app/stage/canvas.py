"""An image of a background that is painted once a view, with paths that grow on it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

from app.stage.paths import CHUNK, PathInk, Stroke

if TYPE_CHECKING:
    from app.stage.view import View
    from engine import RunPicture

INK_SECONDS = 0.004  # of a frame for paths; what is left is drawn in the next ones


class Canvas:
    """Background and paths as one opaque image, so that a frame begins with one plain copy to the screen."""

    def __init__(self, stroke: Stroke, paint_base: Callable[[], QImage], most: int = CHUNK) -> None:
        """most: segments that a stroke draws at once, between two looks at the clock."""
        self._ink = PathInk(stroke, most)
        self._paint_base = paint_base
        self._base: QImage | None = None
        self._image: QImage | None = None

    @property
    def behind(self) -> bool:
        """Whether the paths are not complete yet: another frame goes on."""
        return self._ink.behind

    def spoil(self) -> None:
        """The base is to be painted anew."""
        self._base = self._image = None

    def end(self, run: RunPicture) -> QPointF | None:
        """Where the ink of a run ends; None without any."""
        return self._ink.end(run)

    def image(
        self, runs: Sequence[RunPicture], colours: Sequence[QColor], view: View, clip: QRectF | None = None
    ) -> QImage:
        """The base with the newest parts of the paths on it."""
        if self._image is None:
            self._image = self._paint_base()
            self._ink.forget()
            self._ink.follow(runs, view)
        elif not self._ink.follow(runs, view):
            # Only now is a base without paths needed: while the view is moved, every frame has another.
            if self._base is None:
                self._base = self._paint_base()
            self._image = self._base.copy()
        if self._ink.behind:
            with QPainter(self._image) as painter:
                if clip is not None:
                    painter.setClipRect(clip)
                self._ink.draw(painter, runs, colours, INK_SECONDS)
        return self._image


def blank(widget: QWidget, colour: QColor, finer: int = 1) -> QImage:
    """An image of a widget's size at the resolution of its screen, or a multiple of it."""
    return blank_image(QSizeF(widget.size()), finer * widget.devicePixelRatio(), colour)


def blank_image(size: QSizeF, ratio: float, colour: QColor) -> QImage:
    """An image of a size in logical pixels, each of which is `ratio` of its own wide."""
    image = QImage(math.ceil(size.width() * ratio), math.ceil(size.height() * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(colour)
    return image
