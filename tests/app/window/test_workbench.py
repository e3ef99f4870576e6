"""The real window, operated as a person would: every edit, every refusal, and the way back from each."""

from __future__ import annotations

import gc
import math
import weakref
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QSlider

from app.controls.transport import DEFAULT_SPEED, MAX_SPEED, SPEEDS
from app.documents.experiment_file import load
from app.documents.presets import presets
from app.look.theme import DARK, LIGHT
from app.widgets.knob import Knob
from app.workers.priority import FRAMES
from engine import (
    MAX_RUNS,
    OPTIMIZERS,
    SURFACES,
    Experiment,
    Formula,
    Origin,
    Session,
    explain,
    full_history,
    new_network,
    new_run,
)
from tests.app.conftest import small_race


@pytest.fixture
def window(used_window):
    return used_window()


def replayed(experiment: Experiment, update: int) -> Session:
    """The document computed again without a window, from what a file would hold."""
    session = Session(Experiment.from_dict(experiment.to_dict()))
    while session.update < update:
        session.advance(min(997, update - session.update))  # in other chunks than the window's
    return session


def assert_same_bits(window, session: Session) -> None:
    for shown, run in zip(window.picture.runs, session.runs, strict=True):
        assert shown.update == run.update
        view, again = shown.history, run.history.view()
        assert (view.width, view.count) == (again.width, again.count)
        assert view.last[:, : view.count].tobytes() == again.last[:, : again.count].tobytes()
        assert shown.shown.theta.tobytes() == run.machine.theta.tobytes()


def rate(window):
    return window.bench.run_panel.rate


def beta1(window):
    return window.bench.run_panel.optimizer.reveal("beta1")


def row(window, id: str):
    return next(row for row in window.bench.runs_panel.rows if row.run is not None and row.run.id == id)


def said(window) -> str:
    return window.bench.toast.text.text() if window.bench.toast.isVisible() else ""


def drag(slider: QSlider, *places: int) -> None:
    """Take hold of a slider, move it, let go."""
    slider.setSliderDown(True)
    for place in places:
        slider.setSliderPosition(place)
    slider.setSliderDown(False)


def at_rest(window):
    """What undo has to bring back: the document and how far the race was."""
    return window.picture.experiment, window.update


class PaintedPlaces(QObject):
    """Where each of some widgets was, in its window, whenever it was painted."""

    def __init__(self, *widgets) -> None:
        super().__init__()
        self.found: dict[int, list[tuple[int, ...]]] = {}
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, widget, event) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.found.setdefault(id(widget), []).append(place_of(widget))
        return False


def place_of(widget) -> tuple[int, ...]:
    corner = widget.mapTo(widget.window(), QPoint(0, 0))
    return corner.x(), corner.y(), widget.width(), widget.height()


# The race


def test_play_and_pause_with_the_button(window, qtbot):
    play = window.bench.transport.play
    qtbot.mouseClick(play, Qt.MouseButton.LeftButton)
    window.until(lambda: window.update > 10 and play.text() == "Pause")
    qtbot.mouseClick(play, Qt.MouseButton.LeftButton)
    window.until(lambda: not window.published.playing and play.text() == "Play")
    stands_at = window.update
    window.advance(1)
    assert window.update == stands_at + 1


def test_runs_race_in_step(used_window, races):
    window = used_window(races.small(runs=["adam", "sgd", "rmsprop", "lion"]))
    window.bench.controller.set_speed(5000.0)
    for _ in range(3):
        window.play(30)
        assert len({run.update for run in window.picture.runs}) == 1
    window.pause()
    window.advance(7)
    assert len({run.update for run in window.picture.runs}) == 1


def test_single_steps_and_epochs(used_window, races, qtbot):
    run = new_run("sgd", learning_rate=1e-3, batch=10)
    window = used_window(races.small(runs=[run], noise=0.1))
    for update in (1, 2, 3):
        qtbot.mouseClick(window.bench.transport.step, Qt.MouseButton.LeftButton)
        window.until(lambda update=update: window.update == update)
    for update in (13, 23):  # 100 examples in batches of 10
        qtbot.mouseClick(window.bench.transport.epoch, Qt.MouseButton.LeftButton)
        window.until(
            lambda update=update: window.update == update and window.bench.controller.shown is window.published
        )
    assert not window.published.playing
    assert window.run("sgd").epoch == pytest.approx(2.3)


@pytest.mark.parametrize("speed", [math.inf, math.nan, -3.0, "fast"])
def test_a_speed_in_a_file_that_is_none_is_the_usual_one(used_window, speed):
    window = used_window(replace(small_race(), view={"speed": speed}))
    assert window.bench.controller.speed == DEFAULT_SPEED
    window.bench.controller.play()
    window.until(lambda: window.update > 0)


def test_speed_from_slow_motion_to_all_there_is(window):
    for speed, updates in ((2.0, 1), (50.0, 5), (10_000.0, 500), (MAX_SPEED, 5_000)):
        window.bench.transport.speed.setValue(SPEEDS.index(speed))
        window.until(lambda speed=speed: window.published.speed == speed)
        window.play(updates)
        assert window.published.speed == speed
        if speed == 2.0:
            assert window.update <= 3
    assert window.bench.transport.speed_text.text() == "max speed"


def test_a_knob_turned_while_it_runs_is_a_tweak_and_replays_to_the_bit(window):
    window.play(50)
    knob = beta1(window)
    drag(knob.slider, 300, 400, 500)
    value = knob.value
    assert value != 0.9
    window.settle()
    window.until(lambda: bool(window.run("adam").tweaks))
    window.play(100)
    window.pause()
    run = window.run("adam")
    assert run.tweaks[-1].setting.path == "optimizer.beta1"
    assert run.tweaks[-1].value == value == run.settings.optimizer.values["beta1"]
    assert 50 <= run.tweaks[-1].update < run.update
    assert run.initial.optimizer.values["beta1"] == 0.9
    assert not window.run("momentum").tweaks
    session = replayed(window.picture.experiment, window.update)
    assert_same_bits(window, session)
    # It acts from exactly that update on: without it the numbers are the same until then, and not after.
    plain = replayed(window.bench.document.saved, window.update).run("adam")
    turn = run.tweaks[0].update
    with_it, without = full_history(session.run("adam"))["x"], full_history(plain)["x"]
    assert (with_it[: turn + 1] == without[: turn + 1]).all()
    assert with_it[turn + 1] != without[turn + 1]


