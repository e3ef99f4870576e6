from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QSize

from app.curves.curve_catalogue import CURVES
from app.curves.curve_model import CurveStyle, Plot
from app.look.theme import DARK
from tests.app.curves.histories import HARD, grown, history_of, picture_of, run_of

SIZE = QSize(420, 280)


def pixels(plot: Plot) -> np.ndarray:
    image = plot.raster.image
    return np.array(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine()).astype(int)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("name", ["smooth", "noisy", "spikes", "negative"])
def test_drawn_stripe_by_stripe_is_drawn_at_once(qapp, name, ratio):
    """Up to what a line's start at another place does to its soft edge."""
    whole = history_of(np.tile(HARD[name], 3))
    growing, afresh = Plot(CURVES["loss"], DARK), Plot(CURVES["loss"], DARK)
    for plot in (growing, afresh):
        plot.restyle(CurveStyle(log_y=name != "negative"))
        plot.x_range, plot.y_range = (0.0, 6000.0), (1e-3, 400.0)
    for updates in (*range(1, 6000, 37), 6000):
        growing.pull(picture_of(run_of(grown(whole, updates))), None)
        growing.compose(SIZE, ratio)
    afresh.pull(growing.picture, None)
    afresh.compose(SIZE, ratio)
    difference = np.abs(pixels(growing) - pixels(afresh))
    assert pixels(afresh).any()
    assert np.count_nonzero(difference > 128) <= 0.0005 * difference.size
    assert difference.mean() < 0.5


def test_nothing_new_draws_nothing(qapp):
    plot = Plot(CURVES["loss"], DARK)
    picture = picture_of(run_of(history_of(HARD["noisy"])))
    plot.pull(picture, None)
    assert plot.compose(SIZE, 1.0)
    plot.pull(picture, None)
    assert not plot.compose(SIZE, 1.0)


def test_a_reset_clears_what_was_there(qapp):
    plot = Plot(CURVES["loss"], DARK)
    for loss in (HARD["noisy"], np.empty(0)):
        plot.x_range, plot.y_range = (0.0, 2000.0), (1e-3, 10.0)
        plot.pull(picture_of(run_of(history_of(loss))), None)
        plot.compose(SIZE, 1.0)
    assert not pixels(plot).any()


def test_hidden_runs_are_not_drawn_and_the_selected_one_is_on_top(qapp):
    runs = [run_of(history_of(np.ones(500)), number) for number in range(3)]
    runs[1].visible = False
    plot = Plot(CURVES["loss"], DARK)
    plot.selected = "run0"
    plot.pull(picture_of(*runs), None)
    plot.compose(SIZE, 1.0)
    colour = DARK.run_colours[0]
    image = plot.raster.image
    row = round(plot.frame.y.pixel(1.0) - plot.frame.plot.top())
    seen = {image.pixelColor(200, row + shift).name() for shift in (-1, 0, 1)}
    assert colour.name() in seen
    assert [line.run.id for line in plot.lines] == ["run0", "run2"]


@pytest.mark.parametrize("log_y", [False, True])
@pytest.mark.parametrize("log_x", [False, True])
@pytest.mark.parametrize("span", [0, 100])
@pytest.mark.parametrize("width", [1, 4])
def test_every_history_can_be_drawn(qapp, hard_loss, log_x, log_y, span, width):
    plot = Plot(CURVES["loss"], DARK)
    plot.restyle(CurveStyle(log_x, log_y, span, "epochs"))
    status = "diverged" if len(hard_loss) in (4, 300) else "running"
    plot.pull(picture_of(run_of(history_of(hard_loss, width), status=status)), None)
    plot.compose(SIZE, 1.0)
    frame = plot.frame
    assert np.isfinite([frame.x.low, frame.x.high, frame.y.low, frame.y.high]).all()
    assert isinstance(plot.values(0), list)


def test_seconds_come_from_the_clock(qapp):
    plot = Plot(CURVES["loss"], DARK)
    plot.restyle(CurveStyle(along="seconds"))
    clock = (np.array([0.0, 100.0, 500.0]), np.array([0.0, 5.0, 7.0]))
    plot.pull(picture_of(run_of(history_of(np.ones(500)))), clock)
    plot.compose(SIZE, 1.0)
    assert plot.reference.place(300) == pytest.approx(6.0)
    assert plot.frame.x.high >= 7.0
    plot.pull(plot.picture, None)
    assert plot.lines[0].mapping is not None


def test_a_curve_without_meaning_is_empty(qapp):
    plot = Plot(CURVES["excess_loss"], DARK)
    plot.pull(picture_of(run_of(history_of(np.ones(5))), lowest=None), None)
    plot.compose(SIZE, 1.0)
    assert not plot.applies and plot.lines == []
    three = run_of(history_of(np.ones(5)), shown=SimpleNamespace(theta=np.zeros(3)))
    assert not CURVES["relative_step"].needs(picture_of(three))
