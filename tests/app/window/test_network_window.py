"""Networks in the real window: trained, steered, fed with data of one's own, and taken back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget

from app.documents.experiment_file import save
from app.documents.settings import Settings
from app.window.actions import Actions
from app.window.columns import Pane
from engine import Layer, Session, Setting, Table, Tweak, new_network, new_run

CSV = "width,height,kind\n" + "".join(f"{i / 10},{(i * 7) % 11},{'small' if i < 20 else 'large'}\n" for i in range(40))


@pytest.fixture
def training(used_window):
    """A window with its menus in which a small network is being trained."""
    runs = [new_run("adam", learning_rate=0.01, batch=10), new_run("sgd", learning_rate=0.1, batch=10)]
    window = used_window(new_network("circle", runs, (4, 2)))
    window.add_menus()
    return window


def learner_of(window):
    return window.picture.subject


def test_playing_trains_and_the_snapshot_follows(training):
    training.play(300)
    training.pause()
    stage = training.bench.stages["network"]
    assert stage.isVisible()
    training.until(lambda: training.bench.snapshot is not None and training.bench.snapshot.update == training.update)
    snapshot = training.bench.snapshot
    assert snapshot.run == "adam"
    assert np.array_equal(snapshot.theta, training.run("adam").shown.theta)
    assert snapshot.predicted.losses[0] < training.run("adam").measures.column("training_loss")[0]


def test_where_the_runs_stand_rows_and_curves_tell_the_same_as_the_stage(training):
    """Long after the last measurement of the record; what is played from there is as if nobody had looked."""
    bench = training.bench
    for update in (2999, 3001):
        training.advance(update - training.update)
        training.until(lambda: bench.snapshot is not None and bench.snapshot.update == training.update)
        training.until(lambda: training.run("adam").standing is not None)
        training.settle()
        run = training.run("adam")
        assert run.measures.at[-1] < update and bench.snapshot.run == "adam"
        assert bench.runs_panel.rows[0].value.text() == f"{bench.snapshot.predicted.losses[1]:.4g}"
        card = bench.curves.cards["losses"]
        lines = [line for line in card.view.model.lines if line.run.id == "adam"]
        assert [line.bins.latest for line in lines] == pytest.approx(bench.snapshot.predicted.losses, rel=1e-12)
        assert {line.bins.updates for line in lines} == {update + 1}
    again = Session(training.picture.experiment)
    again.advance(training.update)
    for run, other in zip(training.picture.runs, again.runs, strict=True):
        assert run.measures.values.tobytes() == other.measures.view().values.tobytes()
        assert run.shown.theta.tobytes() == other.machine.theta.tobytes() and run.best.update == other.best.update
    training.play(20)
    assert all(run.standing is None for run in training.picture.runs)
    training.pause()


def test_the_selected_run_is_the_one_portrayed(training):
    training.advance(20)
    training.bench.controller.select("sgd")
    training.until(lambda: training.bench.snapshot is not None and training.bench.snapshot.run == "sgd")
    assert np.array_equal(training.bench.snapshot.theta, training.run("sgd").shown.theta)


def test_steering_is_live_and_is_computed_again_to_the_bit(training):
    training.advance(30)
    for changes in ({"data.noise": 30.0}, {"share": 0.8}, {"dropout": 0.1}, {"hidden.1.activation": "relu"}):
        training.bench.controller.change_problem(changes)
        training.settle()
    training.bench.controller.tweak("adam", "batch.size", 25)
    training.settle()
    training.advance(30)
    assert training.update == 60
    again = Session(training.current())
    again.advance(60)
    for id in ("adam", "sgd"):
        assert np.array_equal(again.run(id).machine.theta, training.run(id).shown.theta)


def test_another_shape_begins_again_and_undo_brings_the_training_back(training):
    training.advance(40)
    before = training.run("adam").shown.theta
    training.bench.controller.change_problem({"hidden.1.units": 6})
    training.settle()
    assert (training.update, training.picture.task.network.sizes) == (0, (2, 6, 2, 1))
    training.bench.document.undo()
    training.until(lambda: training.update == 40)
    training.settle()
    assert np.array_equal(training.run("adam").shown.theta, before)


def test_scrubbing_back_portrays_the_past(training):
    training.advance(120)
    training.bench.controller.scrub(37)
    training.until(lambda: training.bench.snapshot is not None and training.bench.snapshot.update == 37)
    again = Session(training.current())
    again.advance(37)
    assert np.array_equal(training.bench.snapshot.theta, again.run("adam").machine.theta)


def test_new_seeds_make_other_data_other_weights_and_other_batches(training):
    before, task = training.run("adam").shown.theta, training.picture.task
    training.bench.controller.renew_seeds()
    training.settle()
    after = training.picture.task
    assert all(getattr(task, name) != getattr(after, name) for name in ("seed", "data_seed", "weight_seed"))
    assert not np.array_equal(training.run("adam").shown.theta, before)


def import_into(window) -> None:
    """Wait for the preview, press Import, and wait for the data."""
    panel = window.actions.tables
    window.until(lambda: panel.take.isEnabled())
    window.qtbot.mouseClick(panel.take, Qt.MouseButton.LeftButton)
    window.until(lambda: isinstance(window.picture.task.data, Table))
    window.settle()


def check_imported(window) -> None:
    data = learner_of(window).data
    assert data.classes == ("small", "large") or data.classes == ("large", "small")
    assert data.names == ("width", "height")
    assert len(data.targets) == 40
    assert window.picture.task.scaling == "standardise"


def test_a_csv_is_imported_through_the_menu(training, tmp_path, monkeypatch):
    path = tmp_path / "sizes.csv"
    path.write_text(CSV, encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    training.actions.by_name["import"].trigger()
    import_into(training)
    check_imported(training)
    training.play(100)
    training.pause()
    training.bench.document.undo()
    training.until(lambda: not isinstance(training.picture.task.data, Table))


def test_a_table_is_pasted(training):
    QGuiApplication.clipboard().setText(CSV.replace(",", "\t"))
    training.actions.by_name["paste"].trigger()
    import_into(training)
    check_imported(training)


def test_an_empty_clipboard_is_told(training):
    QGuiApplication.clipboard().setText("  ")
    training.actions.by_name["paste"].trigger()
    assert "clipboard" in training.bench.toast.text.text()


def test_a_dropped_file_is_imported_even_from_a_surface(open_window, monkeypatch, tmp_path):
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path / "config"))
    window = open_window()
    window.actions = Actions(window.shell, window.bench, Settings())
    window.shell.closing.connect(window.actions.shut_down)
    path = tmp_path / "sizes.csv"
    path.write_text(CSV, encoding="utf-8")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(50, 50), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    window.bench.dropEvent(event)
    panel = window.actions.tables
    window.until(lambda: panel.take.isEnabled())
    window.qtbot.mouseClick(panel.take, Qt.MouseButton.LeftButton)
    window.until(lambda: window.picture.kind == "network" and isinstance(window.picture.task.data, Table))
    window.settle()
    check_imported(window)
    window.bench.document.undo()
    window.until(lambda: window.picture.kind == "surface")


def test_a_saved_network_is_opened_again(training, tmp_path):
    training.advance(25)
    training.bench.controller.change_problem({"data.add": (1.0, 2.0, 0.0)})
    training.settle()
    training.bench.controller.tweak_parameter("adam", 3, 0.75)
    training.settle()
    training.advance(25)
    thetas = {id: training.run(id).shown.theta for id in ("adam", "sgd")}
    training.save_file(tmp_path / "net.toml")
    assert not training.bench.document.is_changed
    training.open_file(tmp_path / "net.toml")
    training.settle()
    assert training.update == 0
    training.advance(50)
    for id, theta in thetas.items():
        assert np.array_equal(training.run(id).shown.theta, theta)


def test_a_refused_change_is_told_and_changes_nothing(training):
    training.advance(5)
    before = training.picture.task
    training.bench.controller.change_problem({"hidden": [{"units": 4}] * 9})
    training.until(lambda: "up to 8 layers" in training.bench.toast.text.text())
    assert training.picture.task == before
    assert training.update == 5


def test_a_run_that_joins_is_selected_and_portrayed(training):
    bench = training.bench
    training.play(20)
    bench.controller.add_run("lion")
    bench.controller.select_next(1)  # it has not joined yet
    training.settle()
    assert bench.controller.selected == "lion"
    training.until(lambda: bench.snapshot is not None and bench.snapshot.run == "lion")
    bench.controller.remove_selected()
    training.settle()
    assert bench.controller.selected == "adam"
    training.until(lambda: bench.snapshot is not None and bench.snapshot.run == "adam")
    training.pause()


def test_a_race_that_goes_on_does_not_undo_how_a_file_that_is_opened_is_shown(training):
    training.play(20)
    digits = new_network("digits", [new_run("sgd"), new_run("adam")], hidden=(4,))
    training.bench.document.open(replace(digits, view={"network_view": "images", "selected": "adam"}))
    training.until(lambda: training.bench.controller.shown is not None)
    training.settle()
    assert training.bench.controller.selected == "adam"
    assert training.bench.stages["network"].current is training.bench.stages["network"].views["images"]


def test_a_file_whose_numbers_overflow_leaves_the_other_open(training, tmp_path):
    training.save_file(tmp_path / "good.toml")
    rows = np.array([[1e300, 1.0], [-1e300, 2.0], [0.0, 3.0]] * 5)
    huge = Table("huge", ("a", "b"), "y", rows, np.arange(15.0), ())
    save(new_network(huge, [new_run("sgd")], scaling="standardise"), tmp_path / "huge.toml")
    training.open_file(tmp_path / "huge.toml")
    training.until(
        lambda: training.bench.controller.shown is not None and training.bench.document.path == tmp_path / "good.toml"
    )
    training.settle()
    assert not training.bench.document.is_changed
    assert "overflow" in training.bench.toast.text.text()
    assert training.picture.task.data.kind == "circle"


def test_a_run_ends_where_a_tweak_of_its_file_is_impossible(training):
    huge = Table("huge", ("a", "b"), "y", np.array([[1e300, 1e300], [-1e300, 1e300]] * 9), np.arange(18.0), ())
    experiment = new_network(huge, [new_run("sgd", learning_rate=1e-3)], scaling="none")
    tweak = Tweak(5, Setting.of("scaling"), "standardise")
    training.bench.document.open(replace(experiment, runs=(replace(experiment.runs[0], tweaks=(tweak,)),)))
    training.settle()
    training.bench.controller.play()
    training.until(lambda: training.update == 5 and not training.published.playing)
    assert "overflow" in training.picture.runs[0].message


def test_a_network_that_is_not_yet_measured_is_shown_everywhere(open_window):
    """A large one is published before its losses are known; the window asks nothing of what is not there."""
    places = np.linspace(0.0, 6.0, 20_000)
    inputs = np.column_stack((np.cos(places), np.sin(places))) * places[:, None]
    data = Table("spiral", ("x", "y"), "class", inputs, (np.arange(20_000) // 7 % 2).astype(float), ("a", "b"))
    window = open_window(new_network(data, [new_run("adam"), new_run("sgd")], (384,) * 4))
    assert not window.picture.runs[0].measures.at.size
    for key in window.bench.stages["network"].views:
        window.bench.stages["network"].choose(key)
    window.bench.toggle_explain()
    window.bench.show_newest()
    window.bench.grab()
    window.bench.controller.tweak("adam", "learning_rate", 0.02)
    window.until(lambda: window.run("adam").settings.learning_rate == 0.02)
    assert window.update == 0


def test_an_import_begins_again_even_where_the_network_fits_and_leaves_no_curve_behind(training):
    curves = training.bench.curves
    training.advance(40)
    curves.show_along("epochs")
    before = training.picture.task.network.sizes
    QGuiApplication.clipboard().setText(CSV)
    training.actions.by_name["paste"].trigger()
    import_into(training)
    check_imported(training)
    assert training.picture.task.network.sizes == before and training.update == 0
    assert all(run.tweaks == () for run in training.picture.runs)
    assert all(card.view.model.newest <= 0 for card in curves.cards.values())
    training.bench.document.undo()
    training.until(lambda: training.update == 40)


def test_another_problem_is_shown_from_its_top(training):
    training.shell.resize(1280, 640)
    names = "problem-pane", "runs-pane", "settings-pane"
    bars = [training.bench.findChild(Pane, name).verticalScrollBar() for name in names]
    training.until(lambda: bars[0].maximum() > 0 and bars[2].maximum() > 0)
    for bar in bars:
        bar.setValue(bar.maximum())
    training.bench.controller.change_problem({"data.noise": 20.0})
    training.settle()
    assert bars[0].value() > 0  # the same problem
    QGuiApplication.clipboard().setText(CSV)
    training.actions.by_name["paste"].trigger()
    import_into(training)
    assert bars[0].value() == 0
    for bar in bars:
        bar.setValue(bar.maximum())
    training.bench.document.open(new_network("xor", ["sgd"], (3,)))
    training.settle()
    assert [bar.value() for bar in bars] == [0, 0, 0]


def test_the_wheel_scrolls_the_panels_whatever_is_below_the_pointer(training):
    training.shell.resize(1280, 640)
    training.shell.activateWindow()
    panes = training.bench.findChildren(Pane)
    training.until(lambda: panes[0].verticalScrollBar().maximum() > 0 and panes[2].verticalScrollBar().maximum() > 0)
    for pane in (panes[0], panes[2]):
        bar, tried = pane.verticalScrollBar(), 0
        for control in pane.inside.findChildren(QWidget):
            if not control.isVisible() or control.window() is not training.shell:
                continue
            control.setFocus()  # a slider has kept it since it was dragged
            pane.ensureWidgetVisible(control)
            bar.setValue(min(bar.value(), bar.maximum() - 1))
            before, experiment = bar.value(), training.picture.experiment
            place = control.rect().center()
            if not pane.viewport().rect().contains(control.mapTo(pane.viewport(), place)):
                continue
            at = QPointF(control.mapTo(training.shell, place))
            QTest.wheelEvent(training.shell.windowHandle(), at, QPoint(0, -120))
            training.settle()
            assert bar.value() > before, control
            assert training.picture.experiment == experiment, control
            tried += 1
        assert tried > 10


def test_the_boundary_has_room_in_a_small_window(training):
    training.shell.resize(1280, 800)
    training.settle()
    plot = training.bench.stages["network"].views["decision"].chart.view.plot
    assert min(plot.width(), plot.height()) >= 260.0


def test_the_selected_run_gets_a_network_of_its_own(training):
    """Architecture and layers are then its own; the others keep theirs, and the file holds both."""
    panel, controller = training.bench.problem_panel.panels["network"], training.bench.controller
    training.advance(40)
    training.settle()
    other = training.run("sgd").shown.theta
    panel.own.knobs["network of this run alone"].changed.emit("network of this run alone", True)
    training.settle()
    panel.changed.emit({"hidden": [{"units": 7, "activation": "relu"}]})
    training.settle()
    assert training.picture.has_own and training.picture.run_task.hidden == (Layer(7, "relu"),)
    assert training.picture.task.hidden == (Layer(4), Layer(2)) and training.update == 40
    assert training.run("adam").update == 40 and np.array_equal(training.run("sgd").shown.theta, other)
    assert len(panel.layers.rows) == 1 and learner_of(training).network.sizes == (2, 7, 1)
    details = [row.detail.text() for row in training.bench.runs_panel.rows]
    assert "2 – 7 – 1" in details[0] and "2 – 4 – 2 – 1" in details[1]
    controller.select("sgd")
    training.until(lambda: not training.picture.has_own)
    training.settle()
    assert len(panel.layers.rows) == 2 and not panel.own.knobs["network of this run alone"].value
    again = Session(training.current())
    again.advance(40)
    assert [run.machine.theta.size for run in again.runs] == [29, 25]
    training.bench.document.undo()
    training.bench.document.undo()
    training.settle()
    assert not training.run("adam").settings.own
