"""New, open, save, recover and close in the real window: work is never lost without a word."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QFileDialog, QMessageBox

from app.documents.experiment_file import load, open_file, save, to_text
from app.documents.presets import presets
from app.documents.recovery import WorkKeeper, closed, left_behind
from app.export.figure import write_figure
from app.export.figure_content import CurveContent
from app.export.style import FigureSettings
from engine import NUMBERS, Experiment, choose, new_experiment
from engine.problems.surface import SURFACES
from tests.app.conftest import PATIENCE
from tests.each import each

Key, Answer = Qt.Key, QMessageBox.StandardButton
PRESET = presets()[1]
ROOT = Path(__file__).resolve().parents[3]


def with_menus(window):
    window.add_menus()
    window.files, window.document = window.actions.files, window.bench.document
    window.settle()
    return window


@pytest.fixture
def acting(used_window):
    """A window with its menus and its question before it closes."""
    return with_menus(used_window())


@pytest.fixture
def started(open_window, monkeypatch, tmp_path):
    """One as it is started: what is remembered between two starts is in a folder of the test's own."""
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path / "config"))
    return with_menus(open_window())


def tweak(window, value: float = 0.5) -> None:
    window.bench.controller.tweak("adam", "learning_rate", value)
    window.settle()


def answer(window, button: QMessageBox.StandardButton) -> None:
    """Press a button of the question that is asked, as a person does."""
    box = window.files.question
    assert box is not None and box.isVisible()
    window.qtbot.mouseClick(box.button(button), Qt.MouseButton.LeftButton)
    window.until(lambda: window.files.question is None and not window.document.is_waiting)
    window.settle()
    window.shell.activateWindow()  # as a desktop does once the question is gone
    window.until(lambda: QApplication.activeWindow() is window.shell)


def titles(window) -> tuple[str, bool]:
    return window.shell.windowTitle(), window.shell.isWindowModified()


def open_preset(window) -> None:
    window.actions.gallery.chosen.emit(Path(PRESET.path))
    window.until(lambda: not window.document.is_waiting)
    window.settle()


# The title and the mark of unsaved changes


def test_the_title_shows_file_and_change(acting, tmp_path):
    assert titles(acting) == ("Untitled[*] — Fall Line", False)
    tweak(acting)
    assert titles(acting) == ("Untitled[*] — Fall Line", True)
    acting.save_file(tmp_path / "race.toml")
    assert titles(acting) == ("race.toml[*] — Fall Line", False)
    tweak(acting, 0.25)
    assert titles(acting) == ("race.toml[*] — Fall Line", True)
    acting.document.undo()
    acting.settle()
    assert titles(acting) == ("race.toml[*] — Fall Line", False)


def test_playing_scrubbing_and_looking_are_no_change(acting):
    acting.play(50)
    acting.pause()
    acting.bench.controller.scrub(3)
    acting.bench.controller.select("momentum")
    acting.settle()
    assert not acting.document.is_changed


def test_an_edit_under_way_counts_as_a_change(acting):
    acting.bench.controller.tweak("adam", "learning_rate", 0.5)
    assert acting.document.is_changed


def test_a_title_follows_the_problem_it_names(acting):
    open_preset(acting)
    assert titles(acting)[0] == f"{PRESET.title}[*] — Fall Line"
    acting.bench.controller.change_problem({"surface": choose(SURFACES, "beale")})
    acting.settle()
    assert titles(acting)[0] == "Beale[*] — Fall Line"
    acting.bench.controller.choose_kind("network")
    acting.settle()
    assert titles(acting)[0] == f"{acting.picture.task.title}[*] — Fall Line"
    for _ in range(2):
        acting.document.undo()
        acting.settle()
    assert titles(acting)[0] == f"{PRESET.title}[*] — Fall Line"


# Where a document is saved to


def figure_of(window, path: Path) -> Path:
    clocks = window.published.clocks
    settings = FigureSettings()
    write_figure(path, window.picture, CurveContent(), settings, clocks)
    return path


@each("format", ["png", "svg", "pdf"])
def test_saving_never_writes_over_a_figure(acting, tmp_path, monkeypatch, format):
    acting.advance(20)
    figure = figure_of(acting, tmp_path / f"loss.{format}")
    before = figure.read_bytes()
    acting.files.open_path(figure)
    acting.until(lambda: not acting.document.is_waiting)
    acting.settle()
    assert acting.document.path is None
    mine = tmp_path / f"{format}.toml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(mine), ""))
    acting.actions.by_name["save"].trigger()
    acting.until(lambda: acting.document.path == mine)
    assert figure.read_bytes() == before
    assert load(mine).problem == acting.picture.experiment.problem