def test_a_tweak_is_marked_on_the_curves(window):
    from app.curves.marks import tweak_places

    window.advance(100)
    window.let_changes_apply(from_start=False)
    window.type(beta1(window).field, "0.5")
    window.settle()
    window.advance(100)
    view = window.bench.curves.cards["loss"].view
    x, _ = view.scales
    marks = {line.run.id: tweak_places(line, x).tolist() for line in view.model.lines}
    assert marks["momentum"] == []
    assert marks["adam"] == [pytest.approx(x.pixel(100.0))]


def test_a_slider_held_is_not_pulled_back_by_older_pictures(window, qtbot):
    window.play(1)
    slider = beta1(window).slider
    slider.setSliderDown(True)
    for place in range(100, 900, 100):
        slider.setSliderPosition(place)
        seen = window.published
        window.until(lambda seen=seen: window.published is not seen and window.bench.controller.shown is not seen)
        assert slider.sliderPosition() == place
        assert slider.value() == place
    slider.setSliderDown(False)
    window.pause()
    assert beta1(window).value == window.run("adam").settings.optimizer.values["beta1"]
    assert slider.value() == 800


def test_views_wait_for_the_newest_edit(window):
    """Between an edit and the picture that knows of it, the panels show what the person set."""
    bench = window.bench
    old = window.published
    knob = rate(window)
    knob.field.setFocus()
    window.type(knob.field, "0.5")
    bench.controller.select("adam")  # shows again what was published last
    assert bench.controller.shown is old
    assert knob.value == 0.5
    assert knob.field.text() == "0.5"
    window.settle()
    assert window.run("adam").settings.learning_rate == 0.5


def test_reset_gives_the_same_numbers_and_new_seeds_give_others(used_window, races, qtbot):
    window = used_window(races.small(noise=1.0, runs=[new_run("sgd", learning_rate=1e-4, batch=10)]))
    window.advance(200)
    first = window.run("sgd").history.column("x")[0].copy()
    qtbot.mouseClick(window.bench.transport.restart, Qt.MouseButton.LeftButton)
    window.until(lambda: window.update == 0)
    window.advance(200)
    assert (window.run("sgd").history.column("x")[0] == first).all()
    qtbot.mouseClick(window.bench.transport.seeds, Qt.MouseButton.LeftButton)
    window.settle()
    window.bench.controller.reset()
    window.until(lambda: window.update == 0)
    window.advance(200)
    assert (window.run("sgd").history.column("x")[0] != first).any()


def test_reset_keeps_settings_and_replay_keeps_tweaks(window):
    window.advance(50)
    window.let_changes_apply(from_start=False)
    window.type(rate(window).field, "0.1")
    window.settle()
    window.advance(50)
    numbers = window.run("adam").history.column("x")[0].copy()
    window.bench.controller.replay()
    window.settle()
    assert window.update == 0
    assert window.run("adam").settings.learning_rate == 0.02
    window.advance(100)
    assert window.run("adam").history.column("x")[0].tobytes() == numbers.tobytes()
    window.bench.controller.reset()
    window.settle()
    run = window.run("adam")
    assert (window.update, run.tweaks, run.settings.learning_rate) == (0, (), 0.1)


# The past


def test_the_timeline_shows_exactly_the_state_that_was_there(window):
    window.advance(120)
    window.type(rate(window).field, "0.05")
    window.settle()
    window.advance(280)
    headless = replayed(window.picture.experiment, 400)
    timeline = window.bench.transport.timeline
    for share in (0.0, 0.1, 0.3, 0.75):
        timeline.setValue(round(share * timeline.maximum()))
        update = round(share * 400)
        window.until(
            lambda update=update: window.picture.cursor == update and window.bench.controller.shown is window.published
        )
        for run in window.picture.runs:
            there = headless.run(run.id).peek(update)
            assert run.shown.update == there.update == update
            for name in ("theta", "gradient", "step"):
                assert getattr(run.shown, name).tobytes() == getattr(there, name).tobytes()
            assert run.shown.settings == there.settings
            assert (run.shown.loss, run.shown.rate) == (there.loss, there.rate)
    assert window.update == 400
    assert window.bench.transport.place.text() == "300 of 400"


def test_play_goes_on_at_the_newest(window):
    window.advance(200)
    window.bench.controller.scrub(40)
    window.until(lambda: window.picture.cursor == 40)
    window.play(10)
    assert window.picture.cursor is None
    window.pause()
    assert window.update >= 210
    assert_same_bits(window, replayed(window.picture.experiment, window.update))


def test_rewind_forgets_what_came_later(window, qtbot):
    window.advance(100)
    window.let_changes_apply(from_start=False)
    window.type(rate(window).field, "0.5")
    window.settle()
    window.advance(100)
    window.bench.controller.scrub(60)
    window.until(lambda: window.bench.controller.shown.picture.cursor == 60)
    qtbot.mouseClick(window.bench.transport.rewind, Qt.MouseButton.LeftButton)
    window.settle()
    run = window.run("adam")
    assert (window.update, window.picture.cursor, run.tweaks) == (60, None, ())
    assert run.settings.learning_rate == 0.02
    assert rate(window).value == 0.02
    window.advance(40)
    assert_same_bits(window, replayed(window.picture.experiment, 100))


def test_looking_back_update_by_update(window):
    window.advance(10)
    window.bench.controller.look(-1)
    window.until(lambda: window.bench.controller.shown.picture.cursor == 9)
    window.bench.controller.look(-4)
    window.until(lambda: window.bench.controller.shown.picture.cursor == 5)
    window.bench.controller.look(-40)
    window.until(lambda: window.bench.controller.shown.picture.cursor == 0)
    window.bench.controller.look(99)
    window.until(lambda: window.bench.controller.shown.picture.cursor is None)
    assert window.update == 10


def test_a_click_on_a_curve_goes_there(window):
    window.advance(100)
    window.bench.curves.picked.emit(25)
    window.until(lambda: window.picture.cursor == 25)
    assert all(run.shown.update == 25 for run in window.picture.runs)


# The problem


def stage_point(window, x: float, y: float) -> QPoint:
    plane = window.bench.stages["surface"].plane
    return plane.mapFromScene(plane.box.mapToScene(plane.view.point(x, y)))


def test_dragging_the_start_moves_it_and_is_one_edit(window, qtbot):
    window.advance(50)
    before = at_rest(window)
    plane = window.bench.stages["surface"].plane
    window.until(lambda: plane.landscape is not None and plane.start is not None)
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(plane.viewport(), left, pos=stage_point(window, *plane.start))
    for step in range(1, 6):
        qtbot.mouseMove(plane.viewport(), stage_point(window, -1.2 + 0.1 * step, 1.0 + 0.1 * step))
    place = plane.start
    assert place == pytest.approx((-0.7, 1.5), abs=0.05)
    qtbot.mouseRelease(plane.viewport(), left, pos=stage_point(window, *place))
    window.settle()
    problem = window.picture.experiment.problem
    assert problem.start == tuple(float(f"{part:.6g}") for part in place)
    assert window.update == 50, "in a pause, the paths follow the hand"
    assert all(run.history.column("x")[0][0] == problem.start[0] for run in window.picture.runs)
    window.bench.document.undo()
    window.settle()
    assert at_rest(window) == before


