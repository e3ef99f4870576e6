"""The tokens of a vocabulary in a plane: the vectors that a network reads them as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.look.networks.data_ranges import padded
from app.look.networks.token_plane import COORDINATES, PRINCIPAL, TokenPlane, token_plane
from app.plots.axis_type import LINEAR
from app.plots.line_item import LineItem
from app.plots.plot_view import LOWEST, PlotView
from app.plots.raster_item import RasterItem
from app.stage.networks.network_view import NetworkView
from app.stage.networks.run_warnings import diverged
from app.stage.stable_axis import StableAxis
from app.widgets.button_row import ButtonRow
from app.widgets.elided import ElidedLabel
from app.widgets.stepper import Stepper
from engine import Hyper, Learner, TokenVectors, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.look.theme import Theme
    from engine import NetworkSnapshot, Query, SessionPicture

Array = np.ndarray

NAME = "network_tokens"
KINDS = {
    PRINCIPAL: ("Principal", "Directions in the order of what of the variance they hold"),
    COORDINATES: ("Coordinates", "Two of the numbers that each token is read as"),
}
_AXIS = Hyper("axis", "", 1, 1, 4096, kind="integer", help="which direction an axis shows, counted from 1")
_WIDTH = 84  # pixels of a stepper


class TokenPlot(PlotView):
    """Every token by its name at its place."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, grid=True)
        self.names: tuple[str, ...] = ()
        self.points: Array = np.empty((0, 2))
        self.colour = QColor(theme.accent)
        self._axes = StableAxis(), StableAxis()
        self._shown: object = None
        self._raster = RasterItem(self.box, self._paint, LOWEST, smooth=False)
        self.addItem(LineItem("tokens", lambda: (self.points[:, 0], self.points[:, 1])))
        self.set_types(LINEAR, LINEAR)
        self.setAccessibleName("Tokens in a plane")
        self.setMinimumSize(120, 90)
        self._seen: object = None
        self._settled = QTimer(self)  # Qt keeps the pixels of an axis, and its layout follows only then
        self._settled.setSingleShot(True)
        self._settled.setInterval(0)
        self._settled.timeout.connect(self._redraw_axes)
        self.looked.connect(self._redraw_axes)

    def show_tokens(self, names: tuple[str, ...], plane: TokenPlane, kind: object, colour: QColor) -> None:
        """Show them; another `kind` of plane begins with axes of its own."""
        if (names, kind) != self._shown:
            self._shown, self._axes = (names, kind), (StableAxis(), StableAxis())
        self.names, self.points, self.colour = names, plane.points, colour
        self.set_names(*plane.axes)
        known = self.points[np.isfinite(self.points).all(axis=1)]
        if len(known):
            ends = [
                padded(*axis.follow(float(known[:, place].min()), float(known[:, place].max())))
                for place, axis in enumerate(self._axes)
            ]
            self.follow(ends[0], ends[1])
        if (plane.axes, self._home) != self._seen:
            self._seen = plane.axes, self._home
            self._settled.start()
        self._raster.update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._settled.start()

    def _redraw_axes(self) -> None:
        self.x_axis.redraw()
        self.y_axis.redraw()

    def _paint(self, painter: QPainter, area: QRectF) -> None:
        painter.fillRect(area, self.theme.field)
        if not len(self.points):
            return
        if not np.isfinite(self.points).all():
            painter.setPen(self.theme.muted)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "The vectors are not finite")
            return
        x, y = self.scales
        font = self.font()
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        painter.setPen(self.colour)
        for name, point in zip(self.names, self.points.tolist(), strict=True):
            spot, wide = QPointF(x.pixel(point[0]), y.pixel(point[1])), metrics.horizontalAdvance(name) + 8
            box = QRectF(spot.x() - wide / 2, spot.y() - metrics.height() / 2, wide, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)


class TokenPlaneView(NetworkView):
    """Which tokens a network reads as alike: their vectors in a plane, live."""

    KEY = "tokens"
    TITLE = "Embedding"
    MENU = "Tokens in a plane"
    TIP = "The vectors that the network reads the tokens as, in a plane: those that it takes for alike are close"
    ASKS = (TokenVectors,)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.kind = ButtonRow("network-tokens-kind", "axes of the plane", KINDS)
        self.across, self.up = Stepper(_AXIS), Stepper(_AXIS)
        for stepper, where in ((self.across, "to the right"), (self.up, "upwards")):
            stepper.name(f"direction {where}", f"Which direction is shown {where}, counted from 1")
            stepper.setFixedWidth(_WIDTH)
        self.up.set_value(2)
        self.caption = ElidedLabel()
        self.caption.setObjectName("muted")
        self.plot = TokenPlot(theme)
        self._wish = [0, 1]
        self._before: Array | None = None
        self._picture: SessionPicture | None = None
        self._snapshot: NetworkSnapshot | None = None
        self.setFocusProxy(self.plot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(6)
        for part in (self.kind, self.across, self.up):
            row.addWidget(part)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.caption)
        column.addWidget(self.plot, 1)
        self.kind.chosen.connect(self._show)
        self.across.changed.connect(lambda place: self._choose(0, place))
        self.up.changed.connect(lambda place: self._choose(1, place))
        self.plot.menu_wanted.connect(lambda at: self.menu_wanted.emit(at, self.plot))

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset({TokenVectors()})

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.plot.set_theme(theme)
        self._show()

    def refresh(self, picture: SessionPicture) -> None:
        self._picture = picture

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        if snapshot.answer(TokenVectors) is not None:
            self._snapshot = snapshot
            self._show()

    def reset_view(self) -> None:
        self.plot.forget_choice()

    def describe(self) -> str:
        return f"{self.TITLE}: {self.caption.text()}." if self.caption.text() else ""

    def view(self) -> dict[str, Any]:
        return {f"{NAME}_kind": self.kind.key, f"{NAME}_axes": [place + 1 for place in self._wish]}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        self.kind.choose(view.get(f"{NAME}_kind"))
        wish = view.get(f"{NAME}_axes")
        if isinstance(wish, list | tuple) and len(wish) == 2 and all(type(place) is int for place in wish):
            self._wish = [min(max(place, 1), int(_AXIS.high)) - 1 for place in wish]
        self._show()

    def _choose(self, axis: int, place: int) -> None:
        self._wish[axis] = place - 1
        self._show()

    def _show(self) -> None:
        snapshot = self._snapshot
        vectors = snapshot.answer(TokenVectors) if snapshot is not None else None
        if snapshot is None or vectors is None:
            return
        width = vectors.shape[1]
        chosen = min(self._wish[0], width - 1), min(self._wish[1], width - 1)
        for stepper, place in zip((self.across, self.up), chosen, strict=True):
            stepper.set_value(place + 1)
        plane = token_plane(vectors, self.kind.key, chosen, self._before)
        self._before = plane.directions
        names = tuple(map(_shown, Learner.of(snapshot.subject).data.tokens))
        runs = self._picture.runs if self._picture is not None else ()
        place = next((run.colour for run in runs if run.id == snapshot.run), 0)
        self.plot.show_tokens(names, plane, (self.kind.key, chosen), self.theme.run_colours[place])
        words = [f"{len(names)} tokens, each read as {width} numbers"]
        words += ["diverged: last finite state"] if diverged(self._picture, snapshot) else []
        self.caption.show_text(" · ".join(words))


def _shown(token: str) -> str:
    return visible(token) if len(token) == 1 else token
