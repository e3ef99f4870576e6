"""A table of cells with small letters whose painting is kept, so that a frame only copies it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QFont, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.stage.canvas import blank

if TYPE_CHECKING:
    from app.look.theme import Theme

FONT = 11  # pixels


class KeptPainting(QWidget):
    """`paint_kept` paints what stays, `paint_above` what a pointer or the keyboard moves. `spoil` has all painted anew.

    is_empty: there is nothing to paint yet.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._base: QImage | None = None

    @property
    def is_empty(self) -> bool:
        return False

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.spoil()

    def spoil(self) -> None:
        self._base = None
        self.update()

    def small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(FONT)
        return font

    def paint_kept(self, painter: QPainter) -> None:
        """Paint in small letters what stays until it is spoilt."""
        raise NotImplementedError

    def paint_above(self, painter: QPainter) -> None:
        """Paint what changes more often."""

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._base is None or self._base.devicePixelRatioF() != self.devicePixelRatioF():
            self._base = blank(self, self.theme.panel)
            if not self.is_empty:
                with QPainter(self._base) as painter:
                    painter.setFont(self.small_font())
                    self.paint_kept(painter)
        with QPainter(self) as painter:
            painter.drawImage(0, 0, self._base)
            if not self.is_empty:
                painter.setFont(self.small_font())
                self.paint_above(painter)
