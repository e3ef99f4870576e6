"""Whole trajectories under the hand: a slider that is dragged in a pause draws the run again from its start."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QSlider

from app.window import controller as controller_module
from app.workers import training
from engine import Experiment, Session, new_network, new_run

HERE, START = "from here on", "from the start"
HELD = Qt.MouseButton.LeftButton


@pytest.fixture
def window(used_window):
    return used_window()


def learning_rate(window) -> QSlider:
    return window.bench.run_panel.rate.slider


def send(slider: QSlider, type: QEvent.Type, x: int, held: Qt.MouseButton = HELD) -> None:
    at = QPoint(x, slider.height() // 2)
    button = HELD if type != QEvent.Type.MouseMove else Qt.MouseButton.NoButton
    event = QMouseEvent(
        type, QPointF(at), QPointF(slider.mapToGlobal(at)), button, held, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(slider, event)


def hold(slider: QSlider, share: float) -> None:
    """Press on the slider at a share of its width."""
    send(slider, QEvent.Type.MouseButtonPress, round(share * slider.width()))


def move(slider: QSlider, share: float) -> None:
    send(slider, QEvent.Type.MouseMove, round(share * slider.width()))


def let_go(slider: QSlider, share: float) -> None:
    send(slider, QEvent.Type.MouseButtonRelease, round(share * slider.width()), Qt.MouseButton.NoButton)


def drag(window, slider: QSlider, *shares: float) -> None:
    """Drag with the mouse, and wait at each place until the window shows what comes of it."""
    hold(slider, shares[0])
    for share in shares:
        move(slider, share)
        window.settle()
    let_go(slider, shares[-1])
    window.settle()


def which_holds(window) -> str:
    """What the window says of when changes apply."""
    choice = window.bench.effect_switch.choice
    assert choice.isVisible()
    return choice.button(choice.place).text()


def losses(run) -> np.ndarray:
    return run.history.column("loss")[0].copy()


def replayed(experiment: Experiment, update: int) -> Session:
    session = Session(Experiment.from_dict(experiment.to_dict()))
    session.advance(update)
    return session


def check_bits(window) -> None:
    """What is on screen is what the document gives without a window."""
    session = replayed(window.picture.experiment, window.update)
    for shown, run in zip(window.picture.runs, session.runs, strict=True):
        assert shown.update == run.update
        view, again = shown.history, run.history.view()
        assert view.last[:, : view.count].tobytes() == again.last[:, : again.count].tobytes()
        assert shown.shown.theta.tobytes() == run.machine.theta.tobytes()


def ended(open_window, races, updates: int = 400):
    window = open_window(races.small(updates=updates))
    window.bench.controller.step(updates)
    window.until(lambda: window.update == updates)
    window.settle()
    return window


def test_a_slider_on_an_ended_run_draws_it_again_from_its_start(used_window, races):
    window = ended(used_window, races)
    before, other = losses(window.run("adam")), window.run("momentum").history
    assert which_holds(window) == START
    hold(learning_rate(window), 0.5)
    seen = []
    for share in (0.52, 0.55, 0.6, 0.65):
        move(learning_rate(window), share)
        window.settle()
        run = window.run("adam")
        assert (run.update, run.status, run.tweaks) == (400, "finished", ())
        assert run.settings.learning_rate == window.bench.run_panel.rate.value == run.initial.learning_rate
        seen.append(losses(run).tobytes())
        assert window.bench.stages["surface"].plane.isVisible()
    let_go(learning_rate(window), 0.65)
    window.settle()
    assert len({before.tobytes(), *seen}) == 5
    assert window.run("momentum").history.last is other.last, "the other run is left alone"
    check_bits(window)


def test_one_drag_is_one_step_of_undo_and_comes_back_to_the_bit(open_window, races):
    window = ended(open_window, races)
    before, experiment = losses(window.run("adam")), window.picture.experiment
    drag(window, learning_rate(window), 0.3, 0.5, 0.7)
    after, changed = losses(window.run("adam")), window.picture.experiment
    window.bench.document.undo()
    window.settle()
    assert window.picture.experiment == experiment
    assert losses(window.run("adam")).tobytes() == before.tobytes()
    assert not window.bench.document.undo_label
    window.bench.document.redo()
    window.settle()
    assert window.picture.experiment == changed
    assert losses(window.run("adam")).tobytes() == after.tobytes()


def test_in_a_pause_it_is_computed_to_where_it_stood(window):
    window.advance(150)
    drag(window, learning_rate(window), 0.4, 0.6)
    assert {run.update for run in window.picture.runs} == {150}
    assert window.run("adam").tweaks == ()
    check_bits(window)
    window.advance(50)
    check_bits(window)


def test_a_run_that_diverges_under_the_hand_comes_back_whole(used_window, races):
    window = used_window(races.small(runs=[new_run("sgd", learning_rate=1e-4)]))
    window.advance(300)
    drag(window, learning_rate(window), 0.5, 0.95)
    assert window.run("sgd").status == "diverged"
    assert window.update < 300
    drag(window, learning_rate(window), 0.5, 0.2)
    assert (window.run("sgd").status, window.update) == ("running", 300)
    check_bits(window)


def test_the_slider_stays_under_the_hand_when_a_run_has_something_to_say(used_window, races):
    window = used_window(races.small(runs=[new_run("sgd", learning_rate=1e-4)]))
    window.advance(300)
    slider = learning_rate(window)
    hold(slider, 0.5)
    place = slider.mapToGlobal(QPoint(0, 0))
    for share in (0.95, 0.2, 0.95):
        move(slider, share)
        window.settle()
        QApplication.processEvents()
        assert slider.mapToGlobal(QPoint(0, 0)) == place
    assert window.bench.runs_panel.rows[0].message.isVisible()
    let_go(slider, 0.95)
    window.until(lambda: slider.mapToGlobal(QPoint(0, 0)) != place)  # the runs have the room they ask for


def test_a_race_that_ended_by_itself_goes_on_to_its_limit(used_window, races):
    window = used_window(races.small(runs=[new_run("sgd", learning_rate=0.5)], updates=250))
    window.play(1)
    window.until(lambda: window.run("sgd").status == "diverged" and not window.published.playing)
    window.settle()
    drag(window, learning_rate(window), 0.5, 0.2)
    assert (window.run("sgd").status, window.update) == ("finished", 250)


def test_while_the_race_plays_a_slider_holds_from_here_on(window):
    window.play(50)
    window.until(lambda: which_holds(window) == HERE)
    hold(learning_rate(window), 0.5)
    move(learning_rate(window), 0.55)
    let_go(learning_rate(window), 0.55)
    window.until(lambda: len(window.run("adam").tweaks) == 1)
    window.pause()
    assert which_holds(window) == START
    assert window.run("adam").initial.learning_rate == 0.02
    check_bits(window)


def test_a_switch_lets_it_hold_from_the_start_while_the_race_plays(open_window):
    window = open_window()
    window.play(50)
    window.let_changes_apply(from_start=True)
    assert which_holds(window) == START
    hold(learning_rate(window), 0.5)
    move(learning_rate(window), 0.55)
    let_go(learning_rate(window), 0.55)
    value = window.bench.run_panel.rate.value
    window.until(lambda: window.run("adam").initial.learning_rate == value)
    goal = window.update + 200
    window.until(lambda: window.update > goal)  # it goes on to play
    window.pause()
    assert window.run("adam").tweaks == ()
    check_bits(window)
    window.play(1)
    window.until(lambda: which_holds(window) == START)  # as it was chosen
    window.let_changes_apply(from_start=False)
    assert which_holds(window) == HERE


def test_in_a_pause_a_switch_lets_it_hold_from_here_on(window):
    window.advance(100)
    window.let_changes_apply(from_start=False)
    before = losses(window.run("adam"))
    drag(window, learning_rate(window), 0.4, 0.6)
    assert which_holds(window) == HERE
    assert [tweak.update for tweak in window.run("adam").tweaks] == [100]
    assert losses(window.run("adam")).tobytes() == before.tobytes()


def test_a_race_that_ends_under_the_hand_does_not_change_what_the_gesture_means(used_window, races):
    window = used_window(races.small(updates=3000))
    window.bench.controller.set_speed(2000.0)
    window.play(10)
    window.until(lambda: which_holds(window) == HERE)
    slider = learning_rate(window)
    hold(slider, 0.5)
    move(slider, 0.52)
    window.until(lambda: window.update == 3000 and not window.published.playing)
    move(slider, 0.55)
    window.settle()
    assert which_holds(window) == HERE
    let_go(slider, 0.55)
    window.until(lambda: which_holds(window) == START)
    assert window.run("adam").initial.learning_rate == 0.02


def test_tweaks_that_it_replaces_are_told_and_others_stay(window):
    window.advance(40)
    window.let_changes_apply(from_start=False)
    window.type(window.bench.run_panel.rate.field, "0.03")
    window.type(window.bench.run_panel.optimizer.reveal("beta1").field, "0.5")
    window.settle()
    window.advance(40)
    window.let_changes_apply(from_start=True)
    drag(window, learning_rate(window), 0.4, 0.6)
    run = window.run("adam")
    assert [(tweak.update, tweak.setting.path) for tweak in run.tweaks] == [(40, "optimizer.beta1")]
    assert window.bench.toast.isVisible()
    assert "learning rate at update 40" in window.bench.toast.text.text()
    check_bits(window)
    window.bench.document.undo()
    window.settle()
    assert len(window.run("adam").tweaks) == 2
    check_bits(window)


def test_the_noise_of_a_surface_holds_from_the_start_of_every_run(window):
    window.advance(60)
    knob = window.bench.problem_panel.panels["surface"].noise.reveal("noise")
    drag(window, knob.slider, 0.1, 0.3)
    assert window.picture.experiment.problem.noise == knob.value > 0.0
    assert {(run.update, run.tweaks) for run in window.picture.runs} == {(60, ())}
    check_bits(window)


def test_the_looks_of_a_run_compute_nothing_again(window):
    window.advance(30)
    before = window.run("adam").history.last
    window.bench.controller.tweak("adam", "visible", False)
    window.bench.controller.tweak("adam", "name", "mine")
    window.settle()
    assert window.run("adam").history.last is before


def test_a_pinned_run_is_computed_to_where_it_stands_itself(window):
    window.advance(90)
    window.bench.controller.tweak("adam", "pinned", True)
    window.bench.controller.reset()
    window.settle()
    window.advance(20)
    drag(window, learning_rate(window), 0.4, 0.6)
    assert [(run.id, run.update) for run in window.picture.runs] == [("adam", 90), ("momentum", 20)]
    before = losses(window.run("adam"))
    drag(window, learning_rate(window), 0.4, 0.3)
    window.bench.document.undo()
    window.settle()
    assert [(run.id, run.update) for run in window.picture.runs] == [("adam", 90), ("momentum", 20)]
    assert losses(window.run("adam")).tobytes() == before.tobytes()


def test_the_past_that_is_looked_at_is_that_of_the_changed_run(window):
    window.advance(150)
    window.bench.controller.scrub(50)
    window.until(lambda: window.bench.controller.shown.picture.cursor == 50)
    drag(window, learning_rate(window), 0.4, 0.6)
    run = window.run("adam")
    assert (window.picture.cursor, run.shown.update, run.update) == (50, 50, 150)
    again = replayed(window.picture.experiment, 50)
    assert run.shown.theta.tobytes() == again.run("adam").machine.theta.tobytes()


def test_a_file_saved_afterwards_opens_with_the_same_bits(open_window, races, tmp_path):
    window = ended(open_window, races)
    drag(window, learning_rate(window), 0.4, 0.6)
    numbers = losses(window.run("adam"))
    window.save_file(tmp_path / "a.toml")
    window.open_file(tmp_path / "a.toml")
    assert window.update == 0
    window.bench.controller.step(400)
    window.until(lambda: window.update == 400)
    assert losses(window.run("adam")).tobytes() == numbers.tobytes()


def pixels(widget) -> QImage:
    return widget.grab().toImage()


@pytest.mark.parametrize("kind", ["surface", "network"])
def test_what_is_drawn_is_what_a_fresh_window_draws(open_window, races, kind):
    """Nothing of the former run stays on screen, in a picture of as many updates as before."""
    if kind == "surface":
        experiment = races.small(updates=300)
    else:
        experiment = new_network("circle", [new_run("sgd", learning_rate=0.1, batch=10)], (4,), stop={"updates": 300})
    window = open_window(experiment)
    window.bench.controller.step(300)
    window.until(lambda: window.update == 300)
    drag(window, learning_rate(window), 0.4, 0.6)
    fresh = open_window(window.current())
    fresh.bench.controller.step(300)
    fresh.until(lambda: fresh.update == 300)
    fresh.settle()
    for each in (window, fresh):  # neither holds the keyboard, nor a zoom that has grown on the way
        each.shell.setFocus()
        each.bench.curves.follow_again()
    views = ["loss"] if kind == "surface" else ["losses"]
    for key in views:  # a curve may have waited for its turn
        shown = [each.bench.curves.cards[key].view for each in (window, fresh)]
        window.until(lambda shown=shown: pixels(shown[0]) == pixels(shown[1]))
    if kind == "surface":
        window.until(
            lambda: pixels(window.bench.stages["surface"].plane) == pixels(fresh.bench.stages["surface"].plane)
        )


def network(open_window, updates: int = 0):
    runs = [new_run("sgd", learning_rate=0.05, batch=10), new_run("adam", learning_rate=0.01, batch=10)]
    return open_window(new_network("circle", runs, (4, 2), stop={"updates": updates}))


def test_a_network_is_trained_again_from_its_start(used_window):
    window = network(used_window, updates=200)
    window.bench.controller.step(200)
    window.until(lambda: window.update == 200)
    window.settle()
    measured = window.run("sgd").measures.column("training_loss").copy()
    drag(window, learning_rate(window), 0.5, 0.7)
    run = window.run("sgd")
    assert (run.update, run.status, run.tweaks) == (200, "finished", ())
    assert run.measures.column("training_loss").size == measured.size
    assert not np.array_equal(run.measures.column("training_loss"), measured)
    window.until(
        lambda: window.bench.snapshot is not None and np.array_equal(window.bench.snapshot.theta, run.shown.theta)
    )
    check_bits(window)
    window.bench.document.undo()
    window.settle()
    assert np.array_equal(window.run("sgd").measures.column("training_loss"), measured)


def test_the_optimizer_and_the_batch_are_chosen_from_the_start(used_window):
    window = network(used_window)
    window.advance(50)
    window.bench.run_panel.optimizer.chooser.chosen.emit("rmsprop")
    window.settle()
    window.bench.run_panel.batch.button(0).click()
    window.settle()
    run = window.run("sgd")
    assert (run.update, run.tweaks, run.initial.optimizer.kind, run.initial.batch.kind) == (50, (), "rmsprop", "full")
    check_bits(window)


def test_data_and_layers_that_keep_the_weights_hold_from_the_start_of_every_run(used_window):
    window = network(used_window)
    window.advance(50)
    window.bench.problem_panel.changed.emit({"data.noise": 0.3})
    window.bench.stages["network"].edited.emit({"hidden.1.activation": "relu"})
    window.settle()
    task = window.picture.experiment.problem
    assert (task.data.values["noise"], task.hidden[0].activation) == (0.3, "relu")
    assert {(run.update, run.tweaks) for run in window.picture.runs} == {(50, ())}
    check_bits(window)


def test_points_and_weights_are_set_by_hand_from_here_on(used_window):
    window = network(used_window)
    window.advance(50)
    for x in (0.5, 0.6, 0.7):
        window.bench.stages["network"].edited.emit({"data.add": (x, 0.5, 1.0)})
    window.bench.controller.tweak_parameter("sgd", 0, 0.25)
    window.settle()
    assert [tweak.update for tweak in window.run("sgd").tweaks] == [50, 50, 50, 50]
    check_bits(window)


LONG = 10_000_000  # updates, which take a second or more


@pytest.mark.slow
def test_a_long_run_grows_on_screen_and_stops_at_a_click(open_window, races, qtbot, monkeypatch):
    monkeypatch.setattr(training, "LONG_REPLAY", 0.0)
    window = open_window(races.small(runs=[new_run("adam", learning_rate=0.001)]))
    window.bench.controller.step(LONG)
    window.until(lambda: window.published.replaying is None and window.update == LONG)
    window.settle()
    hold(learning_rate(window), 0.5)
    move(learning_rate(window), 0.55)
    let_go(learning_rate(window), 0.55)
    window.until(lambda: window.bench.transport.play.text() == "Stop" and window.update > 0)
    assert window.update < LONG
    assert "computing" in window.bench.transport.status.text()
    qtbot.mouseClick(window.bench.transport.play, HELD)
    window.settle()
    stopped = window.update
    assert stopped < LONG
    assert window.bench.transport.play.text() == "Play"
    check_bits(window)
    window.bench.document.undo()
    window.until(lambda: window.update == LONG)
    assert window.run("adam").settings.learning_rate == 0.001


def test_where_it_would_take_long_changes_hold_from_here_on_and_that_is_told(open_window, races, monkeypatch):
    monkeypatch.setattr(controller_module, "LONGEST_WAIT", 0.0)
    window = open_window(races.small())
    window.advance(100)
    assert which_holds(window) == HERE
    assert "Space stops it" in window.bench.effect_switch.note.text()
    drag(window, learning_rate(window), 0.4, 0.6)
    assert len(window.run("adam").tweaks) == 1
    window.let_changes_apply(from_start=True)
    drag(window, learning_rate(window), 0.4, 0.5)
    assert window.run("adam").tweaks == ()
