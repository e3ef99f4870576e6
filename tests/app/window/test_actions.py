"""Menus and keys, pressed in the real window."""

from __future__ import annotations

import re
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMenu

from app.documents.experiment_file import load
from app.documents.settings import Settings
from app.workers.commands import Command
from engine import MAX_RUNS
from tests.each import each

Key, Modifier = Qt.Key, Qt.KeyboardModifier


def with_menus(window):
    window.add_menus()
    window.bench.stages["surface"].setFocus()
    return window


@pytest.fixture
def acting(used_window):
    """A window with its menus."""
    return with_menus(used_window())


@pytest.fixture
def newly_acting(open_window, monkeypatch, tmp_path):
    """One that is new; what it remembers between two starts is in a folder of the test's own."""
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path / "config"))
    return with_menus(open_window())


def test_what_nobody_waits_for_is_cancelled_all_at_once(newly_acting):
    """Closing waits for the longest of the pieces under way, not for one after the other."""
    actions = newly_acting.actions
    actions.comparing.show_place(True)
    trials, comparison = actions.comparing.job, actions.comparing.workspace.export
    owners = comparison, actions.export.export_job, actions.tables.import_job, actions.own_text.job
    jobs = (trials._forecasts, trials._questions, trials._jobs, actions.library.job._reading)
    jobs += tuple(owner._jobs for owner in owners)
    tickets, begun, gate = [], threading.Barrier(len(jobs) + 1), threading.Event()

    def piece(ticket):
        tickets.append(ticket)
        begun.wait(10)
        assert gate.wait(10)

    for job in jobs:
        job.offer(piece, keep=True)
    begun.wait(10)
    actions.give_up()
    assert all(ticket.cancelled for ticket in tickets) and not any(job.idle for job in jobs)
    gate.set()


def test_space_plays_and_pauses(acting):
    acting.press(Key.Key_Space)
    acting.until(lambda: acting.published.playing and acting.update > 3)
    acting.press(Key.Key_Space)
    acting.until(lambda: not acting.published.playing)


def test_arrows_step_and_look_back(acting):
    acting.press(Key.Key_Right)
    acting.until(lambda: acting.update == 1)
    acting.press(Key.Key_Right, Modifier.ShiftModifier)
    acting.until(lambda: acting.update == 2)  # full batch: an epoch is an update
    acting.advance(10)
    acting.press(Key.Key_Left, Modifier.AltModifier)
    acting.until(lambda: acting.bench.controller.shown.picture.cursor == 11)
    acting.press(Key.Key_Left, Modifier.AltModifier)
    acting.until(lambda: acting.bench.controller.shown.picture.cursor == 10)
    acting.press(Key.Key_End)
    acting.until(lambda: acting.picture.cursor is None)


def test_undo_and_redo_with_keys_and_their_names(newly_acting):
    undo, redo = newly_acting.actions.by_name["undo"], newly_acting.actions.by_name["redo"]
    assert not undo.isEnabled()
    assert not redo.isEnabled()
    newly_acting.bench.controller.tweak("adam", "learning_rate", 0.5)
    newly_acting.settle()
    assert undo.isEnabled()
    assert undo.text() == "Undo learning rate"
    newly_acting.press(Key.Key_Z, Modifier.ControlModifier)
    newly_acting.settle()
    assert newly_acting.run("adam").settings.learning_rate == 0.02
    assert not undo.isEnabled()
    assert redo.text() == "Redo learning rate"
    newly_acting.press(Key.Key_Y, Modifier.ControlModifier)
    newly_acting.settle()
    assert newly_acting.run("adam").settings.learning_rate == 0.5


def test_reset_speed_and_selection(acting):
    acting.advance(20)
    acting.press(Key.Key_R)
    acting.until(lambda: acting.update == 0)
    speed = acting.published.speed
    acting.press(Key.Key_Period)
    acting.until(lambda: acting.published.speed > speed)
    acting.press(Key.Key_Comma)
    acting.until(lambda: acting.published.speed == speed)
    acting.press(Key.Key_PageDown)
    assert acting.bench.controller.selected == "momentum"
    acting.press(Key.Key_PageDown)
    assert acting.bench.controller.selected == "adam"


def test_keys_of_runs(acting):
    acting.press(Key.Key_D, Modifier.ControlModifier)
    acting.settle()
    assert len(acting.picture.runs) == 3
    acting.press(Key.Key_Backspace, Modifier.ControlModifier)
    acting.settle()
    assert [run.id for run in acting.picture.runs] == ["adam", "momentum"]