def test_a_click_on_the_stage_starts_there(window, qtbot):
    plane = window.bench.stages["surface"].plane
    window.until(lambda: plane.landscape is not None)
    qtbot.mouseClick(plane.viewport(), Qt.MouseButton.LeftButton, pos=stage_point(window, 1.5, -0.5))
    window.until(lambda: window.update > 0)
    assert window.picture.experiment.problem.start == pytest.approx((1.5, -0.5), abs=0.05)


def test_the_stage_says_how_the_start_is_placed_now(window):
    def hint() -> str:
        return next(
            label.text()
            for label in window.bench.stages["surface"].toolbar.findChildren(QLabel)
            if "start" in label.text()
        )

    assert hint() == "click or drag the start"
    window.advance(5)
    window.until(lambda: hint() == "drag the start, or double-click")
    window.bench.controller.reset()
    window.settle()
    assert hint() == "click or drag the start"


def test_a_start_that_is_typed(window):
    knobs = window.bench.problem_panel.panels["surface"].start.knobs
    window.type(knobs["start_x"].field, "0.5")
    window.settle()
    window.type(knobs["start_y"].field, "-0.75")
    window.settle()
    assert window.picture.experiment.problem.start == (0.5, -0.75)
    assert window.run("adam").shown.theta.tolist() == [0.5, -0.75]
    window.until(lambda: window.bench.stages["surface"].plane.start == (0.5, -0.75))


def test_both_coordinates_typed_without_a_pause(window):
    knobs = window.bench.problem_panel.panels["surface"].start.knobs
    window.type(knobs["start_x"].field, "0.5")
    window.type(knobs["start_y"].field, "-0.75")
    window.settle()
    assert window.picture.experiment.problem.start == (0.5, -0.75)


def choose(chooser, key: str) -> None:
    """Pick an entry of a list, as the pop-up does."""
    place = chooser.findData(key, Qt.ItemDataRole.UserRole)
    assert place >= 0
    chooser.setCurrentIndex(place)
    chooser.activated.emit(place)


def test_another_surface(window):
    window.advance(30)
    choose(window.bench.problem_panel.panels["surface"].chooser, "himmelblau")
    window.settle()
    surface = SURFACES["himmelblau"]
    assert window.picture.experiment.problem.surface.kind == "himmelblau"
    assert window.picture.experiment.problem.start == surface.start
    assert window.picture.subject.formula == surface.formula
    plane = window.bench.stages["surface"].plane
    window.until(lambda: plane.landscape.terrain.landmarks.title == surface.title)
    assert plane.view.region == pytest.approx(surface.view)
    terrain = plane.landscape.terrain
    assert np.isfinite(terrain.values).all()
    assert_same_bits(window, replayed(window.picture.experiment, window.update))


def test_a_surface_knob(used_window, races):
    key, entry = next((key, entry) for key, entry in SURFACES.items() if entry.knobs)
    window = used_window(races.small(surface=key, runs=["sgd"]))
    name, knob = next(iter(window.bench.problem_panel.panels["surface"].knobs.knobs.items()))
    place = 250 if knob.slider.value() != 250 else 750
    drag(knob.slider, place)
    window.settle()
    assert window.picture.experiment.problem.surface.values[name] == knob.value
    assert knob.value != entry.knobs[0].default


def test_an_own_formula(window, qtbot):
    panel = window.bench.problem_panel
    panel.kind.chosen.emit(1)
    window.settle()
    assert isinstance(window.picture.experiment.problem.surface, Formula)
    window.type(panel.panels["surface"].editor.text, "x^2 + a*y^2")
    window.settle()
    surface = window.picture.experiment.problem.surface
    assert (surface.text, set(surface.parameters)) == ("x^2 + a*y^2", {"a"})
    window.type(panel.panels["surface"].editor.parameters.knobs["a"].field, "3")
    window.settle()
    assert window.picture.experiment.problem.surface.parameters == {"a": 3.0}
    x, y = window.picture.experiment.problem.start
    assert window.run("adam").shown.loss == pytest.approx(x * x + 3 * y * y)
    window.advance(20)
    assert_same_bits(window, replayed(window.picture.experiment, window.update))


def test_a_field_gives_the_keyboard_back_to_the_stage(window, qtbot):
    panel, stage = window.bench.problem_panel, window.bench.shown_stage
    panel.kind.chosen.emit(1)
    window.settle()
    editor = panel.panels["surface"].editor
    for field, text in ((editor.text, "2x² + y²"), (panel.panels["surface"].noise.reveal("noise").field, "1/4")):
        window.type(field, text)
        window.settle()
        assert stage.focusProxy().hasFocus()
        before = at_rest(window)
        field.setFocus()
        qtbot.keyClicks(field, "9")
        window.settle()
        assert at_rest(window) == before  # nothing is applied while it is typed
        qtbot.keyClick(field, Qt.Key.Key_Escape)
        window.settle()
        assert stage.focusProxy().hasFocus() and at_rest(window) == before
    assert window.picture.experiment.problem.surface == Formula("2x² + y²", {}, editor.value.domain)
    assert window.picture.experiment.problem.noise == 0.25


@pytest.mark.parametrize("part", ["run_panel", "stop_panel"])
def test_what_is_half_typed_is_not_applied_to_another_kind_of_problem(window, qtbot, part):
    """A click on the switch leaves the keyboard where it is."""
    before = window.picture
    knob = {"run_panel": window.bench.run_panel.rate, "stop_panel": window.bench.stop_panel.findChildren(Knob)[0]}[part]
    old = knob.field.text()
    knob.field.setFocus()
    knob.field.selectAll()
    qtbot.keyClicks(knob.field, "7")
    kinds = window.bench.problem_panel.findChildren(QAbstractButton)
    qtbot.mouseClick(next(button for button in kinds if button.text() == "Network"), Qt.MouseButton.LeftButton)
    window.until(lambda: window.picture.kind == "network")
    window.settle()
    assert knob.field.text() != "7" or old == "7"
    window.bench.take_keyboard()
    window.settle()
    rates = [run.settings.learning_rate for run in window.picture.runs]
    assert 7.0 not in rates and window.picture.experiment.stop["updates"] != 7
    assert len(rates) == len(before.runs)


