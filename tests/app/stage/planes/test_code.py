from __future__ import annotations

import numpy as np
import pytest

from app.stage.planes.code import UNITS, CodeView
from engine import Code, Decoded, Session, new_network, snapshot_of
from tests.app.stage.seen import see as see

DIGITS = {"kind": "digits", "samples": 80}


def test_it_is_for_autoencoders_with_a_hidden_layer():
    for settings, fits in (
        ({"target": "inputs", "hidden": (3,)}, True),
        ({"target": "inputs", "hidden": ()}, False),
        ({"hidden": (3,)}, False),
    ):
        assert CodeView.fits(Session(new_network("iris", ["sgd"], **settings)).picture()) == fits


def test_recurrent_and_convolutional_autoencoders_are_decoded_too(see):
    dense = [{"kind": "convolution", "channels": 2}, {"kind": "dense", "units": 2, "activation": "tanh"}]
    for settings in (
        {"architecture": {"kind": "recurrent", "cell": "gru", "units": 5}},
        {"architecture": "convolutional", "stages": dense},
    ):
        seen = see(CodeView, DIGITS, target="inputs", scaling="common", **settings, hidden=None)
        assert seen.view.fits(seen.picture)
        seen.advance(10)
        seen.view.chart.put.emit(0.25, -0.5)
        snapshot = seen.refresh()
        asked = next(query for query in seen.view.queries() if isinstance(query, Decoded))
        assert snapshot.answer(Decoded).shape == (64,) and np.isfinite(seen.view.beside.decoded.values).all()
        assert len(asked.code) == snapshot.answer(Code).values.shape[1]


def test_examples_stand_where_their_codes_are(see):
    seen = see(CodeView, "iris", target="inputs", hidden=(5, 2, 5))
    snapshot = seen.advance(20)
    codes = snapshot.answer(Code).values
    assert codes.shape == (150, 2) and np.array_equal(seen.view.spots, codes)
    assert seen.view.chart.names == ("unit 1", "unit 2")
    assert seen.view.beside.key.names == ("setosa", "versicolor", "virginica")


def test_many_units_are_shown_in_the_directions_in_which_they_vary_most(see):
    seen = see(CodeView, DIGITS, target="inputs", hidden=(5,), scaling="common")
    for _ in range(3):
        snapshot = seen.advance(20)
        codes = snapshot.answer(Code).values
        spots = seen.view.spots
        variances = np.linalg.eigvalsh(np.cov(codes.T, bias=True))[::-1]
        assert spots.var(axis=0) == pytest.approx(variances[:2], rel=1e-9)
    seen.view.kind.button(UNITS).click()
    seen.view.steppers[1].changed.emit(4)
    assert np.array_equal(seen.view.spots, codes[:, [0, 3]])
    kept, other = seen.view.view(), see(CodeView, DIGITS, target="inputs", hidden=(5,), scaling="common")
    other.view.apply_view(kept)
    assert other.view.chart.names == ("unit 1", "unit 4")
    other.view.apply_view({"network_code_units": [0, "x"], "network_code_axes": 5, "network_code_point": ["x", 1]})
    assert other.view.chart.names == ("unit 1", "unit 4")


def test_the_ring_is_decoded_where_it_is_dragged(see, qtbot):
    seen = see(CodeView, "line", target="inputs", hidden=(1,), output="identity", activation="identity")
    seen.advance(10)
    chart, view = seen.view.chart, seen.view
    (x, y), near, region = chart.ring, 2.0 / chart.view.x_scale, chart.view.region
    there = x + 20 * near, y
    with qtbot.waitSignal(view.wanted_changed):
        seen.mouse.drag((x, y), there)
    assert chart.ring[0] == pytest.approx(there[0], abs=near) and chart.view.region == region, "the plane stays"
    asked = next(query for query in view.queries() if isinstance(query, Decoded))
    snapshot = seen.refresh()
    network, theta = snapshot.learner.network, snapshot.theta
    (_, _), (weights, biases) = network.unpacked(theta)
    assert view.beside.decoded.values == pytest.approx(weights @ np.array(asked.code) + biases, rel=1e-12)
    assert asked.code[0] == pytest.approx(chart.ring[0], abs=1e-3)


def test_a_network_that_is_not_finite_leaves_the_plane_empty(see):
    seen = see(CodeView, "iris", target="inputs", hidden=(2,))
    n = seen.picture.problem.start.size
    with np.errstate(all="ignore"):
        seen.show_theta(np.full(n, np.nan))
    assert seen.image() is not None and not seen.view.finite()
    wide = see(CodeView, "iris", target="inputs", hidden=(3,), activation="identity")
    with np.errstate(all="ignore"):
        wide.show_theta(np.full(wide.picture.problem.start.size, 1e200))
    assert wide.image() is not None and wide.view._dots is None, "no plane through numbers of that size"


def test_a_code_of_another_length_is_not_decoded():
    problem = Session(new_network("iris", ["sgd"], target="inputs", hidden=(3,))).problem
    assert snapshot_of(problem, problem.start, {Decoded((1.0,))}).answer(Decoded).size == 0
    outputs = snapshot_of(problem, problem.start, {Decoded((0.1, 0.2, 0.3))}).answer(Decoded)
    assert outputs.shape == (4,)
