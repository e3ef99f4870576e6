"""Examples as image tiles with their predicted classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen, QPixmap

from app.stage.examples.example_card import Bar
from app.stage.examples.tiles import CAPTION, TileView
from app.stage.pixels import grey_table, images
from engine import LOSSES

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import NetworkSnapshot

Array = np.ndarray

SORTED_EVERY = 1500  # minimum milliseconds between reorderings, so that tiles can be looked at
MAX_BARS = 10
NAME = 0.55  # share of a picture's width for a class name


class ExampleTiles(TileView):
    """The examples of one part of the data. Colours mark correct and wrong predictions, frames the wrong ones.

    wrong_first: wrong ones first, then by ascending probability of the true class; reordered only now and then, and
    never under the pointer.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "network-examples", "Examples")
        self.snapshot: NetworkSnapshot | None = None
        self.validation = True
        self.wrong_first = True
        self._order: Array = np.empty(0, np.int64)
        self._range = (0.0, 1.0)
        self._drawn: tuple[object, ...] = ()
        self._images: list[QImage] = []
        self._captions: dict[tuple[int, bool], QPixmap] = {}
        self._table = grey_table(theme)
        self._sorting = QTimer(self)
        self._sorting.setSingleShot(True)
        self._sorting.setInterval(SORTED_EVERY)
        self._sorting.timeout.connect(self._sort_unless_pointed)
        self.pointed.connect(self._sort_later)

    def set_theme(self, theme: Theme) -> None:
        self._table = grey_table(theme)
        self._drawn = ()
        self._captions.clear()
        super().set_theme(theme)

    def show_part(self, validation: bool, wrong_first: bool) -> None:
        """Choose which examples are shown, and in which order."""
        self.validation, self.wrong_first = validation, wrong_first
        self.point(-1)
        self.verticalScrollBar().setValue(0)
        self._sort()

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        before, self.snapshot = self.snapshot, snapshot
        if before is None or before.learner.data is not snapshot.learner.data or before.run != snapshot.run:
            data = snapshot.learner.data
            self._range = float(data.raw.min()), float(data.raw.max())
            self._drawn = ()
            self._captions.clear()
            self._sort()
        else:
            self._sort_later()
        self.viewport().update()

    @property
    def examples(self) -> Array:
        """The indices of the examples in the data, in display order."""
        return self._order

    @property
    def wrong(self) -> int:
        """How many of the examples are misclassified."""
        return int(np.count_nonzero(self.snapshot.predicted.wrong[self._order])) if self.snapshot is not None else 0

    def image(self, tile: int) -> QImage:
        assert self.snapshot is not None
        return self._pictures([int(self._order[tile])])[0]

    def lines(self, tile: int) -> list[tuple[str, QColor]]:
        """The text about a tile."""
        assert self.snapshot is not None
        data, example = self.snapshot.learner.data, int(self._order[tile])
        true, predicted = int(data.targets[example]), int(self.snapshot.predicted.predictions[example])
        right = true == predicted
        part = "validation" if example >= data.train else "training"
        place = example - data.train if example >= data.train else example
        return [
            (f"{part} example {place + 1:,}", self.theme.muted),
            (f"true {data.classes[true]}", self.theme.text),
            (f"predicted {data.classes[predicted]}, {'correct' if right else 'wrong'}", self._colour(right)),
        ]

    def bars(self, tile: int) -> tuple[list[Bar], str]:
        """The classes with their probabilities, and a note on omitted ones: of many classes the least probable."""
        assert self.snapshot is not None
        data, example = self.snapshot.learner.data, int(self._order[tile])
        true, predicted = int(data.targets[example]), int(self.snapshot.predicted.predictions[example])
        shares = self._probabilities(np.array([example]))[0]
        shown = np.arange(len(shares))
        if len(shares) > MAX_BARS:
            likely = np.argsort(-shares, kind="stable")
            shown = np.sort(np.unique(np.append(likely[: MAX_BARS - 1], true)))
        bars = [
            Bar(
                data.classes[place],
                float(shares[place]),
                self._colour(true == predicted) if place == predicted else self.theme.axis,
                bool(place == true),
            )
            for place in shown
        ]
        hidden = len(shares) - len(shown)
        return bars, f"{hidden} less likely classes" if hidden else ""

    # Painting

    def paint_pictures(self, painter: QPainter, tiles: range) -> None:
        snapshot = self.snapshot
        if snapshot is None or not tiles:
            return
        examples = self._order[tiles.start : tiles.stop]
        if self._drawn != (drawn := (tiles, self.devicePixelRatioF())):
            self._drawn, self._images = drawn, self._pictures(examples)
        wrong = snapshot.predicted.wrong[examples].tolist()
        predicted = snapshot.predicted.predictions[examples].astype(int).tolist()
        certain = self._probabilities(examples)[np.arange(len(examples)), predicted].tolist()
        self.draw_pictures(painter, tiles, self._images)
        colours, framed = (self.theme.danger, self.theme.accent), []
        for place, index in enumerate(tiles):
            box = self.place(index)
            caption = self._caption(predicted[place], not wrong[place], box.size())
            painter.drawPixmap(box.left(), box.bottom() + 2, caption)
            left = box.left() + caption.width() / caption.devicePixelRatio() + 4
            track = QRectF(left, box.bottom() + 8, box.right() + 1 - left, 4)
            painter.fillRect(track, self.theme.track)
            track.setWidth(track.width() * certain[place])
            painter.fillRect(track, colours[not wrong[place]])
            if wrong[place]:
                framed.append(box.adjusted(-1, -1, 1, 1))
        painter.setPen(QPen(self.theme.danger, 2.0))
        painter.drawRects(framed)

    def _caption(self, predicted: int, right: bool, room: QSize) -> QPixmap:
        """The name of a class, painted once."""
        if (predicted, right) not in self._captions:
            assert self.snapshot is not None
            metrics = QFontMetricsF(self.small_font)
            name = self.snapshot.learner.data.classes[predicted]
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(NAME * room.width(), 10.0))
            ratio = self.devicePixelRatioF()
            made = QPixmap((QSize(int(metrics.horizontalAdvance(text)) + 1, CAPTION).toSizeF() * ratio).toSize())
            made.setDevicePixelRatio(ratio)
            made.fill(Qt.GlobalColor.transparent)
            with QPainter(made) as painter:
                painter.setFont(self.small_font)
                painter.setPen(self._colour(right))
                painter.drawText(QRectF(0, 0, 999, CAPTION), Qt.AlignmentFlag.AlignVCenter, text)
            self._captions[predicted, right] = made
        return self._captions[predicted, right]

    def _colour(self, right: bool) -> QColor:
        return self.theme.accent if right else self.theme.danger

    def _pictures(self, examples: Array | list[int]) -> list[QImage]:
        assert self.snapshot is not None
        data = self.snapshot.learner.data
        assert data.image is not None
        return images(data.raw[examples].reshape(-1, *data.image), *self._range, self._table)

    def _probabilities(self, examples: Array) -> Array:
        """(m, classes) in [0, 1]; 0 where an output is not finite."""
        assert self.snapshot is not None
        loss = LOSSES[self.snapshot.learner.network.loss.kind]
        with np.errstate(all="ignore"):
            shares: Array = np.nan_to_num(loss.probabilities(self.snapshot.predicted.outputs[examples]), nan=0.0)
        return shares

    # The order

    def _sort_later(self) -> None:
        if self.wrong_first and not self._sorting.isActive():
            self._sorting.start()

    def _sort_unless_pointed(self) -> None:
        if self.current < 0:
            self._sort()

    def _sort(self) -> None:
        self._sorting.stop()
        if self.snapshot is None:
            return
        data = self.snapshot.learner.data
        self._order = np.arange(data.train, len(data.targets)) if self.validation else np.arange(data.train)
        if self.wrong_first and len(self._order):
            true = data.targets[self._order].astype(int)
            probable = self._probabilities(self._order)[np.arange(len(true)), true]
            self._order = self._order[np.lexsort((probable, ~self.snapshot.predicted.wrong[self._order]))]
        assert data.image is not None
        self._drawn = ()
        self.set_tiles(len(self._order), data.image)
        self.viewport().update()