def test_saving_never_writes_over_a_preset(acting):
    acting.open_file(Path(PRESET.path))
    assert acting.picture.experiment.title == PRESET.title
    assert acting.document.path is None


def test_undo_gives_back_the_file_of_the_former_document(acting, tmp_path):
    acting.save_file(tmp_path / "race.toml")
    open_preset(acting)
    assert acting.document.path is None
    acting.document.undo()
    acting.settle()
    assert acting.document.path == tmp_path / "race.toml"
    assert titles(acting) == ("race.toml[*] — Fall Line", False)


# Space


def test_space_after_choosing_a_preset_plays_it_and_loses_nothing(acting):
    panel = acting.bench.problem_panel
    acting.qtbot.mouseClick(panel.kind.button(1), Qt.MouseButton.LeftButton)
    acting.settle()
    acting.actions.gallery.chosen.emit(Path(PRESET.path))
    answer(acting, Answer.Discard)
    acting.until(lambda: acting.published.playing)
    assert acting.bench.shown_stage.isAncestorOf(QApplication.focusWidget())
    acting.press(Key.Key_Space)
    acting.until(lambda: not acting.published.playing)
    acting.settle()
    assert acting.picture.experiment.title == PRESET.title
    assert acting.document.undo_label == f"opening {PRESET.title}"


@each("kind", range(3))
def test_space_never_presses_a_segment_that_changes_the_problem(acting, kind):
    button = acting.bench.problem_panel.kind.button(kind)
    button.setFocus()
    problem = acting.picture.task
    acting.press(Key.Key_Space)
    acting.until(lambda: acting.published.playing)
    acting.settle()
    assert acting.picture.task == problem
    acting.pause()


# The question


def test_nothing_is_asked_where_nothing_is_lost(acting):
    acting.play(20)
    acting.pause()
    open_preset(acting)
    assert acting.picture.experiment.title == PRESET.title
    assert acting.files.may_close()


ROADS = {
    "preset": lambda window, path: window.actions.gallery.chosen.emit(Path(PRESET.path)),
    "file": lambda window, path: window.files.open_path(path),
    "dropped": lambda window, path: window.bench.dropped.emit(path),
    "new": lambda window, path: window.actions.by_name["new-surface"].trigger(),
}


@each("road", ROADS)
def test_unsaved_work_is_asked_for_and_kept_if_that_is_cancelled(acting, tmp_path, road):
    save(new_experiment("beale", ["lion"], title="Other"), tmp_path / "other.toml")
    tweak(acting)
    ROADS[road](acting, tmp_path / "other.toml")
    before = acting.picture.experiment
    assert "Untitled" in acting.files.question.text()
    answer(acting, Answer.Cancel)
    assert acting.picture.experiment == before
    ROADS[road](acting, tmp_path / "other.toml")
    answer(acting, Answer.Discard)
    assert acting.picture.experiment.problem != before.problem or acting.picture.experiment.runs != before.runs
    acting.document.undo()
    acting.settle()
    assert acting.picture.experiment == before


def test_the_runs_go_on_while_the_question_is_asked(acting):
    acting.play(10)
    acting.bench.controller.tweak("adam", "learning_rate", 0.015)
    acting.actions.by_name["new-network"].trigger()
    before = acting.update
    acting.until(lambda: acting.update > before + 50)
    answer(acting, Answer.Cancel)
    acting.pause()


def test_saving_first_saves_everything_and_then_opens_the_other(acting, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "mine.toml"), ""))
    acting.advance(10)
    tweak(acting, 0.125)
    acting.actions.by_name["new-network"].trigger()
    answer(acting, Answer.Save)
    acting.until(lambda: acting.picture.kind == "network")
    assert [made.value for made in load(tmp_path / "mine.toml").runs[0].tweaks] == [0.125]
    assert acting.document.path is None


def test_a_save_that_fails_keeps_the_document_open(acting, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "none" / "mine.toml"), ""))
    tweak(acting)
    acting.actions.by_name["new-network"].trigger()
    answer(acting, Answer.Save)
    assert "none" in acting.bench.toast.text.text()
    assert acting.picture.kind == "surface"
    assert acting.document.is_changed


