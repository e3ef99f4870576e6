"""What an autoencoder makes of a point of its narrow layer: an image, a line, or a few numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.look.number_format import number
from app.stage.examples.profile import draw_profile
from app.stage.pixels import grey_table, images
from app.stage.planes.colour_key import ColourKey
from app.stage.small_font import small_font

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import TrainingData

Array = np.ndarray

SIDE = 118  # pixels
TITLE = 16.0  # pixels of a line of text
_FEW = 6  # numbers that are written out


class DecodedPicture(QWidget):
    """Shows what was decoded last."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("network-code-decoded")
        self.setAccessibleName("Decoded point")
        self.setToolTip("What the network makes of the ringed point: drag the ring, or click where it should be")
        self.setFixedHeight(SIDE + round(TITLE))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.theme = theme
        self.values: Array = np.empty(0)
        self._data: TrainingData | None = None

    def show_values(self, values: Array, data: TrainingData) -> None:
        """Show these numbers (f,), of an example of such data."""
        self.values, self._data = values, data
        told = ", ".join(
            f"{name} {number(float(value), 3)}" for name, value in zip(data.features, values, strict=False)
        )
        self.setAccessibleDescription(told[:400])
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(SIDE, SIDE + round(TITLE))

    def paintEvent(self, event: QPaintEvent) -> None:
        data, side = self._data, min(self.width(), SIDE)
        box = QRectF((self.width() - side) / 2, TITLE, side, side)
        with QPainter(self) as painter:
            painter.setFont(small_font(self.font()))
            painter.setPen(self.theme.muted)
            painter.drawText(QRectF(0, 0, self.width(), TITLE), Qt.AlignmentFlag.AlignCenter, "decoded")
            if data is None or len(self.values) != len(data.features):
                return
            if data.image is not None:
                low, high = float(data.raw.min()), float(data.raw.max())
                painter.drawImage(
                    box, images(self.values.reshape(1, *data.image), low, high, grey_table(self.theme))[0]
                )
            elif len(self.values) <= _FEW:
                self._write(painter, box, data)
            else:
                scaled = (self.values - data.shift) / data.scale
                ends = float(data.inputs.min()), float(data.inputs.max())
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                draw_profile(painter, box.adjusted(2, 2, -2, -2), scaled, ends, self.theme.accent)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(self.theme.border, 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(0, 0, -1, -1))

    def _write(self, painter: QPainter, box: QRectF, data: TrainingData) -> None:
        painter.setPen(self.theme.text)
        for place, (name, value) in enumerate(zip(data.features, self.values, strict=True)):
            line = QRectF(box.left() + 6, box.top() + 6 + place * TITLE, box.width() - 12, TITLE)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, f"{name}  {number(float(value), 3)}")


class BesideCode(QWidget):
    """The decoded picture above the colours of the examples."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.decoded, self.key = DecodedPicture(theme), ColourKey(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.decoded, 0, Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.key, 1)

    def set_theme(self, theme: Theme) -> None:
        self.decoded.theme = self.key.theme = theme
        self.decoded.update()
        self.key.update()

    def sizeHint(self) -> QSize:
        return QSize(max(SIDE, self.key.sizeHint().width()) + 8, 2 * SIDE)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)
