from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from pyqtgraph.exporters import CSVExporter
from PySide6.QtCore import QPoint, QRectF, Qt

from app.look.networks.data_ranges import noise_free_curve
from app.look.networks.score_text import NOT_FINITE
from app.stage.planes.fit import FAR, FitView, finite_runs, pixels
from app.stage.view import View
from engine import DATASETS, Table, choose, new_experiment, new_network, new_run, problem_of
from tests.app.stage.answers import answering, field_of
from tests.app.stage.mouse import Mouse
from tests.app.stage.seen import see as see

CONTROL = Qt.KeyboardModifier.ControlModifier


def task_of(data, **values):
    chosen = choose(DATASETS, data, values) if isinstance(data, str) else data
    return new_network(chosen, [new_run("sgd")]).problem


def table(targets, classes=()):
    inputs = np.linspace(10.0, 20.0, len(targets))[:, None]
    return Table("Own", ("temperature",), "yield", inputs, np.array(targets, float), classes)


def near(image, at, colour, reach=2):
    """Whether a colour is on the screen about a point."""
    around = [image.pixelColor(at + QPoint(x, y)) for x in range(-reach, reach + 1) for y in range(-reach, reach + 1)]
    return any(
        abs(c.red() - colour.red()) + abs(c.green() - colour.green()) + abs(c.blue() - colour.blue()) < 30
        for c in around
    )


@pytest.mark.parametrize(("data", "fits"), [("sine", True), ("step", True), ("circle", False), ("diabetes", False)])
def test_it_is_for_one_input(data, fits):
    assert FitView.fits(SimpleNamespace(subject=problem_of(task_of(data)).subject)) == fits
    assert not FitView.fits(SimpleNamespace(subject=problem_of(new_experiment("sphere", ["sgd"]).problem).subject))


def test_the_curve_goes_where_the_network_answers(see):
    seen = see(FitView, choose(DATASETS, "sine", {"noise": 0.0, "samples": 12}))
    seen.advance(400)
    image, view, learner = seen.image(), seen.view.chart.view, seen.snapshot.learner
    colour = seen.view.run_colour()
    data = learner.data
    for x in np.linspace(view.x0 + 0.05, view.x1 - 0.05, 25):
        answer = float(learner.outputs(seen.snapshot.theta, (np.array([[x]]) - data.shift) / data.scale)[0, 0])
        if view.y0 < answer < view.y1:
            assert near(image, view.point(x, answer).toPoint(), colour)
        assert not near(image, view.point(x, view.y0 + 0.03).toPoint(), colour) or answer < view.y0 + 0.2


def test_examples_and_their_residuals(see):
    seen = see(FitView, table([0.0, 5.0, 1.0, 4.0]), share=1.0)
    view = seen.view
    raw, snapshot = seen.snapshot.learner.data.raw[:, 0], seen.snapshot
    assert np.array_equal(view.spots, np.column_stack([raw, snapshot.learner.data.targets]))
    before = seen.image()
    view.residuals.click()
    after = seen.image()
    place = int(np.abs(snapshot.predicted.predictions - snapshot.learner.data.targets).argmax())
    middle = 0.5 * (snapshot.predicted.predictions[place] + snapshot.learner.data.targets[place])
    at = view.chart.view.point(raw[place], middle).toPoint()
    assert before.copy(at.x() - 1, at.y() - 1, 3, 3) != after.copy(at.x() - 1, at.y() - 1, 3, 3)
    assert view.view()["network_fit_residuals"] is True
    view.apply_view({"network_fit_residuals": False})
    assert not view.residuals.isChecked()


def test_scores_are_those_of_the_snapshot(see):
    seen = see(FitView, "sine")
    snapshot = seen.advance(50)
    data = snapshot.learner.data
    misses = snapshot.predicted.predictions - data.targets
    for place, part in enumerate((slice(None, data.train), slice(data.train, None))):
        text = seen.view.scores.texts[place].replace("−", "-")
        assert f"R² {snapshot.predicted.scores[place]:.3f}" in text
        assert f"RMSE {np.sqrt(np.mean(misses[part] ** 2)):.3g}" in text
    assert "Fit at update 50" in seen.view.describe()


