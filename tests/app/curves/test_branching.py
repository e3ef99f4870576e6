"""Branches on the curves, and the x axis along the length of the path."""

from __future__ import annotations

import numpy as np
import pytest

from app.curves.curve_catalogue import CURVES
from app.curves.curve_model import CurveModel
from app.curves.curve_style import CurveStyle
from app.curves.marks import tweak_near, tweak_places
from app.curves.x_axes import X_AXES
from app.look.theme import DARK
from engine import COLUMNS, HistoryView, Session, Tweak, new_experiment, new_run
from engine.setting import Setting
from tests.app.curves.histories import history_of, measured_of, network_of, picture_of, run_of
from tests.app.curves.models import draw, pixels
from tests.each import each


@each("width, span", [(1, 0), (4, 0), (4, 10)])
def test_nothing_of_a_branch_is_drawn_before_it_leaves(width: int, span: int) -> None:
    model = CurveModel(CURVES["loss"], DARK)
    model.restyle(CurveStyle(y_type="linear", span=span))
    losses = np.linspace(1.0, 2.0, 1000)
    whole = draw_of(model, run_of(history_of(losses, width)))
    branch = draw_of(model, run_of(history_of(losses, width), begins=502))
    begin = int(model.lines[0].branching[0] / 1000 * 360)
    assert begin == pytest.approx(180, abs=2)
    assert not branch[:, : begin - 3].any() and whole[:, : begin - 3].any()
    assert np.count_nonzero(np.abs(branch - whole)[:, begin + 6 : 355] > 128) <= 4, "but for the soft edge"
    line = model.lines[0]
    updates, values = line.numbers()
    assert 500 <= updates[0] <= 503 and len(values) == len(updates)
    assert np.isnan(line.value(400)[1]) and not np.isnan(line.value(502)[1])
    assert line.first == values[0] or span


def draw_of(model: CurveModel, run) -> np.ndarray:
    model.pull(picture_of(run), {})
    draw(model, x_range=(0.0, 1000.0), y_range=(0.0, 3.0))
    return pixels(model)


def test_what_is_measured_now_and_then_is_drawn_from_the_last_point_that_is_shared(qapp) -> None:
    model = CurveModel(CURVES["losses"], DARK)
    at = np.array([0.0, 64.0, 128.0, 192.0, 256.0])
    model.pull(network_of(run_of(history_of(np.ones(300)), measures=measured_of(at), begins=150)), {})
    for line in model.lines:
        assert line.numbers()[0].tolist() == [128.0, 192.0, 256.0] and line.branching[0] == 128.0


def test_a_tweak_that_the_origin_has_too_is_marked_once(qapp) -> None:
    model = CurveModel(CURVES["loss"], DARK)
    tweaks = tuple(Tweak(update, Setting("learning_rate"), 0.1) for update in (20, 60))
    model.pull(picture_of(run_of(history_of(np.ones(100)), tweaks=tweaks, begins=50)), {})
    x = draw(model).x
    places = tweak_places(model.lines[0], x)
    assert np.isnan(places[0]) and tweak_near(places, x.pixel(60.0)) == 1 and tweak_near(places, x.pixel(20.0)) is None


@each("updates", [1, 2, 3, 8, 13, 16])
@each("width", [1, 4])
def test_the_path_is_as_long_as_its_steps_however_wide_the_bins_are(width: int, updates: int) -> None:
    steps = np.arange(1.0, updates + 1.0)
    rows = np.ones((len(COLUMNS), updates))
    rows[COLUMNS.index("step_norm")] = steps
    rows[COLUMNS.index("path_length")] = np.cumsum(steps) - steps
    count = updates // width
    last = rows[:, width - 1 :: width][:, :count]
    history = HistoryView(width, count, updates, last, last, last, tuple(rows[:, -1]))
    mapping = X_AXES["path"].mapping(run_of(history), picture_of(), None)
    assert mapping is not None
    for update in {0, *((history.at).tolist()), updates - 1, updates}:
        assert mapping.place(update) == steps[: int(update)].sum()
        assert mapping.update_at(mapping.place(update)) == update


@pytest.mark.slow
def test_the_path_axis_is_exact_for_a_long_run() -> None:
    session = Session(new_experiment("himmelblau", [new_run("sgd", learning_rate=1e-4)], noise=1.0, updates=0))
    session.advance(150_000)
    half = X_AXES["path"].mapping(session.picture().runs[0], session.picture(), None).place(131_071)
    session.advance(150_000)
    picture = session.picture()
    assert picture.runs[0].history.width > 1
    assert X_AXES["path"].mapping(picture.runs[0], picture, None).place(131_071) == half
