"""The weights of each unit in the first layer as an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.look.number_format import number
from app.stage.charts.distribution import distribution_of
from app.stage.examples.tiles import CAPTION, PAD, SMALL, TileView
from app.stage.networks.run_warnings import same_shape
from app.stage.pixels import images, signed_table
from app.stage.stable_axis import StableAxis

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import NetworkSnapshot

Array = np.ndarray

KEY_SIZE = QSize(116, 16)
RAMP = 44  # pixels of the key's width
WITHIN = 0.99  # minimum share of the weights within the scale
MAX_SAMPLED = 10_000  # weights sampled for that


class WeightTiles(TileView):
    """One tile per unit, all on one scale from -`scale` to `scale`, beyond which a few weights may lie."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "network-weights", "First-layer weights")
        self.snapshot: NetworkSnapshot | None = None
        self.scale = 1.0
        self._steady = StableAxis()
        self._table = signed_table(theme)

    def set_theme(self, theme: Theme) -> None:
        self._table = signed_table(theme)
        super().set_theme(theme)

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        before, self.snapshot = self.snapshot, snapshot
        if not same_shape(before, snapshot):
            self._steady = StableAxis()
        weights, _ = self._weights
        sizes = np.abs(distribution_of(weights.reshape(-1), MAX_SAMPLED).values)
        most = float(np.quantile(sizes, WITHIN)) if len(sizes) else 0.0
        self.scale = self._steady.follow(0.0, most)[1] if most else self.scale
        self.set_tiles(len(weights), weights.shape[1:])
        self.viewport().update()

    def image(self, tile: int) -> QImage:
        return self._pictures(range(tile, tile + 1))[0]

    def lines(self, tile: int) -> list[tuple[str, QColor]]:
        """The text about a tile."""
        weights, biases = self._weights
        negative, positive = self.theme.signed_colours
        return [
            (self.unit(tile), self.theme.text),
            (f"largest weight {number(float(weights[tile].max()), 3)}", positive),
            (f"smallest weight {number(float(weights[tile].min()), 3)}", negative),
            (f"bias {number(float(biases[tile]), 3)}", self.theme.muted),
        ]

    def unit(self, tile: int) -> str:
        """The name of a unit: its number, or without hidden layers its class."""
        assert self.snapshot is not None
        learner = self.snapshot.learner
        if len(learner.parts) == 1 and learner.parts[0].units == learner.classes:
            return f"output {learner.data.classes[tile]}"
        return f"unit {tile + 1}"

    def paint_pictures(self, painter: QPainter, tiles: range) -> None:
        if self.snapshot is None:
            return
        self.draw_pictures(painter, tiles, self._pictures(tiles))
        boxes = [self.place(index) for index in tiles]
        painter.setPen(QPen(self.theme.border, 1.0))
        painter.drawRects([box.adjusted(-1, -1, 0, 0) for box in boxes])
        painter.setPen(self.theme.muted)
        for index, box in zip(tiles, boxes, strict=True):
            below = QRectF(box.left() - PAD, box.bottom() + 2, box.width() + 2 * PAD, CAPTION)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self.unit(index).split(" ", 1)[1])

    def _pictures(self, tiles: range) -> list[QImage]:
        weights, _ = self._weights
        return images(weights[tiles.start : tiles.stop], -self.scale, self.scale, self._table)

    @property
    def _weights(self) -> tuple[Array, Array]:
        """The weights (units, rows, columns) and the biases (units,) of the first layer."""
        assert self.snapshot is not None
        found = self.snapshot.learner.first_layer_images(self.snapshot.theta)
        assert found is not None
        return found


class WeightColourKey(QWidget):
    """The colour scale of the weights with the numbers at its ends."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("network-weight-key")
        self.setFixedSize(KEY_SIZE)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.theme = theme
        self._scale = 0.0

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.update()

    def set_scale(self, scale: float) -> None:
        if scale != self._scale:
            self._scale = scale
            ends = f"from {number(-scale, 3)} (orange) to {number(scale, 3)} (blue)"
            self.setAccessibleName(f"Colours of weights, {ends}")
            self.setToolTip(
                f"Colours of weights, {ends}: one scale for all units, which covers at least 99 % of the weights"
            )
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        ramp = images(np.linspace(-1, 1, RAMP).reshape(1, 1, -1), -1.0, 1.0, signed_table(self.theme))[0]
        box = QRectF((self.width() - RAMP) / 2, 4, RAMP, self.height() - 8)
        with QPainter(self) as painter:
            painter.drawImage(box, ramp)
            font = QFont(self.font())
            font.setPixelSize(SMALL)
            painter.setFont(font)
            painter.setPen(self.theme.muted)
            side, middle = box.left() - 4, Qt.AlignmentFlag.AlignVCenter
            left, right = QRectF(0, 0, side, self.height()), QRectF(box.right() + 4, 0, side, self.height())
            painter.drawText(left, middle | Qt.AlignmentFlag.AlignRight, number(-self._scale, 3))
            painter.drawText(right, middle, number(self._scale, 3))