def test_the_axis_makes_room_for_the_curve_at_once_and_does_not_tremble(see):
    seen = see(FitView, "sine")
    chart = seen.view.chart
    _, _, low, high = chart.view.region
    assert low <= -1.8 and high >= 1.8

    def show(scale):
        field = scale * np.sin(np.linspace(0.0, 6.0, seen.snapshot.field.shape[1]))[None, :, None]
        seen.view.show_snapshot(answering(seen.snapshot, field=field))
        return chart.view.region[2:]

    wide = show(6.0)
    assert wide[0] <= -5.9 and wide[1] >= 5.9
    assert [show(scale) for scale in (5.9, 6.0, 4.5, 5.8)] == [wide] * 4
    narrow = [show(0.5) for _ in range(60)][-1]
    assert narrow[1] < wide[1] and narrow[1] >= 1.8
    beyond = show(1e9)
    assert beyond[1] < 20.0  # the examples are still to be seen
    assert field_of(seen.view).region[:2] == chart.view.region[:2]


def test_where_a_person_has_moved_to_no_curve_moves_the_axis(see):
    seen = see(FitView, "sine")
    seen.view.chart.look_at((-0.5, 0.5, -0.2, 0.2))
    seen.view.show_snapshot(answering(seen.snapshot, field=np.full_like(seen.snapshot.field, 4.0)))
    assert seen.view.chart.view.region == (-0.5, 0.5, -0.2, 0.2)
    seen.view.reset_view()
    assert seen.view.chart.view.region[3] >= 4.0


def test_growing_is_no_reason_for_another_snapshot(see, qtbot):
    seen = see(FitView, "sine")
    with qtbot.waitSignal(seen.view.wanted_changed):
        pass  # it asks once for what it shows
    with qtbot.assertNotEmitted(seen.view.wanted_changed, wait=150):
        seen.view.show_snapshot(answering(seen.snapshot, field=np.full_like(seen.snapshot.field, 4.0)))
    with qtbot.waitSignal(seen.view.wanted_changed):
        seen.view.chart.zoom(1.5)


def test_the_curve_without_noise_is_known_of_generated_data_alone():
    truth = noise_free_curve(task_of("sine", noise=0.5))
    assert truth == pytest.approx(np.column_stack([truth[:, 0], np.sin(np.pi * truth[:, 0])]))
    assert (np.diff(truth[:, 0]) >= 0).all() and len(truth) > 100
    assert noise_free_curve(task_of("circle")) is None
    assert noise_free_curve(task_of(table([1.0, 2.0, 3.0]))) is None


def test_answers_that_are_not_finite_are_words(see):
    seen = see(FitView, "sine")
    seen.show_theta(np.full_like(seen.snapshot.theta, np.nan))
    assert NOT_FINITE in seen.view.describe()
    seen.image()
    field = seen.snapshot.field.copy()
    field[0, :30], field[0, 30:60, 0], field[0, 60:] = 1.0, np.inf, 0.5
    seen.view.show_snapshot(answering(seen.snapshot, field=field))
    assert NOT_FINITE not in seen.view.describe()
    seen.image()


@pytest.mark.parametrize(
    ("values", "runs"),
    [
        ([1, 2, 3], [(0, 3)]),
        ([np.nan, 1, np.inf, 2, 3], [(1, 2), (3, 5)]),
        ([np.nan], []),
        ([1, np.nan], [(0, 1)]),
    ],
)
def test_a_line_is_broken_where_it_is_not_finite(values, runs):
    assert [(run.start, run.stop) for run in finite_runs(np.array(values, float))] == runs


def test_what_leaves_the_screen_by_far_is_brought_nearer():
    view = View(0.0, 1.0, 0.0, 2.0, QRectF(0, 0, 100, 100))
    found = pixels(view, np.array([0.5, 0.5, 0.5]), np.array([1.0, 1e300, -1e300]))
    assert found[0] == pytest.approx((50.0, 50.0))
    assert np.abs(found).max() <= 100.0 * (FAR + 2)


def test_pyqtgraph_knows_the_curve_the_truth_and_the_examples(see, tmp_path):
    seen = see(FitView, "sine")
    snapshot = seen.advance(50)
    items = {item.name(): item for item in seen.view.chart.listDataItems()}
    assert items.keys() == {"training examples", "validation examples", "network", "without noise"}
    x, y = items["network"].getData()
    assert np.array_equal(y, snapshot.field[0, :, 0]) and (x[0], x[-1]) == snapshot.asked_field.region[:2]
    data = snapshot.learner.data
    assert np.array_equal(items["training examples"].getData(), [data.raw[: data.train, 0], data.targets[: data.train]])
    path = tmp_path / "fit.csv"
    CSVExporter(seen.view.chart.getPlotItem()).export(str(path))
    header = path.read_text(encoding="utf-8").splitlines()[0]
    assert "network_x" in header and "without noise_y" in header and "validation examples_x" in header


