"""The legend above a plot: what the lines that every run has are, or which colour is which layer's of which run."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.curves.curve_header import LEFT, RIGHT
from app.curves.curve_model import LegendEntry
from app.curves.curve_raster import DASHES

if TYPE_CHECKING:
    from app.look.theme import Theme

_LINE, _GAP, _BETWEEN = 19.0, 5.0, 13.0
_MAX_WHOLE = 4  # entries whose names are never shortened


def draw_entry(painter: QPainter, entry: LegendEntry, place: QPointF, width: float, text: QColor) -> None:
    """A piece of the line whose left end is at `place`, and its name; both no wider than `width`."""
    pen = QPen(entry.colour, 2.0)
    if entry.dashed:
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([length / pen.widthF() for length in DASHES])
    painter.setPen(pen)
    painter.drawLine(QLineF(place, place + QPointF(_LINE, 0.0)))
    painter.setPen(text)
    metrics = QFontMetricsF(painter.font())
    name = metrics.elidedText(entry.name, Qt.TextElideMode.ElideRight, width - _LINE - _GAP)
    painter.drawText(place + QPointF(_LINE + _GAP, 0.34 * metrics.ascent()), name)


class Legend(QWidget):
    """Entries side by side, in as many rows as they need, after the name of whose lines they are; else no room."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Legend")
        self._shown: tuple[str, list[LegendEntry], str] = ("", [], "")
        self._theme = theme
        self.hide()

    def show_entries(self, owner: str, entries: list[LegendEntry], theme: Theme) -> None:
        """owner: the run whose lines they are, empty for all of them."""
        shown = owner, entries, theme.name
        if shown != self._shown:
            self._shown, self._theme = shown, theme
            self.setAccessibleDescription(", ".join([owner, *(entry.name for entry in entries)]).removeprefix(", "))
            self.setVisible(bool(entries))
            self._fit()
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            owner, entries = self._flow()
            painter.setPen(self._theme.text)
            painter.drawText(QPointF(LEFT, 0.5 * self._row + 0.34 * QFontMetricsF(self.font()).ascent()), owner)
            for entry, place in entries:
                draw_entry(painter, entry, place, self.width() - RIGHT - place.x(), self._theme.muted)

    def _fit(self) -> None:
        """Take the height that this width needs."""
        row = self._row
        lowest = max((place.y() for _, place in self._flow()[1]), default=-0.5 * row)
        self.setFixedHeight(round(lowest + 0.5 * row))

    @property
    def _row(self) -> float:
        return QFontMetricsF(self.font()).height() + 1.0

    def _flow(self) -> tuple[str, list[tuple[LegendEntry, QPointF]]]:
        """The owner's name as far as there is room, and each entry with the left end of its line."""
        owner, entries, _ = self._shown
        metrics, row, found = QFontMetricsF(self.font()), self._row, []
        right = self.width() - RIGHT
        owner = metrics.elidedText(owner, Qt.TextElideMode.ElideRight, max(right - LEFT, 0.0))
        place = QPointF(LEFT + bool(owner) * (metrics.horizontalAdvance(owner) + _BETWEEN), 0.5 * row)
        for entry in _shortened(entries):
            width = _LINE + _GAP + metrics.horizontalAdvance(entry.name)
            if place.x() > LEFT and place.x() + width > right:
                place = QPointF(LEFT, place.y() + row)
            found.append((entry, place))
            place = place + QPointF(width + _BETWEEN, 0.0)
        return owner, found


def _shortened(entries: list[LegendEntry]) -> list[LegendEntry]:
    """Of many entries that begin with the same word, the first one says it for the others."""
    if len(entries) <= _MAX_WHOLE:
        return entries
    words = [entry.name.rpartition(" ") for entry in entries]
    same = [False, *(here[0] == before[0] != "" for before, here in pairwise(words))]
    return [
        replace(entry, name=last) if again else entry
        for entry, (_, _, last), again in zip(entries, words, same, strict=True)
    ]