@pytest.mark.parametrize("network", [False, True])
def test_what_is_half_typed_is_not_applied_to_the_next_experiment(window, qtbot, races, network):
    panel = window.bench.problem_panel
    panel.kind.chosen.emit(1)
    window.settle()
    for field, text in ((panel.panels["surface"].editor.text, "x*y + 7"), (rate(window).field, "0.5")):
        opened = new_network("circle", ["sgd"], (2,)) if network else races.small(surface="beale", runs=["lion"])
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, text)
        window.bench.document.open(opened)
        window.settle()
        assert window.picture.experiment.problem == opened.problem
        assert window.picture.experiment.runs == opened.runs


def test_a_faulty_formula_leaves_the_race_alone(window):
    panel = window.bench.problem_panel
    panel.kind.chosen.emit(1)
    window.settle()
    window.advance(20)
    before = at_rest(window)
    for text in ("x^2 +", "sin(x", "__import__('os')", "x**", "foo(x)", "", "9^9^9^9 +", "é日本", "(" * 2000):
        panel.panels["surface"].editor.text.clear()
        panel.panels["surface"].editor.text.insert(text)
        panel.panels["surface"].editor.text.textEdited.emit(text)
        panel.panels["surface"].editor.text.editingFinished.emit()
        assert panel.panels["surface"].editor.fault.text()
        assert panel.panels["surface"].editor.fault.isVisible()
        window.settle()
        assert at_rest(window) == before, text


def test_noise_is_live(used_window, races):
    window = used_window(races.small(runs=[new_run("sgd", learning_rate=1e-4, batch=10)]))
    window.advance(50)
    window.let_changes_apply(from_start=False)
    window.type(window.bench.problem_panel.panels["surface"].noise.reveal("noise").field, "2.5")
    window.settle()
    window.advance(50)
    run = window.run("sgd")
    assert window.picture.task.noise == 2.5
    assert [(tweak.update, tweak.setting.path, tweak.value) for tweak in run.tweaks] == [(50, "noise", 2.5)]
    assert_same_bits(window, replayed(window.picture.experiment, 100))


# The runs


def test_a_run_joins_and_catches_up(window):
    window.advance(300)
    window.bench.runs_panel.added.emit("rmsprop")
    window.settle()
    ids = [run.id for run in window.picture.runs]
    assert ids == ["adam", "momentum", "rmsprop"]
    assert {run.update for run in window.picture.runs} == {300}
    assert len({run.colour for run in window.picture.runs}) == 3
    assert window.bench.controller.selected == "rmsprop"
    assert_same_bits(window, replayed(window.picture.experiment, 300))


def test_runs_are_named_by_what_differs_and_typed_names_stay(window):
    controller = window.bench.controller
    controller.duplicate_run("adam")
    window.settle()
    rate = "η = 0.02"
    assert [run.name for run in window.picture.runs] == [
        f"Adam, {rate} (1)",
        "Momentum, η = 0.0001",
        f"Adam, {rate} (2)",
    ]
    controller.tweak("adam-2", "optimizer", "rmsprop")
    controller.tweak("momentum", "name", "mine")
    controller.tweak("momentum", "optimizer", "adam")
    window.settle()
    controller.duplicate_run("momentum")
    window.settle()
    assert [run.name for run in window.picture.runs] == [f"Adam, {rate}", "mine", f"RMSprop, {rate}", "mine 2"]
    controller.tweak("momentum", "name", "")
    window.settle()
    assert window.run("momentum").name == "Adam, η = 0.0001"


def test_play_begins_again_once_every_run_has_ended(window):
    window.bench.controller.change_stop({"updates": 30})
    window.play(20)
    window.until(lambda: not window.published.playing)
    assert window.update == 30
    window.bench.controller.set_speed(20.0)
    window.bench.controller.toggle_play()
    window.until(lambda: window.published.playing and window.update < 30)
    window.bench.controller.pause()
    window.settle()
    window.bench.document.undo()
    window.settle()
    assert window.update == 30, "undo takes it back"


def test_duplicate_hide_rename_pin_and_remove(window, qtbot):
    window.advance(40)
    row(window, "adam").duplicated.emit("adam")
    window.settle()
    copy = window.picture.runs[-1]
    assert copy.name == "Adam, η = 0.02 (2)"
    assert copy.settings.optimizer == window.run("adam").settings.optimizer
    assert copy.shown.theta.tobytes() == window.run("adam").shown.theta.tobytes()

    qtbot.mouseClick(row(window, copy.id).swatch, Qt.MouseButton.LeftButton)
    window.settle()
    assert not window.run(copy.id).visible

    line = row(window, copy.id)
    line.begin_rename()
    window.type(line.editor, "Twin")
    window.settle()
    assert window.run(copy.id).name == "Twin"
    assert line.name.text() == "Twin"

    line.changed.emit(copy.id, "pinned", True)
    window.settle()
    window.bench.controller.reset()
    window.settle()
    assert window.run(copy.id).update == 40
    assert window.run("adam").update == 0

    line.removed.emit(copy.id)
    window.settle()
    assert [run.id for run in window.picture.runs] == ["adam", "momentum"]
    assert window.bench.controller.selected in ("adam", "momentum")


def test_the_last_run_stays(used_window, races):
    window = used_window(races.small(runs=["adam"]))
    window.bench.controller.remove_selected()
    window.until(lambda: "at least one run" in said(window))
    assert len(window.picture.runs) == 1


def test_sixteen_runs_and_no_more(used_window, races):
    window = used_window(races.small(runs=["sgd"] * (MAX_RUNS - 1)))
    window.advance(10)
    window.bench.controller.add_run("adam")
    window.settle()
    assert len(window.picture.runs) == MAX_RUNS
    assert len({run.id for run in window.picture.runs}) == len({run.colour for run in window.picture.runs}) == MAX_RUNS
    before = at_rest(window)
    window.bench.controller.duplicate_selected()
    window.until(lambda: str(MAX_RUNS) in said(window))
    window.settle()
    assert at_rest(window) == before
    assert not window.bench.runs_panel.add.isEnabled()


def test_another_optimizer_in_the_middle_keeps_the_place(window):
    window.play(100)
    choose(window.bench.run_panel.optimizer.chooser, "rmsprop")
    window.settle()
    window.play(50)
    window.pause()
    run = window.run("adam")
    tweak = run.tweaks[0]
    assert (tweak.setting.path, tweak.value) == ("optimizer", "rmsprop")
    xs = run.history.column("x")[0]
    headless = replayed(window.bench.document.saved, tweak.update).run("adam")
    assert xs[tweak.update] == headless.machine.theta[0]
    assert run.settings.learning_rate == 0.02
    assert list(window.bench.run_panel.optimizer.knobs.knobs) == [knob.name for knob in OPTIMIZERS["rmsprop"].knobs]
    assert_same_bits(window, replayed(window.picture.experiment, window.update))