def test_presets_need_not_be_asked_about(started):
    tweak(started)
    started.actions.gallery.chosen.emit(Path(PRESET.path))
    started.files.question.findChild(QCheckBox).setChecked(True)
    answer(started, Answer.Discard)
    started.bench.controller.tweak(started.bench.controller.selected, "learning_rate", 0.001)
    started.settle()
    open_preset(started)
    assert started.files.question is None
    assert started.document.undo_label == f"opening {PRESET.title}"
    started.bench.controller.tweak(started.bench.controller.selected, "learning_rate", 0.002)
    started.actions.by_name["ask"].trigger()
    started.actions.gallery.chosen.emit(Path(PRESET.path))
    answer(started, Answer.Cancel)


def test_quitting_asks_and_goes_on_if_it_is_cancelled(started):
    started.shell.may_close = started.files.may_close
    tweak(started)
    started.shell.close()
    assert started.shell.isVisible()
    answer(started, Answer.Cancel)
    started.advance(5)
    started.shell.close()
    window_closed = started.qtbot.waitSignal(started.shell.closing, timeout=PATIENCE)
    with window_closed:
        started.qtbot.mouseClick(started.files.question.button(Answer.Discard), Qt.MouseButton.LeftButton)
    assert not started.shell.isVisible()
    (kept,) = closed()
    assert kept.changed and not kept.crashed
    assert kept.load()[0].runs[0].tweaks == started.picture.experiment.runs[0].tweaks


def test_quitting_can_save_first(started, tmp_path):
    started.shell.may_close = started.files.may_close
    started.save_file(tmp_path / "race.toml")
    started.advance(5)
    tweak(started, 0.125)
    started.shell.close()
    with started.qtbot.waitSignal(started.shell.closing, timeout=PATIENCE):
        started.qtbot.mouseClick(started.files.question.button(Answer.Save), Qt.MouseButton.LeftButton)
    assert [made.value for made in load(tmp_path / "race.toml").runs[0].tweaks] == [0.125]
    assert closed() == ()


def test_closing_at_once_after_save_still_saves(started, tmp_path):
    started.advance(5)
    started.bench.controller.tweak("adam", "learning_rate", 0.125)
    started.document.save(tmp_path / "race.toml")
    started.shell.close()
    assert [made.value for made in load(tmp_path / "race.toml").runs[0].tweaks] == [0.125]


@pytest.fixture
def disk(monkeypatch):
    """A disk on which files are written once that is allowed."""
    allowed = threading.Event()

    def slow(*arguments):
        allowed.wait()
        return save(*arguments)

    monkeypatch.setattr("app.workers.document_job.save", slow)
    yield allowed
    allowed.set()


def test_closing_waits_in_sight_for_a_file_that_is_being_saved(started, tmp_path, disk):
    started.shell.may_close, offers = started.files.may_close, started.bench.offers
    tweak(started, 0.125)
    started.document.save(tmp_path / "race.toml")
    started.shell.close()
    started.until(lambda: any("closes once" in offer.text.text() for offer in offers.waiting))
    assert started.shell.isVisible()
    started.advance(5)  # meanwhile
    (offer,) = offers.waiting
    assert offer.text.text() == "race.toml is being saved. The window closes once it is safe on disk."
    started.qtbot.mouseClick(offer.buttons["Stay"], Qt.MouseButton.LeftButton)
    assert "saving" in offers.waiting[-1].text.text()
    started.shell.close()
    started.until(lambda: len(offers.waiting) == 1 and "closes once" in offers.waiting[0].text.text())
    with started.qtbot.waitSignal(started.shell.closing, timeout=PATIENCE):
        disk.set()
    assert load(tmp_path / "race.toml").runs[0].settings.learning_rate == 0.125


def test_a_file_that_does_not_answer_can_be_left_and_holds_nothing_up(started, tmp_path, disk):
    started.shell.may_close, offers, saved = started.files.may_close, started.bench.offers, tmp_path / "race.toml"
    tweak(started, 0.125)
    told: list[str] = []
    started.document.warned.connect(told.append)
    started.document.save(tmp_path / "gone.toml")
    started.until(lambda: bool(offers.waiting))
    started.qtbot.mouseClick(offers.waiting[-1].buttons["Cancel"], Qt.MouseButton.LeftButton)
    started.until(lambda: bool(told))
    assert "does not answer" in told[0] and not started.document.is_waiting and started.document.is_changed
    started.document.save(saved)
    started.shell.close()
    started.until(lambda: any("closes once" in offer.text.text() for offer in offers.waiting))
    begun = time.monotonic()
    with started.qtbot.waitSignal(started.shell.closing, timeout=PATIENCE):
        started.qtbot.mouseClick(offers.waiting[-1].buttons["Close without it"], Qt.MouseButton.LeftButton)
    assert time.monotonic() - begun < 1.5
    disk.set()
    started.until(lambda: not any(thread.name.startswith("call ") for thread in threading.enumerate()))
    assert not saved.exists() and not (tmp_path / "gone.toml").exists(), "what was given up is not written later"
    (kept,) = closed()
    assert kept.changed


