"""The edges of the diagram: weights as lines, with width and strength by magnitude, colour by sign."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.look.qt_arrays import wrapped
from app.stage.diagram.diagram_item import WEIGHT, DiagramItem
from app.stage.diagram.diagram_layout import DiagramLayout
from app.stage.pixels import mixed
from app.stage.stable_axis import StableAxis

if TYPE_CHECKING:
    from app.look.theme import Theme

Array = np.ndarray

MAX_LINES = 400  # lines drawn, the strongest
MAX_CURVED = 160  # lines; if there are more, all are straight, which takes a third of the time
PIECES = 11  # segments of a curved line
LEVELS = 10  # of strength
NARROW = 0.7
WIDE, WIDE_OF_MANY = 5.0, 3.0  # pixels
FAINT = 0.28  # colour strength of the weakest line; opaque pens are five times as fast
ASIDE = 0.25  # colour strength of lines that do not belong to the focused item
SEEN = 0.4  # minimum strength of the focused line
REACH = 5.0  # pixels around a line that belong to it


class Edges:
    """The lines of a layout for one theta.

    shown: indices into layout.links of those drawn, weakest first. scale: the weight drawn with the maximum width.
    """

    def __init__(self, layout: DiagramLayout) -> None:
        self.layout = layout
        self.scale = 1.0
        self._steady = StableAxis()
        self.shown: Array = np.empty(0, np.int64)
        self._values: Array = np.empty(0)
        self._norms: Array = np.empty(0)
        curved = len(layout.links.place) <= MAX_CURVED
        self._along = np.linspace(0.0, 1.0, PIECES + 1 if curved else 2)
        self._across = self._along * self._along * (3.0 - 2.0 * self._along)

    @property
    def drawable(self) -> int:
        """How many weights could be lines if all units fitted and there were no limit."""
        sizes = self.layout.shape.network.sizes
        first = 1 if self.layout.columns[0].block else 0
        return sum(inputs * units for inputs, units in pairwise(sizes[first:]))

    def take(self, theta: Array) -> None:
        """Use these weights from now on."""
        network, links = self.layout.shape.network, self.layout.links
        values = theta[links.place]
        sizes = np.where(np.isfinite(values), np.abs(values), 0.0)
        shown = np.arange(len(sizes)) if len(sizes) <= MAX_LINES else np.argpartition(sizes, -MAX_LINES)[-MAX_LINES:]
        self.shown = shown[np.argsort(sizes[shown], kind="stable")]
        self._values = values
        self._norms = np.empty(0)
        if len(self.layout.bundles):
            first = theta[network.weights(0)].reshape(network.sizes[1], -1)[: len(self.layout.bundles)]
            self._norms = np.nan_to_num(np.sqrt((first * first).sum(1)))
        most = float(sizes.max(initial=0.0))
        self.scale = self._steady.follow(0.0, most)[1] if most > 0.0 else 1.0

    def draw(self, painter: QPainter, theme: Theme, focus: DiagramItem | None) -> None:
        """Paint the lines; if an item is focused, those of others are dimmed."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_bundles(painter, theme, focus)
        if not len(self.shown):
            return
        mine = self._of(focus)
        if mine is None:
            self._draw(painter, theme, self.shown, 1.0)
            return
        self._draw(painter, theme, self.shown[~np.isin(self.shown, mine)], ASIDE)
        self._draw(painter, theme, mine, 1.0, SEEN if focus is not None and focus.kind == WEIGHT else 0.0)

    def nearest(self, at: QPointF) -> DiagramItem | None:
        """The line at a point, the strongest if several are equally near."""
        links = self.layout.links
        ends = links.ends[self.shown]
        if not len(ends):
            return None
        along = (at.x() - ends[:, 0]) / (ends[:, 2] - ends[:, 0])
        curved = len(self._along) > 2
        across = along * along * (3.0 - 2.0 * along) if curved else along
        slope = 6.0 * along * (1.0 - along) if curved else 1.0
        rise = ends[:, 3] - ends[:, 1]
        steep = slope * rise / (ends[:, 2] - ends[:, 0])
        away = np.abs(ends[:, 1] + across * rise - at.y()) / np.sqrt(1.0 + steep * steep)
        away = np.where((along >= 0.0) & (along <= 1.0), away, np.inf)
        best = len(away) - 1 - int(np.argmin(away[::-1]))
        if away[best] > REACH:
            return None
        link = self.shown[best]
        return DiagramItem(WEIGHT, int(links.column[link]), int(links.unit[link]), int(links.source[link]))

    def _of(self, focus: DiagramItem | None) -> Array | None:
        """Indices into layout.links of the focused item's lines, weakest first; None without focus."""
        if focus is None:
            return None
        links = self.layout.links
        into = (links.column == focus.column) & (links.unit == focus.unit)
        if focus.kind == WEIGHT:
            mine = into & (links.source == focus.source)
        else:
            mine = into | ((links.column == focus.column + 1) & (links.source == focus.unit))
        places = np.flatnonzero(mine)
        return places[np.argsort(np.abs(self._values[places]), kind="stable")]

    def _lines(self, ends: Array) -> Array:
        """The segments (e, p, 4) of lines with these ends (e, 4)."""
        x = ends[:, :1] + self._along * (ends[:, 2:3] - ends[:, :1])
        y = ends[:, 1:2] + self._across * (ends[:, 3:4] - ends[:, 1:2])
        return np.stack((x[:, :-1], y[:, :-1], x[:, 1:], y[:, 1:]), 2)

    def _draw(self, painter: QPainter, theme: Theme, places: Array, strength: float, least: float = 0.0) -> None:
        """Draw these of layout.links, in groups of one pen; least: minimum strength."""
        values = self._values[places]
        share = np.minimum(np.abs(np.nan_to_num(values)) / self.scale, 1.0)
        keys = 2 * np.rint(share * (LEVELS - 1)).astype(np.int64) + (values >= 0.0)
        lines = self._lines(self.layout.links.ends[places])
        wide = WIDE if len(self.shown) <= MAX_CURVED else WIDE_OF_MANY
        for key in np.unique(keys):
            level = max(key // 2 / (LEVELS - 1), least)
            colour = theme.signed_colours[key % 2]
            width, seen = NARROW + (wide - NARROW) * level, (FAINT + (1.0 - FAINT) * level) * strength
            self._stroke(painter, theme, colour, width, seen, lines[keys == key])

    def _draw_bundles(self, painter: QPainter, theme: Theme, focus: DiagramItem | None) -> None:
        """One line for all weights from an image to a unit."""
        most = float(self._norms.max(initial=0.0))
        if most <= 0.0:
            return
        lines = self._lines(self.layout.bundles)
        for unit, norm in enumerate(self._norms):
            aside = focus is not None and not (focus.column == 0 or (focus.column == 1 and focus.unit == unit))
            width = NARROW + (WIDE_OF_MANY - NARROW) * norm / most
            self._stroke(painter, theme, theme.axis, width, ASIDE if aside else 0.7, lines[unit : unit + 1])

    def _stroke(
        self, painter: QPainter, theme: Theme, colour: QColor, width: float, strength: float, lines: Array
    ) -> None:
        pieces = np.ascontiguousarray(lines.reshape(-1, 4))
        pen = QPen(mixed(theme.panel, colour, strength), width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLines(wrapped(pieces, QLineF))
