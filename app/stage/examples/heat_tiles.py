"""Arrays of numbers as pictures, in sections below each other, each on one colour scale and read by the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QToolTip

from app.look.number_format import number
from app.stage.examples.painted_area import PaintedArea
from app.stage.pixels import grey_table, images, signed_table

if TYPE_CHECKING:
    from app.look.theme import Theme

Array = np.ndarray

FONT, CAPTION = 11, 15  # pixels: of letters, and of the line below a group that has a name
HEAD, GAP, APART, SPACE = 20, 6, 2, 10  # pixels: of a title, between groups, in a group, and between sections
SIDE = 56.0  # about the height of a picture whose cells are square
LARGEST, LEAST = 14, 3  # pixels of a square cell
WIDEST, TALLEST, LOWEST = 24, 16, 3  # pixels of a cell of a wide picture
ZOOMS = (2.0, 1.6, 1.3, 1.0)  # the first at which everything is seen without scrolling, or the last


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """Some pictures: groups (g, k, rows, columns), k pictures of each group below each other.

    group, picture, row, column: what these are called, for the pointer; an empty one is not told. captions: names of
    the groups, if they have some, written below them. signed: colours tell the sign, from -scale to scale; else they go
    from paper to ink, from the lowest number to the highest. limits: the numbers at the ends of the colours, whatever
    the numbers are. wide: one picture as wide as the room, whose cells need not be square.
    """

    title: str
    values: Array
    group: str = ""
    picture: str = ""
    row: str = "row"
    column: str = "column"
    signed: bool = True
    limits: tuple[float, float] | None = None
    wide: bool = False
    captions: Sequence[str] = ()

    @property
    def scale(self) -> float:
        """The largest size of its numbers, as far as they are finite."""
        known = self.values[np.isfinite(self.values)]
        return float(np.abs(known).max(initial=0.0))

    @property
    def ends(self) -> tuple[float, float]:
        """The numbers at the ends of its colours."""
        if self.limits is not None:
            return self.limits
        if self.signed:
            return -self.scale, self.scale
        known = self.values[np.isfinite(self.values)]
        return float(known.min(initial=0.0)), float(known.max(initial=0.0))

    def told(self, group: int, picture: int, row: int, column: int) -> str:
        """What is to be read of a number."""
        rows, columns = self.values.shape[2:]
        places = [
            (self.group, group), (self.picture, picture), (self.row if rows > 1 else "", row),
            (self.column if columns > 1 else "", column),
        ]  # fmt: skip
        told = [f"{name} {place + 1}" for name, place in places if name]
        if self.captions:
            told[:1] = [f"{self.group} {self.captions[group]}".strip()]
        where = ", ".join(told)
        return f"{where}: {number(float(self.values[group, picture, row, column]), 3)}"


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where a picture is, from the top of everything, and how large its cells are."""

    section: int
    group: int
    picture: int
    box: QRect
    cell: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Grid:
    """How the groups of a section are laid out: pixels of a cell and of a group's height, groups in a line, lines."""

    cell: tuple[int, int]
    tall: int
    columns: int
    lines: int

    @property
    def height(self) -> int:
        return self.lines * self.tall + (self.lines - 1) * GAP


