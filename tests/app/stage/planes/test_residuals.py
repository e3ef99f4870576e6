from __future__ import annotations

import numpy as np
import pytest

from app.look.networks.score_text import NOT_FINITE
from app.stage.planes.residuals import MISSED, PREDICTED, ResidualsView, reached
from engine import Session, new_network, new_run
from tests.app.stage.seen import see as see


@pytest.mark.parametrize(
    ("data", "fits"), [("sine", True), ("reg_plane", True), ("diabetes", True), ("circle", False), ("iris", False)]
)
def test_it_is_for_every_regression(data, fits):
    assert ResidualsView.fits(Session(new_network(data, [new_run("sgd")])).picture()) == fits


def test_predicted_stands_against_true(see):
    seen = see(ResidualsView, "diabetes", scaling="standardise")
    snapshot = seen.advance(40)
    targets = snapshot.learner.data.targets
    assert np.array_equal(seen.view.spots, np.column_stack([targets, snapshot.predicted.predictions]))
    x0, x1, y0, y1 = seen.view.chart.view.region
    assert x0 <= targets.min() and targets.max() <= x1
    assert y0 <= snapshot.predicted.predictions.min() and snapshot.predicted.predictions.max() <= y1
    assert seen.view.chart.names == ("true progression", "predicted progression")


def test_the_diagonal_is_where_a_prediction_is_true(see):
    seen = see(ResidualsView, "reg_plane")
    view = seen.view.chart.view
    image, axis = seen.image(), seen.view.theme.axis
    hits = 0
    for value in np.linspace(max(view.x0, view.y0), min(view.x1, view.y1), 60)[1:-1]:
        at = view.point(value, value).toPoint()
        near = [image.pixelColor(at.x() + x, at.y() + y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
        hits += any(abs(c.red() - axis.red()) + abs(c.green() - axis.green()) < 40 for c in near)
    assert hits > 25  # the line is dashed, and dots lie on it


def test_residuals_stand_against_what_is_predicted(see):
    seen = see(ResidualsView, "sine")
    seen.advance(30)
    seen.view.kind.button(MISSED).click()
    snapshot = seen.snapshot
    misses = snapshot.learner.data.targets - snapshot.predicted.predictions
    assert np.array_equal(seen.view.spots, np.column_stack([snapshot.predicted.predictions, misses]))
    x0, x1, y0, y1 = seen.view.chart.view.region
    assert y0 == -y1 and y1 >= np.abs(misses).max()
    assert x0 <= snapshot.predicted.predictions.min() and snapshot.predicted.predictions.max() <= x1
    assert seen.view.chart.names == ("predicted y", "residual of y")
    kept = seen.view.view()
    other = see(ResidualsView, "sine")
    other.view.apply_view(kept)
    assert other.view.kind.key == MISSED
    other.view.apply_view({"network_residuals_kind": 7})
    assert other.view.kind.key == MISSED
    other.view.kind.button(PREDICTED).click()
    assert other.view.chart.names[0] == "true y"


def test_scores_say_r2_and_rmse_of_both_parts(see):
    seen = see(ResidualsView, "reg_gauss")
    snapshot = seen.advance(50)
    data = snapshot.learner.data
    misses = snapshot.predicted.predictions - data.targets
    for place, part in enumerate((slice(None, data.train), slice(data.train, None))):
        text = seen.view.scores.texts[place].replace("−", "-")
        assert f"R² {snapshot.predicted.scores[place]:.3f}" in text
        assert f"RMSE {np.sqrt(np.mean(misses[part] ** 2)):.3g}" in text
    assert "Residuals at update 50" in seen.view.describe()


def test_an_example_is_read_under_the_pointer(see):
    seen = see(ResidualsView, "sine")
    data, view = seen.snapshot.learner.data, seen.view
    lines = [text for text, _ in view.read(view.chart.view.point(*view.spots[0]))]
    assert any(line.startswith("training example: ") for line in lines)
    assert any(line.startswith("predicted: ") for line in lines)
    seen.session.problem_changed({"data.samples": 10})
    view.refresh(seen.session.picture())
    assert len(view.read(view.chart.view.point(data.targets[0], 0.0))) == 2  # of these there is no snapshot yet


def test_axes_do_not_run_after_answers_out_of_all_proportion():
    assert reached(np.array([0.5, np.nan]), 0.0, 1.0, 3.0) == (0.0, 1.0)
    assert reached(np.array([-0.5, 2.0]), 0.0, 1.0, 3.0) == (-0.5, 2.0)
    assert reached(np.array([-1e30, 1e30]), 0.0, 1.0, 3.0) == (-3.0, 4.0)
    assert reached(np.array([np.nan]), 0.0, 1.0, 3.0) == (0.0, 1.0)


def test_answers_that_are_not_finite_are_words(see):
    seen = see(ResidualsView, "sine")
    seen.show_theta(np.full_like(seen.snapshot.theta, np.nan))
    assert NOT_FINITE in seen.view.describe()
    seen.image()


def test_twenty_thousand_examples_are_painted(see):
    seen = see(ResidualsView, "reg_plane")
    few = seen.image()
    seen.change(data_samples=20_000)
    assert len(seen.view.spots) == 20_000
    assert seen.image() != few