# Divergence


def diverge(window, run: str = "momentum") -> None:
    window.bench.controller.select(run)
    window.settle()
    window.type(rate(window).field, "10")
    window.settle()
    window.play(1)
    window.until(lambda: window.run(run).status == "diverged")
    window.pause()


def test_a_rate_too_high_is_told_in_the_row_and_undo_heals(window):
    window.advance(20)
    before = at_rest(window)
    diverge(window)
    run, line = window.run("momentum"), row(window, "momentum")
    window.until(lambda: line.message.isVisible())
    assert "learning rate 10" in line.message.text()
    assert line.property("bad") is True
    assert run.diverged_at is not None
    assert np.isfinite(run.shown.theta).all()
    assert math.isfinite(run.shown.loss)
    assert window.run("adam").status == "running", "the others race on"
    window.bench.document.undo()
    window.settle()
    healed = window.run("momentum")
    assert healed.status == "running"
    assert healed.tweaks == ()
    assert window.picture.experiment == before[0]
    assert_same_bits(window, replayed(window.picture.experiment, window.update))


def test_the_remedy_in_the_row_works_and_is_one_edit(window):
    window.advance(20)
    diverge(window)
    ill = window.picture.experiment
    line = row(window, "momentum")
    window.until(lambda: line.remedies["slower"].isVisible())
    better = window.run("momentum").slower_rate
    back_to = window.run("momentum").rewind_to
    line.remedies["slower"].click()
    window.settle()
    run = window.run("momentum")
    assert run.status in ("ready", "running")
    assert run.settings.learning_rate == float(f"{better:.3g}")
    assert run.update == back_to
    window.play(200)
    window.pause()
    assert window.run("momentum").status == "running"
    window.bench.document.undo()
    window.settle()
    assert window.picture.experiment == ill


def test_a_diverged_run_is_clipped_rewound_or_kept_beside_a_branch(window):
    window.advance(20)
    diverge(window)
    line = row(window, "momentum")
    window.until(lambda: line.remedies["branch"].isVisible())
    ill, run = window.picture.experiment, window.run("momentum")
    after = {}
    for what in ("rewind", "clip", "branch"):
        line.remedies[what].click()
        window.settle()
        after[what] = {run.id: run for run in window.picture.runs}
        window.bench.document.undo()
        window.settle()
        assert window.picture.experiment == ill, what
    back = after["rewind"]["momentum"]
    assert back.update == run.rewind_to and back.tweaks == tuple(t for t in run.tweaks if t.update <= run.rewind_to)
    assert after["clip"]["momentum"].settings.optimizer.values["clip_norm"] == run.clip_to
    branch = after["branch"]["momentum-2"]
    assert branch.origin == (Origin("momentum", run.rewind_to) if run.rewind_to else None)
    assert branch.status != "diverged" and after["branch"]["momentum"].status == "diverged"
    assert branch.settings.learning_rate == float(f"{run.slower_rate:.3g}")


# Undo and redo

EDITS = {
    "value": lambda window: window.type(rate(window).field, "0.07"),
    "choice": lambda window: choose(window.bench.run_panel.optimizer.chooser, "adamw"),
    "schedule": lambda window: choose(window.bench.run_panel.schedule.chooser, "cosine"),
    "batch": lambda window: window.bench.run_panel.batch.chosen.emit(1),
    "start": lambda window: window.type(
        window.bench.problem_panel.panels["surface"].start.knobs["start_x"].field, "0.3"
    ),
    "problem": lambda window: choose(window.bench.problem_panel.panels["surface"].chooser, "beale"),
    "formula": lambda window: window.bench.problem_panel.kind.chosen.emit(1),
    "noise": lambda window: window.type(
        window.bench.problem_panel.panels["surface"].noise.reveal("noise").field, "0.5"
    ),
    "seeds": lambda window: window.bench.controller.renew_seeds(),
    "stop": lambda window: window.type(window.bench.stop_panel.knobs.reveal("updates").field, "5000"),
    "name": lambda window: window.bench.controller.tweak("adam", "name", "Adam the first"),
    "hidden": lambda window: window.bench.controller.tweak("adam", "visible", False),
    "pinned": lambda window: window.bench.controller.tweak("adam", "pinned", True),
    "run added": lambda window: window.bench.controller.add_run("lion"),
    "run duplicated": lambda window: window.bench.controller.duplicate_selected(),
    "run removed": lambda window: window.bench.controller.remove_selected(),
    "reset": lambda window: window.bench.controller.reset(),
    "replay": lambda window: window.bench.controller.replay(),
    "rewind": lambda window: window.bench.controller.rewind(35),
    "branch": lambda window: window.bench.controller.branch("adam", 35, {"learning_rate": 0.1}),
}


def test_undo_and_redo_bring_back_document_and_update(window):
    window.advance(40)
    window.bench.controller.tweak("adam", "optimizer.beta2", 0.99)
    window.settle()
    window.advance(40)
    before = at_rest(window)
    states = {run.id: run.shown.theta.tobytes() for run in window.picture.runs}
    for kind, edit in EDITS.items():
        edit(window)
        window.settle()
        after = at_rest(window)
        assert after != before, kind
        for _ in range(2):
            window.bench.document.undo()
            window.settle()
            assert at_rest(window) == before, kind
            assert {run.id: run.shown.theta.tobytes() for run in window.picture.runs} == states, kind
            window.bench.document.redo()
            window.settle()
            assert at_rest(window) == after, kind
        assert not window.bench.document.redo_label
        window.bench.document.undo()
        window.settle()
        window.bench.controller.select("adam")


def test_a_drag_is_undone_as_a_whole(window):
    window.advance(10)
    window.let_changes_apply(from_start=False)
    before, label = at_rest(window), window.bench.document.undo_label
    drag(beta1(window).slider, 100, 200, 300)
    drag(beta1(window).slider, 400, 500)
    window.settle()
    assert len(window.run("adam").tweaks) == 1
    window.bench.document.undo()
    window.settle()
    assert window.run("adam").settings.optimizer.values["beta1"] not in (0.9, beta1(window).hyper.default)
    window.bench.document.undo()
    window.settle()
    assert at_rest(window) == before
    assert window.bench.document.undo_label == label


