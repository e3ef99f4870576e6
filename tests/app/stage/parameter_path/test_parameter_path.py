"""The parameter path of networks: in its own view, and in the real window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from app.look.number_format import number
from app.look.theme import DARK, LIGHT
from app.stage.parameter_path.parameter_path import ParameterPathView
from app.stage.parameter_path.path_text import axes, share
from app.widgets.parameter_chooser import ParameterNames
from app.workers.loss_slices import LossSlices
from engine import ProjectedPath, Session, SliceRequest, new_network, new_run, path_request
from tests.app.stage.mouse import MIDDLE, Mouse


def experiment(data="circle", hidden=(4, 2), **settings):
    runs = [new_run("sgd", learning_rate=0.1, batch=10), new_run("adam", learning_rate=0.03, batch=10)]
    return new_network(data, runs, hidden=hidden, **settings)


class Race:
    """A session, and its patches as the window would hand them on."""

    def __init__(self, qtbot, **settings) -> None:
        self._qtbot = qtbot
        self._faults: list[BaseException] = []
        self.session = Session(experiment(**settings))
        self._planes = LossSlices(lambda _, error: self._faults.append(error))

    def patch(self, wanted=SliceRequest(), run="sgd", cursor=None):  # noqa: B008
        self._planes.request(path_request(self.session.picture(cursor), self.session, run, wanted, False))
        self._qtbot.waitUntil(lambda: self._planes.idle, timeout=30_000)
        assert not self._faults
        return self._planes.newest

    def show_in(self, view, cursor=None):
        view.refresh(self.session.picture(cursor))
        view.show_plane(self.patch(view.plane_wanted(), cursor=cursor))

    def close(self) -> None:
        self._planes.release()


@pytest.fixture
def race(qtbot):
    made = Race(qtbot)
    yield made
    made.close()


@pytest.fixture
def view(qtbot, themed):
    made = ParameterPathView(DARK)
    qtbot.addWidget(made)
    made.resize(560, 420)
    with qtbot.waitExposed(made):
        made.show()
    return made


def learned(race, view, updates=150):
    race.session.advance(updates)
    race.show_in(view)
    drawn = None
    while drawn != (drawn := view.chart.grab().toImage()):  # paths that take long are drawn over several frames
        pass
    return view


def colour_at(view, x, y):
    """The colour at a place of the plane, and around it."""
    chart = view.chart
    image = chart.grab(chart.plot_rect()).toImage()
    return image.pixelColor((chart.view.point(x, y) * image.devicePixelRatio()).toPoint())


@pytest.mark.parametrize(
    "data, hidden, loss", [("circle", (4, 2), "bce"), ("iris", (), "softmax"), ("sine", (3,), "mse")]
)
def test_every_parameter_has_a_name_that_tells_its_place(data, hidden, loss):
    problem = Session(experiment(data=data, hidden=hidden, loss=loss)).problem
    network, names = problem.subject.network, ParameterNames(problem)
    found = [names.data(names.index(place)) for place in range(names.rowCount())]
    assert len(set(found)) == network.parameters
    for layer in range(network.layers):
        title = "output" if layer == network.layers - 1 else f"hidden {layer + 1}"
        assert all(name.startswith(f"w {title}") for name in found[network.weights(layer)])
        assert all(name.startswith(f"bias {title}") for name in found[network.biases(layer)])


def test_names_of_parameters():
    learner = Session(experiment()).problem.subject
    network, name = learner.network, learner.parameter_name
    weights = network.weights
    assert name(weights(0).start + 2 * 2) == "w hidden 1: x → unit 3"
    assert name(weights(1).start + 4 + 3) == "w hidden 2: unit 4 → unit 2"
    assert name(weights(2).start + 1) == "w output: unit 2"
    assert name(network.biases(0).start) == "bias hidden 1: unit 1"
    assert name(network.parameters - 1) == "bias output"


def test_a_run_stands_at_its_average_and_its_optimizer_stays_in_sight(race, view):
    race.session.tweak("sgd", "optimizer.average", "uniform")
    learned(race, view)
    run = next(run for run in view.shown.runs if run.id == "sgd")
    shown = race.session.picture().runs[0].shown
    np.testing.assert_allclose(run.shown.evaluated, view.shown.place(shown.average))
    np.testing.assert_allclose(run.shown.theta, view.shown.place(shown.theta))
    assert np.linalg.norm(np.subtract(run.shown.evaluated, run.shown.theta)) > 0.05
    assert colour_at(view, *run.shown.evaluated) == DARK.run_colours[run.colour]
    assert "its average at" in view.describe()


def test_the_axes_tell_the_explained_variance(race, view):
    learned(race, view)
    shares = race.patch().plane.explained
    across, up = view.chart.names
    assert across.startswith(f"direction 1 · {share(shares[0])}") and up.startswith(f"direction 2 · {share(shares[1])}")
    assert across.endswith("of the variance")


@pytest.mark.parametrize(
    "part, words",
    [(0.934, "93 %"), (0.052, "5.2 %"), (0.995, "99.5 %"), (1.0, "100 %"), (0.99999, "over 99.9 %"),
     (0.0, "0 %"), (0.0004, "under 0.1 %")],
)  # fmt: skip
def test_shares_in_words(part, words):
    assert share(part) == words


def test_markers_stand_where_the_runs_are(race, view):
    learned(race, view)
    plane = race.patch().plane
    for run in race.session.picture().runs:
        theta = run.shown.theta - plane.origin
        at = theta @ plane.first, theta @ plane.second
        best = run.best.theta - plane.origin
        star = best @ plane.first, best @ plane.second
        if (view.chart.view.point(*at) - view.chart.view.point(*star)).manhattanLength() > 20:
            assert colour_at(view, *at) == DARK.run_colours[run.colour]
            assert colour_at(view, *star) == DARK.run_colours[run.colour]


def test_pyqtgraph_knows_the_path_of_each_run(race, view):
    learned(race, view)
    lines = {line.name(): line for line in view.chart.listDataItems()}
    assert lines.keys() == {run.name for run in race.session.picture().runs}
    for run in race.session.picture().runs:
        places = race.patch().paths[run.id].places
        x, y = lines[run.name].getData()
        assert np.array_equal(np.column_stack([x, y]), places) and len(places) > 50
        assert lines[run.name].opts["pen"].color() == DARK.run_colours[run.colour]


def test_a_scrubbed_run_stands_where_it_was(race, view):
    learned(race, view)
    picture = race.session.picture(60)
    view.refresh(picture)
    plane = race.patch().plane
    for shown, run in zip(view.shown.runs, picture.runs, strict=True):
        assert run.shown.update == 60
        expected = [(run.shown.theta - plane.origin) @ axis for axis in (plane.first, plane.second)]
        np.testing.assert_allclose(shown.shown.theta, expected, atol=1e-12)
        assert len(shown.history.last[0]) == len(race.patch().paths[run.id].places)  # all of its path is drawn


def test_the_linked_cursor_is_on_every_path(race, view):
    learned(race, view)
    walk = race.patch().paths["sgd"]
    row = len(walk.updates) // 2
    before = view.chart.grab().toImage()
    view.set_cursor(int(walk.updates[row]))
    assert colour_at(view, *walk.places[row]) == QColor("white")
    view.set_cursor(None)
    assert view.chart.grab().toImage() == before


def test_pointing_at_a_path_tells_its_update_and_its_true_loss(race, view, qtbot):
    learned(race, view)
    walk = race.patch().paths["sgd"]
    row = np.flatnonzero(np.isfinite(walk.losses))[-3]
    at, mouse = view.chart.view.point(*walk.places[row]), Mouse(view.chart)
    with qtbot.waitSignal(view.cursor_moved) as told:
        mouse.move(*walk.places[row])
    run, update, loss, measured = view.shown.nearest(view.chart.view, at)
    assert told.args == [update]
    trail = race.session.run(run.id).trail()
    place = trail.updates.tolist().index(update)
    assert measured == update
    assert loss == pytest.approx(race.session.problem.subject.losses(trail.thetas[place][None])[0])
    view.chart.grab()
    lines = [text for text, _ in view.read(at)]
    assert lines[0].startswith("direction 1 ") and lines[1].startswith("loss in this plane ")
    assert lines[2] == f"{run.name} · update {update:,}" and lines[3].startswith("its own loss ")
    with qtbot.waitSignal(view.cursor_moved) as gone:
        mouse.leave()
    assert gone.args == [None]


def test_the_read_out_is_the_loss_of_the_slice(race, view):
    learned(race, view)
    patch = race.patch()
    place = np.array([[patch.xs[40], patch.ys[50]]])
    view.chart.grab()
    lines = [text for text, _ in view.read(view.chart.view.point(*place[0]))]
    assert lines[1] == f"loss in this plane {number(patch.problem.losses(patch.plane.at(place))[0])}"


def test_the_error_of_the_slice_is_stated(race, view):
    learned(race, view)
    words = view.error.text()
    assert words.startswith("In this plane the loss differs from the path's own by at most ") and "(median " in words
    assert not view.plane.isVisible()


def test_before_the_first_update_it_says_what_is_shown(race, view):
    race.show_in(view)
    assert view.error.text().startswith("No run has moved yet")
    assert view.chart.names == ("w hidden 1: x → unit 1", "w hidden 1: y → unit 1")
    assert "No run has moved yet" in view.describe()
    view.chart.grab()
    lines = [text for text, _ in view.read(view.chart.view.point(*view.shown.start()))]
    assert "not known" not in lines[1]


def test_choosing_weights_asks_for_the_two_that_move_the_path_most(race, view, qtbot):
    learned(race, view)
    with qtbot.waitSignal(view.wanted_changed):
        QTest.mouseClick(view.kind.button("weights"), Qt.MouseButton.LeftButton)
    largest = np.argsort(np.abs(race.patch().plane.first))[-2:]
    assert set(view.plane_wanted().weights) == set(largest.tolist())
    race.show_in(view)
    assert view.chart.names == tuple(view.across.name(place) for place in view.plane_wanted().weights)
    assert view.plane.text() == "All other parameters are those of Gradient descent at update 150"
    assert view.plane.isVisible() and view.across.isVisible()


def test_a_weight_is_found_by_typing_a_part_of_its_name(race, view, qtbot):
    learned(race, view)
    QTest.mouseClick(view.kind.button("weights"), Qt.MouseButton.LeftButton)
    before = view.plane_wanted().weights
    field = view.across.lineEdit()
    view.across.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "bias out")
    popup = view.across.completer().popup()
    qtbot.waitUntil(popup.isVisible)
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert view.plane_wanted().weights == (24, before[1])
    field.selectAll()
    qtbot.keyClicks(field, "nonsense")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert view.across.currentText() == "bias output"
    assert view.plane_wanted().weights == (24, before[1])


def test_the_same_weight_twice_exchanges_the_two(race, view):
    learned(race, view)
    view.apply_view({"stage_path_plane": "weights", "stage_path_weights": [3, 7]})
    view.across.setCurrentIndex(7)
    view.across.activated.emit(7)
    assert view.plane_wanted().weights == (7, 3)


def test_zoom_and_pan_ask_for_that_region_and_0_for_all(race, view, qtbot):
    learned(race, view)
    assert view.plane_wanted().region is None
    view.chart.setFocus()
    home = view.chart.view.region
    with qtbot.waitSignal(view.wanted_changed):
        QTest.keyClick(view.chart, Qt.Key.Key_Plus)
    region, shown = view.plane_wanted().region, view.chart.view.region
    assert home[0] < region[0] < shown[0] < shown[1] < region[1] < home[1]
    race.show_in(view)
    assert view.chart.view.region == shown
    with qtbot.waitSignal(view.wanted_changed):
        QTest.keyClick(view.chart, Qt.Key.Key_0)
    assert view.plane_wanted().region is None and view.chart.view.region == home


@pytest.mark.parametrize("buttons", [{}, {"button": MIDDLE}])
def test_a_drag_asks_for_the_part_it_comes_to_and_two_clicks_for_all(race, view, qtbot, buttons):
    learned(race, view)
    x0, x1, y0, y1 = view.chart.view.region
    with qtbot.waitSignal(view.wanted_changed):
        Mouse(view.chart).drag((x0 + 0.5 * (x1 - x0), y0 + 0.5 * (y1 - y0)), (x0 + 0.7 * (x1 - x0), y0), **buttons)
    region = view.plane_wanted().region
    assert region[0] < x0 - 0.15 * (x1 - x0) and region[3] > y1 + 0.4 * (y1 - y0)
    with qtbot.waitSignal(view.wanted_changed):
        Mouse(view.chart).double_click(x0 + 0.1 * (x1 - x0), y1)
    assert view.plane_wanted().region is None


def test_a_long_path_is_drawn_over_several_frames_by_itself(race, view, qtbot):
    learned(race, view)
    patch, frames = view.shown.patch, []
    x0, x1, y0, y1 = patch.home
    parts = np.random.default_rng(0).uniform(0.1, 0.9, (300_000, 2))
    places = np.array([x0, y0]) + parts * [x1 - x0, y1 - y0]
    path = ProjectedPath(np.arange(len(places)), places, np.full(len(places), np.nan))
    view.grab()
    view.chart.scene().sigPrepareForPaint.connect(lambda: frames.append(None))
    view.show_plane(replace(patch, paths={**patch.paths, "sgd": path}))
    qtbot.waitUntil(lambda: len(frames) > 5)


def test_settings_of_the_view_come_back(race, view):
    learned(race, view)
    kept = {"stage_path_plane": "weights", "stage_path_weights": [3, 7]}
    view.apply_view(kept)
    assert view.view() == kept
    view.apply_view({})
    assert view.view() == {"stage_path_plane": "principal"}


@pytest.mark.parametrize("weights", ["x", [1], [1, 1], [1, -2], [1, 2, 3], [True, 2], [1, 2.5], None])
def test_settings_that_make_no_sense_are_passed_over(view, weights):
    view.apply_view({"stage_path_plane": "sphere", "stage_path_weights": weights})
    assert view.view() == {"stage_path_plane": "principal"}


def test_weights_of_a_larger_network_give_way(race, view):
    learned(race, view)
    view.apply_view({"stage_path_plane": "weights", "stage_path_weights": [3, 24]})
    race.session.problem_changed({"hidden": ()})
    view.refresh(race.session.picture())
    assert max(view.plane_wanted().weights) < 3
    assert view.describe().endswith("Looking for the plane of the paths…")
    race.show_in(view)
    assert view.chart.names == axes(race.patch(view.plane_wanted()), view.across.name)


def test_a_run_that_has_taken_other_parameters_has_no_place_in_the_plane(race, view, qtbot):
    """The plane is of the moment before, and so are its paths, by the ids of the runs."""
    learned(race, view)
    race.session.tweak("adam", "own.hidden", [{"units": 5}])
    race.session.advance(10)
    picture = race.session.picture(focus="sgd")
    thetas = {run.id: run.shown.theta.size for run in picture.runs}
    assert thetas["adam"] != thetas["sgd"] and "adam" in view.shown.patch.paths
    view.refresh(picture)
    assert [run.id for run in view.shown.runs] == ["sgd"] and "Adam" not in view.describe()
    assert [line.name() for line in view.chart.listDataItems()] == [picture.runs[0].name]
    view.set_cursor(20)
    view.grab()
    places = view.shown.patch.paths["adam"].places
    there = view.chart.view.point(*places[len(places) // 2])
    assert all("Adam" not in text for text, _ in view.read(there))
    view.refresh(race.session.picture(focus="adam"))
    assert view.shown is None, "nor is the plane one of the other run's parameters"


def test_a_plane_that_comes_before_its_problem_has_the_names_of_that(race, view):
    learned(race, view)
    race.session.problem_changed({"hidden": [{"units": 5}]})
    race.session.advance(60)
    picture = race.session.picture()
    patch = race.patch(SliceRequest((17, 20)))
    view.show_plane(patch)
    assert view.shown is None
    view.refresh(picture)
    names = [picture.subject.parameter_name(place) for place in (17, 20)]
    assert list(view.chart.names) == names


def test_it_is_painted_in_both_themes(race, view):
    learned(race, view)
    dark = view.grab().toImage()
    view.set_theme(LIGHT)
    light = view.grab().toImage()
    middle = QPoint(light.width() // 2, light.height() // 2)
    assert light.pixelColor(middle).lightness() != dark.pixelColor(middle).lightness()


def test_it_is_described(race, view):
    learned(race, view)
    words = view.describe()
    assert words.startswith("Parameter path: direction 1 ·")
    for part in ("of the variance from", "differs from the path's own", "Gradient descent: running, update 150"):
        assert part in words


def test_in_the_window_the_path_follows_the_race(used_window):
    window = used_window(experiment())
    stage = window.bench.stages["network"]
    stage.choose("path")
    view = stage.views["path"]
    window.until(lambda: view.shown is not None and view.shown.patch.drawn)
    assert view.chart.names[0].startswith("w hidden 1")
    window.advance(100)
    window.until(lambda: view.shown.patch.weights is None and view.shown.patch.error is not None)
    assert view.shown.patch.paths["adam"].updates[-1] == 100
    window.bench.controller.select("adam")
    window.until(lambda: view.shown.patch.run == "adam")
    window.bench.controller.tweak("sgd", "visible", False)
    window.until(lambda: view.shown.patch.paths.keys() == {"adam"})
    window.bench.controller.change_problem({"hidden.1.units": 3})
    window.until(lambda: view.shown is not None and view.shown.patch.weights == (0, 1))
    window.play(50)
    window.pause()
    window.until(lambda: view.shown.patch.paths["adam"].updates[-1] == window.update)


def test_in_the_window_a_view_that_is_hidden_asks_for_nothing(used_window):
    window = used_window(experiment())
    stage, planes = window.bench.stages["network"], window.bench.training.slices
    stage.choose("path")
    window.until(lambda: planes.newest is not None and planes.newest.drawn)
    stage.choose("histograms")
    window.advance(1)  # comes after the wish of the view that is shown now
    window.until(lambda: planes.idle)
    before = planes.newest
    window.advance(50)
    assert planes.newest is before
    stage.choose("path")
    window.until(lambda: planes.newest is not before and planes.newest.paths["sgd"].updates[-1] == 51)


def test_in_the_window_pointing_at_the_path_moves_the_cursor_of_the_curves(used_window):
    window = used_window(experiment())
    stage, curves = window.bench.stages["network"], window.bench.curves
    stage.choose("path")
    view = stage.views["path"]
    window.advance(120)
    window.until(lambda: view.shown is not None and view.shown.patch.weights is None)
    walk = view.shown.patch.paths["sgd"]
    Mouse(view.chart).move(*walk.places[10])
    assert curves._cursor in walk.updates
