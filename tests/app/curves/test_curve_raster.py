from __future__ import annotations

import numpy as np
import pytest

from app.curves.curve_catalogue import CURVES
from app.curves.curve_model import CurveModel
from app.curves.curve_raster import CurveRaster, RasterLayout
from app.curves.curve_style import Y_TYPES, CurveStyle
from app.look.theme import DARK
from app.plots.axis_type import NAMES, AxisType
from app.plots.scale import Scale
from tests.app.curves.histories import HARD, grown, history_of, network_of, picture_of, run_of
from tests.app.curves.models import draw, pixels
from tests.each import each


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("name", ["smooth", "noisy", "spikes", "negative"])
def test_drawn_stripe_by_stripe_is_drawn_at_once(qapp, name, ratio):
    """Up to what a line's start at another place does to its soft edge."""
    whole = history_of(np.tile(HARD[name], 3))
    growing, afresh = CurveModel(CURVES["loss"], DARK), CurveModel(CURVES["loss"], DARK)
    for model in (growing, afresh):
        model.restyle(CurveStyle(y_type="linear" if name == "negative" else "log"))
    ranges = {"x_range": (0.0, 6000.0), "y_range": (1e-3, 400.0)}
    for updates in (*range(1, 6000, 37), 6000):
        growing.pull(picture_of(run_of(grown(whole, updates))), {})
        draw(growing, ratio, **ranges)
    afresh.pull(growing.picture, {})
    draw(afresh, ratio, **ranges)
    difference = np.abs(pixels(growing) - pixels(afresh))
    assert pixels(afresh).any()
    assert np.count_nonzero(difference > 128) <= 0.0005 * difference.size
    assert difference.mean() < 0.5


def test_nothing_new_draws_nothing(qapp):
    model = CurveModel(CURVES["loss"], DARK)
    picture = picture_of(run_of(history_of(HARD["noisy"])))
    model.pull(picture, {})
    assert draw(model).left == 0.0
    model.pull(picture, {})
    assert draw(model).left is None


def test_what_is_new_is_drawn_from_where_it_begins(qapp):
    model, whole = CurveModel(CURVES["loss"], DARK), history_of(HARD["noisy"])
    left = []
    for updates in (1500, 1510):
        model.pull(picture_of(run_of(grown(whole, updates))), {})
        left.append(draw(model, x_range=(0.0, 2000.0), y_range=(1e-3, 10.0)).left)
    assert left[0] == 0.0 and 240.0 <= left[1] <= 1500 / 2000 * 360.0


def test_a_reset_clears_what_was_there(qapp):
    model = CurveModel(CURVES["loss"], DARK)
    for loss in (HARD["noisy"], np.empty(0)):
        model.pull(picture_of(run_of(history_of(loss))), {})
        draw(model, x_range=(0.0, 2000.0), y_range=(1e-3, 10.0))
    assert not pixels(model).any()


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5])
@pytest.mark.parametrize("size", [(360.0, 200.0), (360.3, 200.3), (359.7, 199.7)])
def test_a_clean_raster_is_clean_to_its_edges(qapp, size, ratio):
    """An image begins with whatever was in its memory, and ends with a part of a pixel of the plot."""
    raster, (width, height) = CurveRaster(), size
    x, y = Scale(0.0, 1.0, 0.0, width, AxisType()), Scale(0.0, 1.0, height, 0.0, AxisType())
    for paper in ("#000000", "#ffffff"):  # another one wants a clean raster
        raster.image.fill("#ff0000")
        assert raster.draw(RasterLayout(x, y, ratio, paper, ()), [], -np.inf) == 0.0
    assert raster.image.width() >= width * ratio and not np.array(raster.image.constBits()).any()


def test_hidden_runs_are_not_drawn_and_the_selected_one_is_on_top(qapp):
    runs = [run_of(history_of(np.ones(500)), number) for number in range(3)]
    runs[1].visible = False
    model = CurveModel(CURVES["loss"], DARK)
    model.selected = "run0"
    model.pull(picture_of(*runs), {})
    row = round(draw(model).y.pixel(1.0))
    image = model.raster.image
    seen = {image.pixelColor(200, row + shift).name() for shift in (-1, 0, 1)}
    assert DARK.run_colours[0].name() in seen
    assert [line.run.id for line in model.lines] == ["run0", "run2"]


@each("y_type", Y_TYPES)
@each("x_type", NAMES)
@each("span", [0, 100])
@each("width", [1, 4])
def test_every_history_can_be_drawn(qapp, hard_loss, x_type, y_type, span, width):
    model = CurveModel(CURVES["loss"], DARK)
    model.restyle(CurveStyle(x_type, y_type, span, "epochs"))
    status = "diverged" if len(hard_loss) in (4, 300) else "running"
    model.pull(picture_of(run_of(history_of(hard_loss, width), status=status)), {})
    x, y, _ = draw(model)
    assert np.isfinite([x.low, x.high, y.low, y.high]).all()
    assert x.type.name == x_type and y_type in ("auto", y.type.name)
    assert [line.run.id for line, _, _ in model.values(0)] == ["run0"]


def test_seconds_come_from_the_clock(qapp):
    model = CurveModel(CURVES["loss"], DARK)
    model.restyle(CurveStyle(along="seconds"))
    clock = (np.array([0.0, 100.0, 500.0]), np.array([0.0, 5.0, 7.0]))
    model.pull(picture_of(run_of(history_of(np.ones(500)))), {"run0": clock})
    assert model.reference.place(300) == pytest.approx(6.0)
    assert draw(model).x.high >= 7.0
    model.pull(model.picture, {})
    assert model.lines[0].mapping is not None


def test_a_curve_without_meaning_is_empty(qapp):
    model = CurveModel(CURVES["excess_loss"], DARK)
    model.pull(picture_of(run_of(history_of(np.ones(5))), lowest=None), {})
    draw(model)
    assert not model.applies and model.lines == [] and not pixels(model).any()
    assert not CURVES["relative_step"].needs(network_of(run_of(history_of(np.ones(5)))))