def _grid(section: Section, width: int, zoom: float) -> _Grid:
    groups, pictures, rows, columns = map(int, section.values.shape)
    cell = _wide_cell(rows, columns, width, zoom) if section.wide else _square_cell(rows * pictures, columns, zoom)
    in_line = max((width - 1 + GAP) // (columns * cell[0] + GAP), 1)
    tall = pictures * (rows * cell[1] + APART) - APART + (CAPTION if section.captions else 0)
    return _Grid(cell, tall, in_line, -(-groups // in_line))


class HeatTiles(PaintedArea):
    """Sections of pictures that wrap. The number under the pointer is told in a tooltip and by `read`."""

    def __init__(self, theme: Theme, name: str, accessible_name: str) -> None:
        super().__init__(theme, name, accessible_name)
        self.sections: Sequence[Section] = ()
        self._heads: list[tuple[int, str]] = []
        self._placed: list[_Placed] = []

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.viewport().update()

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Show these instead."""
        shapes, before = (
            [(each.title, each.values.shape, each.wide, tuple(each.captions)) for each in shown]
            for shown in (sections, self.sections)
        )
        self.sections = sections
        if shapes != before:
            self._lay_out()
        self.viewport().update()

    def read(self, at: QPoint) -> str:
        """What is to be read at a point of the viewport; empty between pictures."""
        below = at + QPoint(0, self.verticalScrollBar().value())
        for placed in self._placed:
            if placed.box.contains(below):
                section, inside = self.sections[placed.section], below - placed.box.topLeft()
                row, column = inside.y() // placed.cell[1], inside.x() // placed.cell[0]
                return section.told(placed.group, placed.picture, row, column)
        return ""

    # Layout

    def _lay_out(self) -> None:
        whole, bar = self.maximumViewportSize(), self.verticalScrollBar()
        width = whole.width()
        fitting = [zoom for zoom in ZOOMS if self._height(width, zoom) <= whole.height()]
        zoom = fitting[0] if fitting else ZOOMS[-1]
        if not fitting:
            width -= bar.sizeHint().width()
        self._heads, self._placed = [], []
        top = 0
        for index, section in enumerate(self.sections):
            self._heads.append((top, section.title))
            grid = _grid(section, width, zoom)
            self._place(index, grid, top + HEAD)
            top += HEAD + grid.height + SPACE
        bar.setRange(0, max(0, top - SPACE - whole.height()))
        bar.setPageStep(whole.height())
        bar.setSingleStep(HEAD)

    def _height(self, width: int, zoom: float) -> int:
        """How high everything is in so many pixels of width."""
        return sum(HEAD + _grid(section, width, zoom).height + SPACE for section in self.sections) - SPACE

    def _place(self, index: int, grid: _Grid, top: int) -> None:
        """Give the pictures of a section their places."""
        groups, pictures, rows, columns = self.sections[index].values.shape
        wide, high = columns * grid.cell[0], rows * grid.cell[1]
        for group in range(groups):
            line, place = divmod(group, grid.columns)
            left, upper = 1 + place * (wide + GAP), top + line * (grid.tall + GAP)
            for picture in range(pictures):
                box = QRect(left, upper + picture * (high + APART), wide, high)
                self._placed.append(_Placed(index, group, picture, box, grid.cell))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        down, high = self.verticalScrollBar().value(), self.viewport().height()
        drawn = self._images()
        font = QFont(self.font())
        font.setPixelSize(FONT)
        with QPainter(self.viewport()) as painter:
            painter.setFont(font)
            metrics = QFontMetrics(font)
            for (top, title), section in zip(self._heads, self.sections, strict=True):
                line = QRectF(1, top - down, self.viewport().width() - 2, HEAD - 4)
                ends = " to ".join(number(end, 2) for end in section.ends)
                painter.setPen(self.theme.muted)
                painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, ends)
                painter.setPen(self.theme.text)
                room = round(line.width()) - metrics.horizontalAdvance(ends) - GAP
                painter.drawText(
                    line, Qt.AlignmentFlag.AlignVCenter, metrics.elidedText(title, Qt.TextElideMode.ElideRight, room)
                )
            painter.setPen(QPen(self.theme.border, 1.0))
            for placed in self._placed:
                box = placed.box.translated(0, -down)
                if box.bottom() >= 0 and box.top() < high:
                    painter.drawImage(box, drawn[placed.section][placed.group][placed.picture])
                    painter.drawRect(box.adjusted(-1, -1, 0, 0))
            painter.setPen(self.theme.muted)
            for placed in self._placed:
                section = self.sections[placed.section]
                if section.captions and placed.picture == section.values.shape[1] - 1:
                    below = placed.box.translated(0, placed.box.height() + 1 - down)
                    below.setHeight(CAPTION)
                    told = metrics.elidedText(
                        section.captions[placed.group], Qt.TextElideMode.ElideRight, below.width()
                    )
                    painter.drawText(below, Qt.AlignmentFlag.AlignCenter, told)

    def _images(self) -> list[list[list[QImage]]]:
        """The image of every picture, [section][group][picture]."""
        signed, grey = signed_table(self.theme), grey_table(self.theme)
        found = []
        for section in self.sections:
            groups, pictures, rows, columns = section.values.shape
            flat = section.values.reshape(-1, rows, columns)
            made = images(flat, *section.ends, signed if section.signed else grey)
            found.append([made[group * pictures : (group + 1) * pictures] for group in range(groups)])
        return found

    # The mouse

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        told = self.read(event.position().toPoint())
        if told:
            QToolTip.showText(event.globalPosition().toPoint(), told, self.viewport())
        else:
            QToolTip.hideText()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            QToolTip.hideText()
        return super().viewportEvent(event)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()


def _square_cell(rows: int, columns: int, zoom: float) -> tuple[int, int]:
    side = round(zoom * min(max(SIDE / max(rows, columns), LEAST), LARGEST))
    return side, side


def _wide_cell(rows: int, columns: int, width: int, zoom: float) -> tuple[int, int]:
    wide = min(max((width - 2) // columns, 1), WIDEST)
    return wide, round(zoom * min(max(SIDE / rows, LOWEST), TALLEST))
