"""Tokens in a plane: principal directions against the covariance, coordinates, and sides that do not change."""

from __future__ import annotations

import numpy as np
import pytest

from app.look.networks.token_plane import COORDINATES, PRINCIPAL, token_plane
from app.look.theme import DARK
from app.stage.charts.token_plane import TokenPlaneView
from engine import Session, TokenVectors, new_network, snapshot_of


def test_principal_directions_are_those_of_the_covariance():
    vectors = np.random.default_rng(3).normal(size=(12, 5)) * [3.0, 0.1, 1.0, 5.0, 0.5]
    plane = token_plane(vectors, PRINCIPAL, (0, 2))
    sizes, found = np.linalg.eigh(np.cov(vectors.T))
    assert plane.points.var(axis=0, ddof=1) == pytest.approx(sizes[[-1, -3]], rel=1e-10)
    assert np.abs(plane.directions @ found[:, [-1, -3]]) == pytest.approx(np.eye(2), abs=1e-10)
    assert plane.axes[0] == f"direction 1 ({sizes[-1] / sizes.sum():.0%})"


def test_a_direction_keeps_the_side_that_it_had():
    vectors = np.random.default_rng(4).normal(size=(9, 4))
    before = token_plane(vectors, PRINCIPAL, (0, 1))
    turned = token_plane(vectors + 1e-9, PRINCIPAL, (0, 1), -before.directions)
    assert turned.points == pytest.approx(-before.points, abs=1e-6)


def test_coordinates_are_the_numbers_themselves_and_what_is_not_finite_has_no_place():
    vectors = np.arange(12.0).reshape(4, 3)
    assert (token_plane(vectors, COORDINATES, (2, 9)).points == vectors[:, [2, 2]]).all()
    vectors[1, 0] = np.nan
    for kind in (PRINCIPAL, COORDINATES):
        found = token_plane(vectors, kind, (1, 2)).points
        assert np.isnan(found[1]).all() and np.isfinite(found[[0, 2, 3]]).all()
    one = token_plane(np.ones((1, 3)), PRINCIPAL, (0, 1))
    assert (one.points == 0.0).all()


@pytest.mark.parametrize(
    "data, form, count",
    [
        ("brackets", {"kind": "recurrent", "units": 3}, 4),
        ({"kind": "modular", "modulus": 7}, {"kind": "attention", "width": 8, "mlp": 4}, 8),
    ],
)
def test_tokens_stand_by_their_names(qtbot, themed, data, form, count):
    session = Session(new_network(data, ["sgd"], architecture=form))
    picture, view = session.picture(), TokenPlaneView(DARK)
    assert TokenPlaneView.fits(picture)
    qtbot.addWidget(view)
    view.resize(420, 360)
    with qtbot.waitExposed(view):
        view.show()
    view.refresh(picture)
    theta = picture.runs[0].shown.theta
    snapshot = snapshot_of(picture.problem, theta, view.queries(), picture.runs[0].id, 0)
    view.show_snapshot(snapshot)
    vectors = snapshot.answer(TokenVectors)
    assert view.plot.names == session.problem.subject.data.tokens and len(view.plot.names) == count
    assert (view.plot.points == token_plane(vectors, PRINCIPAL, (0, 1)).points).all()
    view.apply_view({"network_tokens_kind": COORDINATES, "network_tokens_axes": [2, 1]})
    assert (view.plot.points == vectors[:, [1, 0]]).all() and view.view()["network_tokens_axes"] == [2, 1]
    view.apply_view({"network_tokens_axes": [0, "a"], "network_tokens_kind": 3})
    assert view.view()["network_tokens_axes"] == [2, 1]
    view.grab()


def test_what_reads_numbers_has_no_tokens():
    session = Session(new_network("echo", ["sgd"], architecture={"kind": "recurrent", "units": 3}))
    assert not TokenPlaneView.fits(session.picture())