def test_edits_in_quick_succession_are_undone_one_by_one(window):
    """Faster than the worker can publish: each is undone to what stood before it, not to an older state."""
    window.advance(10)
    for value in (0.1, 0.2, 0.3):
        window.bench.controller.tweak("adam", "learning_rate", value)
        window.bench.controller.settle()
    window.settle()
    seen = []
    for _ in range(3):
        window.bench.document.undo()
        window.settle()
        seen.append(window.run("adam").settings.learning_rate)
    assert seen == [0.2, 0.1, 0.02]


def test_what_is_refused_is_no_edit(window):
    label = window.bench.document.undo_label
    window.bench.controller.tweak("adam", "learning_rate", float("nan"))
    window.until(lambda: bool(said(window)))
    window.settle()
    assert window.bench.document.undo_label == label


# Refusals


def test_a_number_that_cannot_be_is_refused_in_words(window):
    window.advance(5)
    before, label = at_rest(window), window.bench.document.undo_label
    knob = rate(window)
    for text in ("nan", "1e9999", "-1", "abc", "1,5,2", "1,000", ""):
        window.type(knob.field, text)
        assert knob.fault.isVisible(), text
        assert knob.hyper.range in knob.fault.text(), text
        window.settle()
        assert at_rest(window) == before, text
        window.qtbot.keyClick(knob.field, Qt.Key.Key_Escape)
        assert not knob.fault.isVisible(), text
        assert knob.field.text() == "0.02"
    assert window.bench.document.undo_label == label


def test_what_the_engine_refuses_is_told_and_changes_nothing(window):
    window.advance(5)
    before, label = at_rest(window), window.bench.document.undo_label
    for start in ((math.nan, 0.0), (math.inf, 1.0), (1e300, 0.0)):
        window.bench.toast.hide()
        window.bench.controller.change_problem({"start": start})
        window.until(lambda: "start" in said(window))
        window.settle()
        assert at_rest(window) == before
    assert window.bench.document.undo_label == label


def test_a_fault_of_the_engine_is_told_once_and_the_race_can_go_on(window, monkeypatch):
    told_once = []
    window.bench.training.failed.connect(told_once.append)
    with monkeypatch.context() as broken:
        broken.setattr(Session, "advance", lambda *_: 1 / 0)
        window.bench.controller.toggle_play()
        window.until(lambda: "ZeroDivisionError" in said(window) and not window.published.playing)
    window.until(lambda: bool(told_once))
    window.bench.toast.copy.click()
    assert "Traceback" in QGuiApplication.clipboard().text()
    assert window.bench.training.is_running
    window.play(10)
    assert len(told_once) == 1


# What is shown


def test_explain_recomputes_the_step(window):
    window.advance(25)
    window.bench.toggle_explain()
    window.bench.controller.scrub(11)
    window.until(lambda: window.bench.controller.shown.picture.cursor == 11)
    panel = window.bench.explain
    assert panel.isVisible()
    peek = window.run("adam").shown
    for coordinate in (1, 0):
        panel.coordinates.findChildren(QPushButton)[coordinate].click()
        window.until(lambda axis="xy"[coordinate]: f"θ = {axis} = " in panel.heading.text())
        assert "update 11" in panel.heading.text()
        lines = explain(peek, coordinate)
        assert lines[-1].value == pytest.approx(peek.step[coordinate], rel=1e-12)
        for row, line in zip(panel._rows, lines, strict=True):
            texts = ["".join(label.text().split()) for label in row]
            assert "".join(line.numbers.split()) in "".join(texts)
            assert texts[0].startswith("".join(line.name.split()))


def test_other_themes_while_it_runs(open_window):
    window = open_window()
    window.play(10)
    for theme in (LIGHT, DARK, LIGHT, DARK):
        window.bench.set_theme(theme)
        window.play(5)
        image = window.bench.grab().toImage()
        assert image.pixelColor(1, image.height() - 2) == theme.window
    assert window.published.playing


def test_the_cursor_is_linked(window):
    window.advance(60)
    window.bench.curves.cursor_moved.emit(30)
    assert window.bench.stages["surface"].plane._cursor == 30
    window.bench.stages["surface"].cursor_moved.emit(12)
    assert all(card.view.cursor_update == 12 for card in window.bench.curves.cards.values())
    window.bench.stages["surface"].cursor_moved.emit(None)
    assert all(card.view.cursor_update is None for card in window.bench.curves.cards.values())


def test_garbage_is_collected_in_the_windows_thread_alone(open_window, races, qtbot):
    """A widget in a cycle would be deleted by whichever thread allocates next: the training thread."""
    gc.enable()
    window = open_window(races.small())
    assert not gc.isenabled()

    class Cycle:
        def __init__(self):
            self.me = self

    cycle = weakref.ref(Cycle())
    litter = [[] for _ in range(2 * gc.get_threshold()[0])]
    window.until(lambda: cycle() is None)
    open_window.close(window)
    assert gc.isenabled()
    litter.clear()


# Documents


def test_saved_and_opened_again_it_is_the_same(open_window, tmp_path):
    window = open_window()
    window.advance(50)
    window.type(beta1(window).field, "0.8")
    window.bench.controller.change_speed(1)
    window.bench.controller.select("momentum")
    window.bench.curves.show_along("examples")
    window.settle()
    window.advance(50)
    assert window.bench.document.is_changed
    path = tmp_path / "race.toml"
    window.save_file(path)
    assert not window.bench.document.is_changed
    document, speed = load(path), window.bench.controller.speed
    assert replace(document, title="Untitled") == window.current()

    again = open_window(load(path))
    assert again.current() == document
    assert (again.bench.controller.speed, again.bench.controller.selected) == (speed, "momentum")
    assert again.bench.curves.view() == window.bench.curves.view()
    assert again.published.speed == speed
    again.advance(100)
    assert_same_bits(again, replayed(window.picture.experiment, 100))
    assert [run.shown.theta.tobytes() for run in again.picture.runs] == [
        run.shown.theta.tobytes() for run in window.picture.runs
    ]


def test_a_file_that_is_refused_changes_nothing(window, tmp_path):
    window.advance(5)
    before = at_rest(window)
    path = tmp_path / "bad.toml"
    path.write_text("[[runs]]\noptimizer = 'adam'\nlearning_rate = -3\n[problem]\n")
    window.open_file(path)
    assert "learning_rate" in said(window)
    assert "-3" in said(window)
    window.open_file(tmp_path / "absent.toml")
    assert "absent.toml" in said(window)
    assert at_rest(window) == before