def test_when_the_system_wants_the_end_a_file_has_some_seconds(started, tmp_path, disk, monkeypatch):
    monkeypatch.setattr("app.window.closing._HURRY", 0.2)
    started.shell.may_close = started.files.may_end
    tweak(started, 0.125)
    started.document.save(tmp_path / "gone.toml")
    with started.qtbot.waitSignal(started.shell.closing, timeout=PATIENCE):
        started.shell.close()
    assert started.files.question is None and closed()[0].changed
    disk.set()
    started.until(lambda: not any(thread.name.startswith("call ") for thread in threading.enumerate()))
    assert not (tmp_path / "gone.toml").exists()


def press(window, title: str) -> None:
    """Press a button of the question by its text."""
    (button,) = [button for button in window.files.question.buttons() if button.text() == title]
    window.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    window.until(lambda: not window.document.is_waiting)


def test_a_file_that_others_have_changed_is_not_overwritten_without_asking(started, tmp_path, monkeypatch):
    path, other = tmp_path / "race.toml", tmp_path / "mine.toml"
    started.save_file(path)
    theirs = path.read_bytes() + b"# by hand"
    path.write_bytes(theirs)
    tweak(started, 0.125)
    started.actions.by_name["save"].trigger()
    started.until(lambda: started.files.question is not None)
    assert "race.toml" in started.files.question.text()
    press(started, "Cancel")
    assert path.read_bytes() == theirs
    assert started.document.is_changed
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(other), ""))
    started.actions.by_name["save"].trigger()
    started.until(lambda: started.files.question is not None)
    press(started, "Save as …")
    assert (path.read_bytes(), started.document.path) == (theirs, other)
    started.bench.document.undo()
    started.save_file(other)
    started.save_file(other)
    assert started.files.question is None, "nobody else has written it"
    other.write_text("theirs")
    started.actions.by_name["save"].trigger()
    started.until(lambda: started.files.question is not None)
    press(started, "Overwrite")
    assert load(other) == replace(started.current(), title="mine")


def test_it_says_when_another_engine_may_have_given_other_bits(acting, tmp_path):
    path = tmp_path / "old.toml"
    save(new_experiment("beale", ["lion"], title="Old"), path)
    acting.open_file(path)
    assert "another version" not in acting.bench.toast.text.text()
    path.write_text(path.read_text("utf-8").replace(f"numbers = {NUMBERS}", f"numbers = {NUMBERS + 1}"), "utf-8")
    acting.open_file(path)
    assert f"numbers {NUMBERS + 1}, here {NUMBERS}" in acting.bench.toast.text.text()


# New


@each("kind", ["surface", "formula", "network"])
def test_a_new_document_is_a_fresh_problem_without_a_file(acting, tmp_path, kind):
    acting.save_file(tmp_path / "race.toml")
    acting.actions.by_name[f"new-{kind}"].trigger()
    acting.settle()
    assert acting.picture.kind == ("network" if kind == "network" else "surface")
    assert (acting.document.path, acting.document.is_changed, acting.update) == (None, False, 0)
    assert titles(acting) == (f"{acting.picture.task.title}[*] — Fall Line", False)
    assert acting.shell.isAncestorOf(QApplication.focusWidget())
    assert acting.bench.shown_stage.isAncestorOf(QApplication.focusWidget())


# Reading and writing beside the window


