from __future__ import annotations

import numpy as np

from app.stage.planes.boundary import BoundaryView
from app.stage.planes.reconstructed_plane import ReconstructedPlaneView
from app.stage.planes.residuals import ResidualsView
from engine import Session, new_network
from tests.app.stage.seen import see as see


def test_it_is_for_autoencoders_of_points_alone():
    for data, settings, fits in (
        ("line", {"target": "inputs"}, True),
        ("line", {}, False),
        ("line", {"target": "inputs", "features": ["x", "x2"]}, False),
        ("iris", {"target": "inputs"}, False),
    ):
        picture = Session(new_network(data, ["sgd"], **settings)).picture()
        assert ReconstructedPlaneView.fits(picture) == fits
    picture = Session(new_network("line", ["sgd"], target="inputs")).picture()
    assert not BoundaryView.fits(picture) and not ResidualsView.fits(picture)


def test_each_point_leads_to_its_reconstruction(see):
    seen = see(ReconstructedPlaneView, "line", target="inputs", hidden=(1,), activation="identity")
    snapshot = seen.advance(200)
    originals, made = seen.view._dots
    assert np.array_equal(originals.spots, snapshot.learner.data.raw)
    assert np.array_equal(made.spots, snapshot.predicted.predictions)
    x, y = seen.view.chart.view.point(*made.spots[0]).toTuple()
    lines = seen.view.read(seen.view.chart.view.point(*originals.spots[0]))
    assert any("root mean square error" in line for line, _ in lines) and np.isfinite((x, y)).all()