def test_typing_in_a_field_is_no_shortcut(acting):
    field = acting.bench.run_panel.rate.field
    field.setFocus()
    field.selectAll()
    for key in (Key.Key_3, Key.Key_Period, Key.Key_5, Key.Key_E, Key.Key_Minus, Key.Key_3):
        acting.press(key)
    acting.press(Key.Key_Return)
    acting.settle()
    assert acting.run("adam").settings.learning_rate == 3.5e-3
    assert acting.update == 0
    assert not acting.bench.explain.isVisible()
    acting.press(Key.Key_Z, Modifier.ControlModifier)  # the field has nothing to undo, or undoes its own text
    acting.settle()


def test_space_presses_the_button_that_has_the_focus(acting):
    button = acting.bench.transport.step
    button.setFocus()
    acting.press(Key.Key_Space)
    acting.until(lambda: acting.update == 1)
    assert not acting.published.playing


def test_every_shortcut_is_used_once(acting):
    keys = [keys.toString() for action in acting.actions.by_name.values() for keys in action.shortcuts()]
    assert [key for key, count in Counter(keys).items() if count > 1] == []


def test_the_readme_tells_keys_that_exist(acting):
    readme = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    rows = readme[readme.index("| keys |") :].partition("\n\n")[0]
    told = {key.replace("→", "Right").replace("←", "Left") for key in re.findall(r"`([^`]+)`", rows)}
    actions = acting.actions.by_name.values()
    assert told and told <= {keys.toString() for action in actions for keys in action.shortcuts()}


@each("part", ["plane", "curve", "surface_3d"])
def test_arrows_belong_to_the_view_that_has_the_focus(acting, part):
    bench = acting.bench
    bench.stages["surface"].toolbar.surface_3d.setChecked(part == "surface_3d")
    stage = bench.stages["surface"]
    view = {"plane": stage.plane, "surface_3d": stage.surface_3d, "curve": bench.curves.cards["loss"].view}[part]
    acting.advance(5)
    view.setFocus()
    update = acting.update
    start, camera = bench.stages["surface"].plane.start, bench.stages["surface"].surface_3d.camera
    acting.press(Key.Key_Right, Modifier.ControlModifier if part == "plane" else Modifier.NoModifier)
    acting.settle()
    assert (bench.stages["surface"].plane.start != start) is (part == "plane")
    assert (bench.stages["surface"].surface_3d.camera != camera) is (part == "surface_3d")
    assert acting.update == update


def test_save_as_and_open_with_dialogs(newly_acting, monkeypatch, tmp_path):
    newly_acting.advance(10)
    newly_acting.bench.controller.tweak("adam", "learning_rate", 0.5)
    place = tmp_path / "race"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(place), ""))
    newly_acting.actions.by_name["save"].trigger()  # no place yet: asks for one
    saved = place.with_suffix(".toml")
    newly_acting.until(lambda: newly_acting.bench.document.path == saved)
    assert saved.exists()
    assert newly_acting.shell.windowTitle().startswith("race.toml[*]")
    assert not newly_acting.shell.isWindowModified()
    newly_acting.bench.controller.tweak("adam", "learning_rate", 0.25)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: pytest.fail("asked again"))
    newly_acting.actions.by_name["save"].trigger()  # at once: the tweak is on its way to the worker
    newly_acting.bench.document.open(newly_acting.bench.document.saved)
    newly_acting.until(lambda: not newly_acting.bench.document.is_waiting)
    newly_acting.settle()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(saved), ""))
    newly_acting.actions.by_name["open"].trigger()
    newly_acting.until(lambda: not newly_acting.bench.document.is_waiting)
    newly_acting.settle()
    assert [tweak.value for tweak in newly_acting.run("adam").tweaks] == [0.25]
    assert newly_acting.bench.document.undo_label == "opening race"