def test_other_data_have_other_curves(see):
    seen = see(FitView, table([0, 0, 1, 1, 2, 2], ("cold", "mild", "hot")), share=1.0, loss="softmax")
    names = {item.name() for item in seen.view.chart.listDataItems()}
    assert {"probability of cold", "probability of mild", "probability of hot"} <= names and "network" not in names


def test_the_read_out_follows_the_pointer_and_goes_with_it(see):
    seen = see(FitView, "sine")
    before = seen.image()
    seen.mouse.move(0.2, 0.4)
    assert seen.image() != before
    seen.mouse.move(0.3, 0.4)
    seen.mouse.leave()
    assert seen.image() == before


def test_residuals_of_very_many_examples_are_drawn_as_what_shows_of_them(see):
    seen = see(FitView, choose(DATASETS, "sine", {"noise": 0.3, "samples": 5000}))
    seen.view.residuals.click()
    few = seen.image()
    seen.view.residuals.click()
    assert seen.image() != few


# Classes along one input


def test_classes_have_a_curve_each_and_lanes_of_examples(see):
    seen = see(FitView, table([0, 0, 0, 1, 1, 1, 2, 2, 2], ("cold", "mild", "hot")), share=1.0, loss="softmax")
    snapshot = seen.advance(300)
    view = seen.view.chart.view
    assert seen.view.chart.names == ("temperature", "probability")
    assert not seen.view.residuals.isVisibleTo(seen.view)
    lanes = seen.view.spots[:, 1]
    assert len(set(lanes.tolist())) == 3 and lanes.min() > 1.0 and lanes.max() < view.y1
    image = seen.image()
    for place, colour in enumerate(seen.view.theme.class_colours(3)):
        column = int(snapshot.field[0, :, place].argmax())
        x = np.linspace(*snapshot.asked_field.region[:2], snapshot.field.shape[1])[column]
        assert near(image, view.point(x, snapshot.field[0, column, place]).toPoint(), colour)
    lines = [text for text, _ in seen.view.read(view.point(10.0, 0.5))]
    assert any(line.startswith("cold ") and line.endswith("%") for line in lines)


def test_classes_are_drawn_at_their_place_whatever_the_height(see):
    seen = see(FitView, table([0, 0, 1, 1], ("a", "b")), loss="bce")
    seen.view.bar.pens[1].click()
    seen.mouse.click(12.0, 0.3)
    assert seen.added == [pytest.approx((12.0, 1.0), abs=0.05)]
    x, lane = seen.view.spots[0]
    seen.mouse.click(x, lane, keys=CONTROL)
    assert seen.edits[-1] == {"data.erase": (x, float(seen.snapshot.learner.data.targets[0]), 0.0)}


# Drawing


def test_a_click_adds_an_example_at_its_height(see):
    seen = see(FitView, "sine")
    seen.mouse.click(0.2, 0.4)
    assert seen.edits == []
    seen.view.bar.pens[0].click()
    seen.mouse.click(0.2, 0.4)
    assert seen.added == [pytest.approx((0.2, 0.4), abs=0.02)]
    assert len(seen.settled) == 1
    home = seen.view.chart.view.region
    count = len(seen.view.spots)
    seen.change(data_add=seen.added[0])
    assert len(seen.view.spots) == count + 1 and seen.view.chart.view.region == home


def test_the_eraser_takes_examples_of_the_curve(see):
    seen = see(FitView, "sine")
    seen.view.bar.eraser.click()
    x, y = seen.view.spots[7]
    count = len(seen.view.spots)
    seen.mouse.click(x, y)
    for edit in seen.edits:
        seen.session.problem_changed(edit)
    seen.refresh()
    assert len(seen.view.spots) < count
    assert not (np.abs(seen.view.spots - (x, y)).max(axis=1) < 1e-12).any()


def test_a_point_drawn_in_the_window_is_a_tweak_and_undone(open_window):
    window = open_window(new_network("sine", [new_run("adam", learning_rate=0.01)], hidden=(4,)))
    view = window.bench.stages["network"].views["fit"]
    window.until(lambda: view.snapshot is not None)
    window.advance(10)
    count = len(window.picture.subject.data.targets)
    view.bar.pens[0].click()
    Mouse(view.chart).click(0.5, -1.0)
    window.settle()
    assert len(window.picture.subject.data.targets) == count + 1 and window.update == 10
    assert [tweak.setting.path for tweak in window.run("adam").tweaks] == ["data.add"]
    window.bench.document.undo()
    window.settle()
    assert len(window.picture.subject.data.targets) == count and not window.run("adam").tweaks