def test_undo_takes_back_the_opening_of_another_experiment(window, races):
    window.advance(5)
    window.bench.controller.tweak("adam", "learning_rate", 0.5)
    window.settle()
    window.bench.document.open(races.small(surface="beale", runs=["lion"]))
    window.settle()
    assert window.update == 0
    assert [run.id for run in window.picture.runs] == ["lion"]
    assert window.bench.document.undo_label == "opening Untitled"
    window.until(
        lambda: window.bench.stages["surface"].plane.landscape.terrain.landmarks.title == SURFACES["beale"].title
    )
    window.advance(30)
    window.bench.document.undo()
    window.settle()
    assert window.update == 5
    assert window.run("adam").settings.learning_rate == 0.5
    assert window.bench.document.is_changed
    assert window.bench.document.undo_label == "learning rate"
    window.bench.document.redo()
    window.settle()
    assert [run.id for run in window.picture.runs] == ["lion"]
    assert window.update == 30
    assert not window.bench.document.is_changed


# The end: the fixture sees to it that closing takes no longer than a second, and that nothing is left


def test_closed_while_it_runs_at_full_speed(open_window):
    window = open_window()
    window.bench.controller.set_speed(MAX_SPEED)
    window.play(10_000)
    assert window.published.playing


def test_closed_while_it_replays(open_window):
    window = open_window()
    window.bench.controller.set_speed(MAX_SPEED)
    window.play(500_000)
    window.pause()
    window.bench.controller.tweak("adam", "learning_rate", 0.1)
    window.bench.document.undo()
    window.bench.controller.change_problem({"start": (0.0, 0.0)})


def test_closed_on_a_long_way_back(open_window, races):
    """A rewind is computed from the beginning: that holds up neither the window nor its end."""
    window = open_window(races.small(runs=["sgd"] * 4))
    window.bench.controller.set_speed(MAX_SPEED)
    window.play(3_000_000)
    window.bench.controller.rewind(window.update - 1)
    window.until(lambda: window.published.replaying is not None)


def test_closed_before_the_first_picture(qtbot, qtlog, themed, races):
    from app.window.workbench import Workbench

    bench = Workbench(DARK, races.small())
    qtbot.addWidget(bench)
    bench.controller.play()
    bench.shut_down()
    assert not bench.training.is_running


@pytest.mark.parametrize("times", [3, pytest.param(12, marks=pytest.mark.slow)])
def test_opened_and_closed_many_times(open_window, races, times):
    benches = []
    for _ in range(times):
        window = open_window(races.small(surface="beale"))
        window.bench.controller.play()
        benches.append(weakref.ref(window.bench))
        open_window.close(window)
        del window
    gc.collect()
    assert sum(bench() is not None for bench in benches) == 0


# The note


def test_the_note_stands_on_screen_while_its_problem_is_open(used_window, races):
    note = "Watch the valley. " * 20
    window = used_window(replace(races.small(), note=note.strip()))
    line = window.bench.note
    assert line.isVisible() and line.text() == note.strip() and line.toolTip().startswith(line.text())
    window.bench.controller.change_problem({"start": (0.5, 0.5)})
    window.settle()
    assert line.isVisible()
    window.bench.controller.change_problem({"surface": races.small(surface="himmelblau").problem.surface})
    window.settle()
    assert window.picture.task.title == "Himmelblau" and not line.isVisible()
    window.bench.document.undo()
    window.settle()
    assert line.isVisible()
    window.bench.document.open(races.small())
    window.settle()
    assert not line.isVisible()
    window.bench.document.open(replace(races.small(surface="himmelblau"), note="Another."))
    window.settle()
    assert line.isVisible() and line.text() == "Another."


@pytest.mark.parametrize(
    ("size", "longest"),
    [((1024, 700), 12), *(pytest.param(size, 1000, marks=pytest.mark.slow) for size in ((1024, 700), (1280, 800)))],
)
def test_the_sentence_of_every_preset_stands_there_whole(used_window, races, size, longest):
    """By default the longest ones."""
    window = used_window(races.small())
    window.shell.resize(*size)
    for note in sorted((preset.experiment().note for preset in presets()), key=len)[-longest:]:
        window.bench.document.open(replace(races.small(), note=note))
        window.settle()
        shown = " ".join(window.bench.note.lines)
        assert window.bench.note.isVisible() and shown.split() == note.split()
    assert window.bench.note.height() >= 2 * window.bench.note.fontMetrics().lineSpacing()


def test_the_note_gives_its_room_to_the_stage_in_a_low_window(used_window, races):
    window = used_window(replace(races.small(), note="Watch the valley."))
    assert window.bench.note.isVisible()
    window.shell.resize(1000, 620)
    window.until(lambda: not window.bench.note.isVisible())
    window.shell.resize(1000, 800)
    window.until(lambda: window.bench.note.isVisible())


@pytest.mark.parametrize("change", ["remove", "optimizer"])
def test_no_frame_shows_panels_with_new_contents_in_their_old_places(used_window, races, qtbot, change):
    window = used_window(races.small(runs=["momentum", "adam", "sgd"]))
    window.settle()
    bench = window.bench
    left = [row(window, id) for id in ("momentum", "sgd")] + [bench.run_panel.optimizer_card]
    window.bench.runs_panel.selected.emit("adam")
    window.settle()
    before = [place_of(part) for part in left]
    places = PaintedPlaces(*left)
    if change == "remove":
        gone = row(window, "adam")
        gone.setFocus()
        qtbot.keyClick(gone, Qt.Key.Key_Delete)
    else:
        bench.run_panel.optimizer.chooser.chosen.emit("sgd")
    window.settle()
    qtbot.wait(60)
    assert [place_of(part) for part in left] != before
    for part, old in zip(left, before, strict=True):
        assert set(places.found.get(id(part), [])) <= {old, place_of(part)}


def test_another_document_comes_a_part_a_frame(used_window, races, monkeypatch):
    """Stage, curves and panels at once would hold the window up for longer than a few frames."""
    window = used_window(races.small())
    window.settle()
    bench, frames = window.bench, [[]]
    parts = (bench.runs_panel, "refresh"), (bench.curves, "refresh"), (bench.problem_panel, "refresh")

    def counted(part, name):
        show = getattr(part, name)

        def told(*args, **more):
            frames[-1].append(part)
            return show(*args, **more)

        monkeypatch.setattr(part, name, told)

    for part, name in (*parts, (bench.run_panel, "refresh")):
        counted(part, name)
    shown = bench.show_newest

    def frame():
        frames.append([])
        shown()

    monkeypatch.setattr(bench, "show_newest", frame)
    bench.document.open(races.small(surface="himmelblau", runs=["adam"]))
    window.settle()
    came = [set(names) for names in frames if names]
    first = next(place for place, names in enumerate(came) if len(names) == 1)
    last = next(place for place, names in enumerate(came) if bench.run_panel in names and place > first)
    assert all(len(names) == 1 for names in came[first:last])
    assert len(set().union(*came[first : last + 1])) == 4


