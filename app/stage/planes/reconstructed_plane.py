"""What an autoencoder makes of points of a plane: where each of them comes to lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.look.networks.data_ranges import default_region
from app.look.number_format import number
from app.stage.plane_chart import Reading
from app.stage.planes.plane_view import PlaneView, kept_home
from app.stage.planes.points import DotLayer, Dots, columns_of
from app.stage.planes.sample import sample_of
from engine import Learner, NetworkSnapshot, NetworkTask

if TYPE_CHECKING:
    from collections.abc import Hashable

    from app.look.theme import Theme
    from app.stage.view import View
    from engine import SessionPicture

Array = np.ndarray

PLANE = "x", "y"  # the features that are a point of a plane
_JOINED = 1500  # examples of which lines lead to their reconstructions; of more they would be a grey field
_FAINT = 110  # of 255


class ReconstructedPlaneView(PlaneView):
    """Examples, and lines from each to its reconstruction."""

    KEY = "reconstructed_plane"
    TITLE = "Reconstructions"
    MENU = "Reconstructions of the autoencoder"
    TIER = "basic"
    TIP = "Each point of the plane, and where the autoencoder brings it"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._originals, self._made = DotLayer(), DotLayer()
        self._dots: tuple[Dots, Dots] | None = None
        self.add_tools(self.scores)
        self.chart.set_square(True)

    @classmethod
    def fits(cls, picture: SessionPicture) -> bool:
        if not super().fits(picture):
            return False
        data = Learner.of(picture.subject).data
        return data.target_shape.is_input and data.feature_keys == PLANE

    def spots_of(self, places: Array | slice) -> Array:
        return self.learner.data.targets[places] if self.learner is not None else np.empty((0, 2))

    def take_data(self, learner: Learner, task: NetworkTask, stay: bool) -> None:
        data = learner.data
        self._dots = None
        self.show_sample(sample_of(len(data.targets), data.train))
        home = default_region(task, self.spots)
        self.chart.set_home(kept_home(self.chart.home, home) if stay else home, stay)
        self.chart.set_names(*data.features)

    def take_snapshot(self, snapshot: NetworkSnapshot) -> None:
        if snapshot.learner is not self.learner:  # of examples that are no longer shown
            return
        made = snapshot.predicted.predictions[self.sample.places]
        shades, train = np.zeros(len(self.spots), int), self.sample.train
        self._dots = (
            Dots(self.spots, shades, (self.theme.muted,), train, self.theme.field),
            Dots(columns_of(*made.T), shades, (self.run_colour(),), train, self.theme.field),
        )

    def repaint_all(self) -> None:
        if self.snapshot is not None and self.current is not None:
            self.take_snapshot(self.snapshot)

    def score_colour(self) -> QColor:
        return self.run_colour()

    def drawn_from(self) -> Hashable:
        return self._dots

    def draw(self, painter: QPainter, view: View) -> None:
        painter.fillRect(view.plot, self.theme.field)
        if self._dots is None or self.current is None:
            return
        originals, made = self._dots
        self._originals.draw(painter, view, originals)
        if not self.finite():
            return
        if len(made.spots) <= _JOINED:
            colour = QColor(self.theme.muted)
            colour.setAlpha(_FAINT)
            painter.setPen(QPen(colour, 1.0, Qt.PenStyle.SolidLine))
            for (x, y), (u, v) in zip(originals.spots.tolist(), made.spots.tolist(), strict=True):
                if np.isfinite(u) and np.isfinite(v):
                    painter.drawLine(view.point(x, y), view.point(u, v))
        self._made.draw(painter, view, made)

    def read(self, at: QPointF) -> Reading:
        (x, y), (across, up) = self.chart.view.at(at), self.chart.names
        return [(f"{across} {number(x)}", None), (f"{up} {number(y)}", None), *self.example_at(at)]