def test_what_takes_long_is_shown_and_can_be_cancelled(acting, tmp_path, monkeypatch):
    save(new_experiment("beale", ["lion"], title="Other"), tmp_path / "other.toml")
    before, go_on = acting.picture.experiment, []

    def slow(path, check):
        while not go_on:
            check()
        return open_file(path, check)

    monkeypatch.setattr("app.workers.document_job.open_file", slow)
    acting.files.open_path(tmp_path / "other.toml")
    acting.until(lambda: bool(acting.bench.offers.waiting))
    (offer,) = acting.bench.offers.waiting
    assert offer.text.text() == "opening other.toml …"
    acting.advance(20)  # meanwhile
    acting.qtbot.mouseClick(offer.buttons["Cancel"], Qt.MouseButton.LeftButton)
    acting.until(lambda: not acting.document.is_waiting)
    acting.settle()
    assert replace(acting.picture.experiment) == before
    assert not acting.bench.offers.waiting
    go_on.append(True)
    acting.open_file(tmp_path / "other.toml")
    assert acting.picture.experiment.title == "Other"


def test_of_two_files_the_one_chosen_last_is_opened(acting, tmp_path):
    for name in ("first", "second"):
        save(new_experiment("beale", ["lion"], title=name), tmp_path / f"{name}.toml")
        acting.document.read(tmp_path / f"{name}.toml")
    acting.until(lambda: not acting.document.is_waiting)
    acting.settle()
    assert acting.picture.experiment.title == "second"
    assert acting.document.undo_label == "opening second"


def test_a_file_that_is_gone_is_no_longer_among_the_recent_ones(started, tmp_path):
    from app.documents.settings import Settings

    path = tmp_path / "gone.toml"
    started.save_file(path)
    started.until(lambda: path in Settings().recent())
    path.unlink()
    started.files.open_path(path)
    started.until(lambda: path not in Settings().recent())
    assert "gone.toml" in started.bench.toast.text.text()


# Recovery


def leave_behind(experiment: Experiment, update: int) -> None:
    """Keep unsaved work in a process that then dies."""
    dying = (
        "import os, sys; from app.documents.experiment_file import from_text;"
        "from app.documents.recovery import WorkKeeper;"
        "WorkKeeper().keep(from_text(sys.stdin.read()), int(sys.argv[1]), None, True); os._exit(1)"
    )
    text = to_text(experiment).encode()
    subprocess.run([sys.executable, "-c", dying, str(update)], input=text, cwd=ROOT, check=False, timeout=60)


def test_work_is_kept_while_it_changes_and_no_longer_once_it_is_saved(started, tmp_path, monkeypatch):
    started.files.recovery.begin()
    started.advance(10)
    tweak(started, 0.125)
    started.files.recovery.keep()
    started.save_file(tmp_path / "race.toml")
    started.files.recovery.keep()
    started.shell.close()
    assert (left_behind(), closed()) == ((), ())


def test_what_a_window_that_was_killed_has_left_is_offered_and_goes_on_where_it_was(started, tmp_path):
    experiment = new_experiment("beale", ["lion"], title="Lost", updates=0)
    leave_behind(experiment, 40)
    started.files.recovery.begin()
    started.until(lambda: bool(started.bench.offers.waiting))
    (offer,) = started.bench.offers.waiting
    assert "Lost" in offer.text.text()
    started.qtbot.mouseClick(offer.buttons["Recover"], Qt.MouseButton.LeftButton)
    started.until(lambda: started.picture.experiment.title == "Lost")
    started.settle()
    started.until(lambda: started.update == 40)
    assert started.document.is_changed, "it is on no disk but in what is kept"
    started.files.recovery.keep()
    started.shell.close()
    (kept,) = closed()
    assert (kept.title, kept.update, kept.changed) == ("Lost", 40, True)
    assert left_behind() == ()


def test_what_was_left_can_be_discarded(started):
    leave_behind(new_experiment("beale", ["lion"], title="Lost"), 0)
    started.files.recovery.begin()
    started.until(lambda: bool(started.bench.offers.waiting))
    started.qtbot.mouseClick(started.bench.offers.waiting[0].buttons["Discard"], Qt.MouseButton.LeftButton)
    started.until(lambda: left_behind() == ())
    assert not started.bench.offers.waiting


def test_work_that_cannot_be_kept_is_said_once(started, monkeypatch):
    from app.documents.files import FileError

    def full(*_):
        raise FileError("cannot keep the work in /data: no space left on device")

    monkeypatch.setattr(WorkKeeper, "keep", full)
    told = []
    started.files.recovery.warned.connect(told.append)
    for value in (0.5, 0.25):
        tweak(started, value)
        started.files.recovery.keep()
    started.until(lambda: bool(told))
    started.files.keep_last()
    started.files.shut_down()
    assert len(told) == 1 and "no space left" in told[0]
