"""The panel for an own text, in the window: pasted, dropped, refused, learned from and taken back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog

from app.documents.settings import Settings
from app.window.actions import Actions
from engine import MAX_CHARACTERS, Table

TEXT = "the cat sat on the mat, and the dog lay on the log.\n" * 12


@pytest.fixture
def opened(open_window, monkeypatch, tmp_path):
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path / "config"))
    window = open_window()
    window.actions = Actions(window.shell, window.bench, Settings())
    window.shell.closing.connect(window.actions.shut_down)
    return window


def drop(window, path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.bench.dropEvent(QDropEvent(QPointF(50, 50), copy, mime, left, none))


def test_an_own_text_is_learned_from_and_refused_in_words(opened, tmp_path, monkeypatch):
    window, panel = opened, opened.actions.own_text
    window.actions.by_name["own-text"].trigger()
    assert panel.isVisible() and not panel.take.isEnabled() and panel.fault.text() == ""
    panel.text.setPlainText("aaaaaaa" * 9)
    window.until(lambda: panel.fault.text().startswith("The text is 'a' all along"))
    panel.text.setPlainText(TEXT)
    window.until(lambda: panel.take.isEnabled())
    assert panel.facts.text() == f"{len(TEXT):,} characters, {len(set(TEXT))} different"

    broken = tmp_path / "broken.txt"
    broken.write_bytes("über".encode("latin-1"))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(broken), ""))
    window.qtbot.mouseClick(panel.open, Qt.MouseButton.LeftButton)
    window.until(lambda: "is not UTF-8" in panel.fault.text())
    assert panel.fault.text().endswith("Nothing has changed.") and panel.text.toPlainText() == TEXT

    path = tmp_path / "cats.txt"
    path.write_text(TEXT + "abc\n" * (MAX_CHARACTERS // 4), "utf-8")
    drop(window, path)
    window.until(lambda: panel.facts.text().startswith("The first 200,000 of 200,624 characters are taken"))
    panel.text.setPlainText(TEXT)
    window.until(lambda: panel.take.isEnabled())
    window.qtbot.keyClick(panel.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    window.until(lambda: window.picture.kind == "network" and isinstance(window.picture.task.data, Table))
    window.settle()
    task = window.picture.task
    assert task.data.text == TEXT and task.title == "cats" and task.architecture.kind == "recurrent"
    assert not panel.isVisible() and task.scaling == "none"
    note = window.bench.problem_panel.panels["network"].data.note.text()
    assert note == f"19 windows of 32 characters, {len(set(TEXT))} different, own text"
    window.bench.controller.change_problem({"data.context": 20})
    window.until(lambda: window.picture.task.data.context == 20)
    window.advance(10)
    window.bench.document.undo()
    window.until(lambda: window.picture.task.data.context == 32)
    window.bench.document.undo()
    window.until(lambda: window.picture.kind == "surface")


def test_a_dropped_text_may_be_a_table(opened, tmp_path):
    path = tmp_path / "sizes.txt"
    path.write_text("a;b\n" + "1;2\n3;4\n" * 30, "utf-8")
    drop(opened, path)
    panel = opened.actions.own_text
    opened.until(lambda: panel.text.toPlainText().startswith("a;b"))
    opened.qtbot.mouseClick(panel.as_table, Qt.MouseButton.LeftButton)
    assert opened.actions.tables.isVisible() and not panel.isVisible()
    opened.until(lambda: opened.actions.tables.take.isEnabled())