def test_a_dialog_that_is_cancelled_changes_nothing(acting, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    before = acting.picture.experiment
    for name in ("save", "save-as", "open"):
        acting.actions.by_name[name].trigger()
    acting.settle()
    assert acting.picture.experiment == before
    assert acting.bench.document.path is None


def test_a_preset_opens_and_plays(acting):
    from app.documents.presets import presets

    entry = presets()[1]
    acting.actions.show_gallery()
    assert acting.actions.gallery.isVisible()
    acting.actions.gallery.chosen.emit(Path(entry.path))
    acting.until(lambda: acting.published.playing and acting.update > 0)
    assert acting.picture.experiment.title == entry.experiment().title
    assert acting.bench.document.path is None, "saving asks for a place of its own"


def test_panels_open_and_close_with_escape(acting):
    for name, panel in (("presets", "gallery"), ("export", "export"), ("keys", "help")):
        acting.actions.by_name[name].trigger()
        part = getattr(acting.actions, panel)
        assert part.isVisible()
        acting.press(Key.Key_Escape)
        assert not part.isVisible(), name


def test_pictures_on_the_clipboard(acting):
    acting.advance(30)
    for name in ("copy-stage", "copy-loss"):
        QGuiApplication.clipboard().clear()
        acting.actions.by_name[name].trigger()
        assert QGuiApplication.clipboard().image().width() > 100


def test_the_theme_is_remembered(newly_acting):
    name = newly_acting.bench.theme.name
    newly_acting.actions.by_name["theme"].trigger()
    other = newly_acting.bench.theme.name
    assert other != name
    newly_acting.until(lambda: Settings().get("theme", "") == other)
    newly_acting.actions.choose_theme(name)


def test_every_action_can_be_triggered_while_it_runs(newly_acting, monkeypatch):
    """None raises, and the race goes on being there."""
    pytest.importorskip("matplotlib.figure")  # the export's preview would import it in its thread
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    newly_acting.play(5)
    for name, action in newly_acting.actions.by_name.items():
        if name != "quit":
            action.trigger()
            newly_acting.settle()
    assert 1 <= len(newly_acting.picture.runs) <= MAX_RUNS


@dataclass(frozen=True)
class Held(Command):
    """Keeps the training thread at work until a gate opens."""

    gate: threading.Event

    def carry_out(self, training) -> None:
        assert self.gate.wait(10)


def test_what_is_exported_is_what_is_on_screen_at_that_moment(acting, races, tmp_path):
    panel, warnings, gate = acting.actions.export, [], threading.Event()
    panel.warned.connect(warnings.append)
    acting.actions.show_export("loss")
    acting.bench.controller.tweak("adam", "learning_rate", 0.5)
    acting.bench.training.send(Held(gate))
    other = races.small(surface="himmelblau")
    acting.bench.document.open(other)
    panel.export_to(tmp_path / "too early.svg")
    gate.set()
    assert warnings == ["the experiment is still being opened: try again in a moment"]
    acting.settle()
    acting.bench.controller.tweak("adam", "learning_rate", 0.25)
    acting.settle()
    panel.export_to(tmp_path / "figure.svg")
    acting.until(lambda: panel.export_job.idle)
    figure = load(tmp_path / "figure.svg")
    assert figure.problem == other.problem
    assert figure.runs[0].settings.learning_rate == 0.25
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".svg") == ["figure.svg"]


def row_of(acting, id):
    return next(row for row in acting.bench.runs_panel.rows if row.run is not None and row.run.id == id)


def clicked(acting, id):
    """The row of a run, clicked at its name as with a mouse."""
    row = row_of(acting, id)
    acting.qtbot.mouseClick(row, Qt.MouseButton.LeftButton, pos=row.name.geometry().center())
    acting.settle()
    return row


def test_a_clicked_run_takes_the_keys_that_are_promised(acting):
    row = clicked(acting, "momentum")
    acting.press(Key.Key_F2)
    assert row.editor.isVisible() and QApplication.focusWidget() is row.editor
    acting.press(Key.Key_Escape)
    acting.press(Key.Key_H)
    acting.until(lambda: not acting.run("momentum").visible)
    diagram = acting.bench.stages["network"].companion_button.isChecked()
    acting.press(Key.Key_D)
    acting.until(lambda: len(acting.picture.runs) == 3)
    assert acting.bench.stages["network"].companion_button.isChecked() == diagram
    acting.settle()
    clicked(acting, "momentum")
    acting.press(Key.Key_Delete)
    acting.until(lambda: "momentum" not in [run.id for run in acting.picture.runs])
    acting.settle()
    acting.press(Key.Key_Delete)  # the list keeps the keyboard
    acting.until(lambda: len(acting.picture.runs) == 1)
    acting.settle()
    acting.press(Key.Key_Space)  # which is the window's
    acting.until(lambda: acting.published.playing)


def choices_of(acting, name):
    menu = acting.shell.findChild(QMenu, name)
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions()}


def test_curves_and_their_axis_are_chosen_in_the_view_menu(acting):
    acting.advance(5)
    curves = choices_of(acting, "choose-curves")
    assert {text for text, action in curves.items() if action.isChecked()} == {
        card.curve.title for card in acting.bench.curves.cards.values()
    }
    curves["Loss"].trigger()
    assert "loss" not in acting.bench.curves.cards
    choices_of(acting, "choose-axis")["examples"].trigger()
    assert acting.bench.curves.view()["curves_along"] == "examples"


def test_the_list_of_keys_says_what_is_new(acting):
    acting.actions.by_name["keys"].trigger()
    told = {label.text() for label in acting.actions.help.findChildren(QLabel)}
    assert {"New surface", "New own formula", "New network"} <= told
    assert "Surface" not in told