def test_panels_come_a_frame_each_after_stage_and_curves_of_a_changed_problem(used_window, races, monkeypatch):
    window = used_window(races.small(noise=0.0))
    window.settle()
    bench, seen = window.bench, []
    before = window.picture.subject
    for part in (bench.runs_panel, bench.problem_panel, bench.stop_panel):
        show = part.refresh

        def told(*given, part=part, show=show):
            if window.picture.subject is not before:
                seen.append(part)
            show(*given)

        monkeypatch.setattr(part, "refresh", told)
    bench.problem_panel.changed.emit({"noise": 0.5})
    window.settle()
    assert seen[:2] == [bench.runs_panel, bench.problem_panel] and bench.stop_panel in seen[3:]
    assert bench.problem_panel.findChild(Knob, "knob-noise").value == 0.5


def test_the_panel_of_the_problem_before_changes_nothing_in_the_moment_that_it_is_still_there(used_window, races):
    window = used_window(races.small())
    window.settle()
    bench = window.bench
    bench.problem_panel.kind_chosen.emit("network")
    window.until(lambda: bench.controller.shown is not None and bench.controller.shown.picture.kind == "network")
    task = window.picture.task
    bench.problem_panel.panels["surface"].changed.emit({"start_x": 0.5})
    window.settle()
    assert not said(window) and window.picture.task == task
    bench.problem_panel.panels["network"].changed.emit({"data.noise": 20.0})
    window.settle()
    assert window.picture.task != task


def test_what_is_on_screen_stays_as_it_is_until_another_experiment_is_there(used_window, races):
    window = used_window(races.small())
    window.settle()
    bench, cards = window.bench, list(window.bench.curves.cards)
    view = {"curves": ["gradient_norm"], "selected": "momentum"}
    bench.document.open(replace(races.small(surface="himmelblau"), view=view))
    assert list(bench.curves.cards) == cards
    bench.document.open(races.small(surface="sphere"))  # before the other has come
    window.settle()
    bench.document.undo()
    window.settle()
    assert list(bench.curves.cards) == ["gradient_norm"], "it was left as it would have been shown"
    assert bench.controller.selected == "momentum"


def test_what_is_on_screen_cannot_be_changed_while_another_experiment_is_being_opened(used_window, races):
    window = used_window(races.small())
    window.settle()
    bench = window.bench
    other = replace(races.small(surface="himmelblau"), view={"selected": "momentum", "speed": True})
    bench.document.open(other)
    bench.run_panel.tweaked.emit("adam", "learning_rate", 0.3)
    bench.runs_panel.changed.emit("adam", "visible", False)
    bench.runs_panel.removed.emit("adam")
    bench.runs_panel.selected.emit("adam")
    bench.stop_panel.changed.emit({"updates": 7})
    bench.problem_panel.changed.emit({"start_x": 0.5})
    bench.transport.rewound.emit(3)
    assert "is being opened" in said(window)
    row(window, "adam").more.click()
    assert QApplication.activePopupWidget() is not None
    window.settle()
    assert QApplication.activePopupWidget() is None, "it was opened over the experiment before"
    shown = window.picture.experiment
    assert (shown.problem, shown.runs, shown.stop) == (other.problem, other.runs, other.stop)
    assert not bench.document.is_changed and bench.controller.selected == "momentum"
    assert bench.controller.speed == DEFAULT_SPEED


def test_a_frame_after_a_long_turn_of_the_event_loop_comes_in_the_next_turn(used_window, races, monkeypatch):
    window = used_window(races.small())
    window.settle()
    bench, shown, since = window.bench, [], []
    bench.frames.stop()
    monkeypatch.setattr(FRAMES, "begin", lambda: since.pop(0))
    monkeypatch.setattr(bench, "show_newest", lambda: shown.append(len(since)))
    since += [0.016, 0.2, 0.001, 0.2, 0.3]  # and one that is late again does not give way twice in a row
    bench.frames.timeout.emit()
    assert shown == [4]
    bench.frames.timeout.emit()
    assert shown == [4]
    window.until(lambda: shown == [4, 2])
    bench.frames.timeout.emit()
    window.until(lambda: shown == [4, 2, 0])
    bench.frames.start()


def test_no_frame_is_shown_while_the_theme_changes(used_window, races):
    window = used_window(races.small())
    window.settle()
    bench = window.bench
    bench.set_theme(LIGHT)
    shown = bench.controller.shown
    bench.controller.step()
    window.until(lambda: bench.training.published is not shown)
    if not bench._theming.done:
        bench.show_newest()
        assert bench.controller.shown is shown
    window.settle()
    assert bench.controller.shown is not shown
    bench.set_theme(DARK)
    window.settle()


def test_in_3d_the_wheel_brings_finer_values_from_the_worker(used_window, races, qtbot):
    window = used_window(races.small(runs=["adam"]))
    stage = window.bench.stages["surface"]
    view = stage.surface_3d
    qtbot.mouseClick(stage.toolbar.surface_3d, Qt.MouseButton.LeftButton)
    window.until(lambda: view.mesh is not None and np.isfinite(view.mesh.heights).all())
    x0, x1, _, _ = view.region

    def pitch() -> float:
        xs = stage.plane.landscape.terrain.x
        return float(xs[1] - xs[0])

    at, none = QPointF(view.width() / 2, view.height() / 2), Qt.MouseButton.NoButton
    for _ in range(8):
        coarse = view.mesh
        event = QWheelEvent(
            at, view.mapToGlobal(at), QPoint(), QPoint(0, 120), none, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(view, event)
        assert view.mesh is not coarse and np.isfinite(view.mesh.heights).all()  # at once, of what is known
    narrow = view.region[1] - view.region[0]
    assert narrow == pytest.approx((x1 - x0) / 1.25**8)
    window.until(lambda: pitch() <= narrow / 200)
    assert np.isfinite(view.mesh.heights).all() and view.region[1] - view.region[0] == pytest.approx(narrow)
    qtbot.mouseClick(stage.toolbar.reset, Qt.MouseButton.LeftButton)
    window.until(lambda: view.region[:2] == (x0, x1))
    assert np.isfinite(view.mesh.heights).all()


def test_a_menu_of_the_experiment_before_is_closed_by_another_one(used_window):
    """Its runs may have the same ids."""
    window = used_window()
    row = window.bench.runs_panel.rows[0]
    row.show_menu()
    menu = QApplication.activePopupWidget()
    assert menu.isVisible() and menu.parentWidget() is row
    with window.qtbot.waitSignal(menu.destroyed):
        window.bench.document.open(small_race())
        assert QApplication.activePopupWidget() is None
    window.settle()
    assert window.bench.runs_panel.rows[0] is row
