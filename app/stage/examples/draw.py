"""An example drawn by hand, and what the network on screen makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.look.networks.drawing import LEVELS, PIXELS, levels_of, raw_inputs, text_of
from app.stage.examples.class_bars import ClassBars
from app.stage.examples.drawing_pad import DrawingPad
from app.stage.examples.example_card import percent
from app.stage.networks.network_view import NetworkView
from app.stage.networks.run_warnings import diverged
from app.stage.pixels import grey_table, images
from app.widgets.button_row import ButtonRow
from app.widgets.elided import ElidedLabel
from app.widgets.wrapped_row import WrappedRow
from engine import Classify, Learner

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import NetworkSnapshot, Query, SessionPicture, TrainingData

Array = np.ndarray

EMPTY = "Draw an example as large as the sheet, with the mouse or with Shift and the arrow keys"
READ = QSize(64, 64)  # pixels of the picture that the network reads
TOOLS = {"pen": ("Pen", "Draw"), "eraser": ("Eraser", "Rub out, as the right mouse button does")}


class DrawView(NetworkView):
    """A sheet, the picture of few pixels that the network reads, and the probability that it gives each class."""

    KEY = "draw"
    TITLE = "Draw"
    MENU = "A drawing for the network"
    TIER = "basic"
    TIP = "Draw an example by hand: the network says at once, and after every update, what it takes it for"
    ASKS = (Classify,)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.tool = ButtonRow("network-draw-tool", "tool", TOOLS)
        self.clear = QToolButton()
        self.clear.setObjectName("network-draw-clear")
        self.clear.setText("Clear")
        self.clear.setAccessibleName("Clear the sheet")
        self.clear.setToolTip("Clear the sheet (Delete)")
        self.label = ElidedLabel()
        self.label.setObjectName("muted")
        self.pad = DrawingPad(theme)
        self.picture = _Picture(theme)
        self.bars = ClassBars(theme, "network-draw-bars")
        self._data: TrainingData | None = None
        self._ends = (0.0, 1.0)
        self._restored: object = None  # what a file told, until there are examples
        self._picture: SessionPicture | None = None
        self._snapshot: NetworkSnapshot | None = None
        self._diverged = False
        self.setFocusProxy(self.pad)
        self._lay_out()
        self.tool.chosen.connect(self._choose_tool)
        self.clear.clicked.connect(self.pad.clear)
        self.pad.changed.connect(self._redraw)

    @classmethod
    def fits(cls, picture: SessionPicture) -> bool:
        return super().fits(picture) and Learner.of(picture.subject).data.image is not None

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset({Classify(raw_inputs(self.pad.levels, self._ends) if self._data is not None else ())})

    def set_theme(self, theme: Theme) -> None:
        for part in (self.pad, self.picture, self.bars):
            part.set_theme(theme)
        super().set_theme(theme)

    def refresh(self, picture: SessionPicture) -> None:
        self._picture = picture
        data = Learner.of(picture.subject).data
        if diverged(picture, self._snapshot) != self._diverged:
            self._show()
        if data is self._data or data.image is None:
            return
        before = self.queries()
        self._data, self._ends = data, (float(data.raw.min()), float(data.raw.max()))
        self.pad.set_shape(data.image)
        if (levels := levels_of(self._restored, data.image)) is not None:
            self.pad.show_levels(levels)
        self._restored = None
        self._show()
        if self.queries() != before:
            self.wanted_changed.emit()

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        self._snapshot = snapshot
        self._show()

    def reset_view(self) -> None:
        self.pad.clear()

    def describe(self) -> str:
        return f"{self.label.text()}."

    def view(self) -> dict[str, Any]:
        return {PIXELS: text_of(self.pad.levels)}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        self._restored = view.get(PIXELS)
        if self._data is not None and (levels := levels_of(self._restored, self.pad.shape)) is not None:
            self.pad.show_levels(levels)
            self._redraw()

    def _choose_tool(self) -> None:
        self.pad.rubs_out = self.tool.key == "eraser"

    def _redraw(self) -> None:
        self.wanted_changed.emit()
        self._show()

    def _show(self) -> None:
        levels = self.pad.levels
        self._diverged = diverged(self._picture, self._snapshot)
        self.picture.show_levels(levels)
        self.clear.setEnabled(bool(levels.any()))
        snapshot = self._snapshot
        shares = snapshot.answer(Classify) if snapshot is not None and levels.any() else None
        names: tuple[str, ...] = snapshot.learner.data.classes if snapshot is not None else ()
        lost = "diverged: last finite state · " if self._diverged else ""
        if shares is None or len(shares) != len(names):
            self.bars.show_shares(names, np.zeros(0))
            self.label.show_text(f"{lost}{EMPTY}")
            return
        self.bars.show_shares(names, np.nan_to_num(shares))
        best = int(np.argmax(shares))
        known = np.isfinite(shares).all()
        told = f"taken for {names[best]}, {percent(float(shares[best]))}" if known else "the outputs are not finite"
        self.label.show_text(f"{lost}{told}")

    def _lay_out(self) -> None:
        beside = QVBoxLayout()
        beside.setSpacing(8)
        beside.addWidget(self.picture)
        beside.addWidget(self.bars, 1)
        panes = QHBoxLayout()
        panes.setSpacing(12)
        panes.addWidget(self.pad, 3)
        panes.addLayout(beside, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(WrappedRow(self.tool, self.clear))
        column.addWidget(self.label)
        column.addLayout(panes, 1)


class _Picture(QWidget):
    """The drawing in the few pixels that the network reads."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("network-draw-picture")
        self.setAccessibleName("What the network reads")
        self.setToolTip("What the network reads: each pixel is as dark as its part of the sheet is on average")
        self.setFixedSize(READ)
        self.theme = theme
        self._levels: Array = np.zeros((8, 8), int)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.update()

    def show_levels(self, levels: Array) -> None:
        self._levels = levels
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        rows, columns = self._levels.shape
        side = max((self.width() - 2) // max(rows, columns), 1)
        box = QRect(1, 1, side * columns, side * rows)
        with QPainter(self) as painter:
            painter.drawImage(box, images(self._levels[None], 0.0, LEVELS, grey_table(self.theme))[0])
            painter.setPen(QPen(self.theme.border, 1.0))
            painter.drawRect(box.adjusted(-1, -1, 0, 0))
