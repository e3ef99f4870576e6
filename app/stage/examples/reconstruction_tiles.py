"""Examples beside what an autoencoder makes of them: pairs of images, or of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from app.look.number_format import number
from app.stage.examples.profile import draw_profile
from app.stage.examples.tiles import CAPTION, PAD, SIDE, TileView
from app.stage.pixels import grey_table, images

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import NetworkSnapshot

Array = np.ndarray

GAP = 1  # pixels of an image between an original and its reconstruction
PROFILE = 44, 110  # pixels of a pair of lines, down and across


class ReconstructionTiles(TileView):
    """One tile per example of one part of the data: the original at the left, the reconstruction at the right; of
    numbers that are no image two lines, one over the other. The caption is the root mean square error.
    """

    side = 2.2 * SIDE

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "network-reconstructions-tiles", "Originals and reconstructions")
        self.snapshot: NetworkSnapshot | None = None
        self.validation = True
        self._order: Array = np.empty(0, np.int64)
        self._table = grey_table(theme)

    def set_theme(self, theme: Theme) -> None:
        self._table = grey_table(theme)
        super().set_theme(theme)

    def show_part(self, validation: bool) -> None:
        """Choose which examples are shown."""
        self.validation = validation
        self.point(-1)
        self.verticalScrollBar().setValue(0)
        self._fill()

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        before, self.snapshot = self.snapshot, snapshot
        if before is None or before.learner.data is not snapshot.learner.data:
            self._fill()
        self.viewport().update()

    @property
    def examples(self) -> Array:
        """The indices of the examples in the data, in display order."""
        return self._order

    def errors(self, examples: Array) -> Array:
        """The root mean square errors (m,) of examples, in the units of the inputs."""
        assert self.snapshot is not None
        missed = self.snapshot.predicted.predictions[examples] - self.snapshot.learner.data.targets[examples]
        with np.errstate(all="ignore"):
            found: Array = np.sqrt((missed.reshape(len(missed), -1) ** 2).mean(axis=1))
        return found

    def image(self, tile: int) -> QImage:
        """The pair of a tile as an image; of lines an empty one."""
        assert self.snapshot is not None
        if self.snapshot.learner.data.image is None:
            return QImage()
        return self._pairs(self._order[tile : tile + 1])[0]

    def lines(self, tile: int) -> list[tuple[str, QColor]]:
        """The text about a tile."""
        assert self.snapshot is not None
        data, example = self.snapshot.learner.data, int(self._order[tile])
        part = "validation" if example >= data.train else "training"
        place = example - data.train if example >= data.train else example
        found = [(f"{part} example {place + 1:,}", self.theme.muted)]
        if data.labels is not None and data.label_names:
            found.append((data.label_names[int(data.labels[example])], self.theme.text))
        error = number(float(self.errors(self._order[tile : tile + 1])[0]), 3)
        return [*found, (f"root mean square error {error}", self.theme.text)]

    # Painting

    def paint_pictures(self, painter: QPainter, tiles: range) -> None:
        snapshot = self.snapshot
        if snapshot is None or not tiles:
            return
        examples = self._order[tiles.start : tiles.stop]
        boxes = [QRectF(self.place(index)) for index in tiles]
        if snapshot.learner.data.image is not None:
            self.draw_pictures(painter, tiles, self._pairs(examples))
        else:
            self._paint_lines(painter, examples, boxes)
        painter.setPen(self.theme.muted)
        for box, error in zip(boxes, self.errors(examples), strict=True):
            below = QRectF(box.left() - PAD, box.bottom() + 2, box.width() + 2 * PAD, CAPTION)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, number(float(error), 2))

    def _paint_lines(self, painter: QPainter, examples: Array, boxes: list[QRectF]) -> None:
        """Scaled inputs and outputs: columns may have any size."""
        assert self.snapshot is not None
        data, outputs = self.snapshot.learner.data, self.snapshot.predicted.outputs
        ends = float(data.inputs.min()), float(data.inputs.max())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for example, box in zip(examples, boxes, strict=True):
            painter.setPen(QPen(self.theme.border, 1.0))
            painter.drawRect(box)
            draw_profile(painter, box, data.inputs[example], ends, self.theme.muted)
            draw_profile(painter, box, outputs[example], ends, self.theme.accent)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _pairs(self, examples: Array) -> list[QImage]:
        """Originals and reconstructions side by side."""
        assert self.snapshot is not None
        data = self.snapshot.learner.data
        assert data.image is not None
        rows, columns = data.image
        low, high = float(data.raw.min()), float(data.raw.max())
        pair = np.full((len(examples), rows, 2 * columns + GAP), low)
        pair[:, :, :columns] = data.raw[examples].reshape(-1, rows, columns)
        pair[:, :, columns + GAP :] = self.snapshot.predicted.predictions[examples].reshape(-1, rows, columns)
        found = images(pair, low, high, self._table)
        for image in found:
            for row in range(rows):
                for column in range(columns, columns + GAP):
                    image.setPixelColor(column, row, self.theme.panel)
        return found

    def _fill(self) -> None:
        if self.snapshot is None:
            return
        data = self.snapshot.learner.data
        self._order = np.arange(data.train, len(data.targets)) if self.validation else np.arange(data.train)
        shape = PROFILE if data.image is None else (data.image[0], 2 * data.image[1] + GAP)
        self.set_tiles(len(self._order), shape)
        self.viewport().update()
