"""The frequencies in what a network has learned for the numbers of a table: the Fourier spectrum of its vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QVBoxLayout

from app.look.networks.token_tables import spectrum
from app.plots.axis_type import LINEAR
from app.plots.line_item import LineItem
from app.plots.plot_view import LOWEST, PlotView
from app.plots.raster_item import RasterItem
from app.stage.examples.example_card import percent
from app.stage.networks.network_view import NetworkView
from app.stage.networks.run_warnings import run_warnings
from app.stage.overlay import draw_chip
from app.stage.stable_axis import StableAxis
from app.widgets.elided import ElidedLabel
from engine import NetworkTask, Predictions, TokenVectors

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import NetworkSnapshot, Query, SessionPicture

Array = np.ndarray

WIDE = 0.7  # of the distance between two bars
MUCH = 0.5  # of the power: so many frequencies are told


class SpectrumPlot(PlotView):
    """A bar for each frequency."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, counts=True, grid=True)
        self.shares: Array = np.empty(0)
        self._axis = StableAxis()
        self._at: int | None = None
        self._raster = RasterItem(self.box, self._paint, LOWEST, smooth=False)
        self.addItem(LineItem("power", self._numbers))
        self.set_types(LINEAR, LINEAR)
        self.set_names("frequency", "share of the power")
        self.setAccessibleName("Spectrum of the embedding")
        self.setMinimumSize(120, 90)
        self.hovered.connect(self._point)
        self.looked.connect(self._redraw_axes)

    def show_shares(self, shares: Array) -> None:
        """Show these, (frequencies,), of frequency 1, 2, ..."""
        if len(shares) != len(self.shares):
            self._axis = StableAxis()
        self.shares = shares
        most = float(np.nanmax(shares)) if np.isfinite(shares).any() else 1.0
        _, high = self._axis.follow(0.0, most)
        self.follow((0.4, len(shares) + 0.6), (0.0, high))
        self._raster.update()

    def read(self, frequency: int) -> str:
        """What is to be read of a frequency."""
        return f"frequency {frequency}: {percent(float(self.shares[frequency - 1]))}"

    def _redraw_axes(self) -> None:
        self.x_axis.redraw()
        self.y_axis.redraw()

    def _numbers(self) -> tuple[Array, Array]:
        return np.arange(1.0, len(self.shares) + 1.0), self.shares

    def _point(self, at: QPointF | None) -> None:
        place = None
        if at is not None and len(self.shares):
            place = min(max(round(self.scales[0].value(at.x())), 1), len(self.shares))
        if place != self._at:
            self._at = place
            self._raster.update()

    def _paint(self, painter: QPainter, area: QRectF) -> None:
        painter.fillRect(area, self.theme.field)
        if not len(self.shares):
            return
        if not np.isfinite(self.shares).all():
            painter.setPen(self.theme.muted)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "The embedding is not finite, or all tokens are alike")
            return
        x, y = self.scales
        for frequency, share in enumerate(self.shares.tolist(), 1):
            left, right = x.pixel(frequency - WIDE / 2), x.pixel(frequency + WIDE / 2)
            top, bottom = y.pixel(share), y.pixel(0.0)
            colour = self.theme.accent if frequency != self._at else self.theme.text
            painter.fillRect(QRectF(left, top, right - left, bottom - top), colour)
        if self._at is not None:
            painter.setFont(self.small_font())
            spot = QPointF(x.pixel(self._at), y.pixel(float(self.shares[self._at - 1])))
            draw_chip(painter, spot, area, [(self.read(self._at), None)])


class SpectrumView(NetworkView):
    """Which frequencies the vectors of the numbers consist of: few where addition modulo p has been understood."""

    KEY = "spectrum"
    TITLE = "Spectrum"
    MENU = "Spectrum of the network's embedding"
    TIP = "The Fourier spectrum of the vectors learned for the numbers: few frequencies where a rule was found"
    ASKS = (Predictions, TokenVectors)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.caption = ElidedLabel()
        self.caption.setObjectName("muted")
        self.plot = SpectrumPlot(theme)
        self._picture: SessionPicture | None = None
        self.setFocusProxy(self.plot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.caption)
        column.addWidget(self.plot, 1)
        self.plot.menu_wanted.connect(lambda at: self.menu_wanted.emit(at, self.plot))

    @classmethod
    def fits(cls, picture: SessionPicture) -> bool:
        return super().fits(picture) and isinstance(picture.task, NetworkTask) and picture.task.is_table

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset({Predictions(), TokenVectors()})

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.plot.set_theme(theme)

    def refresh(self, picture: SessionPicture) -> None:
        self._picture = picture

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        vectors = snapshot.answer(TokenVectors)
        if vectors is None:
            return
        shares = spectrum(vectors[: len(snapshot.learner.data.classes)])
        self.plot.show_shares(shares)
        words = run_warnings(self._picture, snapshot)
        self.caption.show_text(" · ".join(part for part in (_words(shares), words) if part))

    def reset_view(self) -> None:
        self.plot.forget_choice()

    def describe(self) -> str:
        return f"{self.TITLE}: {self.caption.text()}." if self.caption.text() else ""


def _words(shares: Array) -> str:
    """How many frequencies hold half of the power."""
    if not len(shares) or not np.isfinite(shares).all():
        return ""
    order = np.sort(shares)[::-1].cumsum()
    count = int(np.searchsorted(order, MUCH)) + 1
    told = "frequency holds" if count == 1 else "frequencies hold"
    return f"{count} of {len(shares)} {told} half of the power of the embedding"
