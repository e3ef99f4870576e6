"""What the window has said can be read later; versions and crash reports can be copied."""

from __future__ import annotations

import re

import numpy
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget

from app.controls.help_panel import HelpPanel
from app.documents.settings import Settings
from app.documents.version import version
from app.widgets.text_panel import TextPanel
from app.widgets.toast import Toast
from app.window.about import about_text, versions
from app.window.actions import Actions
from app.window.crash_offer import CrashOffer
from app.window.notices import MOST, NoticeLog
from tests.each import each


@pytest.fixture
def owner(qtbot, themed):
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(900, 600)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def acting(open_window, monkeypatch, tmp_path):
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path / "config"))
    window = open_window()
    window.actions = Actions(window.shell, window.bench, Settings())
    window.shell.closing.connect(window.actions.shut_down)
    return window


def test_whatever_a_toast_says_is_in_the_log_with_its_time(owner):
    toast, log = Toast(owner), NoticeLog(owner)
    toast.said.connect(log.add)
    toast.tell("saved race.toml")
    toast.warn("cannot read x.csv")
    toast.fail("Traceback:\n  in f\nZeroDivisionError: division by zero")
    first, second, third, *details = log.text.splitlines()
    assert re.fullmatch(r"\d\d:\d\d:\d\d  saved race\.toml", first)
    assert second.endswith("  warning: cannot read x.csv")
    assert "  fault: " in third and [line.strip() for line in details][1] == "in f"


def test_the_log_is_bounded_and_goes_on_while_it_is_read(owner):
    log = NoticeLog(owner)
    assert log.text == "nothing yet"
    for number in range(MOST + 5):
        log.add("tell", f"sentence {number}", "x" * 100_000 if number == MOST else "")
    assert len(log.text) < 100_000 and "sentence 4\n" not in log.text and "sentence 5\n" in log.text
    log.show()
    log.add("tell", "one more", "")
    assert log.panel.text.toPlainText().endswith("one more")


def test_a_text_is_copied_whole_or_as_it_is_selected(owner):
    panel = TextPanel(owner, "Title", "note")
    panel.show_text("one\ntwo\nthree")
    panel.copy.click()
    assert QGuiApplication.clipboard().text() == "one\ntwo\nthree"
    cursor = panel.text.textCursor()
    cursor.setPosition(0)
    cursor.setPosition(7, cursor.MoveMode.KeepAnchor)
    panel.text.setTextCursor(cursor)
    panel.copy.click()
    assert QGuiApplication.clipboard().text() == "one\ntwo"


def test_about_names_every_part_with_its_version():
    found = versions()
    assert found["Fall Line"] == version() and found["numpy"] == numpy.__version__
    assert {"Python", "Qt", "PySide6", "pyqtgraph", "numba", "Matplotlib", "System"} <= set(found)
    assert not [name for name, text in found.items() if not text or text == "unknown"]
    assert about_text().count("\n") == len(found) - 1


def test_help_opens_notices_and_about(acting):
    acting.bench.toast.tell("hello")
    acting.actions.by_name["notices"].trigger()
    assert acting.actions.notices.panel.isVisible() and "hello" in acting.actions.notices.panel.text.toPlainText()
    acting.actions.by_name["about"].trigger()
    assert acting.actions.about.text.toPlainText() == about_text()


@each("answer", ["Show", "Copy", "Discard"])
def test_a_crash_report_is_shown_copied_or_discarded(acting, answer):
    gone: list[None] = []
    offer = CrashOffer(acting.bench, "Fatal Python error: Segmentation fault", lambda: gone.append(None))
    assert list(offer.offer.buttons) == ["Show", "Copy", "Discard"] and offer.offer.isVisible() and not gone
    QGuiApplication.clipboard().clear()
    offer.offer.buttons[answer].click()
    assert gone == [None] and not acting.bench.offers.waiting
    assert offer.panel.isVisible() == (answer == "Show")
    if answer == "Show":
        offer.panel.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert ("Segmentation fault" in copied and about_text() in copied) == (answer != "Discard")


def test_no_shortcut_is_cut_off(acting, qtbot):
    acting.shell.resize(1280, 800)
    acting.actions.by_name["keys"].trigger()
    qtbot.wait(1)
    panel = acting.actions.help
    assert isinstance(panel, HelpPanel)
    labels = [label for label in panel.findChildren(QWidget) if hasattr(label, "text") and label.isVisible()]
    narrow = [
        label.text()
        for label in labels
        if not isinstance(label, QPushButton) and label.width() < label.minimumSizeHint().width()
    ]
    assert len(labels) > 60 and not narrow
